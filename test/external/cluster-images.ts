import { App, Stack } from 'aws-cdk-lib';
import { CachedImages, PullThroughCache, UpstreamRegistry, UpstreamSecret } from '../../src';

export const ACCOUNT = '111122223333', REGION = 'eu-central-1', HOST = `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com`;

const DIGEST = `@sha256:${'a'.repeat(64)}`;
/** Names that the caches of `clusterImages()` don't serve, some of which look as if. */
export const HOSTILE = [
  'ghcr.io/a/b', 'QUAY.IO/a/b', 'quay.io:443/a/b', `quay.io/a/b${DIGEST}`, 'localhost/a', `${HOST}.evil.example/docker-hub/a`, `${HOST}/own/app`, `${HOST}/docker-hubx/a`,
  `evil.example/${HOST}/docker-hub/a`, `999999999999.dkr.ecr.${REGION}.amazonaws.com/a`, `${HOST}/docker-hub/../own/app`, `${HOST}/docker-hub/A`,
  `${HOST}:443/docker-hub/a`, `${HOST}/docker-hub/`, 'a'.repeat(64), '602401143452.dkr.ecr.us-east-1.amazonaws.com/a',
];

/** What `manifest()` makes of a name; a name that it refuses stays. */
export function asInManifest(images: CachedImages, stack: Stack, name: string): string {
  try {
    const { spec } = images.manifest({ kind: 'Pod', spec: { containers: [{ name: 'c', image: name }] } });
    const image = stack.resolve(spec.containers[0].image);
    return typeof image === 'string' ? image : image['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'amazonaws.com').join('');
  } catch (error) {
    if ((error as Error).name !== 'InvalidInputError') { throw error; }
    return name;
  }
}

/** The images of a cluster with caches of Docker Hub and Quay, and EKS's own registry as an exception. */
export function clusterImages(): { readonly images: CachedImages; expected(name: string): string } {
  const stack = new Stack(new App(), 'Cluster', { env: { account: ACCOUNT, region: REGION } });
  const { credential } = new UpstreamSecret(stack, 'Secret', { secretName: 'ecr-pullthroughcache/hub', username: 'me' });
  const images = CachedImages.of(stack);
  images.configure({ exceptions: [`602401143452.dkr.ecr.${REGION}.amazonaws.com/*`] });
  images.use(
    new PullThroughCache(stack, 'Hub', { upstream: UpstreamRegistry.dockerHub(credential) }),
    new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY }));
  return { images, expected: name => asInManifest(images, stack, name) };
}
