import type { Size } from 'aws-cdk-lib';
import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { DENIED_PULLS, logCalls, loggedImports, makeAlarm, ofWatcher, UPSTREAM_REFUSALS, Watched } from './alarm-definition';
import type { AlarmNaming, Definition } from './alarm-definition';
import { onEvents, onMissingRuns, onRuns } from './alarm-kinds';
import {
  AlarmSeverity, checkAlarmOptions, checkRate, checkShare, checkSize, checkWhole, EVALUATED_OPTIONS, evaluationOf,
  HIT_RATE_OPTIONS, QUOTA_OPTIONS,
} from './alarm-options';
import type {
  CallsNearQuotaOptions, CountAlarmOptions, EvaluatedAlarmOptions, HitRateAlarmOptions, MissingRunsAlarmOptions,
} from './alarm-options';
import { afterARun, afterRuns, ONCE, rateOfEnough, RECURRING, shareOfQuotas } from './alarm-shapes';
import { attachedTo, AwsMetrics, CacheMetrics } from './cache-metrics';
import { producersOf } from './cache-watch';
import { Troubles } from './troubleshooting';
import { BY_METHOD, checkChoice, madeByMethod } from '../private/choices';

const WAYS = 'CacheAlarm.probeFailing(), with its parentheses, or another of its methods';

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
   * Imports fail again and again: in three quarters of an hour out of sixteen. The alarm that `CacheMonitoring.standard()` makes; give it one of
   * these for other periods. Needs a rule that logs failed imports.
   *
   * Failures within a quarter of an hour don't fire, such as those of a name that was mistyped and put right. Those that go on for more than
   * three quarters of an hour, or come every ten to eighty minutes, fire once and stay. Rarer ones it misses: the log has them.
   *
   * @param options how many failures it takes, and in which time
   */
  public static importsFailing(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onEvents('importsFailing', options, {
      id: 'FailedPulls',
      trouble: Troubles.FAILED_PULLS,
      severity: AlarmSeverity.PAGE,
      source: (scope, rule, watch) => {
        const { failedPulls, log } = loggedImports(scope, rule, watch, 'importsFailing');
        return { metric: AwsMetrics.matchedEvents(failedPulls.ruleName, attachedTo(rule)), evaluation: RECURRING, log };
      },
    }));
  }

  /**
   * The estimated hit rate of the time between two counts is low. Needs a `CacheStatistics`.
   *
   * @param rate the lowest rate that is good, above 0 and up to 1
   * @param options how many pulls it takes for the rate to say something
   */
  public static hitRateBelow(rate: number, options: HitRateAlarmOptions = {}): CacheAlarm {
    checkShare('hit rate', rate);
    checkAlarmOptions('hitRateBelow', options, HIT_RATE_OPTIONS);
    const { minimumPulls = 20 } = options;
    checkWhole('minimumPulls', minimumPulls);
    return new CacheAlarm(BY_METHOD, {
      id: 'HitRate',
      trouble: Troubles.HIT_RATE,
      severity: options.severity ?? AlarmSeverity.TICKET,
      runbookUrl: options.runbookUrl,
      source: ofWatcher('statistics', metrics => {
        const evaluation = evaluationOf('hitRateBelow', afterARun(metrics.hitRate().period.toSeconds()), options);
        return { metric: rateOfEnough(metrics.hitRate(), metrics.pulls(), minimumPulls, evaluation), evaluation };
      }),
      comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: rate,
      // a count that failed says nothing about the rate, so neither alarm nor all-clear
      missingData: cloudwatch.TreatMissingData.IGNORE,
    });
  }

  /**
   * The cache stores more than expected. Needs a `CacheStatistics`.
   *
   * @param size the largest size that is good
   * @param options who hears of it
   */
  public static storageAbove(size: Size, options: EvaluatedAlarmOptions = {}): CacheAlarm {
    checkSize('the size that is good', size);
    checkAlarmOptions('storageAbove', options, EVALUATED_OPTIONS);
    return new CacheAlarm(BY_METHOD, {
      id: 'Storage',
      trouble: Troubles.STORAGE,
      severity: options.severity ?? AlarmSeverity.TICKET,
      runbookUrl: options.runbookUrl,
      source: ofWatcher('statistics', metrics => afterRuns('storageAbove', metrics.storedBytes(), options)),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: size.toBytes(),
      // a count that failed says nothing about storage, so neither alarm nor all-clear
      missingData: cloudwatch.TreatMissingData.IGNORE,
    });
  }

  /**
   * Two counts in a row did not come: the alarm of a `CacheStatistics`, one for all of its caches. It fires some hours after the second one was
   * due, or a quarter of a shorter interval.
   *
   * @param options how many counts it takes
   */
  public static statisticsMissing(options: MissingRunsAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onMissingRuns(
      'statisticsMissing', 'statistics', options, { id: 'StatisticsMissing', trouble: Troubles.STATISTICS_MISSING, watched: Watched.STATISTICS },
      metrics => metrics.repositories()));
  }

  /**
   * The last count could not look into every repository. Needs a `CacheStatistics`.
   *
   * @param options how many repositories it takes
   */
  public static statisticsIncomplete(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onRuns(
      'statisticsIncomplete', 'statistics', options,
      { id: 'StatisticsIncomplete', trouble: Troubles.STATISTICS_INCOMPLETE, severity: AlarmSeverity.TICKET }, metrics => metrics.unseenRepositories()));
  }

  /**
   * The lifecycle is about to delete or archive images that were pulled lately. For caches of which something pins digests, or runs what upstreams no
   * longer have: others get a deleted image back with the next pull of its tag. Needs a `CacheStatistics`.
   *
   * @param options how many images it takes
   */
  public static imagesAtRisk(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onRuns(
      'imagesAtRisk', 'statistics', options,
      { id: 'ImagesAtRisk', trouble: Troubles.IMAGES_AT_RISK, severity: AlarmSeverity.TICKET }, metrics => metrics.imagesAtRisk()));
  }

  /**
   * An image of the probe could not be pulled. Needs a `CacheProbe` with images of the cache.
   *
   * @param options how many images it takes, and in how many runs
   */
  public static probeFailing(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onRuns(
      'probeFailing', 'probe', options, { id: 'ProbeFailing', trouble: Troubles.PROBE_FAILING, severity: AlarmSeverity.PAGE }, metrics => metrics.probeFailures()));
  }

  /**
   * An image of the probe is in the archive, where nobody can pull it. Needs a `CacheProbe` with images of the cache.
   *
   * @param options how many images it takes
   */
  public static imageArchived(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onRuns(
      'imageArchived', 'probe', options,
      { id: 'ImageArchived', trouble: Troubles.IMAGE_ARCHIVED, severity: AlarmSeverity.TICKET }, metrics => metrics.probeArchivedImages()));
  }

  /**
   * Two runs of the probe in a row did not come: the alarm of a `CacheProbe`, one for all of its caches. It fires a quarter of the interval after
   * the second one was due.
   *
   * @param options how many runs it takes
   */
  public static probeMissing(options: MissingRunsAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onMissingRuns(
      'probeMissing', 'probe', options, { id: 'ProbeMissing', trouble: Troubles.PROBE_MISSING, watched: Watched.PROBE },
      metrics => metrics.probedImages()));
  }

  /**
   * A tag of the probe stands for another image than at the run before: it moved upstream, or somebody pushed another image below it. For tags
   * that should stand still. Needs a `CacheProbe` with images of the cache.
   *
   * @param options how many tags it takes
   */
  public static tagMoved(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onRuns(
      'tagMoved', 'probe', options, { id: 'TagMoved', trouble: Troubles.TAG_MOVED, severity: AlarmSeverity.TICKET }, metrics => metrics.probeMovedTags()));
  }

  /**
   * A tag stands for another image than the digest that the probe names beside it. Needs a `CacheProbe` with images such as
   * `cache.image('nginx:1.27@sha256:...')`.
   *
   * @param options how many images it takes
   */
  public static digestDiffers(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onRuns(
      'digestDiffers', 'probe', options, { id: 'DigestDiffers', trouble: Troubles.DIGEST_DIFFERS, severity: AlarmSeverity.TICKET }, metrics => metrics.probeDifferingDigests()));
  }

  /**
   * ECR finds the credential of the cache not valid, such as one that expired: what is cached is served on, and nothing new comes. Needs a
   * `CacheProbe` with images of a cache whose upstream has a credential; other caches of a `CacheAlerting` get no such alarm.
   *
   * Amazon ECR API Reference, `ValidatePullThroughCacheRule`.
   *
   * @param options in how many runs
   */
  public static credentialInvalid(options: EvaluatedAlarmOptions = {}): CacheAlarm {
    checkAlarmOptions('credentialInvalid', options, EVALUATED_OPTIONS);
    return new CacheAlarm(BY_METHOD, onRuns(
      'credentialInvalid', 'probe', options, {
        id: 'CredentialInvalid',
        trouble: Troubles.CREDENTIAL_INVALID,
        severity: AlarmSeverity.PAGE,
        applies: ({ probe }) => probe?.triesCredential !== false,
      }, metrics => metrics.invalidCredentials()));
  }

  /**
   * IAM denies pulls again and again: in three quarters of an hour out of sixteen. Needs an event log, and a trail that logs the management
   * events of the Region. Makes an EventBridge rule that logs the denied calls, unless there is one already. Not verified on AWS: see
   * `CacheEvents.pullDeniedPattern`.
   *
   * @param options how many calls it takes, and in which time
   */
  public static pullsDenied(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onEvents('pullsDenied', options, {
      id: 'PullsDenied',
      trouble: Troubles.DENIED_PULLS,
      severity: AlarmSeverity.TICKET,
      source: (scope, rule, watch) => {
        const log = logCalls(scope, rule, watch, DENIED_PULLS);
        return { metric: CacheMetrics.fromRule(rule).deniedPulls(), evaluation: RECURRING, log };
      },
    }));
  }

  /**
   * The upstream refuses ECR again and again, by its rate limit or by its permissions: in three quarters of an hour out of sixteen. Needs an event
   * log, and a trail that logs the management events of the Region. Makes an EventBridge rule that logs those calls, unless there is one already.
   * Not verified on AWS: see `CacheEvents.upstreamRefusedPattern`.
   *
   * @param options how many calls it takes, and in which time
   */
  public static upstreamRefusing(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onEvents('upstreamRefusing', options, {
      id: 'UpstreamRefusing',
      trouble: Troubles.UPSTREAM_REFUSES,
      severity: AlarmSeverity.PAGE,
      source: (scope, rule, watch) => {
        const log = logCalls(scope, rule, watch, UPSTREAM_REFUSALS);
        return { metric: CacheMetrics.fromRule(rule).upstreamRefusals(), evaluation: RECURRING, log };
      },
    }));
  }

  /**
   * The account pulls almost as often as ECR lets it: `BatchGetImage` or `GetDownloadUrlForLayer`, in one minute of five. One alarm serves all
   * caches of a `CacheAlerting`, since the quotas do.
   *
   * CloudWatch has the calls of a minute, and ECR throttles by the second: of bursts that are shorter than the share of a minute at which the alarm
   * fires it knows nothing.
   *
   * @param options the quotas and the share of them
   */
  public static callsNearQuota(options: CallsNearQuotaOptions = {}): CacheAlarm {
    checkAlarmOptions('callsNearQuota', options, QUOTA_OPTIONS);
    const { callsPerSecond = 2000, layersPerSecond = 3000, share = 0.4 } = options;
    checkShare('share of the quota', share);
    checkRate('BatchGetImage', callsPerSecond);
    checkRate('GetDownloadUrlForLayer', layersPerSecond);
    const evaluation = evaluationOf('callsNearQuota', { period: Duration.minutes(1), evaluationPeriods: 5, datapointsToAlarm: 1 }, options);
    return new CacheAlarm(BY_METHOD, {
      id: 'CallsNearQuota',
      trouble: Troubles.NEAR_QUOTA,
      watched: Watched.REGISTRY,
      severity: options.severity ?? AlarmSeverity.PAGE,
      runbookUrl: options.runbookUrl,
      source: (_, rule) => {
        const calls = (action: string) => AwsMetrics.calls(action, attachedTo(rule));
        return {
          metric: shareOfQuotas(calls('BatchGetImage'), callsPerSecond, calls('GetDownloadUrlForLayer'), layersPerSecond, evaluation),
          evaluation,
          log: undefined,
        };
      },
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: share,
      // nobody pulled: ECR sends no data
      missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }

  /**
   * EventBridge could not write failed imports into the event log. Needs an event log.
   *
   * @param options how many events it takes, and in which time
   */
  public static eventsNotLogged(options: CountAlarmOptions = {}): CacheAlarm {
    return new CacheAlarm(BY_METHOD, onEvents('eventsNotLogged', options, {
      id: 'EventsNotLogged',
      trouble: Troubles.EVENTS_NOT_LOGGED,
      severity: AlarmSeverity.TICKET,
      source: (scope, rule, watch) => {
        const { failedPulls, log } = loggedImports(scope, rule, watch, 'eventsNotLogged');
        return { metric: AwsMetrics.failedDeliveries(failedPulls.ruleName, attachedTo(rule)), evaluation: ONCE, log };
      },
    }));
  }

  /**
   * Refuses what none of the methods gave, such as a method that wasn't called.
   *
   * @internal
   */
  public static _check(alarm: CacheAlarm, scope: Construct): void {
    checkChoice('alarm', alarm, CacheAlarm, WAYS, scope);
  }

  private constructor(key: symbol, private readonly definition: Definition) {
    madeByMethod(this, key, CacheAlarm, WAYS);
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
   * Of what there is one such alarm.
   *
   * @internal
   */
  public get _watched(): Watched {
    return this.definition.watched ?? Watched.CACHE;
  }

  /**
   * Whether it can fire for a cache.
   *
   * @internal
   */
  public _appliesTo(rule: IPullThroughCacheRuleRef): boolean {
    return this.definition.applies?.(producersOf(rule)) ?? true;
  }

  /** @internal */
  public get _pages(): boolean {
    return this.definition.severity === AlarmSeverity.PAGE;
  }

  /** @internal */
  public _bind(scope: Construct, id: string, rules: IPullThroughCacheRuleRef[], naming: AlarmNaming = {}): cloudwatch.Alarm {
    return makeAlarm(this.definition, scope, id, rules, naming);
  }
}
