import type { Duration } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { namedFor, watchOf } from './cache-watch';
import type { CacheWatch, ScheduledWatcher } from './cache-watch';
import { checkProducers } from './producer-checks';
import { InvalidInputError } from '../private/errors';
import { checkDuration } from '../private/given';
import { checkRule, prefixOf } from '../rule/cache-address';

/**
 * What emits the metrics of a cache that something outside of this app watches, or that this app makes elsewhere. Metrics, alarms,
 * dashboards and queries find it as they find what this app makes. For the object that names it, it goes before what this app makes.
 */
export interface CacheMetricProducers {
  /**
   * The EventBridge rule that matches failed imports. It emits `failedPulls`.
   *
   * @default - that of the monitoring in this app
   */
  readonly failedPullsRule?: events.IRule;

  /**
   * The alarm on failed imports, which a page includes.
   *
   * @default - that of the monitoring in this app
   */
  readonly failedPullsAlarm?: cloudwatch.IAlarm;

  /**
   * The EventBridge rule that matches imports that succeeded. It emits `imports`.
   *
   * @default - that of the monitoring in this app
   */
  readonly importsRule?: events.IRule;

  /**
   * The EventBridge rule that matches denied calls. It emits `deniedPulls`.
   *
   * @default - that of the alarm on denied pulls in this app
   */
  readonly deniedPullsRule?: events.IRule;

  /**
   * The EventBridge rule that matches calls that the upstream refused. It emits `upstreamRefusals`.
   *
   * @default - that of the alarm on refused calls in this app
   */
  readonly upstreamRefusalsRule?: events.IRule;

  /**
   * The log group of the `CacheEventLog` that events are written to.
   *
   * @default - that of the monitoring in this app
   */
  readonly eventLogGroup?: logs.ILogGroup;

  /**
   * The interval of the `CacheStatistics` that counts the cache.
   *
   * @default - that of the statistics in this app
   */
  readonly statisticsInterval?: Duration;

  /**
   * The log group of the `CacheStatistics`. It needs `statisticsInterval`.
   *
   * @default - that of the statistics in this app
   */
  readonly statisticsLogGroup?: logs.ILogGroup;

  /**
   * The interval of the `CacheProbe` that pulls images of the cache.
   *
   * @default - that of the probe in this app
   */
  readonly probeInterval?: Duration;

  /**
   * The log group of the `CacheProbe`. It needs `probeInterval`.
   *
   * @default - that of the probe in this app
   */
  readonly probeLogGroup?: logs.ILogGroup;
}

/**
 * Notes down what an import knows of its producers, for itself, and for others as far as nothing else is known. What is known already has to
 * be the same, as far as the names tell.
 */
export function nameProducers(rule: IPullThroughCacheRuleRef, producers: CacheMetricProducers): void {
  checkRule(rule);
  checkProducers(rule, producers);
  const [watch, own] = [watchOf(rule), namedFor(rule)];
  const named: [keyof CacheMetricProducers, keyof CacheWatch, CacheWatch[keyof CacheWatch]][] = [
    ['failedPullsRule', 'failedPulls', producers.failedPullsRule],
    ['failedPullsAlarm', 'failedPullsAlarm', producers.failedPullsAlarm],
    ['importsRule', 'imports', producers.importsRule],
    ['deniedPullsRule', 'deniedPulls', producers.deniedPullsRule],
    ['upstreamRefusalsRule', 'upstreamRefusals', producers.upstreamRefusalsRule],
    ['eventLogGroup', 'eventLogGroup', producers.eventLogGroup],
    ['statisticsInterval', 'statistics', watcher(rule, 'statistics', producers.statisticsInterval, producers.statisticsLogGroup)],
    ['probeInterval', 'probe', watcher(rule, 'probe', producers.probeInterval, producers.probeLogGroup)],
  ];
  const given = named.filter(([, , producer]) => producer !== undefined);
  for (const [name, key, producer] of given) {
    checkSame(rule, name, watch[key], producer!);
    checkSame(rule, name, own[key], producer!, true);
  }
  const fill = (into: CacheWatch, entries: typeof given) =>
    Object.assign(into, Object.fromEntries(entries.map(([, key, producer]) => [key, producer])));
  fill(own, given);
  fill(watch, given.filter(([, key]) => watch[key] === undefined));
}

function watcher(
  rule: IPullThroughCacheRuleRef, name: string, interval: Duration | undefined, logGroup: logs.ILogGroup | undefined): ScheduledWatcher | undefined {
  checkDuration(`${name}Interval`, interval, rule);
  if (interval) {
    return { path: rule.node.path, intervalSeconds: interval.toSeconds(), logGroup };
  }
  if (logGroup) {
    throw new InvalidInputError({
      got: `${name}LogGroup without ${name}Interval for the cache '${prefixOf(rule)}'`,
      expected: 'the interval too, by which metrics and alarms read what the function puts',
      fix: `pass ${name}Interval`,
    }, rule);
  }
  return undefined;
}

/** Refuses two producers of one metric, as far as their names are known, or one object has both. */
function checkSame(
  rule: IPullThroughCacheRuleRef, name: string, known: CacheWatch[keyof CacheWatch], named: NonNullable<CacheWatch[keyof CacheWatch]>,
  ofOneObject = false): void {
  if (known === undefined || known === named) {
    return;
  }
  const [one, other] = [nameOf(known), nameOf(named)];
  const comparable = !Token.isUnresolved(one) && !Token.isUnresolved(other);
  // of two objects with unknown names each import keeps its own; one import can't have both
  if (one !== other && (comparable || ofOneObject)) {
    throw new InvalidInputError({
      got: `${name} '${other}' for the cache '${prefixOf(rule)}', of which '${one}' is known`,
      expected: 'one producer of a metric',
      fix: `leave ${name} out, or name the same everywhere in this app`,
    }, rule);
  }
}

function nameOf(producer: NonNullable<CacheWatch[keyof CacheWatch]>): string {
  if ('intervalSeconds' in producer) {
    return `${producer.intervalSeconds} seconds`;
  }
  return 'ruleName' in producer ? producer.ruleName : 'alarmName' in producer ? producer.alarmName : producer.logGroupName;
}
