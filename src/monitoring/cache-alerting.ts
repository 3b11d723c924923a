import { Lazy } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';
import type { CacheAlarm } from './cache-alarm';
import { watchOf } from './cache-watch';
import { checkCaches, checkDistinct, idOf } from './given-caches';
import { checkSameRegistry } from './schedule';
import { InvalidInputError } from '../private/errors';
import { prefixOf } from '../rule/cache-address';

/** Properties of `CacheAlerting`. */
export interface CacheAlertingProps {
  /** The caches: at least one, all of this stack's account and Region. L1 rules and imports will do. */
  readonly caches: IPullThroughCacheRuleRef[];

  /** What fires for what, the same for each cache. */
  readonly alarms: CacheAlarm[];

  /**
   * What each alarm does when it fires, and again when it is over.
   *
   * @default - nothing: the alarms show in CloudWatch only
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * What is done once when any of a cache's alarms, or the one on failed imports, fires, and again when all are over. Makes a
   * composite alarm for each cache, so that a cause that sets off several of them pages once.
   *
   * @default - no composite alarm
   */
  readonly pageActions?: cloudwatch.IAlarmAction[];
}

/**
 * Alarms on caches, beside the default one on failed imports. Each cache has alarms of its own.
 *
 * What an alarm reads has to be there first: a `CacheStatistics`, a `CacheProbe`, a monitoring that logs, or an import whose attributes name
 * them.
 *
 * @example
 * import { CacheAlarm, CacheAlerting, CacheStatistics, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 *
 * declare const topic: sns.ITopic;
 * const echo = PullThroughCache.fromRepositoryPrefix(this, 'Echo', 'echo');
 * new CacheStatistics(this, 'Statistics', { caches: [echo] });
 * new CacheAlerting(this, 'Alerting', {
 *   caches: [echo],
 *   alarms: [CacheAlarm.hitRateBelow(0.8), CacheAlarm.statisticsMissing()],
 *   alarmActions: [new SnsAction(topic)],
 * });
 */
export class CacheAlerting extends Construct {
  /** The alarms, cache by cache, those of the whole account and Region last. */
  public readonly alarms: cloudwatch.IAlarm[];

  /** The composite alarms. Without `pageActions` there are none. */
  public readonly pagingAlarms: cloudwatch.IAlarm[];

  constructor(scope: Construct, id: string, props: CacheAlertingProps) {
    super(scope, id);
    const { caches, alarmActions, pageActions } = props;
    checkCaches(this, caches);
    checkDistinct(this, caches);
    caches.forEach(cache => checkSameRegistry(this, cache));

    const ofRegistry = props.alarms.filter(alarm => alarm._ofRegistry);
    const watched = caches.map(cache => {
      const place = new Construct(this, idOf(this, cache));
      return { cache, place, alarms: props.alarms.filter(alarm => !alarm._ofRegistry).map(alarm => alarm._bind(place, cache)) };
    });
    const shared = ofRegistry.map(alarm => alarm._bind(this, caches[0]));
    watched.flatMap(one => one.alarms).forEach(alarm => notify(alarm, alarmActions));
    // no composite alarm of a cache has them, or they would page once for each cache
    shared.forEach(alarm => notify(alarm, [...alarmActions ?? [], ...pageActions ?? []]));
    this.alarms = [...watched.flatMap(one => one.alarms), ...shared];
    this.pagingAlarms = pageActions === undefined ? [] : watched
      .filter(one => isPaged(one.cache, one.place, one.alarms, shared))
      .map(one => pagingAlarm(one.cache, one.place, one.alarms, pageActions));
  }
}

/** Tells of the bad news and of its end, each target once. */
export function notify(alarm: cloudwatch.AlarmBase, actions: cloudwatch.IAlarmAction[] = []): void {
  const targets = new Map(actions.map(action => action.bind(alarm, alarm)).map(target => [target.alarmActionArn, target]));
  for (const target of targets.values()) {
    const action = { bind: () => target };
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

function isPaged(cache: IPullThroughCacheRuleRef, place: Construct, alarms: cloudwatch.IAlarm[], shared: cloudwatch.IAlarm[]): boolean {
  const any = alarms.length > 0 || watchOf(cache).failedPullsAlarm !== undefined;
  if (!any && shared.length === 0) {
    throw new InvalidInputError({
      got: `page actions for the cache '${prefixOf(cache)}', which has no alarm`,
      expected: 'an alarm that can fire',
      fix: 'add alarms, or leave the page actions out',
    }, place);
  }
  return any;
}

function pagingAlarm(
  cache: IPullThroughCacheRuleRef, place: Construct, alarms: cloudwatch.IAlarm[], actions: cloudwatch.IAlarmAction[]): cloudwatch.CompositeAlarm {
  const all = () => {
    const { failedPullsAlarm } = watchOf(cache);
    return [...failedPullsAlarm ? [failedPullsAlarm] : [], ...alarms];
  };
  const rule = () => cloudwatch.AlarmRule.anyOf(...all().map(alarm => cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM)));
  const composite = new cloudwatch.CompositeAlarm(place, 'Paging', {
    alarmDescription: `Something is wrong with the pull-through cache ${prefixOf(cache)}: `
      + 'the descriptions of the alarms in this one say what happened and what to do.',
    // the alarm on failed imports may come later
    alarmRule: { renderAlarmRule: () => Lazy.string({ produce: () => rule().renderAlarmRule() }) },
  });
  notify(composite, actions);
  return composite;
}
