import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { actOn, checkedActions } from './alarm-actions';
import { CacheAlarm } from './cache-alarm';
import { CacheEventLog, checkEventLog } from './cache-event-log';
import { CacheEvents } from './cache-events';
import { watchOf } from './cache-watch';
import { checkNoMore, checkOptions, copyOf } from '../private/access';
import { BY_METHOD, checkChoice, madeByMethod } from '../private/choices';
import { InvalidInputError } from '../private/errors';
import { checkMember } from '../private/given';
import type { ICacheRule } from '../rule/cache-rule';

/** What to write where something else was given than a `CacheMonitoring`. */
const CHOICES = 'CacheMonitoring.standard(), CacheMonitoring.logged() or CacheMonitoring.none()';

/** Which imports of a cache are logged. */
export enum LoggedEvents {
  /** Those that failed, with ECR's reason. */
  FAILED_IMPORTS = 'FAILED_IMPORTS',

  /** Those that succeeded too, by a rule of their own: a record of what came into the cache when. Each event is billed as about 1 kB of log. */
  ALL_IMPORTS = 'ALL_IMPORTS',
}

/** Options of a monitoring that logs only. */
export interface LoggedMonitoringOptions {
  /**
   * The log that imports are written to. One log can serve many caches of a stack.
   *
   * @default - one of the cache's own
   */
  readonly eventLog?: CacheEventLog;

  /**
   * Which imports are logged.
   *
   * @default LoggedEvents.FAILED_IMPORTS
   */
  readonly loggedEvents?: LoggedEvents;
}

/** Options of the standard monitoring. */
export interface StandardMonitoringOptions extends LoggedMonitoringOptions {
  /**
   * What the alarm does when it fires, and again when it is over.
   *
   * @default - what `CacheAlarmActions` says; without that nothing: the alarm shows in CloudWatch only
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * When the alarm fires, and how bad that is.
   *
   * @default CacheAlarm.importsFailing()
   */
  readonly alarm?: CacheAlarm;

  /**
   * How the name of the alarm begins, so that it stays the same: `<prefix>-<cache>-FailedPulls`. CloudFormation replaces an alarm whose name
   * changes.
   *
   * @default - a name that CloudFormation makes
   */
  readonly alarmNamePrefix?: string;
}

/* Each option once: a `Record` that lacks one does not compile. */
const LOGGED = { eventLog: 0, loggedEvents: 0 } satisfies Record<keyof LoggedMonitoringOptions, 0>;
const STANDARD = { ...LOGGED, alarmActions: 0, alarm: 0, alarmNamePrefix: 0 } satisfies Record<keyof StandardMonitoringOptions, 0>;

/**
 * Whether the imports into a cache are logged, and whether there is an alarm on those that fail.
 *
 * Everything else is a construct that is given caches: `CacheAlerting`, `CacheStatistics`, `CacheProbe`, `CacheDashboard`, `CacheQueries`,
 * `CacheFindings`.
 *
 * @example
 * import { CacheMonitoring, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 * import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 *
 * declare const topic: sns.ITopic;
 * new PullThroughCache(this, 'Echo', {
 *   upstream: UpstreamRegistry.echo({ account: '123456789012' }),
 *   monitoring: CacheMonitoring.standard({ alarmActions: [new SnsAction(topic)] }),
 * });
 */
export class CacheMonitoring {
  /**
   * An alarm on failed imports, and a log that says why they failed. The default of a cache.
   *
   * The alarm sees what ECR reports to EventBridge: imports that failed. It doesn't see callers who may not pull.
   *
   * @param options who is notified, which log is written, and what into it
   */
  public static standard(options: StandardMonitoringOptions = {}): CacheMonitoring {
    checkOptions('standard monitoring', options, Object.keys(STANDARD));
    const { alarmActions, ...logged } = copyOf(options);
    const actions = checkedActions({ alarmActions: alarmActions ?? undefined });
    return new CacheMonitoring(BY_METHOD, logged, { ...copyOf(options), alarmActions: actions.alarmActions });
  }

  /**
   * A log of imports, and no alarm.
   *
   * @param options which log is written, and what into it
   */
  public static logged(options: LoggedMonitoringOptions = {}): CacheMonitoring {
    checkOptions('monitoring that logs', options, Object.keys(LOGGED));
    return new CacheMonitoring(BY_METHOD, copyOf(options));
  }

  /** Nothing. Events can still be caught with the methods of the cache. */
  public static none(): CacheMonitoring {
    checkNoMore('none', arguments, 0, 'call standard() or logged() for options');
    return new CacheMonitoring(BY_METHOD);
  }

  /**
   * Refuses what none of the methods gave.
   *
   * @internal
   */
  public static _check(monitoring: CacheMonitoring, scope: Construct): void {
    checkChoice('monitoring', monitoring, CacheMonitoring, CHOICES, scope);
  }

  private constructor(key: symbol, private readonly logging?: LoggedMonitoringOptions, private readonly alarming?: StandardMonitoringOptions) {
    madeByMethod(this, key, CacheMonitoring, CHOICES);
  }

  /** @internal */
  public _bind(scope: Construct, id: string, rule: ICacheRule): void {
    if (!this.logging) {
      return;
    }
    const monitors = new Construct(scope, id);
    log(monitors, rule, this.logging);
    if (this.alarming) {
      alarmOnFailedPulls(monitors, rule, this.alarming);
    }
  }
}

function alarmOnFailedPulls(monitors: Construct, rule: ICacheRule, options: StandardMonitoringOptions): void {
  const given = options.alarm ?? CacheAlarm.importsFailing();
  CacheAlarm._check(given, monitors);
  if (given._kind !== 'FailedPulls') {
    throw new InvalidInputError({
      got: 'another alarm for standard monitoring than the one on failed imports',
      expected: 'CacheAlarm.importsFailing()',
      fix: 'give the others to a CacheAlerting',
    }, monitors);
  }
  const { alarmActions } = checkedActions({ alarmActions: options.alarmActions }, monitors);
  const name = options.alarmNamePrefix === undefined
    ? undefined : `${options.alarmNamePrefix}-${rule.repositoryPrefix.replaceAll('/', '-')}-FailedPulls`;
  const alarm = given._bind(monitors, 'FailedPullsAlarm', [rule], { name });
  actOn(alarm, { alarmActions, pages: given._pages });
  watchOf(rule).failedPullsAlarm = alarm;
}

/** Logs failed imports, and the others by a rule of their own, so that each import is in the log once. */
function log(monitors: Construct, rule: ICacheRule, options: LoggedMonitoringOptions): void {
  const prefix = rule.repositoryPrefix;
  checkEventLog(options.eventLog, monitors);
  checkMember('loggedEvents', options.loggedEvents, LoggedEvents, 'LoggedEvents', monitors);
  const eventLog = options.eventLog ?? new CacheEventLog(monitors, 'EventLog');
  const failedPulls = new events.Rule(monitors, 'FailedPulls', {
    description: `Imports into the pull-through cache ${prefix} that failed`,
    eventPattern: CacheEvents.fromRule(rule).pullFailedPattern(),
    targets: [eventLog],
  });
  const watch = watchOf(rule);
  Object.assign(watch, { eventLogGroup: eventLog.logGroup, failedPulls });
  if (options.loggedEvents === LoggedEvents.ALL_IMPORTS) {
    watch.imports = new events.Rule(monitors, 'Imports', {
      description: `Imports into the pull-through cache ${prefix} that succeeded`,
      eventPattern: CacheEvents.fromRule(rule).imageCachedPattern(),
      targets: [eventLog],
    });
  }
}
