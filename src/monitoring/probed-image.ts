import { CachedImage } from '../pulling/cached-image';
import type { ICacheRule } from '../rule/cache-rule';

/**
 * The image as the cache names it, and its path below the prefix. A digest beside a tag is put aside first: the probe pulls the tag
 * before it, so there is nothing to warn of.
 */
export function probedImage(cache: ICacheRule, image: string): { name: string; path: string } {
  const [, tagged, digest] = /^(.*:[^/@]+)@(.*)$/s.exec(image) ?? [undefined, image, undefined];
  const cached = CachedImage.fromRule(cache, tagged);
  const tag = cached.tag === undefined ? '' : `:${cached.tag}`;
  const pin = digest ?? cached.digest;
  return { name: `${cached.repositoryName}${tag}${pin === undefined ? '' : `@${pin}`}`, path: cached.path };
}
