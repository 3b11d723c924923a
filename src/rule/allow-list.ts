import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { prefixOf } from './cache-address';
import type { ICacheRule } from './cache-rule';
import { accessTexts } from '../private/access';
import { PATH, ROOT } from '../private/checks';
import { excerpt, InvalidInputError, warn, WarningId } from '../private/errors';
import { checkWhenKnown, isLater, maskLater } from '../private/later';
import { readUpstreamImage } from '../upstream/upstream-image';

const EVERYTHING = '*';
const BELOW = '/*';

/** What of a cache is meant where nobody names images. */
export const WHOLE_CACHE: readonly string[] = [EVERYTHING];

/**
 * Reads which images of a cache are meant: each entry is a path below its prefix, `nginx`, or `team/*` for all that begins with `team/`,
 * or `*`. Names are completed as the upstream completes them, so Docker Hub's `nginx` is `library/nginx`.
 *
 * A path with a token is taken as it is, once it has the form of a path around the token.
 *
 * @param whole how the whole cache is asked for, since an empty list is refused
 */
export function readAllowList(rule: IPullThroughCacheRuleRef, images: readonly string[], whole: string): string[] {
  return [...new Set(accessTexts('images', images, whole, rule).map(image => readEntry(rule, image)))];
}

/** Paths that are known to be such, as those of cached images: nothing in them is taken for a registry, and nothing completed. */
export function knownPaths(paths: readonly string[]): string[] {
  return [...new Set(paths)];
}

function readEntry(rule: IPullThroughCacheRuleRef, image: string): string {
  if (image === EVERYTHING) {
    return image;
  }
  checkEntry(rule, image);
  if (isLater(image)) {
    checkWhenKnown('allowed image', rule, image, known => checkEntry(rule, known));
    return image;
  }
  const path = image.endsWith(BELOW) ? image.slice(0, -BELOW.length) : image;
  warnOfRepeatedPrefix(rule, path, image);
  return path === image ? complete(rule, path) : below(rule, path);
}

/** All below a path, of which a registry in front is no part. */
function below(rule: IPullThroughCacheRuleRef, path: string): string {
  const own = withoutHost(rule, path);
  const host = path.split('/')[0];
  if (own === path && /[.:]|^localhost$/.test(host)) {
    throw new InvalidInputError({
      got: `the allowed images ${excerpt(`${path}${BELOW}`)}, which begin with the registry '${host}'`,
      expected: 'paths of the upstream that the cache serves, by its own registry or without one',
      fix: `leave '${host}/' out; if it is part of the path, write the upstream's own registry in front of it`,
    }, rule);
  }
  return own === '' ? EVERYTHING : `${own}${BELOW}`;
}

/** A path without the upstream's host and the part of the upstream that the cache serves, where it has the host. */
function withoutHost(rule: IPullThroughCacheRuleRef & Partial<ICacheRule>, path: string): string {
  const { upstream, upstreamRepositoryPrefix: prefix } = rule;
  const host = upstream?.imageHosts.find(one => path === one || path.startsWith(`${one}/`));
  if (host === undefined) {
    return path;
  }
  const name = path.slice(host.length + 1);
  if (prefix === undefined || prefix === ROOT) {
    return name;
  }
  if (!`${name}/`.startsWith(`${prefix}/`)) {
    throw new InvalidInputError({
      got: `the allowed image ${excerpt(path)}`,
      expected: `an image below '${prefix}/', the part of the upstream that this cache serves`,
      fix: `write '${host}/${prefix}/...', or the path below the prefix of the cache`,
    }, rule);
  }
  return name.slice(prefix.length + 1);
}

/** With an upstream prefix a path is the end of a name, to which nothing can be added. */
function complete(rule: IPullThroughCacheRuleRef & Partial<ICacheRule>, path: string): string {
  const { upstream, upstreamRepositoryPrefix: prefix } = rule;
  if (prefix !== undefined && prefix !== ROOT) {
    return withoutHost(rule, path);
  }
  return upstream ? upstream._read(path).repository : readUpstreamImage(path, []).repository;
}

function checkEntry(rule: IPullThroughCacheRuleRef, image: string): void {
  const path = image.endsWith(BELOW) ? image.slice(0, -BELOW.length) : image;
  if (PATH.test(maskLater(path))) {
    return;
  }
  const got = image === '' ? 'an empty name among the allowed images' : `the allowed image ${excerpt(image)}`;
  const untagged = image.slice(0, maskLater(image).replace(/[:@].*/, '').length);
  if (image !== untagged) {
    throw new InvalidInputError({
      got,
      expected: 'a path without tag and digest, since IAM knows repositories and no tags',
      fix: untagged === '' ? "write one such as 'nginx' or 'team/*'" : `write '${untagged}'`,
    }, rule);
  }
  if (PATH.test(maskLater(image).replace(/\*/g, 'x'))) {
    throw new InvalidInputError({
      got,
      expected: "'*' alone or as the last part, as in 'team/*'",
      fix: 'name the images one by one, or allow all below a path',
    }, rule);
  }
  const better = image.toLowerCase().replace(/^\/+|\/+$/g, '');
  throw new InvalidInputError({
    got,
    expected: "a path below the prefix of the cache, in lower case, without a slash at either end, or one that ends in '/*'",
    fix: PATH.test(better) ? `write '${better}'` : "write one such as 'nginx' or 'team/*'",
  }, rule);
}

/** A registry may well have a repository of that name, so this is a doubt and no mistake. */
function warnOfRepeatedPrefix(rule: IPullThroughCacheRuleRef, path: string, image: string): void {
  const prefix = prefixOf(rule);
  if (path.startsWith(`${prefix}/`)) {
    warn(rule, WarningId.REPEATED_PREFIX,
      `the allowed image '${image}' begins with the prefix of the cache, so it allows the repository '${prefix}/${image}'. `
      + `Write '${image.slice(prefix.length + 1)}' for '${image}', or acknowledge this warning when the upstream has such a path.`);
  }
}
