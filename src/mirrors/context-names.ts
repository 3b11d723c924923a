import { ROOT } from '../private/checks';
import { InvalidInputError } from '../private/errors';
import type { ImageInCache } from '../pulling/image-in-cache';
import type { UpstreamRegistry } from '../upstream/upstream-registry';

const DOCKER_HUB = 'docker.io';
const OFFICIAL = 'library/';

/** What of an image follows its repository in a name. */
export interface ImageVersion {
  readonly tag?: string;
  readonly digest?: string;
}

/**
 * The names by which a Dockerfile may mean an image: with each host of its upstream, Docker Hub's also without one. Elsewhere a path without a
 * host would be an image of Docker Hub, so it is none of the names.
 */
export function namesOfCachedImage(image: ImageInCache): string[] {
  const { upstream, upstreamRepositoryPrefix: prefix } = image._rule;
  const path = prefix === undefined || prefix === ROOT ? image.path : `${prefix}/${image.path}`;
  return namesAt(hostsOf(upstream, image), path, image);
}

/** The names by which a Dockerfile may mean the image of a registry, each spelling that Docker reads as the same. */
export function namesAt(hosts: readonly string[], path: string, version: ImageVersion): string[] {
  const versions = versionsOf(version);
  return hosts.flatMap(host => spellings(host, path)).flatMap(name => versions.map(one => `${name}${one}`));
}

function hostsOf(upstream: UpstreamRegistry | undefined, image: ImageInCache): string[] {
  if (upstream === undefined) {
    throw new InvalidInputError({
      got: `an image of a cache whose upstream is not known, '${image.repositoryName}'`,
      expected: 'a cache that says what it caches, since a Dockerfile names the upstream',
      fix: 'import the cache by PullThroughCache.fromPullThroughCacheAttributes() with its upstream',
    }, image._rule);
  }
  return upstream.imageHosts;
}

/** Docker completes short names to those of Docker Hub, and their single words by `library/`. */
function spellings(host: string, path: string): string[] {
  const paths = host === DOCKER_HUB && path.startsWith(OFFICIAL) ? [path, path.slice(OFFICIAL.length)] : [path];
  return host === DOCKER_HUB ? [...paths, ...paths.map(one => `${host}/${one}`)] : paths.map(one => `${host}/${one}`);
}

/** A name without tag and digest means the tag `latest`. */
function versionsOf({ tag, digest }: ImageVersion): string[] {
  if (digest !== undefined) {
    return [...tag === undefined ? [] : [`:${tag}@${digest}`], `@${digest}`];
  }
  return tag === undefined || tag === 'latest' ? ['', ':latest'] : [`:${tag}`];
}
