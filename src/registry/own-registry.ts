import { Stack, Token } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { InvalidInputError } from '../private/errors';
import { CacheAddress } from '../rule/cache-address';

/** Refuses a cache of another registry than the one that a setting belongs to. */
export function checkOwnRegistry(cache: IPullThroughCacheRuleRef, construct: IConstruct, setting: string): void {
  const { account, region } = CacheAddress.fromRule(cache);
  const own = Stack.of(construct);
  const differs = (one: string, other: string) => !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
  if (differs(account, own.account) || differs(region, own.region)) {
    throw new InvalidInputError({
      got: `a cache of the account ${account} and Region ${region}`,
      expected: `one of the account ${own.account} and Region ${own.region}, whose registry this is about`,
      fix: `make a ${setting} in a stack of that account and Region`,
    }, construct);
  }
}
