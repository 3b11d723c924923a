import { dockerHub, imported, REGISTRY } from './fixture';
import { NodeMirrors } from '../../src/mirrors/node-mirrors';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { agnosticStack, newStack } from '../app';

function files(prefix: string, fallback?: boolean): { [host: string]: string } {
  const stack = newStack();
  return NodeMirrors.forCaches(stack, [imported(stack, prefix, UpstreamRegistry.KUBERNETES)], { fallback }).hostsToml();
}

test('a host leads to its cache by both its server and its host entry', () => {
  expect(files('k8s')['k8s.gcr.io']).toBe(`server = "https://${REGISTRY}/v2/k8s"
capabilities = ["pull", "resolve"]
override_path = true

[host."https://${REGISTRY}/v2/k8s"]
  capabilities = ["pull", "resolve"]
  override_path = true
`);
});

test('a cache of the whole registry has no prefix in its path', () => {
  expect(files('ROOT')['registry.k8s.io']).toContain(`server = "https://${REGISTRY}/v2"\n`);
});

test('with a fallback the upstream is the server', () => {
  expect(files('k8s', true)['k8s.gcr.io']).toBe(`server = "https://registry.k8s.io"

[host."https://${REGISTRY}/v2/k8s"]
  capabilities = ["pull", "resolve"]
  override_path = true
`);
});

test('registriesConf() puts the cache in the place of each host, and never beside it', () => {
  const stack = newStack();
  const mirrors = NodeMirrors.forCaches(stack, [imported(stack, 'quay', UpstreamRegistry.QUAY), imported(stack, 'ROOT', UpstreamRegistry.KUBERNETES)]);
  expect(mirrors.registriesConf()).toBe([
    '[[registry]]', 'prefix = "quay.io"', `location = "${REGISTRY}/quay"`, '',
    '[[registry]]', 'prefix = "registry.k8s.io"', `location = "${REGISTRY}"`, '',
    '[[registry]]', 'prefix = "k8s.gcr.io"', `location = "${REGISTRY}"`, '',
  ].join('\n'));
});

test('buildkitToml() has a mirror for each host', () => {
  const stack = newStack();
  const mirrors = NodeMirrors.forCaches(stack, [imported(stack, 'hub', dockerHub(stack))]);
  expect(mirrors.buildkitToml()).toBe([
    '[registry."docker.io"]', `  mirrors = ["${REGISTRY}/hub"]`, '',
    '[registry."index.docker.io"]', `  mirrors = ["${REGISTRY}/hub"]`, '',
    '[registry."registry-1.docker.io"]', `  mirrors = ["${REGISTRY}/hub"]`, '',
  ].join('\n'));
});

test.each(['registriesConf', 'buildkitToml'] as const)('%s() asks for a concrete account and Region', method => {
  const stack = agnosticStack();
  const mirrors = NodeMirrors.forCaches(stack, [imported(stack, 'quay', UpstreamRegistry.QUAY)]);
  expect(() => mirrors[method]()).toThrow(`got ${method}() for the cache 'quay', whose account or Region is known only at deployment, `
    + 'expected a concrete account and Region');
});
