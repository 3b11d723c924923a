import { Token } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { CacheAddress } from '../rule/cache-address';

/** What follows the prefix of a cache in the full URI of one of its images; undefined for every other text. */
export function pathInCache(rule: IPullThroughCacheRuleRef, image: string): string | undefined {
  const address = CacheAddress.fromRule(rule);
  const start = [address.registryHost, ...literalHost(address)]
    .map(host => `${host}/${address.repositoryName('')}`)
    .find(uri => image.startsWith(uri));
  return start === undefined ? undefined : image.slice(start.length);
}

/** The registry's host as a person writes it: that of `CacheAddress` ends with `AWS::URLSuffix`. */
function literalHost(address: CacheAddress): string[] {
  const { account, region } = address;
  if (Token.isUnresolved(account) || Token.isUnresolved(region)) { return []; }
  return [`${account}.dkr.ecr.${region}.${RegionInfo.get(region).domainSuffix ?? 'amazonaws.com'}`];
}
