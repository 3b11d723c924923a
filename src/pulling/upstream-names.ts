import { Token } from 'aws-cdk-lib';
import { BYPASS } from '../private/bypass';
import { ROOT } from '../private/checks';
import { excerpt, InvalidInputError, warn, WarningId } from '../private/errors';
import type { ICacheRule } from '../rule/cache-rule';

/** What of an image is pulled without its cache: the registry and the repository in the upstream. */
export function upstreamRepository(rule: ICacheRule, path: string): string {
  const { upstream, upstreamRepositoryPrefix: prefix, repositoryPrefix } = rule;
  if (upstream === undefined) {
    throw new InvalidInputError({
      got: `the image '${path}' of the cache '${repositoryPrefix}', whose upstream is not known, with the context '${BYPASS}'`,
      expected: "a cache whose upstream is known: a name without its registry would be somebody else's on Docker Hub",
      fix: "import the cache by fromPullThroughCacheAttributes() with 'upstream', or unset the context here",
    }, rule);
  }
  if (upstream.readByRole) {
    throw new InvalidInputError({
      got: `the image '${path}' of the cache '${repositoryPrefix}', whose upstream is a private ECR registry, with the context '${BYPASS}'`,
      expected: 'an upstream that whoever pulls can read: this one is read by the role of the rule',
      fix: 'unset the context here, since cached images are served without the upstream too, or name an image of another registry',
    }, rule);
  }
  const below = prefix === undefined || prefix === ROOT ? '' : `${prefix}/`;
  return `${upstream.imageHosts[0]}/${below}${path}`;
}

/** Warns of a name that is likely not what was meant. */
export function warnOfName(rule: ICacheRule, image: string, path: string, repositoryName: string): void {
  const { repositoryPrefix: prefix } = rule;
  // by mistake, or a path of the upstream that begins so: with the upstream's host in front, the latter
  if (image.startsWith(`${prefix}/`) && path.startsWith(`${prefix}/`)) {
    warn(rule, WarningId.REPEATED_PREFIX,
      `the image ${excerpt(image)} begins with the prefix of the cache, so it is cached as '${repositoryName}'. Write the name that it has `
      + `in the upstream, such as '${path.slice(prefix.length + 1)}', or acknowledge this warning when the upstream has such a path.`);
  }
  // only a known upstream tells that it is Docker Hub, so its usual prefixes have to do
  if (rule.upstream === undefined && /docker/.test(prefix) && !Token.isUnresolved(path) && !path.includes('/')) {
    warn(rule, WarningId.OFFICIAL_IMAGE,
      `the image ${excerpt(image)} of the cache '${prefix}', whose upstream is not known, is cached as '${repositoryName}': Docker Hub has no `
      + `image of one part. Write 'library/${path}', import the cache by fromPullThroughCacheAttributes() with 'upstream', or acknowledge this `
      + 'warning when the upstream is another registry.');
  }
}
