import { Token } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { CacheAddress } from '../rule/cache-address';

/** What follows the prefix of a cache in the full URI of one of its images; undefined for every other text. */
export function pathInCache(rule: IPullThroughCacheRuleRef, image: string): string | undefined {
  const address = CacheAddress.fromRule(rule);
  const start = [address.registryHost, ...literalHost(address, image)]
    .map(host => `${host}/${address.repositoryName('')}`)
    .find(uri => image.startsWith(uri));
  return start === undefined ? undefined : image.slice(start.length);
}

/** The registry's host as a person writes it, if the text begins so far: that of `CacheAddress` ends with `AWS::URLSuffix`. */
function literalHost({ account, region }: CacheAddress, image: string): string[] {
  const start = `${account}.dkr.ecr.${region}.`;
  // the facts about Regions are slow to load, so only for a text that may need them
  return Token.isUnresolved(start) || !image.startsWith(start) ? [] : [`${start}${RegionInfo.get(region).domainSuffix ?? 'amazonaws.com'}`];
}
