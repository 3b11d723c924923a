import { Token } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { CacheAddress } from '../rule/cache-address';

/** What follows the prefix of a cache in the full URI of one of its images; undefined for every other text. */
export function pathInCache(rule: IPullThroughCacheRuleRef, image: string): string | undefined {
  // most names are of other registries, and a cache's own host takes a while to spell
  if (!image.includes('.dkr.ecr.')) { return undefined; }
  const address = CacheAddress.fromRule(rule);
  const after = (host: string) => {
    const start = `${host}/${address.repositoryName('')}`;
    return image.startsWith(start) ? image.slice(start.length) : undefined;
  };
  return after(address.registryHost) ?? (mayBeLiteral(address, image) ? after(literalHost(address)) : undefined);
}

/** The facts about Regions are slow to load, so only a text that begins right is worth them. */
function mayBeLiteral({ account, region }: CacheAddress, image: string): boolean {
  return !Token.isUnresolved(account) && !Token.isUnresolved(region) && image.startsWith(`${account}.dkr.ecr.${region}.`);
}

/** The registry's host as a person writes it: that of `CacheAddress` ends with `AWS::URLSuffix`. */
function literalHost({ account, region }: CacheAddress): string {
  return `${account}.dkr.ecr.${region}.${RegionInfo.get(region).domainSuffix ?? 'amazonaws.com'}`;
}
