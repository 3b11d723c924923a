import { Resource } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { PullThroughCacheRuleReference } from 'aws-cdk-lib/aws-ecr';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CacheEvents } from './monitoring/cache-events';
import { CacheMetrics } from './monitoring/cache-metrics';
import { checkNoMore } from './private/access';
import { PullThroughCacheGrants } from './pulling/cache-grants';
import { ImageInCache } from './pulling/image-in-cache';
import type { ICacheRule } from './rule/cache-rule';
import type { UpstreamRegistry } from './upstream/upstream-registry';

/** A pull-through cache, made here or elsewhere. */
export interface IPullThroughCache extends ICacheRule {
  /** Lets principals pull through this cache. */
  readonly grants: PullThroughCacheGrants;

  /** The metrics of this cache. */
  readonly metrics: CacheMetrics;

  /** What ECR reports about this cache. */
  readonly events: CacheEvents;

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
   * An EventBridge rule for images that came into the cache: `events.onImageCached` by its familiar name.
   *
   * @param id the id of the rule, below this cache
   * @param options target, description and so on
   */
  onImageCached(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * An EventBridge rule for imports that failed: `events.onPullFailed` by its familiar name.
   *
   * @param id the id of the rule, below this cache
   * @param options target, description and so on
   */
  onPullFailed(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * How many imports failed in five minutes: `metrics.failedPulls` by its familiar name. Throws when nothing in this app logs them and the
   * attributes of an import name no rule.
   *
   * @param options statistic, period and so on
   */
  metricFailedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/**
 * What every cache is and does, whether it is made here or imported: the class of what `PullThroughCache.fromRepositoryPrefix()` and
 * `PullThroughCache.fromPullThroughCacheAttributes()` give. An import of another kind extends it.
 *
 * @example
 * import { PullThroughCacheBase } from 'cdk-ecr-pull-through-cache';
 *
 * declare const cache: PullThroughCacheBase; // made here, or imported
 * const uri = cache.image('nginx:1.27').uri;
 */
export abstract class PullThroughCacheBase extends Resource implements IPullThroughCache {
  public abstract readonly repositoryPrefix: string;
  public abstract readonly upstream?: UpstreamRegistry;
  public abstract readonly upstreamRepositoryPrefix?: string;
  public abstract readonly repositoriesTagged?: boolean | undefined;

  /**
   * Whether `repositoriesTagged` can't change any more.
   *
   * @internal
   */
  public get _tagsSettled(): boolean {
    return true;
  }

  /**
   * Whether an import names the account: then its user knows whose cache it is.
   *
   * @internal
   */
  public get _accountNamed(): boolean {
    return false;
  }

  public get pullThroughCacheRuleRef(): PullThroughCacheRuleReference {
    return { ecrRepositoryPrefix: this.repositoryPrefix };
  }

  public get grants(): PullThroughCacheGrants {
    return PullThroughCacheGrants.fromRule(this);
  }

  public get metrics(): CacheMetrics {
    return CacheMetrics.fromRule(this);
  }

  public get events(): CacheEvents {
    return CacheEvents.fromRule(this);
  }

  public image(image: string): ImageInCache {
    return ImageInCache.fromRule(this, image);
  }

  public grantPull(grantee: iam.IGrantable): iam.Grant {
    checkNoMore('grantPull', arguments, 1, 'call grants.pullImages() for some images', this);
    return this.grants.pull(grantee);
  }

  public onImageCached(id: string, options?: events.OnEventOptions): events.Rule {
    return this.events.onImageCached(id, options);
  }

  public onPullFailed(id: string, options?: events.OnEventOptions): events.Rule {
    return this.events.onPullFailed(id, options);
  }

  public metricFailedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metrics.failedPulls(options);
  }
}
