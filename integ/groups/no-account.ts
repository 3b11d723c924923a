import { ask } from '../../local/harness/http';
import { decided, undecided } from '../runner/check';
import type { Group } from '../runner/check';

const OLD = [
  'pause:3.1', 'pause:3.5', 'coredns:1.6.7', 'kube-proxy:v1.20.0', 'etcd:3.4.13-0', 'defaultbackend-amd64:1.5', 'metrics-server/metrics-server:v0.5.0',
];
const TYPES = [
  'application/vnd.docker.distribution.manifest.list.v2+json', 'application/vnd.docker.distribution.manifest.v2+json', 'application/vnd.oci.image.index.v1+json',
].join(', ');

/** The digest that a host has for an image, after the redirects that both hosts answer with. */
async function digestAt(host: string, image: string): Promise<string | undefined> {
  const [name, tag] = image.split(':');
  let url = `https://${host}/v2/${name}/manifests/${tag}`;
  for (let hops = 0; hops < 5; hops++) {
    const { status, headers } = await ask('HEAD', url, { headers: { Accept: TYPES } });
    if (status === 200) { return String(headers['docker-content-digest']); }
    if (status < 300 || status >= 400) { return undefined; }
    url = new URL(String(headers.location), url).href;
  }
  return undefined;
}

async function kubernetesOldHost() {
  const seen: Record<string, string> = {};
  for (const image of OLD) {
    const before = await digestAt('k8s.gcr.io', image);
    const now = await digestAt('registry.k8s.io', image);
    if (before !== undefined) { seen[image] = before === now ? 'the same' : `${before} and ${now}`; }
  }
  return Object.keys(seen).length === 0 ? undecided('k8s.gcr.io has none of them any more') : decided(Object.values(seen).every(one => one === 'the same'), seen);
}

export const NO_ACCOUNT: Group = {
  name: 'no-account',
  creates: 'nothing: it asks two public registries',
  minutes: 1,
  dollars: 0,
  checks: [{ id: 'kubernetes-old-host', notOnEngine: 'it asks public registries', run: kubernetesOldHost }],
};
