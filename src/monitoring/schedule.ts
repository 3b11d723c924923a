import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import { functionParts } from './cache-function';
import { FUNCTION_OPTIONS } from './cache-function-defaults';
import type { CacheFunctionOptions } from './cache-function-options';
import { NAMESPACE } from '../functions/contract';
import type { FirstRunProperties } from '../functions/contract';
import { refuse } from '../private/accepted';
import { readFlag } from '../private/access';
import { CheckId, InvalidInputError } from '../private/errors';
import { checkDuration } from '../private/given';
import { differ } from '../private/places';
import { checkRule, prefixOf } from '../rule/cache-address';

/** How a function that runs on a schedule is made, whatever it does. */
export interface ScheduledFunctionOptions extends CacheFunctionOptions {
  /**
   * The longest that a run may take: 2 to 15 minutes.
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

  /**
   * Whether the function runs once when it is deployed, and again when what it watches changes, so that there are figures before there are
   * alarms on them. A run that fails fails no deployment. In a VPC the function has to reach the S3 bucket that CloudFormation takes answers in;
   * where it can't, switch this off: `statisticsMissing()` and `probeMissing()` are then in ALARM until the first run on schedule.
   *
   * @default true
   */
  readonly runOnDeploy?: boolean;
}

/* Each option once: a `Record` that lacks one does not compile. */
const OWN_OPTIONS = Object.keys({
  timeout: 0, reservedConcurrentExecutions: 0, runOnDeploy: 0,
} satisfies Record<Exclude<keyof ScheduledFunctionOptions, keyof CacheFunctionOptions>, 0>);

/** The names of all options of such a function. */
export const SCHEDULED_OPTIONS: readonly string[] = [...FUNCTION_OPTIONS, ...OWN_OPTIONS];

/** The parts of such a function, whose role may put metrics too, and the options that are not those of every function. */
export function scheduledFunction(scope: Construct, options: ScheduledFunctionOptions) {
  const { timeout = Duration.minutes(15), reservedConcurrentExecutions } = options;
  checkDuration('timeout', timeout, scope);
  const wrongTimeout = {
    got: `a timeout of ${timeout.toHumanString()}`,
    expected: '2 to 15 minutes: a run keeps the last one for its figures, and Lambda runs for 15 at most',
    fix: 'watch fewer caches with one function if it is too short',
  };
  if (!timeout.isUnresolved() && timeout.toSeconds() < 120) {
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

/**
 * Runs the function during the deployment. What it would look at may be made by the same stack, and is there before.
 *
 * @param settings a text that changes when it is to run again
 */
export function firstRun(
  scope: Construct, handler: lambda.IFunction, options: ScheduledFunctionOptions, settings: string): CustomResource | undefined {
  if (!readFlag('runOnDeploy', options.runOnDeploy, true, scope)) {
    return undefined;
  }
  const timeout = options.timeout ?? Duration.minutes(15);
  return new CustomResource(scope, 'FirstRun', {
    serviceToken: handler.functionArn,
    // a run that dies is repeated by Lambda
    serviceTimeout: timeout.isUnresolved() ? undefined : Duration.seconds(Math.min(3600, 2 * timeout.toSeconds() + 300)),
    resourceType: 'Custom::PullThroughCacheFirstRun',
    properties: { settings } satisfies FirstRunProperties,
  });
}

/** What of a cache has to be there before anything can be pulled through it, as far as the stack of a construct makes it. */
export function madeBeforePulls(scope: Construct, cache: IConstruct): IConstruct[] {
  const parts = ['Default', 'Resource', 'RepositoryTemplate', 'UpstreamRole'].map(id => cache.node.tryFindChild(id));
  return parts.filter(part => part !== undefined).filter(part => Stack.of(part) === Stack.of(scope));
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

/** Refuses an interval that is no whole number of units, or out of range. */
export function checkInterval(scope: IConstruct, interval: Duration, shortest: Duration, longest: Duration, name = 'interval'): void {
  checkDuration(name, interval, scope);
  const seconds = interval.toSeconds();
  if (seconds % shortest.toSeconds() !== 0 || seconds < shortest.toSeconds() || seconds > longest.toSeconds()) {
    throw new InvalidInputError({
      got: `an interval of ${interval.toHumanString()}`,
      expected: `a multiple of ${shortest.toHumanString()}, at most ${longest.toHumanString()}`,
      fix: 'round it',
    }, scope);
  }
}
