import { Duration, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as events from 'aws-cdk-lib/aws-events';
import { producersOf } from './cache-watch';
import type { CacheWatch, ScheduledWatcher } from './cache-watch';
import { nameProducers } from './metric-producers';
import type { CacheMetricProducers } from './metric-producers';
import { ruleNameFor } from './references';
import { DailyMetric, DIMENSION, NAMESPACE, ProbeMetric, StatisticsMetric } from '../functions/contract';
import { isMissing } from '../private/access';
import { checkText } from '../private/checks';
import { BY_METHOD, checkMadeByMethod } from '../private/choices';
import { InvalidInputError } from '../private/errors';
import { checkDuration } from '../private/given';
import { checkRule, prefixOf } from '../rule/cache-address';

/**
 * The metrics of a cache. Each is emitted by something that watches the cache, which its description names, and throws when nothing in this app
 * does and no import names it: create that first.
 *
 * They are in the account and Region of the cache: a dashboard may be elsewhere, an alarm may not be in another Region.
 *
 * @example
 * import { CacheMetrics, CacheStatistics } from 'cdk-ecr-pull-through-cache';
 * import * as ecr from 'aws-cdk-lib/aws-ecr';
 *
 * declare const rule: ecr.CfnPullThroughCacheRule;
 * new CacheStatistics(this, 'Statistics', { caches: [rule] });
 * const hitRate = CacheMetrics.fromRule(rule).hitRate();
 */
export class CacheMetrics {
  /**
   * The metrics of a rule. An L1 rule will do.
   *
   * Everything else that reads metrics of the rule finds the `producers`, too.
   *
   * @param rule the rule, whose prefix, account and Region count
   * @param producers what emits the metrics, where that is outside of this app or can't be referred to
   */
  public static fromRule(rule: IPullThroughCacheRuleRef, producers?: CacheMetricProducers): CacheMetrics {
    checkRule(rule);
    if (producers) {
      nameProducers(rule, producers);
    }
    return new CacheMetrics(BY_METHOD, rule);
  }

  private constructor(key: symbol, private readonly rule: IPullThroughCacheRuleRef) {
    checkMadeByMethod(key, CacheMetrics, 'CacheMetrics.fromRule(), or metrics of a cache');
  }

  private get watch(): CacheWatch {
    return producersOf(this.rule);
  }

  /**
   * How many imports failed, as ECR reports them to EventBridge: the sum of five minutes.
   * Emitted with `CacheMonitoring.standard()` or `CacheMonitoring.logged()`.
   *
   * @param options statistic, period and so on
   */
  public failedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const rule = this.needed('failedPulls', this.watch.failedPulls,
      'the monitoring that logs failed imports', "use CacheMonitoring.standard(), or name failedPullsRule in an import's attributes");
    return AwsMetrics.matchedEvents(ruleNameFor(rule, 'failedPullsRule'), { ...attachedTo(this.rule), ...options });
  }

  /**
   * How many imports succeeded, first pulls and refreshed tags, as ECR reports them to EventBridge: the sum of five minutes.
   * Emitted with `LoggedEvents.ALL_IMPORTS`.
   *
   * @param options statistic, period and so on
   */
  public imports(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const rule = this.needed('imports', this.watch.imports,
      'the monitoring that logs all imports', "log them with LoggedEvents.ALL_IMPORTS, or name importsRule in an import's attributes");
    return AwsMetrics.matchedEvents(ruleNameFor(rule, 'importsRule'), { ...attachedTo(this.rule), ...options });
  }

  /**
   * How many calls of pullers IAM denied, as CloudTrail reports them: the sum of five minutes. Not verified on AWS.
   * Emitted with `CacheAlarm.pullsDenied()`.
   *
   * @param options statistic, period and so on
   */
  public deniedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const rule = this.needed('deniedPulls', this.watch.deniedPulls,
      'the alarm on denied pulls', "add CacheAlarm.pullsDenied() first, or name deniedPullsRule in an import's attributes");
    return AwsMetrics.matchedEvents(ruleNameFor(rule, 'deniedPullsRule'), { ...attachedTo(this.rule), ...options });
  }

  /**
   * How many calls of pullers the upstream refused, by its rate limit or its permissions, as CloudTrail reports them: the sum of five minutes. Not
   * verified on AWS. Emitted with `CacheAlarm.upstreamRefusing()`.
   *
   * @param options statistic, period and so on
   */
  public upstreamRefusals(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const rule = this.needed('upstreamRefusals', this.watch.upstreamRefusals,
      'the alarm on refused calls', "add CacheAlarm.upstreamRefusing() first, or name upstreamRefusalsRule in an import's attributes");
    return AwsMetrics.matchedEvents(ruleNameFor(rule, 'upstreamRefusalsRule'), { ...attachedTo(this.rule), ...options });
  }

  /**
   * How many repositories the cache has.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public repositories(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('repositories', StatisticsMetric.REPOSITORIES, options);
  }

  /**
   * How many repositories the last count could not look into. When it isn't 0, that count gives no images, bytes, pulls and
   * hit rate, rather than numbers that are too low.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public unseenRepositories(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('unseenRepositories', StatisticsMetric.UNSEEN_REPOSITORIES, options);
  }

  /**
   * How many images the cache has, each platform of a multi-platform image and its index counted by itself.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public images(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('images', StatisticsMetric.IMAGES, options);
  }

  /**
   * The sum of the sizes of all images, in bytes. It is the most that ECR bills: layers that images of a repository share are
   * stored once, and counted here with each.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public storedBytes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('storedBytes', StatisticsMetric.STORED_BYTES, options);
  }

  /**
   * The age of the oldest tagged image, in seconds since it came into the cache.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public oldestImageAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('oldestImageAge', StatisticsMetric.OLDEST_IMAGE_AGE, options);
  }

  /**
   * How often the images were pulled between two counts: ECR's `RepositoryPullCount` over all repositories of the cache, less what a `CacheProbe`
   * pulled.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public pulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('pulls', StatisticsMetric.PULLS, options);
  }

  /**
   * How many tagged images came into the cache between two counts and are still there.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public importedImages(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('importedImages', StatisticsMetric.IMPORTS, options);
  }

  /**
   * The estimated share of pulls that the cache served without an import, 0 to 1: one minus tagged images that came in,
   * divided by pulls, both between two counts. There is none for a time without pulls.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public hitRate(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('hitRate', StatisticsMetric.HIT_RATE, options);
  }

  /**
   * How many images that were pulled in the last 30 days the lifecycle of the cache's template deletes or archives within a week, if as many images
   * come as in the week before. One value a day, however often the statistics run.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public imagesAtRisk(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('imagesAtRisk', DailyMetric.IMAGES_AT_RISK, { period: Duration.days(1), ...options });
  }

  /**
   * The sum of the sizes of the images that nobody pulled for 90 days, in bytes: what the lifecycle could spare. One value a day, however often the
   * statistics run.
   * Emitted by a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  public unpulledBytes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.counted('unpulledBytes', DailyMetric.UNPULLED_BYTES, { period: Duration.days(1), ...options });
  }

  /**
   * How many images the last run of the probe pulled or tried to.
   * Emitted by a `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  public probedImages(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.probed('probedImages', ProbeMetric.IMAGES, options);
  }

  /**
   * How many images the last run of the probe could not pull.
   * Emitted by a `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  public probeFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.probed('probeFailures', ProbeMetric.FAILURES, options);
  }

  /**
   * The longest time that ECR took to answer with the manifest of a probed image, in milliseconds.
   * Emitted by a `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  public probeLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.probed('probeLatency', ProbeMetric.LATENCY, options);
  }

  /**
   * How many of the probed tags stand for another image than at the run before.
   * Emitted by a `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  public probeMovedTags(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.probed('probeMovedTags', ProbeMetric.MOVED_TAGS, options);
  }

  /**
   * How many of the probed tags stand for another image than the digest that is named beside them.
   * Emitted by a `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  public probeDifferingDigests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.probed('probeDifferingDigests', ProbeMetric.DIFFERING_DIGESTS, options);
  }

  /**
   * How many of the probed images are in the archive, where nobody can pull them until they are restored.
   * Emitted by a `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  public probeArchivedImages(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.probed('probeArchivedImages', ProbeMetric.ARCHIVED, options);
  }

  /**
   * 1 when ECR found the credential of the cache not valid, 0 when it took it.
   * Emitted by a `CacheProbe` with images of a cache whose upstream has a credential.
   *
   * @param options statistic, period and so on
   */
  public invalidCredentials(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const { probe } = this.watch;
    this.needed('invalidCredentials', probe?.triesCredential === false ? undefined : probe,
      'a CacheProbe with images of a cache whose upstream has a credential',
      'probe images of the cache, and name its credential where the cache is imported or an L1 rule');
    return this.probed('invalidCredentials', ProbeMetric.INVALID_CREDENTIALS, options);
  }

  private counted(method: string, name: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const statistics = this.needed(method, this.watch.statistics,
      'a CacheStatistics that counts the cache', "create a CacheStatistics with the cache first, or name statisticsInterval in an import's attributes");
    return this.own(name, statistics, options);
  }

  private probed(method: string, name: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const probe = this.needed(method, this.watch.probe,
      'a CacheProbe that pulls images of the cache', "create a CacheProbe with images of the cache first, or name probeInterval in an import's attributes");
    return this.own(name, probe, options);
  }

  /** A run puts one value, twice should it be repeated: so the maximum, never the sum. */
  private own(metricName: string, producer: ScheduledWatcher, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: NAMESPACE,
      metricName,
      dimensionsMap: { [DIMENSION]: prefixOf(this.rule) },
      statistic: cloudwatch.Stats.MAXIMUM,
      period: Duration.seconds(producer.intervalSeconds),
      ...attachedTo(this.rule),
      ...options,
    });
  }

  private needed<T extends events.IRule | ScheduledWatcher>(method: string, producer: T | undefined, expected: string, fix: string): T {
    if (!producer) {
      throw new InvalidInputError({
        got: `the metric ${method} of the cache '${prefixOf(this.rule)}', which nothing known here emits`,
        expected,
        fix,
      }, this.rule);
    }
    return producer;
  }
}

/** Where a cache is, as far as that is known before deployment. */
export function envOf({ env }: IPullThroughCacheRuleRef): { readonly account?: string; readonly region?: string } {
  const known = (value: string) => Token.isUnresolved(value) ? undefined : value;
  return { account: known(env.account), region: known(env.region) };
}

type Attached = Pick<cloudwatch.MetricProps, 'stackAccount' | 'stackRegion'>;

/**
 * Attaches a metric to the account and Region of a cache. aws-cdk writes them where they aren't those of the stack, and refuses an alarm in
 * another Region.
 */
export function attachedTo(rule: IPullThroughCacheRuleRef): Attached {
  const { account, region } = envOf(rule);
  return { stackAccount: account, stackRegion: region };
}

/** Options of a metric, and where it is attached. */
type Attachable = cloudwatch.MetricOptions & Attached;

/** The metrics of AWS that say something about a cache; their names and dimensions are written here and nowhere else. */
export class AwsMetrics {
  /**
   * How many events of an EventBridge rule matched: EventBridge User Guide, "Monitoring Amazon EventBridge".
   * `TriggeredRules` doesn't depend on whether the rule's targets take the event, as `Invocations` does.
   */
  public static matchedEvents(ruleName: string, options: Attachable = {}): cloudwatch.Metric {
    return AwsMetrics.ofRule('TriggeredRules', ruleName, options);
  }

  /** How many events of an EventBridge rule its targets did not take, after all retries: same page. */
  public static failedDeliveries(ruleName: string, options: Attachable = {}): cloudwatch.Metric {
    return AwsMetrics.ofRule('FailedInvocations', ruleName, options);
  }

  /** How often an action of ECR's API was called in the account and Region: ECR User Guide, "Amazon ECR usage metrics". */
  public static calls(action: string, options: Attachable = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Usage',
      metricName: 'CallCount',
      dimensionsMap: { Service: 'ECR', Type: 'API', Resource: action, Class: 'None' },
      statistic: cloudwatch.Stats.SUM,
      period: Duration.minutes(1),
      ...options,
    });
  }

  private static ofRule(metricName: string, ruleName: string, options: Attachable): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Events',
      metricName,
      dimensionsMap: { RuleName: ruleName },
      statistic: cloudwatch.Stats.SUM,
      period: Duration.minutes(5),
      ...checked(options),
    });
  }
}

/** What aws-cdk would read as it comes. */
function checked(options: Attachable): Attachable {
  checkDuration('period', options.period);
  if (!isMissing(options.statistic)) { checkText('statistic', options.statistic, "'Sum'"); }
  return options;
}
