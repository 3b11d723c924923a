import { dockerHub, imported, REGISTRY } from './fixture';
import { NodeMirrors } from '../../src';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { agnosticStack, newStack } from '../app';

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
