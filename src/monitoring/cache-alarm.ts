import type { Size } from 'aws-cdk-lib';
import { Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { logTarget } from './cache-event-log';
import { CacheEvents, receiveReadOnlyEvents } from './cache-events';
import { attachedTo, AwsMetrics, CacheMetrics } from './cache-metrics';
import { eventLogName, logName, producersOf, watchOf } from './cache-watch';
import type { CacheWatch } from './cache-watch';
import { checkReferable } from './references';
import { describeTrouble, Troubles } from './troubleshooting';
import type { Trouble } from './troubleshooting';
import { checkInstance, keep } from '../private/choices';
import { InvalidInputError } from '../private/errors';
import { described } from '../private/given';
import { prefixOf } from '../rule/cache-address';

/** When pulls count as near the quota. */
export interface CallsNearQuotaOptions {
  /**
   * The account's quota of `BatchGetImage` requests per second in the Region.
   *
   * @default 2000, the default quota of ECR
   */
  readonly callsPerSecond?: number;

  /**
   * The share of the quota at which the alarm fires, above 0 and up to 1.
   *
   * @default 0.8
   */
  readonly share?: number;
}

/** What an alarm watches, and when it fires. */
interface Definition {
  readonly id: string;
  readonly trouble: Trouble;
  /** Whether it is about the account and Region, the same for all caches in it. */
  readonly ofRegistry?: boolean;
  /** What the alarm reads, and the log that explains it. */
  readonly source: (scope: Construct, rule: IPullThroughCacheRuleRef, watch: CacheWatch) => Source;
  readonly comparison: cloudwatch.ComparisonOperator;
  readonly threshold: number;
  readonly missingData: cloudwatch.TreatMissingData;
  readonly evaluationPeriods?: number;
  readonly datapointsToAlarm?: number;
}

interface Source {
  readonly metric: cloudwatch.IMetric;
  readonly log: string | undefined;
}

/**
 * What an alarm of a cache fires for. `CacheAlerting` takes it, for any number of caches.
 *
 * The alarm's description says what happened and what to do next, in the words of the troubleshooting guide.
 *
 * @example
 * import { CacheAlarm, CacheAlerting, CacheStatistics, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import { Size } from 'aws-cdk-lib';
 *
 * declare const echo: PullThroughCache;
 * new CacheStatistics(this, 'Statistics', { caches: [echo] });
 * new CacheAlerting(this, 'Alerting', {
 *   caches: [echo],
 *   alarms: [CacheAlarm.hitRateBelow(0.8), CacheAlarm.storageAbove(Size.gibibytes(500)), CacheAlarm.statisticsMissing()],
 * });
 */
export class CacheAlarm {
  /**
   * The estimated hit rate of the time between two counts is low. Needs a `CacheStatistics`.
   *
   * @param rate the lowest rate that is good, above 0 and up to 1
   */
  public static hitRateBelow(rate: number): CacheAlarm {
    checkShare('hit rate', rate);
    return new CacheAlarm({
      id: 'HitRate',
      trouble: Troubles.HIT_RATE,
      source: statistics(metrics => metrics.hitRate()),
      comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: rate,
      // a time without pulls has no rate, and that is no fault
      missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  /**
   * The cache stores more than expected. Needs a `CacheStatistics`.
   *
   * @param size the largest size that is good
   */
  public static storageAbove(size: Size): CacheAlarm {
    if (typeof (size as Partial<Size> | undefined)?.toBytes !== 'function') {
      throw new InvalidInputError({
        got: `${described(size)} as the size that is good`,
        expected: 'a Size of aws-cdk',
        fix: 'write it such as Size.gibibytes(500)',
      });
    }
    return new CacheAlarm({
      id: 'Storage',
      trouble: Troubles.STORAGE,
      source: statistics(metrics => metrics.storedBytes()),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: size.toBytes(),
      // a count that failed says nothing about storage, so neither alarm nor all-clear
      missingData: cloudwatch.TreatMissingData.IGNORE,
    });
  }

  /** Two counts in a row did not come. Needs a `CacheStatistics`. */
  public static statisticsMissing(): CacheAlarm {
    return new CacheAlarm({
      id: 'StatisticsMissing',
      trouble: Troubles.STATISTICS_MISSING,
      source: statistics(metrics => metrics.repositories({ statistic: cloudwatch.Stats.SAMPLE_COUNT })),
      ...MISSING,
    });
  }

  /** The last count could not look into every repository. Needs a `CacheStatistics`. */
  public static statisticsIncomplete(): CacheAlarm {
    return new CacheAlarm({
      id: 'StatisticsIncomplete',
      trouble: Troubles.STATISTICS_INCOMPLETE,
      source: statistics(metrics => metrics.unseenRepositories()),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      // no count at all is what statisticsMissing() is for
      missingData: cloudwatch.TreatMissingData.IGNORE,
    });
  }

  /** An image of the probe could not be pulled. Needs a `CacheProbe` with images of the cache. */
  public static probeFailing(): CacheAlarm {
    return new CacheAlarm({
      id: 'ProbeFailing',
      trouble: Troubles.PROBE_FAILING,
      source: probe(metrics => metrics.probeFailures()),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      // a probe that doesn't run is what probeMissing() is for
      missingData: cloudwatch.TreatMissingData.IGNORE,
    });
  }

  /** Two runs of the probe in a row did not come. Needs a `CacheProbe` with images of the cache. */
  public static probeMissing(): CacheAlarm {
    return new CacheAlarm({
      id: 'ProbeMissing',
      trouble: Troubles.PROBE_MISSING,
      source: probe(metrics => metrics.probedImages({ statistic: cloudwatch.Stats.SAMPLE_COUNT })),
      ...MISSING,
    });
  }

  /**
   * IAM denied a pull. Needs an event log, and a trail that logs the management events of the Region. Makes an EventBridge
   * rule that logs the denied calls, unless there is one already. Not verified on AWS: see `CacheEvents.pullDeniedPattern`.
   */
  public static pullsDenied(): CacheAlarm {
    return new CacheAlarm({
      id: 'PullsDenied',
      trouble: Troubles.DENIED_PULLS,
      source: (scope, rule, watch) => {
        if (!watch.deniedPulls) {
          watchOf(rule).deniedPulls = deniedPulls(scope, rule, watch);
        } else {
          checkRuleReferable(scope, watch.deniedPulls, 'deniedPullsRule');
        }
        return { metric: CacheMetrics.fromRule(rule).deniedPulls(), log: watch.eventLogGroup && eventLogName(scope, watch.eventLogGroup, rule) };
      },
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      // nobody was denied: EventBridge sends no data
      missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  /**
   * The account pulls almost as often as ECR lets it: `BatchGetImage`, in three of five minutes. One alarm serves all caches of
   * a `CacheAlerting`, since the quota does.
   *
   * @param options the quota and the share of it
   */
  public static callsNearQuota(options: CallsNearQuotaOptions = {}): CacheAlarm {
    const { callsPerSecond = 2000, share = 0.8 } = options;
    checkShare('share of the quota', share);
    if (!Token.isUnresolved(callsPerSecond) && !(callsPerSecond > 0)) {
      throw new InvalidInputError({
        got: `a quota of ${callsPerSecond} calls per second`,
        expected: 'a number above 0',
        fix: 'write the rate of BatchGetImage requests that Service Quotas shows',
      });
    }
    return new CacheAlarm({
      id: 'CallsNearQuota',
      trouble: Troubles.NEAR_QUOTA,
      ofRegistry: true,
      source: (_, rule) => ({ metric: AwsMetrics.calls('BatchGetImage', attachedTo(rule)), log: undefined }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // the quota is a rate per second, the metric a sum of a minute
      threshold: callsPerSecond * share * 60,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      // nobody pulled: ECR sends no data
      missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  /** EventBridge could not write failed imports into the event log. Needs an event log. */
  public static eventsNotLogged(): CacheAlarm {
    return new CacheAlarm({
      id: 'EventsNotLogged',
      trouble: Troubles.EVENTS_NOT_LOGGED,
      source: (scope, rule, watch) => {
        const eventLogGroup = needed(rule, 'eventsNotLogged', watch.eventLogGroup, 'an event log', 'eventLogGroup');
        const failedPulls = needed(rule, 'eventsNotLogged', watch.failedPulls, 'a rule that logs failed imports', 'failedPullsRule');
        checkRuleReferable(scope, failedPulls, 'failedPullsRule');
        return { metric: AwsMetrics.failedDeliveries(failedPulls.ruleName, attachedTo(rule)), log: eventLogName(scope, eventLogGroup, rule) };
      },
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      // EventBridge sends this metric only when a delivery failed
      missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  /**
   * Refuses what none of the methods gave, such as a method that wasn't called.
   *
   * @internal
   */
  public static _check(alarm: CacheAlarm, scope: Construct): void {
    checkInstance('alarm', alarm, CacheAlarm, 'CacheAlarm.probeFailing(), with its parentheses, or another of its methods', scope);
  }

  private constructor(private readonly definition: Definition) {
    keep(this);
  }

  /**
   * What it is about: two of a kind differ by their thresholds only.
   *
   * @internal
   */
  public get _kind(): string {
    return this.definition.id;
  }

  /** @internal */
  public get _threshold(): number {
    return this.definition.threshold;
  }

  /**
   * Whether one alarm serves all caches of an account and Region.
   *
   * @internal
   */
  public get _ofRegistry(): boolean {
    return this.definition.ofRegistry ?? false;
  }

  /** @internal */
  public _bind(scope: Construct, id: string, rule: IPullThroughCacheRuleRef): cloudwatch.Alarm {
    const { trouble, source, comparison, threshold, missingData, evaluationPeriods = 1, datapointsToAlarm } = this.definition;
    const { metric, log } = source(scope, rule, producersOf(rule));
    return new cloudwatch.Alarm(scope, id, {
      alarmDescription: describeTrouble(trouble, prefixOf(rule), log),
      metric,
      comparisonOperator: comparison,
      threshold,
      evaluationPeriods,
      datapointsToAlarm,
      treatMissingData: missingData,
    });
  }
}

/** No value in two periods. Without any data the sample count is missing, not 0, so missing has to be bad. */
const MISSING = {
  comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
  threshold: 1,
  evaluationPeriods: 2,
  missingData: cloudwatch.TreatMissingData.BREACHING,
};

function statistics(metric: (metrics: CacheMetrics) => cloudwatch.IMetric): Definition['source'] {
  return (scope, rule, watch) => ({
    metric: metric(CacheMetrics.fromRule(rule)),
    log: logName(scope, watch.statistics!.logGroup, watch.statistics!.path),
  });
}

function probe(metric: (metrics: CacheMetrics) => cloudwatch.IMetric): Definition['source'] {
  return (scope, rule, watch) => ({
    metric: metric(CacheMetrics.fromRule(rule)),
    log: logName(scope, watch.probe!.logGroup, watch.probe!.path),
  });
}

/** Logs the denied calls where the other events are logged. */
function deniedPulls(scope: Construct, rule: IPullThroughCacheRuleRef, watch: CacheWatch): events.Rule {
  const eventLogGroup = needed(rule, 'pullsDenied', watch.eventLogGroup, 'an event log', 'eventLogGroup');
  checkReferable(scope, { what: 'the log group', construct: eventLogGroup, name: eventLogGroup.logGroupName, attribute: 'eventLogGroup' });
  const made = new events.Rule(scope, 'DeniedPulls', {
    description: `Pulls from the pull-through cache ${prefixOf(rule)} that IAM denied`,
    eventPattern: CacheEvents.fromRule(rule).pullDeniedPattern(),
    targets: [logTarget(eventLogGroup)],
  });
  receiveReadOnlyEvents(made);
  return made;
}

function checkRuleReferable(scope: Construct, construct: events.IRule, attribute: string): void {
  checkReferable(scope, { what: 'the EventBridge rule', construct, name: construct.ruleName, attribute });
}

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

function checkShare(name: string, share: number): void {
  if (!Token.isUnresolved(share) && !(share > 0 && share <= 1)) {
    throw new InvalidInputError({
      got: `the ${name} ${share}`,
      expected: 'a number above 0 and up to 1',
      fix: share > 1 && share <= 100 ? `write ${share / 100} for ${share} percent` : 'write 0.8 for 80 percent',
    });
  }
}
