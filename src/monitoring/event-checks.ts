import { Stack, Token } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { InvalidInputError } from '../private/errors';

/** Refuses an EventBridge rule where ECR's events never arrive: they stay in the account and Region of the cache. */
export function checkEventsArrive(rule: IPullThroughCacheRuleRef, scope: IConstruct): void {
  const stack = Stack.of(scope);
  refuseOther('account', rule.env.account, stack.account, scope);
  refuseOther('Region', rule.env.region, stack.region, scope);
}

function refuseOther(name: string, cache: string, stack: string, scope: IConstruct): void {
  if (cache === stack || Token.isUnresolved(cache) || Token.isUnresolved(stack)) {
    return;
  }
  throw new InvalidInputError({
    got: `an event rule in the ${name} ${stack} for a cache in the ${name} ${cache}`,
    expected: 'a rule in the account and Region of the cache, which its events do not leave',
    fix: 'pass a crossStackScope in a stack of that account and Region, and forward the events from there',
  }, scope);
}
