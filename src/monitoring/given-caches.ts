import { createHash } from 'crypto';
import { Stack, Token } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { InvalidInputError } from '../private/errors';
import { checkList } from '../private/given';
import { checkRule, prefixOf } from '../rule/cache-address';

/** Refuses an empty list of caches, and what is no cache in it. */
export function checkCaches(scope: Construct, caches: readonly IPullThroughCacheRuleRef[] | undefined): void {
  if (caches === undefined || caches === null || caches.length === 0) {
    throw new InvalidInputError({
      got: caches?.length === 0 ? 'an empty list of caches' : 'no caches',
      expected: 'at least one cache',
      fix: 'name the caches, or leave this construct out',
    }, scope);
  }
  checkList('caches', caches, scope);
  caches.forEach(cache => checkRule(cache, scope));
}

/** Refuses a cache that is given twice where each has something of its own. */
export function checkDistinct(scope: Construct, caches: readonly IPullThroughCacheRuleRef[]): void {
  const ids = caches.map(cache => idOf(scope, cache));
  const twice = caches.find((_, at) => ids.indexOf(ids[at]) < at);
  if (twice) {
    throw new InvalidInputError({
      got: `the cache '${prefixOf(twice)}' twice`,
      expected: 'each cache once',
      fix: 'leave the second one out',
    }, scope);
  }
}

/** The id of what a construct makes for one of its caches: it stays the same whichever other caches there are. */
export function idOf(scope: Construct, cache: IPullThroughCacheRuleRef): string {
  const prefix = prefixOf(cache);
  return Token.isUnresolved(prefix)
    ? createHash('sha256').update(JSON.stringify(Stack.of(scope).resolve(prefix))).digest('hex').slice(0, 16)
    : encodeURIComponent(prefix);
}
