import { imported, REGISTRY } from './fixture';
import { NodeMirrors } from '../../src/mirrors/node-mirrors';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { newStack } from '../app';

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
