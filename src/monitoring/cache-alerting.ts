import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';
import type { CacheAlarm } from './cache-alarm';
import { watchOf } from './cache-watch';
import { InvalidInputError } from '../private/errors';
import { prefixOf } from '../rule/cache-address';

/** Properties of `CacheAlerting`. */
export interface CacheAlertingProps {
  /** The cache. An L1 rule or an import will do. */
  readonly cache: IPullThroughCacheRuleRef;

  /** What goes off for what. */
  readonly alarms: CacheAlarm[];

  /**
   * What each alarm does when it goes off, and again when it is over.
   *
   * @default - nothing: the alarms show in CloudWatch only
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * What is done once when any of the alarms, or the one on failed imports, goes off, and again when all are over. Makes a
   * composite alarm, so that a cause that sets off several of them pages once.
   *
   * @default - no composite alarm
   */
  readonly pageActions?: cloudwatch.IAlarmAction[];
}

/**
 * Alarms on a cache, beside the default one on failed imports.
 *
 * @example
 * import { CacheAlarm, CacheAlerting, CacheStatistics, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 *
 * declare const topic: sns.ITopic;
 * const echo = PullThroughCache.fromRepositoryPrefix(this, 'Echo', 'echo');
 * new CacheStatistics(this, 'Statistics', { caches: [echo] });
 * new CacheAlerting(this, 'EchoAlarms', {
 *   cache: echo,
 *   alarms: [CacheAlarm.hitRateBelow(0.8), CacheAlarm.statisticsMissing()],
 *   alarmActions: [new SnsAction(topic)],
 * });
 */
export class CacheAlerting extends Construct {
  /** The alarms, in the order in which they were asked for. */
  public readonly alarms: cloudwatch.IAlarm[];

  /** The composite alarm; undefined without `pageActions`. */
  public readonly pagingAlarm?: cloudwatch.IAlarm;

  constructor(scope: Construct, id: string, props: CacheAlertingProps) {
    super(scope, id);
    const alarms = props.alarms.map(alarm => alarm._bind(this, props.cache));
    alarms.forEach(alarm => notify(alarm, props.alarmActions));
    this.alarms = alarms;
    if (props.pageActions) {
      this.pagingAlarm = pagingAlarm(this, props.cache, alarms, props.pageActions);
    }
  }
}

/** Tells of the bad news and of its end. */
export function notify(alarm: cloudwatch.AlarmBase, actions: cloudwatch.IAlarmAction[] = []): void {
  for (const action of actions) {
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

function pagingAlarm(
  scope: Construct, rule: IPullThroughCacheRuleRef, alarms: cloudwatch.IAlarm[], actions: cloudwatch.IAlarmAction[]): cloudwatch.CompositeAlarm {
  const { failedPullsAlarm } = watchOf(rule);
  const all = [...failedPullsAlarm ? [failedPullsAlarm] : [], ...alarms];
  if (all.length === 0) {
    throw new InvalidInputError({
      got: `page actions for the cache '${prefixOf(rule)}', which has no alarm`,
      expected: 'an alarm that can go off',
      fix: 'add alarms, or leave the page actions out',
    }, scope);
  }
  const composite = new cloudwatch.CompositeAlarm(scope, 'Paging', {
    alarmDescription: `Something is wrong with the pull-through cache ${prefixOf(rule)}: `
      + 'the descriptions of the alarms in this one say what happened and what to do.',
    alarmRule: cloudwatch.AlarmRule.anyOf(...all.map(alarm => cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM))),
  });
  notify(composite, actions);
  return composite;
}
