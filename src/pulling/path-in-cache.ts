import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { excerpt, InvalidInputError } from '../private/errors';
import { CacheAddress } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';
import { afterRegistryHost } from '../rule/registry-host';

/** An image of this very registry outside of the cache is none of the upstream's, whatever is written in front of it. */
export function refuseOtherRepository(rule: ICacheRule, address: CacheAddress, image: string): void {
  if (afterRegistryHost(address, image) === undefined || rule.upstream?.imageHosts.some(host => image.startsWith(`${host}/`))) {
    return;
  }
  throw new InvalidInputError({
    got: `the image ${excerpt(image)} of the cache's own registry, outside of the cache '${address.repositoryPrefix}'`,
    expected: `an image below '${address.repositoryName('')}' of that registry, or the name that an image has in the upstream`,
    fix: 'take the cache that has this prefix, or use a repository of your own as it is, by ContainerImage.fromEcrRepository() of aws-cdk',
  }, rule);
}

/** What follows the prefix of a cache in the full URI of one of its images, by any host of the registry; undefined for every other text. */
export function pathInCache(rule: IPullThroughCacheRuleRef, image: string): string | undefined {
  // most names are of other registries, and a cache's own hosts take a while to spell
  if (!/\.dkr[.-]ecr/.test(image)) { return undefined; }
  const address = CacheAddress.fromRule(rule);
  const name = afterRegistryHost(address, image);
  const start = address.repositoryName('');
  return name?.startsWith(start) ? name.slice(start.length) : undefined;
}
