import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct, IConstruct } from 'constructs';
import type { AlarmSeverity, Evaluation } from './alarm-options';
import { logTarget } from './cache-event-log';
import { CacheEvents, receiveReadOnlyEvents } from './cache-events';
import { CacheMetrics } from './cache-metrics';
import { eventLogName, logName, producersOf, watchOf } from './cache-watch';
import type { CacheWatch, ScheduledWatcher } from './cache-watch';
import { checkReferable } from './references';
import { describeTrouble } from './troubleshooting';
import type { Trouble } from './troubleshooting';
import { InvalidInputError } from '../private/errors';
import { prefixOf } from '../rule/cache-address';

/** What an alarm is about: of what there is one, there is one alarm. */
export enum Watched {
  CACHE = 'CACHE',
  STATISTICS = 'STATISTICS',
  PROBE = 'PROBE',
  REGISTRY = 'REGISTRY',
}

/** What an alarm watches, and when it fires. */
export interface Definition {
  readonly id: string;
  readonly trouble: Trouble;
  readonly watched?: Watched;
  readonly severity: AlarmSeverity;
  readonly runbookUrl?: string;
  /** What the alarm reads and how, and the log that explains it. */
  readonly source: (scope: Construct, rule: IPullThroughCacheRuleRef, watch: CacheWatch) => Source;
  /** Whether it can fire for a cache at all; without it, for any. */
  readonly applies?: (watch: CacheWatch) => boolean;
  readonly comparison: cloudwatch.ComparisonOperator;
  readonly threshold: number;
  readonly missingData: cloudwatch.TreatMissingData;
}

/** Where an alarm gets what it looks at. */
export interface Source {
  readonly metric: cloudwatch.IMetric;
  readonly evaluation: Evaluation;
  readonly log: string | undefined;
  /** What has to be made before the alarm, so that it has something to look at. */
  readonly after?: IConstruct;
}

/** What the makers of alarms say of their names and descriptions. */
export interface AlarmNaming {
  readonly name?: string;
  readonly runbookUrl?: string;
}

/** The alarm for caches that share what it is about. */
export function makeAlarm(
  definition: Definition, scope: Construct, id: string, rules: IPullThroughCacheRuleRef[], naming: AlarmNaming): cloudwatch.Alarm {
  const { trouble, source, comparison, threshold, missingData, runbookUrl = naming.runbookUrl } = definition;
  const [rule] = rules;
  const { metric, evaluation, log, after } = source(scope, rule, producersOf(rule));
  const alarm = new cloudwatch.Alarm(scope, id, {
    alarmName: naming.name,
    alarmDescription: describeTrouble(trouble, rules.map(one => prefixOf(one)), log, runbookUrl),
    metric,
    comparisonOperator: comparison,
    threshold,
    evaluationPeriods: evaluation.evaluationPeriods,
    datapointsToAlarm: evaluation.datapointsToAlarm === evaluation.evaluationPeriods ? undefined : evaluation.datapointsToAlarm,
    treatMissingData: missingData,
  });
  if (after && Stack.of(after) === Stack.of(alarm)) {
    alarm.node.addDependency(after);
  }
  return alarm;
}

/** Which of the scheduled functions. */
export type Watcher = 'statistics' | 'probe';

/** A source that a scheduled function writes. */
export function ofWatcher(
  kind: Watcher, read: (metrics: CacheMetrics, watcher: ScheduledWatcher | undefined) => Omit<Source, 'log' | 'after'>): Definition['source'] {
  return (scope, rule, watch) => {
    const watcher = watch[kind];
    // reading refuses a cache that nothing watches
    const found = read(CacheMetrics.fromRule(rule), watcher);
    return { ...found, log: logName(scope, watcher!.logGroup, watcher!.path), after: watcher!.firstRun };
  };
}

/** The rule that logs failed imports, and the name of the log. */
export function loggedImports(scope: Construct, rule: IPullThroughCacheRuleRef, watch: CacheWatch, alarm: string) {
  const eventLogGroup = needed(rule, alarm, watch.eventLogGroup, 'an event log', 'eventLogGroup');
  const failedPulls = needed(rule, alarm, watch.failedPulls, 'a rule that logs failed imports', 'failedPullsRule');
  checkRuleReferable(scope, failedPulls, 'failedPullsRule');
  return { failedPulls, log: eventLogName(scope, eventLogGroup, rule) };
}

/** A rule that logs calls which CloudTrail reports, made unless there is one. */
interface CallRule {
  readonly id: string;
  readonly alarm: string;
  readonly known: 'deniedPulls' | 'upstreamRefusals';
  readonly attribute: string;
  readonly description: string;
  readonly pattern: (events: CacheEvents) => events.EventPattern;
}

export const DENIED_PULLS: CallRule = {
  id: 'DeniedPulls',
  alarm: 'pullsDenied',
  known: 'deniedPulls',
  attribute: 'deniedPullsRule',
  description: 'that IAM denied',
  pattern: of => of.pullDeniedPattern(),
};

export const UPSTREAM_REFUSALS: CallRule = {
  id: 'UpstreamRefusals',
  alarm: 'upstreamRefusing',
  known: 'upstreamRefusals',
  attribute: 'upstreamRefusalsRule',
  description: 'that the upstream refused',
  pattern: of => of.upstreamRefusedPattern(),
};

/** The log of the calls, after a rule that writes into it is there. */
export function logCalls(scope: Construct, rule: IPullThroughCacheRuleRef, watch: CacheWatch, wanted: CallRule): string | undefined {
  const known = watch[wanted.known];
  if (known) {
    checkRuleReferable(scope, known, wanted.attribute);
    return watch.eventLogGroup && eventLogName(scope, watch.eventLogGroup, rule);
  }
  const eventLogGroup = needed(rule, wanted.alarm, watch.eventLogGroup, 'an event log', 'eventLogGroup');
  checkReferable(scope, { what: 'the log group', construct: eventLogGroup, name: eventLogGroup.logGroupName, attribute: 'eventLogGroup' });
  const made = new events.Rule(scope, wanted.id, {
    description: `Pulls from the pull-through cache ${prefixOf(rule)} ${wanted.description}`,
    eventPattern: wanted.pattern(CacheEvents.fromRule(rule)),
    targets: [logTarget(eventLogGroup)],
  });
  receiveReadOnlyEvents(made);
  watchOf(rule)[wanted.known] = made;
  return eventLogName(scope, eventLogGroup, rule);
}

function checkRuleReferable(scope: Construct, construct: events.IRule, attribute: string): void {
  checkReferable(scope, { what: 'the EventBridge rule', construct, name: construct.ruleName, attribute });
}

/** Refuses a cache that lacks what an alarm reads. */
function needed<T>(rule: IPullThroughCacheRuleRef, alarm: string, producer: T | undefined, expected: string, attribute: string): T {
  if (producer === undefined) {
    throw new InvalidInputError({
      got: `the alarm ${alarm} for the cache '${prefixOf(rule)}', whose events nothing logs`,
      expected,
      fix: `give the cache a monitoring that logs, or name ${attribute} in the attributes of an import`,
    }, rule);
  }
  return producer;
}
