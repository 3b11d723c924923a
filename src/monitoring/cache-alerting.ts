import { createHash } from 'crypto';
import { Lazy, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';
import { CacheAlarm } from './cache-alarm';
import { producersOf } from './cache-watch';
import { checkCaches, checkDistinct, idOf } from './given-caches';
import { checkReferable } from './references';
import { checkSameRegistry } from './schedule';
import { refuse } from '../private/accepted';
import { CheckId, InvalidInputError } from '../private/errors';
import { checkList, described } from '../private/given';
import { differ } from '../private/places';
import { prefixOf } from '../rule/cache-address';

/** Properties of `CacheAlerting`. */
export interface CacheAlertingProps {
  /** The caches: at least one, all of this stack's account and Region. L1 rules and imports will do. */
  readonly caches: IPullThroughCacheRuleRef[];

  /**
   * What fires for what, the same for each cache: at least one, unless `pageActions` page for the alarm on failed imports. Two of a kind have
   * different thresholds.
   */
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
    checkCaches(this, props?.caches);
    const { caches, alarmActions, pageActions } = props;
    caches.forEach(cache => checkSameRegistry(this, cache));
    checkDistinct(this, caches);

    checkAlarms(this, props.alarms, pageActions);
    const ids = idsOf(this, props.alarms);
    const bind = (alarm: CacheAlarm, place: Construct, cache: IPullThroughCacheRuleRef) => alarm._bind(place, ids.get(alarm)!, cache);
    const ofRegistry = props.alarms.filter(alarm => alarm._ofRegistry);
    const watched = caches.map(cache => {
      const place = new Construct(this, idOf(this, cache));
      return { cache, place, alarms: props.alarms.filter(alarm => !alarm._ofRegistry).map(alarm => bind(alarm, place, cache)) };
    });
    const shared = ofRegistry.map(alarm => bind(alarm, this, caches[0]));
    watched.flatMap(one => one.alarms).forEach(alarm => notify(alarm, alarmActions));
    // no composite alarm of a cache has them, or they would page once for each cache
    shared.forEach(alarm => notify(alarm, [...alarmActions ?? [], ...pageActions ?? []]));
    this.alarms = [...watched.flatMap(one => one.alarms), ...shared];
    this.pagingAlarms = pageActions === undefined ? [] : watched
      .filter(one => isPaged(one.cache, one.place, one.alarms, shared))
      .map(one => pagingAlarm(one.cache, one.place, one.alarms, pageActions));
  }
}

function checkAlarms(scope: Construct, alarms: readonly CacheAlarm[] | undefined, pageActions: cloudwatch.IAlarmAction[] | undefined): void {
  if (alarms === undefined || alarms === null || alarms.length === 0 && pageActions === undefined) {
    throw new InvalidInputError({
      got: alarms?.length === 0 ? 'an empty list of alarms' : 'no alarms',
      expected: 'at least one alarm',
      fix: 'add alarms such as CacheAlarm.statisticsMissing(), or leave this construct out',
    }, scope);
  }
  checkList('alarms', alarms, scope);
  alarms.forEach(alarm => CacheAlarm._check(alarm, scope));
}

/** The ids of the alarms of a cache: the first of a kind has that of the kind, the others have their threshold in it. */
function idsOf(scope: Construct, alarms: readonly CacheAlarm[]): Map<CacheAlarm, string> {
  const thresholds = new Map<string, string[]>();
  return new Map(alarms.map(alarm => {
    const kind = alarm._kind;
    const threshold = thresholdOf(scope, alarm);
    const others = thresholds.get(kind) ?? [];
    if (others.includes(threshold)) {
      throw new InvalidInputError({
        got: `the alarm ${kind[0].toLowerCase()}${kind.slice(1)} with one threshold twice`,
        expected: 'each alarm once; two of a kind with different thresholds, such as a warning and the worst',
        fix: 'leave the second one out, or give it another threshold',
      }, scope);
    }
    thresholds.set(kind, [...others, threshold]);
    return [alarm, others.length === 0 ? kind : `${kind}${threshold}`];
  }));
}

function thresholdOf(scope: Construct, alarm: CacheAlarm): string {
  return Token.isUnresolved(alarm._threshold)
    ? createHash('sha256').update(JSON.stringify(Stack.of(scope).resolve(alarm._threshold))).digest('hex').slice(0, 16)
    : `${alarm._threshold}`;
}

/** Tells of the bad news and of its end, each target once. */
export function notify(alarm: cloudwatch.AlarmBase, actions: cloudwatch.IAlarmAction[] = []): void {
  checkList('alarm actions', actions, alarm);
  const targets = new Map(actions.map(action => bindAction(action, alarm)).map(target => [target.alarmActionArn, target]));
  for (const target of targets.values()) {
    const action = { bind: () => target };
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

function bindAction(action: cloudwatch.IAlarmAction, alarm: cloudwatch.AlarmBase): cloudwatch.AlarmActionConfig {
  const target = typeof (action as Partial<cloudwatch.IAlarmAction> | undefined)?.bind === 'function' ? action.bind(alarm, alarm) : undefined;
  if (target?.alarmActionArn === undefined) {
    throw new InvalidInputError({
      got: `${described(action)} as an alarm action`,
      expected: 'an action of aws-cloudwatch-actions',
      fix: 'wrap what is notified: a topic by new SnsAction(topic)',
    }, alarm);
  }
  checkActionRegion(target.alarmActionArn, alarm);
  return target;
}

/** An alarm of CloudWatch acts in its own Region only: `docs/unverified.md`. */
function checkActionRegion(arn: string, alarm: cloudwatch.AlarmBase): void {
  const region = regionOf(arn);
  const own = Stack.of(alarm).region;
  if (differ(region, own)) {
    refuse(alarm, CheckId.ALARM_ACTION_REGION, {
      got: `an alarm action of the Region ${region} for an alarm in the Region ${own}`,
      expected: 'actions of the same Region, such as a topic there',
      fix: `make a topic in ${own}, which may send on what it gets`,
    });
  }
}

/** The Region that an ARN names, or that of the stack whose resource has it. */
function regionOf(arn: string): string | undefined {
  const { tokens, firstToken } = Tokenization.reverseString(arn);
  return tokens.length === 1 && Reference.isReference(firstToken) && !arn.startsWith('arn:') ? Stack.of(firstToken.target).region : arn.split(':')[3];
}

function isPaged(cache: IPullThroughCacheRuleRef, place: Construct, alarms: cloudwatch.IAlarm[], shared: cloudwatch.IAlarm[]): boolean {
  const any = alarms.length > 0 || producersOf(cache).failedPullsAlarm !== undefined;
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
    const { failedPullsAlarm } = producersOf(cache);
    if (failedPullsAlarm) {
      checkReferable(place, { what: 'the alarm', construct: failedPullsAlarm, name: failedPullsAlarm.alarmArn, attribute: 'failedPullsAlarm' });
    }
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
