import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { CacheEventLog } from './cache-event-log';
import { CacheEvents } from './cache-events';
import { CacheMetrics } from './cache-metrics';

/** Options of the standard monitoring. */
export interface StandardMonitoringOptions {
  /**
   * What the alarm does when imports fail, and again when it is over.
   *
   * @default - nothing: the alarm shows in CloudWatch only
   */
  readonly alarmActions?: cloudwatch.IAlarmAction[];

  /**
   * The log that failed imports are written to, with ECR's reason. One log can serve many caches of a stack.
   *
   * @default - one of the cache's own
   */
  readonly eventLog?: CacheEventLog;
}

/**
 * What a choice of monitoring made for a cache.
 *
 * @internal
 */
export interface CacheMonitors {
  /** The rule that matches failed imports. */
  readonly failedPulls?: events.IRule;
  /** The alarm on them. */
  readonly failedPullsAlarm?: cloudwatch.IAlarm;
  /** Where they are logged. */
  readonly eventLog?: CacheEventLog;
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
   * An alarm on failed imports, and a log that says why they failed. The default of a cache.
   *
   * The alarm sees what ECR reports to EventBridge: imports that failed. It doesn't see callers who may not pull.
   *
   * @param options who is told, and which log is written
   */
  public static standard(options: StandardMonitoringOptions = {}): CacheMonitoring {
    return new StandardMonitoring(options);
  }

  /** Nothing. Events can still be caught with the methods of the cache. */
  public static none(): CacheMonitoring {
    return new NoMonitoring();
  }

  /** @internal */
  public abstract _bind(scope: Construct, id: string, rule: IPullThroughCacheRuleRef): CacheMonitors;
}

class StandardMonitoring extends CacheMonitoring {
  constructor(private readonly options: StandardMonitoringOptions) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, id: string, rule: IPullThroughCacheRuleRef): CacheMonitors {
    const prefix = rule.pullThroughCacheRuleRef.ecrRepositoryPrefix;
    const monitors = new Construct(scope, id);
    const eventLog = this.options.eventLog ?? new CacheEventLog(monitors, 'EventLog');
    const failedPulls = new events.Rule(monitors, 'FailedPulls', {
      description: `Imports into the pull-through cache ${prefix} that failed`,
      eventPattern: CacheEvents.fromRule(rule).pullFailed(),
      targets: [eventLog],
    });
    const failedPullsAlarm = CacheMetrics.matchedEvents(failedPulls).createAlarm(monitors, 'FailedPullsAlarm', {
      alarmDescription: `ECR could not import images into the pull-through cache ${prefix}: the log ${eventLog.logGroup.logGroupName} `
        + 'has its reasons. Check the role or credential of the cache, and access to the upstream. '
        + 'This alarm sees failed imports, not callers who are denied.',
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      evaluationPeriods: 1,
      // without failures EventBridge sends no data, which is the good state
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    for (const action of this.options.alarmActions ?? []) {
      failedPullsAlarm.addAlarmAction(action);
      failedPullsAlarm.addOkAction(action);
    }
    return { failedPulls, failedPullsAlarm, eventLog };
  }
}

class NoMonitoring extends CacheMonitoring {
  /** @internal */
  public _bind(): CacheMonitors {
    return {};
  }
}
