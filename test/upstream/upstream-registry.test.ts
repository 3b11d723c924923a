import { readFileSync } from 'fs';
import { join } from 'path';
import { App, Aws, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { CfnPullThroughCacheRuleProps } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { PullThroughCache } from '../../src/pull-through-cache';
import { CacheRule } from '../../src/rule/cache-rule';
import { UpstreamRole } from '../../src/rule/upstream-role';
import { UpstreamCredential } from '../../src/upstream/upstream-credential';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { newStack, propertiesOf } from '../app';

const ROLE = 'arn:aws:iam::111122223333:role/reader';
const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:ecr-pullthroughcache/hub-a1b2c3';

let stack: Stack;
let credential: UpstreamCredential;
beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
  credential = UpstreamCredential.fromSecret(secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET));
});

/** What the guide calls each of them, in its order. */
const ALL: [string, () => UpstreamRegistry][] = [
  ['ECR_PUBLIC', () => UpstreamRegistry.ECR_PUBLIC],
  ['KUBERNETES', () => UpstreamRegistry.KUBERNETES],
  ['QUAY', () => UpstreamRegistry.QUAY],
  ['dockerHub(credential)', () => UpstreamRegistry.dockerHub(credential)],
  ['gitHub(credential)', () => UpstreamRegistry.gitHub(credential)],
  ['gitLab(credential)', () => UpstreamRegistry.gitLab(credential)],
  ["azure('name', credential)", () => UpstreamRegistry.azure('name', credential)],
  ['chainguard(credential)', () => UpstreamRegistry.chainguard(credential)],
  ['ecr({ account, region })', () => UpstreamRegistry.ecr({ account: '123456789012', region: 'eu-central-1' })],
  ['echo({ account })', () => UpstreamRegistry.echo({ account: '123456789012' })],
];

function readWith(upstream: UpstreamRegistry): string {
  return upstream.credential ? 'a credential' : upstream.readByRole ? 'a role' : 'nothing';
}

describe('the upstreams', () => {
  test('are those of the table in the guide, with its values', () => {
    const guide = readFileSync(join(__dirname, '../../docs/upstreams.md'), 'utf8');
    const rows = guide.split('\n').filter(line => line.startsWith('| `'));

    const expected = ALL.map(([name, make]) => [name, make()] as const).map(([name, upstream]) => [
      `\`${name}\``, `\`${upstream.registryName}\``, `\`${upstream.url}\``.replace('123456789012', '<account>').replace('eu-central-1', '<region>')
        .replace('name.azurecr', '<name>.azurecr'),
      `\`${upstream.defaultRepositoryPrefix}\``, readWith(upstream),
    ].join(' | '));

    expect(rows.slice(0, ALL.length).map(row => row.split('|').map(cell => cell.trim()).slice(1, 6).join(' | '))).toEqual(expected);
  });

  test('include every factory and constant of the class', () => {
    const statics = Object.getOwnPropertyNames(UpstreamRegistry)
      .filter(name => !['length', 'name', 'prototype', 'of', 'known', 'withCredential', 'privateEcr'].includes(name));

    expect(statics.sort()).toEqual(ALL.map(([name]) => name.replace(/\(.*/, '')).sort());
  });

  test.each(ALL)('%s has a registry name that CloudFormation knows', (_, make) => {
    // AWS::ECR::PullThroughCacheRule, UpstreamRegistry
    expect(['ecr', 'ecr-public', 'quay', 'k8s', 'docker-hub', 'github-container-registry', 'azure-container-registry',
      'gitlab-container-registry', 'chainguard']).toContain(make().registryName);
  });

  test.each<[string, () => UpstreamRegistry, string[]]>([
    ['ECR_PUBLIC', () => UpstreamRegistry.ECR_PUBLIC, ['public.ecr.aws', 'ecr-public.aws.com']],
    ['KUBERNETES', () => UpstreamRegistry.KUBERNETES, ['registry.k8s.io', 'k8s.gcr.io']],
    ['QUAY', () => UpstreamRegistry.QUAY, ['quay.io']],
    ['dockerHub()', () => UpstreamRegistry.dockerHub(credential), ['docker.io', 'index.docker.io', 'registry-1.docker.io']],
    ['gitHub()', () => UpstreamRegistry.gitHub(credential), ['ghcr.io']],
    ['ecr()', () => UpstreamRegistry.ecr({ account: '123456789012', region: 'eu-central-1' }),
      ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', '123456789012.dkr-ecr.eu-central-1.on.aws']],
  ])('%s is meant by image names with its hosts', (_, make, hosts) => {
    expect(make().imageHosts).toEqual(hosts);
  });

  test('read image names without their hosts', () => {
    expect(UpstreamRegistry.KUBERNETES._read('k8s.gcr.io/pause:3.10')).toMatchObject({ repository: 'pause', tag: '3.10' });
  });
});

describe('without the name of the registry', () => {
  const HERE = { account: '111122223333', region: 'us-east-1' };
  const propertiesOfRule = (upstream: UpstreamRegistry) => {
    const target = new Stack(new App(), 'Target', { env: HERE });
    const role = upstream.readByRole ? iam.Role.fromRoleArn(target, 'Role', 'arn:aws:iam::111122223333:role/reader') : undefined;
    new CacheRule(target, 'Rule', { upstream, upstreamRole: role && UpstreamRole.fromRole(role) });
    return propertiesOf(target, 'AWS::ECR::PullThroughCacheRule');
  };

  test.each(ALL)('%s is the same, and its rule leaves just that property out', (_, make) => {
    const upstream = make();
    const unnamed = upstream.withoutRegistryName();
    const [named, bare] = [upstream, unnamed].map(propertiesOfRule);

    expect(named).toEqual({ ...bare, UpstreamRegistry: upstream.registryName });
    expect(bare).not.toHaveProperty('UpstreamRegistry');
    expect(unnamed).toMatchObject({
      registryName: upstream.registryName,
      url: upstream.url,
      imageHosts: upstream.imageHosts,
      readByRole: upstream.readByRole,
      defaultRepositoryPrefix: upstream.defaultRepositoryPrefix,
    });
    expect(unnamed.credential).toBe(upstream.credential);
  });

  test.each<[string, () => UpstreamRegistry, Omit<CfnPullThroughCacheRuleProps, 'ecrRepositoryPrefix'>]>([
    ['a public registry', () => UpstreamRegistry.QUAY, { upstreamRegistryUrl: 'quay.io' }],
    ['a registry with a credential', () => UpstreamRegistry.dockerHub(credential), { upstreamRegistryUrl: 'registry-1.docker.io', credentialArn: SECRET }],
    ['a private registry', () => UpstreamRegistry.echo({ account: '123456789012', region: 'us-east-1' }), {
      upstreamRegistryUrl: '123456789012.dkr.ecr.us-east-1.amazonaws.com', upstreamRepositoryPrefix: 'hardened', customRoleArn: ROLE,
    }],
  ])('a cache of %s has the rule of a bare L1 that left it out, property by property, so it takes its place', (_name, make, properties) => {
    const upstream = make();
    const after = new Stack(new App(), 'Stack', { env: HERE });
    new PullThroughCache(after, 'Moved', {
      upstream: upstream.withoutRegistryName(),
      repositoryPrefix: 'images',
      ...upstream.readByRole
        ? { upstreamRepositoryPrefix: 'hardened', upstreamRole: UpstreamRole.fromRole(iam.Role.fromRoleArn(after, 'Reader', ROLE)) }
        : {},
    });
    const before = new Stack(new App(), 'Stack', { env: HERE });
    new CfnPullThroughCacheRule(before, 'Moved', { ecrRepositoryPrefix: 'images', ...properties });

    const rulesOf = (one: Stack) => Template.fromStack(one).findResources('AWS::ECR::PullThroughCacheRule');
    // what it waits for is no property of it: CloudFormation replaces nothing for that
    const { DependsOn: _, ...moved } = rulesOf(after).Moved;
    expect({ ...rulesOf(after), Moved: moved }).toEqual(rulesOf(before));
  });
});

describe('an Azure registry', () => {
  test.each(['team', 'my-registry', 'a1-b2-c3'])('may be called %s', (name) => {
    expect(UpstreamRegistry.azure(name, credential).url).toBe(`${name}.azurecr.io`);
  });

  test('may have a token as its name', () => {
    const name = new CfnParameter(stack, 'Azure').valueAsString;

    expect(UpstreamRegistry.azure(name, credential).url).toBe(`${name}.azurecr.io`);
  });

  test('fails for the whole host', () => {
    expect(() => UpstreamRegistry.azure('team.azurecr.io', credential)).toThrow(
      "got the Azure registry 'team.azurecr.io', expected the part before '.azurecr.io' in its login server: "
      + "lower-case letters, digits and inner dashes: write 'team'");
  });

  test('fails for another name', () => {
    expect(() => UpstreamRegistry.azure('My Team', credential)).toThrow("write a name such as 'myregistry'");
  });
});

describe('a private ECR registry', () => {
  test('fails for an account that is none', () => {
    expect(() => UpstreamRegistry.ecr({ account: '1234', region: 'eu-central-1' })).toThrow("got the account '1234'");
  });

  test('fails for a Region that is none', () => {
    expect(() => UpstreamRegistry.ecr({ account: '123456789012', region: 'Frankfurt' })).toThrow("got the Region 'Frankfurt'");
  });

  test.each([
    ['cn-north-1', 'amazonaws.com.cn'], ['eusc-de-east-1', 'amazonaws.eu'], ['us-iso-east-1', 'c2s.ic.gov'], ['us-gov-west-1', 'amazonaws.com'],
    ['mx-central-1', 'amazonaws.com'], ['xyz-east-1', 'amazonaws.com'], ['us-isob-east-1', 'sc2s.sgov.gov'], ['us-isof-south-1', 'csp.hci.ic.gov'],
    ['eu-isoe-west-1', 'cloud.adc-e.uk'], ['cn-south-9', 'amazonaws.com.cn'],
  ])('in %s has the suffix of its partition', (region, suffix) => {
    expect(UpstreamRegistry.ecr({ account: '123456789012', region }).url).toBe(`123456789012.dkr.ecr.${region}.${suffix}`);
  });

  test('has the suffix of the stack where its Region is known at deployment only', () => {
    const { url, imageHosts } = UpstreamRegistry.ecr({ account: '123456789012', region: Aws.REGION });
    expect(newStack().resolve(url)).toEqual({ 'Fn::Join': ['', ['123456789012.dkr.ecr.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }]] });
    expect(imageHosts).toContain(`123456789012.dkr.ecr.${Aws.REGION}.amazonaws.com`);
  });

  test.each([['cn-north-1', ['123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn']], ['eusc-de-east-1', []]])(
    'in %s has the dual-stack hosts of its partition', (region, hosts) => {
      const { imageHosts, url } = UpstreamRegistry.ecr({ account: '123456789012', region });
      expect(imageHosts).toEqual([url, ...hosts]);
    });

  test('is meant by names with its dual-stack host', () => {
    expect(UpstreamRegistry.echo({ account: '123456789012' }).imageHosts).toContain('123456789012.dkr-ecr.us-east-1.on.aws');
  });
});

describe('an upstream that has no name here', () => {
  test('is what its options say', () => {
    const upstream = UpstreamRegistry.of({
      registryName: 'forgejo', url: 'code.example.com:5000', defaultRepositoryPrefix: 'forgejo', credential,
    });

    expect(upstream).toMatchObject({
      registryName: 'forgejo',
      url: 'code.example.com:5000',
      defaultRepositoryPrefix: 'forgejo',
      imageHosts: ['code.example.com:5000'],
      credential,
      readByRole: false,
    });
  });

  test.each(['https://code.example.com', 'code.example.com/', 'Code.example.com', ''])('fails for the URL %j', (url) => {
    expect(() => UpstreamRegistry.of({ registryName: 'forgejo', url, defaultRepositoryPrefix: 'forgejo' })).toThrow(
      `got the registry host '${url}', expected a host name in lower case, with a port if it has one, without 'https://' and without a path: `
      + "write it such as 'registry.example.com'");
  });

  test('fails for an image host with a path', () => {
    expect(() => UpstreamRegistry.of({
      registryName: 'forgejo', url: 'code.example.com', defaultRepositoryPrefix: 'forgejo', imageHosts: ['code.example.com/v2'],
    })).toThrow("got the registry host 'code.example.com/v2'");
  });

  test.each([
    ['docker-hub', "got the registry 'docker-hub' without a credential, expected what ECR reads such a registry with: "
      + 'use UpstreamRegistry.dockerHub(), or pass the credential'],
    ['github-container-registry', 'without a credential, expected what ECR reads such a registry with: use UpstreamRegistry.gitHub(), or pass the credential'],
    ['gitlab-container-registry', 'use UpstreamRegistry.gitLab(), or pass the credential'],
    ['azure-container-registry', 'use UpstreamRegistry.azure(), or pass the credential'],
    ['chainguard', "got the registry 'chainguard' without a credential, expected what ECR reads such a registry with: "
      + 'use UpstreamRegistry.chainguard(), or pass the credential'],
    ['ecr', "got the registry 'ecr' without its account and Region, expected what ECR reads such a registry with: use UpstreamRegistry.ecr()"],
  ])('fails as %s without what it takes', (registryName, message) => {
    expect(() => UpstreamRegistry.of({ registryName, url: 'example.com', defaultRepositoryPrefix: 'x' })).toThrow(message);
  });

  test('fails as ecr with a credential too, since ECR reads it by a role', () => {
    expect(() => UpstreamRegistry.of({ registryName: 'ecr', url: 'example.com', defaultRepositoryPrefix: 'x', credential })).toThrow(
      "got the registry 'ecr' without its account and Region");
  });

  test('fails at the URL of a registry that needs a credential, whatever it is called', () => {
    expect(() => UpstreamRegistry.of({ registryName: 'hub', url: 'registry-1.docker.io', defaultRepositoryPrefix: 'hub' })).toThrow(
      "got the registry 'docker-hub' without a credential");
  });

  test('fails at the URL of a private ECR registry, which ECR reads by a role', () => {
    const url = '123456789012.dkr.ecr.eu-central-1.amazonaws.com';

    expect(() => UpstreamRegistry.of({ registryName: 'mine', url, defaultRepositoryPrefix: 'mine', credential })).toThrow(
      "got the registry 'ecr' without its account and Region");
  });

  test('has the hosts of the registry that ECR calls so, so that Docker Hub keeps its library/', () => {
    const hub = UpstreamRegistry.of({ registryName: 'docker-hub', url: 'registry-1.docker.io', defaultRepositoryPrefix: 'hub', credential });

    expect(hub.imageHosts).toEqual(UpstreamRegistry.dockerHub(credential).imageHosts);
    expect(hub._read('nginx')).toMatchObject({ repository: 'library/nginx' });
  });

  test('has the hosts that are named', () => {
    const quay = UpstreamRegistry.of({ registryName: 'quay', url: 'quay.io', defaultRepositoryPrefix: 'quay', imageHosts: ['images.example.com'] });

    expect(quay.imageHosts).toEqual(['images.example.com']);
  });

  test('fails for an empty list of hosts', () => {
    expect(() => UpstreamRegistry.of({ registryName: 'quay', url: 'quay.io', defaultRepositoryPrefix: 'quay', imageHosts: [] })).toThrow(
      "got no image hosts for the registry 'quay', expected at least one, by which image names mean this registry: name it, such as "
      + "'registry.example.com', or leave imageHosts out");
  });

  test('may be of a known kind elsewhere', () => {
    const upstream = UpstreamRegistry.of({
      registryName: 'azure-container-registry', url: 'team.azurecr.cn', defaultRepositoryPrefix: 'azure-cn', credential,
    });

    expect(upstream).toMatchObject({ registryName: 'azure-container-registry', url: 'team.azurecr.cn', credential });
  });

  test('may have tokens', () => {
    const url = new CfnParameter(stack, 'Url').valueAsString;

    expect(UpstreamRegistry.of({ registryName: 'forgejo', url, defaultRepositoryPrefix: 'forgejo' }).url).toBe(url);
  });
});
