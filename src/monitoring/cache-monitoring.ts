import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { CacheAlarm } from './cache-alarm';
import { CacheAlerting, notify } from './cache-alerting';
import { CacheEventLog } from './cache-event-log';
import { CacheEvents } from './cache-events';
import { AwsMetrics } from './cache-metrics';
import type { CacheProbe } from './cache-probe';
import type { CacheStatistics } from './cache-statistics';
import { watchOf } from './cache-watch';
import { describeTrouble, Troubles } from './troubleshooting';
import { InvalidInputError } from '../private/errors';
import type { ICacheRule } from '../rule/cache-rule';

/** Which imports of a cache are logged. */
export enum LoggedEvents {
  /** Those that failed, with ECR's reason. */
  FAILED_IMPORTS = 'FAILED_IMPORTS',

  /** Those that succeeded too, by a rule of their own: a record of what came into the cache when. */
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
   * What each alarm does when it goes off, and again when it is over.
   *
   * @default - nothing: the alarms show in CloudWatch only
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * Alarms beside the one on failed imports.
   *
   * @default - none
   */
  readonly alarms?: CacheAlarm[];

  /**
   * What is done once when any of the alarms goes off, and again when all are over. Makes a composite alarm.
   *
   * @default - no composite alarm
   */
  readonly pageActions?: cloudwatch.IAlarmAction[];

  /**
   * What counts the repositories, images and pulls of the cache. One serves many caches.
   *
   * @default - nothing
   */
  readonly statistics?: CacheStatistics;

  /**
   * What pulls the `probedImages` on a schedule. One serves many caches.
   *
   * @default - nothing
   */
  readonly probe?: CacheProbe;

  /**
   * The images that the probe pulls, as the upstream names them.
   *
   * @default - none
   */
  readonly probedImages?: string[];
}

/**
 * How a cache is watched.
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
export abstract class CacheMonitoring {
  /**
   * An alarm on failed imports, and a log that says why they failed. The default of a cache. With options more is watched.
   *
   * The alarm sees what ECR reports to EventBridge: imports that failed. It doesn't see callers who may not pull.
   *
   * @param options who is told, which log is written, and what is watched besides
   */
  public static standard(options: StandardMonitoringOptions = {}): CacheMonitoring {
    return new StandardMonitoring(options);
  }

  /**
   * A log of imports, and no alarm.
   *
   * @param options which log is written, and what into it
   */
  public static logged(options: LoggedMonitoringOptions = {}): CacheMonitoring {
    return new LoggedMonitoring(options);
  }

  /** Nothing. Events can still be caught with the methods of the cache. */
  public static none(): CacheMonitoring {
    return new NoMonitoring();
  }

  /** @internal */
  public abstract _bind(scope: Construct, id: string, rule: ICacheRule): void;
}

class LoggedMonitoring extends CacheMonitoring {
  constructor(private readonly options: LoggedMonitoringOptions) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, id: string, rule: ICacheRule): void {
    log(new Construct(scope, id), rule, this.options);
  }
}

class StandardMonitoring extends CacheMonitoring {
  constructor(private readonly options: StandardMonitoringOptions) {
    super();
    const { probe, probedImages = [] } = options;
    if ((probe !== undefined) !== probedImages.length > 0) {
      throw new InvalidInputError({
        got: probe ? 'a probe without probed images' : `${probedImages.length} probed images without a probe`,
        expected: 'both or neither',
        fix: probe ? 'name images in probedImages' : 'pass a CacheProbe as probe',
      });
    }
  }

  /** @internal */
  public _bind(scope: Construct, id: string, rule: ICacheRule): void {
    const { alarms = [], alarmActions, pageActions, probe, probedImages, statistics } = this.options;
    const monitors = new Construct(scope, id);
    const logged = log(monitors, rule, this.options);
    const failedPullsAlarm = AwsMetrics.matchedEvents(logged.failedPulls).createAlarm(monitors, 'FailedPullsAlarm', {
      alarmDescription: describeTrouble(Troubles.FAILED_PULLS, rule.repositoryPrefix, logged.eventLog.logGroup.logGroupName),
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      // without failures EventBridge sends no data, which is the good state
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    // spares an app without actions the module of the alarms
    if (alarmActions) {
      notify(failedPullsAlarm, alarmActions);
    }
    watchOf(rule).failedPullsAlarm = failedPullsAlarm;

    statistics?.addCache(rule);
    probe?.addImages(rule, ...probedImages ?? []);
    if (alarms.length > 0 || pageActions) {
      new CacheAlerting(monitors, 'Alarms', { cache: rule, alarms, alarmActions, pageActions });
    }
  }
}

class NoMonitoring extends CacheMonitoring {
  /** @internal */
  public _bind(): void {
    // nothing is made
  }
}

/** Logs failed imports, and the others by a rule of their own, so that each import is in the log once. */
function log(monitors: Construct, rule: ICacheRule, options: LoggedMonitoringOptions) {
  const prefix = rule.repositoryPrefix;
  const eventLog = options.eventLog ?? new CacheEventLog(monitors, 'EventLog');
  const failedPulls = new events.Rule(monitors, 'FailedPulls', {
    description: `Imports into the pull-through cache ${prefix} that failed`,
    eventPattern: CacheEvents.fromRule(rule).pullFailed(),
    targets: [eventLog],
  });
  const watch = watchOf(rule);
  Object.assign(watch, { eventLog, failedPulls });
  if (options.loggedEvents === LoggedEvents.ALL_IMPORTS) {
    watch.imports = new events.Rule(monitors, 'Imports', {
      description: `Imports into the pull-through cache ${prefix} that succeeded`,
      eventPattern: CacheEvents.fromRule(rule).imageCached(),
      targets: [eventLog],
    });
  }
  return { failedPulls, eventLog };
}
