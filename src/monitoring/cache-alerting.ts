import { createHash } from 'crypto';
import { Lazy, Stack, Stage, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';
import { actOn, checkedActions, notify } from './alarm-actions';
import { Watched } from './alarm-definition';
import { CacheAlarm } from './cache-alarm';
import { producersOf } from './cache-watch';
import { checkCaches, checkDistinct, idOf } from './given-caches';
import { checkReferable } from './references';
import { checkSameRegistry } from './schedule';
import { checkProps } from '../private/access';
import { InvalidInputError } from '../private/errors';
import { checkList } from '../private/given';
import { prefixOf } from '../rule/cache-address';

/** Properties of `CacheAlerting`. */
export interface CacheAlertingProps {
  /** The caches: at least one, all of this stack's account and Region. L1 rules and imports will do. */
  readonly caches: IPullThroughCacheRuleRef[];

  /**
   * What fires for what, the same for each cache, 0.10 USD a month for each metric that one reads: at least one, unless `pageActions` page for the alarm on failed imports. Two of a kind have
   * different thresholds.
   */
  readonly alarms: CacheAlarm[];

  /**
   * What each alarm does when it fires, and again when it is over.
   *
   * @default - what `CacheAlarmActions` says; without that nothing: the alarms show in CloudWatch only
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * What is done once when any of a cache's alarms of the severity `AlarmSeverity.PAGE`, or the one on failed imports, fires, and again when all
   * are over. Makes a composite alarm for each cache, so that a cause that sets off several of them pages once. Alarms of a function or of the
   * registry page by themselves.
   *
   * A composite alarm costs about 0.50 USD a month.
   *
   * @default - no composite alarm; alarms that page do what `CacheAlarmActions` says
   */
  readonly pageActions?: cloudwatch.IAlarmAction[];

  /**
   * How the names of the alarms begin, so that they stay the same: `<prefix>-<cache>-<kind>`, and without the cache for the alarms of a function
   * or of the registry. CloudFormation replaces an alarm whose name changes. Names are unique in an account and Region.
   *
   * @default - names that CloudFormation makes
   */
  readonly alarmNamePrefix?: string;

  /**
   * The address of a runbook, which becomes the end of each alarm's description.
   *
   * @default - none
   */
  readonly runbookUrl?: string;
}

/* Each option once: a `Record` that lacks one does not compile. */
const OPTIONS = Object.keys({
  caches: 0, alarms: 0, alarmActions: 0, pageActions: 0, alarmNamePrefix: 0, runbookUrl: 0,
} satisfies Record<keyof CacheAlertingProps, 0>);

/**
 * Alarms on caches, beside the default one on failed imports. Each cache has alarms of its own; what is a matter of a function or of the whole
 * registry is one alarm for all of its caches.
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
  /** The alarms, cache by cache, those of functions and of the registry last. */
  public readonly alarms: cloudwatch.IAlarm[];

  /** The composite alarms. Without `pageActions` there are none. */
  public readonly pagingAlarms: cloudwatch.IAlarm[];

  constructor(scope: Construct, id: string, props: CacheAlertingProps) {
    super(scope, id);
    checkCaches(this, props?.caches);
    checkProps(this, CacheAlerting, 'alerting', props, OPTIONS);
    const { caches } = props;
    const { alarmActions, pageActions } = checkedActions(props, this);
    caches.forEach(cache => checkSameRegistry(this, cache));
    checkDistinct(this, caches);
    checkAlarms(this, props.alarms, pageActions);
    checkOfUse(this, props.alarms, caches);

    const ids = idsOf(this, props.alarms);
    const bind = (alarm: CacheAlarm, place: Construct, watched: IPullThroughCacheRuleRef[], name: string[]) => {
      const naming = { runbookUrl: props.runbookUrl, name: nameOf(props.alarmNamePrefix, [...name, ids.get(alarm)!]) };
      return { pages: alarm._pages, alarm: alarm._bind(place, ids.get(alarm)!, watched, naming) };
    };
    const ofCaches = caches.map(cache => {
      const place = new Construct(this, idOf(this, cache));
      const ofCache = props.alarms.filter(alarm => alarm._watched === Watched.CACHE && alarm._appliesTo(cache));
      return { cache, place, alarms: ofCache.map(alarm => bind(alarm, place, [cache], [prefixOf(cache).replaceAll('/', '-')])) };
    });
    const shared = props.alarms.filter(alarm => alarm._watched !== Watched.CACHE).flatMap(alarm => groupsOf(this, alarm, caches).map(
      group => bind(alarm, group.place, group.caches, group.name)));

    ofCaches.flatMap(one => one.alarms).forEach(one => actOn(one.alarm, { alarmActions, pageActions, pages: one.pages, pagedElsewhere: true }));
    // no composite alarm of a cache has them, or they would page once for each cache
    shared.forEach(one => actOn(one.alarm, { alarmActions, pageActions, pages: one.pages }));
    this.alarms = [...ofCaches.flatMap(one => one.alarms), ...shared].map(({ alarm }) => alarm);
    this.pagingAlarms = pageActions === undefined ? [] : ofCaches
      .filter(one => isPaged(one.cache, one.place, one.alarms.length + shared.length, one.alarms))
      .map(one => pagingAlarm(one.cache, one.place, one.alarms.filter(({ pages }) => pages).map(({ alarm }) => alarm), {
        actions: pageActions, name: nameOf(props.alarmNamePrefix, [prefixOf(one.cache).replaceAll('/', '-'), 'Paging']), runbookUrl: props.runbookUrl,
      }));
  }
}

/** The caches that share what an alarm watches: a function, or the registry. */
interface Group {
  readonly place: Construct;
  readonly caches: IPullThroughCacheRuleRef[];
  /** What is in the name of the alarm besides its kind. */
  readonly name: string[];
}

function groupsOf(scope: Construct, alarm: CacheAlarm, caches: IPullThroughCacheRuleRef[]): Group[] {
  if (alarm._watched === Watched.REGISTRY) {
    return [{ place: scope, caches, name: [] }];
  }
  const kind = alarm._watched === Watched.STATISTICS ? 'statistics' : 'probe';
  const byFunction = new Map<string, IPullThroughCacheRuleRef[]>();
  for (const cache of caches) {
    const path = pathIn(scope, producersOf(cache)[kind]?.path ?? kind);
    byFunction.set(path, [...byFunction.get(path) ?? [], cache]);
  }
  return [...byFunction].map(([path, ofFunction]) => ({
    // the path tells functions apart, whatever other caches there are
    place: scope.node.tryFindChild(path) as Construct | undefined ?? new Construct(scope, path),
    caches: ofFunction,
    name: byFunction.size === 1 ? [] : [path],
  }));
}

/** The path of a construct without the Stage and the stack of a scope, as an id. */
function pathIn(scope: Construct, path: string): string {
  const outer = [Stack.of(scope), Stage.of(scope)].filter(one => one !== undefined).map(({ node }) => `${node.path}/`);
  const start = outer.find(one => path.startsWith(one)) ?? '';
  return `Function-${path.slice(start.length).replaceAll('/', '-')}`;
}

function nameOf(prefix: string | undefined, parts: string[]): string | undefined {
  return prefix === undefined ? undefined : [prefix, ...parts].join('-');
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

/** Refuses an alarm that can fire for none of the caches. */
function checkOfUse(scope: Construct, alarms: readonly CacheAlarm[], caches: readonly IPullThroughCacheRuleRef[]): void {
  const useless = alarms.find(alarm => !caches.some(cache => alarm._appliesTo(cache)));
  if (useless) {
    throw new InvalidInputError({
      got: `the alarm ${nameOfKind(useless)} for caches that have no credential`,
      expected: 'a cache whose upstream has one, with images in a CacheProbe',
      fix: 'leave the alarm out',
    }, scope);
  }
}

function nameOfKind({ _kind: kind }: CacheAlarm): string {
  return `${kind[0].toLowerCase()}${kind.slice(1)}`;
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
        got: `the alarm ${nameOfKind(alarm)} with one threshold twice`,
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

function isPaged(cache: IPullThroughCacheRuleRef, place: Construct, alarms: number, own: readonly object[]): boolean {
  const any = own.length > 0 || producersOf(cache).failedPullsAlarm !== undefined;
  if (!any && alarms === 0) {
    throw new InvalidInputError({
      got: `page actions for the cache '${prefixOf(cache)}', which has no alarm`,
      expected: 'an alarm that can fire',
      fix: 'add alarms, or leave the page actions out',
    }, place);
  }
  return any;
}

interface Paging {
  readonly actions: cloudwatch.IAlarmAction[];
  readonly name?: string;
  readonly runbookUrl?: string;
}

function pagingAlarm(cache: IPullThroughCacheRuleRef, place: Construct, alarms: cloudwatch.IAlarm[], paging: Paging): cloudwatch.CompositeAlarm {
  const all = () => {
    const { failedPullsAlarm } = producersOf(cache);
    if (failedPullsAlarm) {
      checkReferable(place, { what: 'the alarm', construct: failedPullsAlarm, name: failedPullsAlarm.alarmArn, attribute: 'failedPullsAlarm' });
    }
    const found = [...failedPullsAlarm ? [failedPullsAlarm] : [], ...alarms];
    if (found.length === 0) {
      throw new InvalidInputError({
        got: `page actions for the cache '${prefixOf(cache)}', none of whose alarms pages`,
        expected: 'an alarm of the severity PAGE',
        fix: 'give one the severity AlarmSeverity.PAGE, or leave the page actions out',
      }, place);
    }
    return found;
  };
  const rule = () => cloudwatch.AlarmRule.anyOf(...all().map(alarm => cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM)));
  const runbook = paging.runbookUrl === undefined ? '' : ` Runbook: ${paging.runbookUrl}`;
  const composite = new cloudwatch.CompositeAlarm(place, 'Paging', {
    compositeAlarmName: paging.name,
    alarmDescription: `Something is wrong with the pull-through cache ${prefixOf(cache)}: `
      + `the descriptions of the alarms in this one say what happened and what to do.${runbook}`,
    // the alarm on failed imports may come later
    alarmRule: { renderAlarmRule: () => Lazy.string({ produce: () => rule().renderAlarmRule() }) },
  });
  notify(composite, paging.actions);
  return composite;
}
