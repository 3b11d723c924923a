import { Duration, Stack } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import { functionParts } from './cache-function';
import type { CacheFunctionOptions } from './cache-function-options';
import { MOST_SETTINGS, NAMESPACE } from '../functions/contract';
import { refuse } from '../private/accepted';
import { CheckId, InvalidInputError } from '../private/errors';
import { checkDuration } from '../private/given';
import { differ } from '../private/places';
import { checkRule, prefixOf } from '../rule/cache-address';

/** How a function that runs on a schedule is made, whatever it does. */
export interface ScheduledFunctionOptions extends CacheFunctionOptions {
  /**
   * The longest that a run may take, up to 15 minutes.
   *
   * @default Duration.minutes(15)
   */
  readonly timeout?: Duration;

  /**
   * Lambda concurrency that is kept for the function. A run that overlaps another puts the same figures for the same time, so
   * none is needed; an account with a low quota can't reserve any.
   *
   * @default - none
   */
  readonly reservedConcurrentExecutions?: number;
}

/** The parts of such a function, whose role may put metrics too, and the options that are not those of every function. */
export function scheduledFunction(scope: Construct, options: ScheduledFunctionOptions) {
  const { timeout = Duration.minutes(15), reservedConcurrentExecutions } = options;
  checkDuration('timeout', timeout, scope);
  const wrongTimeout = {
    got: `a timeout of ${timeout.toHumanString()}`,
    expected: '30 seconds to 15 minutes, the longest that Lambda runs',
    fix: 'watch fewer caches with one function if it is too short',
  };
  if (!timeout.isUnresolved() && timeout.toSeconds() < 30) {
    throw new InvalidInputError(wrongTimeout, scope);
  }
  if (!timeout.isUnresolved() && timeout.toSeconds() > 900) {
    refuse(scope, CheckId.FUNCTION_TIMEOUT, wrongTimeout);
  }
  const parts = functionParts(scope, options);
  parts.role.addToPolicy(new iam.PolicyStatement({
    actions: ['cloudwatch:PutMetricData'],
    // CloudWatch has no resources for it; the namespace is what can be narrowed
    resources: ['*'],
    conditions: { StringEquals: { 'cloudwatch:namespace': NAMESPACE } },
  }));
  return { ...parts, limits: { timeout, reservedConcurrentExecutions } };
}

/** Runs the function at an interval. */
export function schedule(scope: Construct, description: string, interval: Duration, handler: lambda.IFunction): events.Rule {
  return new events.Rule(scope, 'Schedule', {
    description,
    schedule: events.Schedule.rate(interval),
    targets: [new targets.LambdaFunction(handler)],
  });
}

/** Functions, alarms and queries read what is in their own account and Region, so a cache elsewhere can't be watched by them. */
export function checkSameRegistry(scope: Construct, rule: IPullThroughCacheRuleRef): void {
  checkRule(rule, scope);
  const own = Stack.of(scope);
  if (differ(rule.env.account, own.account) || differ(rule.env.region, own.region)) {
    throw new InvalidInputError({
      got: `the cache '${prefixOf(rule)}' of account ${rule.env.account} and Region ${rule.env.region}`,
      expected: `a cache of account ${own.account} and Region ${own.region}, those of this stack`,
      fix: 'watch it from a stack in its own account and Region',
    }, scope);
  }
}

/** Refuses what doesn't fit into the environment of a function. */
export function checkSettings(scope: Construct, settings: object, fix: string): void {
  const length = JSON.stringify(settings).length;
  if (length > MOST_SETTINGS) {
    refuse(scope, CheckId.FUNCTION_SETTINGS, { got: `${length} characters of settings`, expected: `at most ${MOST_SETTINGS}`, fix });
  }
}

/** Refuses an interval that is no whole number of units, or out of range. */
export function checkInterval(scope: IConstruct, interval: Duration, shortest: Duration, longest: Duration): void {
  checkDuration('interval', interval, scope);
  const seconds = interval.toSeconds();
  if (seconds % shortest.toSeconds() !== 0 || seconds < shortest.toSeconds() || seconds > longest.toSeconds()) {
    throw new InvalidInputError({
      got: `an interval of ${interval.toHumanString()}`,
      expected: `a multiple of ${shortest.toHumanString()}, at most ${longest.toHumanString()}`,
      fix: 'round it',
    }, scope);
  }
}
