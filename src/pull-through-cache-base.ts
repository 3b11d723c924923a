import { Resource } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { PullThroughCacheRuleReference } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CacheEvents, checkEventsArrive, receiveReadOnlyEvents } from './monitoring/cache-events';
import type { FindingSeverity } from './monitoring/cache-events';
import { CacheMetrics } from './monitoring/cache-metrics';
import { PullThroughCacheGrants } from './pulling/cache-grants';
import { ImageInCache } from './pulling/image-in-cache';
import type { ICacheRule } from './rule/cache-rule';
import type { UpstreamRegistry } from './upstream/upstream-registry';

/** Which scans are caught, and what happens then. */
export interface ImageScannedOptions extends events.OnEventOptions {
  /**
   * How bad the worst finding has to be.
   *
   * @default - every scan, also one that found nothing
   */
  readonly minimumSeverity?: FindingSeverity;
}

/** A pull-through cache, made here or elsewhere. */
export interface IPullThroughCache extends ICacheRule {
  /** Lets principals pull through this cache. */
  readonly grants: PullThroughCacheGrants;

  /**
   * An image of the upstream seen through this cache.
   *
   * @param image the image as the upstream names it, such as `nginx:1.27`, or the full URI of an image in this cache
   */
  image(image: string): ImageInCache;

  /**
   * Lets a principal pull through this cache, also what nobody has pulled before: `grants.pull` by its familiar name.
   *
   * @param grantee who pulls
   */
  grantPull(grantee: iam.IGrantable): iam.Grant;

  /**
   * An EventBridge rule for every import that ECR tries, with or without success.
   *
   * @param id the id of the rule, below this cache
   * @param options target, description and so on
   */
  onCacheEvent(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * An EventBridge rule for images that came into the cache.
   *
   * @param id the id of the rule, below this cache
   * @param options target, description and so on
   */
  onImageCached(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * An EventBridge rule for imports that failed. Callers who may not pull at all leave no such event.
   *
   * @param id the id of the rule, below this cache
   * @param options target, description and so on
   */
  onPullFailed(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * An EventBridge rule for basic scans of cached images that ended. For enhanced scanning and for an alarm see `CacheFindings`.
   *
   * @param id the id of the rule, below this cache
   * @param options target, description, how bad it has to be
   */
  onImageScanned(id: string, options?: ImageScannedOptions): events.Rule;

  /**
   * An EventBridge rule for calls of pullers that IAM denied. It needs a trail of CloudTrail that logs the management events of
   * the Region; the rule has the state that read-only events need. Not verified on AWS: see `CacheEvents.pullDenied`.
   *
   * @param id the id of the rule, below this cache
   * @param options target, description and so on
   */
  onPullDenied(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * How many imports failed, as ECR reports them to EventBridge: the sum of five minutes. Throws for a cache whose failed imports
   * nothing in this app logs.
   *
   * @param options statistic, period and so on
   */
  metricFailedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many imports succeeded, first pulls and refreshed tags, as ECR reports them to EventBridge: the sum of five minutes.
   * Throws without a monitoring that logs all imports.
   *
   * @param options statistic, period and so on
   */
  metricImports(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many calls of pullers IAM denied, as CloudTrail reports them: the sum of five minutes. Throws without the alarm
   * `CacheAlarm.pullsDenied()`. Not verified on AWS.
   *
   * @param options statistic, period and so on
   */
  metricDeniedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many repositories the cache has. Throws without a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  metricRepositories(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many repositories the last count could not look into; when it isn't 0, that count gives no sums rather than sums that
   * are too low. Throws without a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  metricUnseenRepositories(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many images the cache has, each platform of a multi-platform image and its index counted by itself. Throws without a
   * `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  metricImages(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * The sum of the sizes of all images in bytes, the most that ECR bills: shared layers are counted with each image. Throws
   * without a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  metricStoredBytes(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * The age of the oldest tagged image, in seconds since it came into the cache. Throws without a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  metricOldestImageAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How often the images were pulled between two counts. Throws without a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  metricPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many tagged images came into the cache between two counts and are still there. Throws without a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  metricImportedImages(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * The estimated share of pulls that the cache served without an import, 0 to 1: see `CacheStatistics` for what it can't see.
   * There is none for a time without pulls. Throws without a `CacheStatistics`.
   *
   * @param options statistic, period and so on
   */
  metricHitRate(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many images the last run of the probe pulled or tried to. Throws without a `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  metricProbedImages(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many images the last run of the probe could not pull. Throws without a `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  metricProbeFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * The longest time that ECR took to answer with the manifest of a probed image, in milliseconds. Throws without a
   * `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  metricProbeLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * How many of the probed tags stand for another image than at the run before. Throws without a `CacheProbe`.
   *
   * @param options statistic, period and so on
   */
  metricProbeMovedTags(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/**
 * What every cache is and does, whether it is made here or imported: the class of what `PullThroughCache.fromRepositoryPrefix()` and
 * `PullThroughCache.fromPullThroughCacheAttributes()` give. An import of another kind extends it.
 *
 * @example
 * import { PullThroughCache, PullThroughCacheBase } from 'cdk-ecr-pull-through-cache';
 *
 * PullThroughCache.fromRepositoryPrefix(this, 'Shared', 'echo');
 * const found = this.node.findChild('Shared') as PullThroughCacheBase;
 * const uri = found.image('nginx:1.27').uri;
 */
export abstract class PullThroughCacheBase extends Resource implements IPullThroughCache {
  public abstract readonly repositoryPrefix: string;
  public abstract readonly upstream?: UpstreamRegistry;
  public abstract readonly upstreamRepositoryPrefix?: string;
  public abstract readonly repositoriesTagged?: boolean;

  /**
   * Whether `repositoriesTagged` can't change any more.
   *
   * @internal
   */
  public get _tagsSettled(): boolean {
    return true;
  }

  public get pullThroughCacheRuleRef(): PullThroughCacheRuleReference {
    return { ecrRepositoryPrefix: this.repositoryPrefix };
  }

  public get grants(): PullThroughCacheGrants {
    return PullThroughCacheGrants.fromRule(this);
  }

  public image(image: string): ImageInCache {
    return ImageInCache.fromRule(this, image);
  }

  public grantPull(grantee: iam.IGrantable): iam.Grant {
    return this.grants.pull(grantee);
  }

  public onCacheEvent(id: string, options?: events.OnEventOptions): events.Rule {
    return this.onEvent(id, CacheEvents.fromRule(this).cacheEvent(), options);
  }

  public onImageCached(id: string, options?: events.OnEventOptions): events.Rule {
    return this.onEvent(id, CacheEvents.fromRule(this).imageCached(), options);
  }

  public onPullFailed(id: string, options?: events.OnEventOptions): events.Rule {
    return this.onEvent(id, CacheEvents.fromRule(this).pullFailed(), options);
  }

  public onImageScanned(id: string, options?: ImageScannedOptions): events.Rule {
    return this.onEvent(id, CacheEvents.fromRule(this).imageScanned(options?.minimumSeverity), options);
  }

  public onPullDenied(id: string, options?: events.OnEventOptions): events.Rule {
    const rule = this.onEvent(id, CacheEvents.fromRule(this).pullDenied(), options);
    receiveReadOnlyEvents(rule);
    return rule;
  }

  public metricFailedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).failedPulls(options);
  }

  public metricImports(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).imports(options);
  }

  public metricDeniedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).deniedPulls(options);
  }

  public metricRepositories(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).repositories(options);
  }

  public metricUnseenRepositories(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).unseenRepositories(options);
  }

  public metricImages(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).images(options);
  }

  public metricStoredBytes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).storedBytes(options);
  }

  public metricOldestImageAge(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).oldestImageAge(options);
  }

  public metricPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).pulls(options);
  }

  public metricImportedImages(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).importedImages(options);
  }

  public metricHitRate(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).hitRate(options);
  }

  public metricProbedImages(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).probedImages(options);
  }

  public metricProbeFailures(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).probeFailures(options);
  }

  public metricProbeLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).probeLatency(options);
  }

  public metricProbeMovedTags(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return CacheMetrics.fromRule(this).probeMovedTags(options);
  }

  private onEvent(id: string, pattern: events.EventPattern, options: events.OnEventOptions = {}): events.Rule {
    const scope = options.crossStackScope ?? this;
    checkEventsArrive(this, scope);
    const rule = new events.Rule(scope, id, {
      ruleName: options.ruleName,
      description: options.description,
      eventPattern: pattern,
    });
    rule.addEventPattern(options.eventPattern);
    rule.addTarget(options.target);
    return rule;
  }
}
