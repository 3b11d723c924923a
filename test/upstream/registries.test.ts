import { readFileSync } from 'fs';
import { join } from 'path';
import { hostsAt, knownRegistry, PARTS, REGISTRIES } from '../../src/upstream/registries';

const PRIVATE = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

test('the local engine has this very table', () => {
  const table = readFileSync(join(__dirname, '../../local/engine/registries.json'), 'utf8');

  // made by `npx projen`
  expect(JSON.parse(table)).toEqual({ parts: PARTS, registries: Object.values(REGISTRIES) });
});

test('no two registries have one name, default prefix or host', () => {
  for (const values of [
    Object.values(REGISTRIES).map(one => one.registryName as string),
    Object.values(REGISTRIES).map(one => one.defaultRepositoryPrefix as string),
    Object.values(REGISTRIES).flatMap(one => one.imageHosts as readonly string[]),
  ]) {
    expect(new Set(values).size).toBe(values.length);
  }
});

describe('a registry is known', () => {
  test.each([
    ['by its name', 'quay', 'elsewhere.example.com', 'quay'],
    ['by its URL', 'new', 'ghcr.io', 'github-container-registry'],
    ['by one of its hosts', 'new', 'index.docker.io', 'docker-hub'],
    ['by a URL with a name in it', 'new', 'team.azurecr.io', 'azure-container-registry'],
    ['as a private one of ECR', 'new', PRIVATE, 'ecr'],
    ['as a private one of ECR in China', 'new', '123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn', 'ecr'],
    ['by its dual-stack host', 'new', '123456789012.dkr-ecr.eu-central-1.on.aws', 'ecr'],
  ])('%s', (_, name, url, found) => {
    expect(knownRegistry(name, url)?.registryName).toBe(found);
  });

  test.each(['registry.example.com', 'quay.io.example.com', 'quayxio', '1234.dkr.ecr.eu-central-1.amazonaws.com', 'a.b.azurecr.io'])(
    'not by %s', (url) => {
      expect(knownRegistry('new', url)).toBeUndefined();
    });
});

describe('the hosts of a known registry', () => {
  test('are those of the table at its URL', () => {
    expect(hostsAt(REGISTRIES.kubernetes, 'registry.k8s.io')).toEqual(['registry.k8s.io', 'k8s.gcr.io']);
  });

  test('are filled in with what its URL says', () => {
    expect(hostsAt(REGISTRIES.azure, 'team.azurecr.io')).toEqual(['team.azurecr.io']);
  });

  test('are the one of the URL for a kind that is in many places, elsewhere', () => {
    expect(hostsAt(REGISTRIES.azure, 'team.azurecr.cn')).toEqual(['team.azurecr.cn']);
  });

  test('are those of the table and the other host where there is one registry', () => {
    expect(hostsAt(REGISTRIES.dockerHub, 'registry.example.com')).toEqual([...REGISTRIES.dockerHub.imageHosts, 'registry.example.com']);
  });
});
