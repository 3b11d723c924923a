import type { ProbeSettings } from '../../src/functions/contract';
import type { SimulatedAws, SimulatedImage } from '../../test/functions/simulated-aws';

export const PROBED = 10;
export const PLATFORMS = 3;
export const LAYERS = 7;

export const probeSettings: ProbeSettings = {
  caches: [{ prefix: 'echo', images: Array.from({ length: PROBED }, (_, at) => `echo/app-${at}:1`) }],
  intervalSeconds: 6 * 3600,
  imageTimeoutSeconds: 60,
};

/** Puts the images of the probe into a registry, each an index of several platforms. */
export function probedRegistry<T extends SimulatedAws>(aws: T): T {
  for (const name of probeSettings.caches[0].images) {
    const [repository, tag] = name.split(':');
    const platforms = Array.from({ length: PLATFORMS }, (_, at) => image(`${name}-${at}`, []));
    aws.repositories.set(repository, [{ ...image(name, [tag]), layers: [], children: platforms.map(({ digest }) => digest) }, ...platforms]);
  }
  return aws;
}

function image(digest: string, tags: string[]): SimulatedImage {
  const layers = Array.from({ length: LAYERS }, (_, at) => `${digest}-layer-${at}`);
  return { digest, tags, bytes: 10, pushedAt: new Date(0), layers };
}
