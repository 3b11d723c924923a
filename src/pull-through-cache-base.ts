import { Resource } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { PullThroughCacheRuleReference } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { CacheEvents } from './monitoring/cache-events';
import { CacheMetrics } from './monitoring/cache-metrics';
import type { CacheMonitors } from './monitoring/cache-monitoring';
import { checkEventsArrive } from './monitoring/event-checks';
import { InvalidInputError } from './private/errors';
import { CachedImage } from './pulling/cached-image';
import { PullThroughCacheGrants } from './pulling/cache-grants';
import type { ICacheRule } from './rule/cache-rule';
import type { UpstreamRegistry } from './upstream/upstream-registry';

/** A pull-through cache, made here or elsewhere. */
export interface IPullThroughCache extends ICacheRule {
  /** Lets principals pull through this cache. */
  readonly grants: PullThroughCacheGrants;

  /**
   * An image of the upstream seen through this cache.
   *
   * @param image the image as the upstream names it, such as `nginx:1.27`
   */
  image(image: string): CachedImage;

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
   * How many imports failed: `AWS/Events` `TriggeredRules` of the rule that the monitoring of this cache made.
   * Throws for a cache without it.
   *
   * @param options statistic, period and so on; the sum of five minutes by default
   */
  metricFailedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/**
 * What every cache does, imported ones too.
 *
 * @internal
 */
export abstract class PullThroughCacheBase extends Resource implements IPullThroughCache {
  public abstract readonly repositoryPrefix: string;
  public abstract readonly upstream?: UpstreamRegistry;
  public abstract readonly upstreamRepositoryPrefix?: string;
  public abstract readonly repositoriesTagged?: boolean;

  /** @internal */
  protected abstract readonly _monitors: CacheMonitors;

  public get pullThroughCacheRuleRef(): PullThroughCacheRuleReference {
    return { ecrRepositoryPrefix: this.repositoryPrefix };
  }

  public get grants(): PullThroughCacheGrants {
    return PullThroughCacheGrants.fromRule(this);
  }

  public image(image: string): CachedImage {
    return CachedImage.fromRule(this, image);
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

  public metricFailedPulls(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    if (!this._monitors.failedPulls) {
      throw new InvalidInputError({
        got: `metricFailedPulls() of the cache '${this.repositoryPrefix}', which has no rule of its own that counts them`,
        expected: 'a cache of this app with monitoring',
        fix: "use CacheMonitoring.standard(), or onPullFailed('...') and the metric TriggeredRules of that rule",
      }, this);
    }
    return CacheMetrics.matchedEvents(this._monitors.failedPulls, options);
  }

  private onEvent(id: string, pattern: events.EventPattern, options: events.OnEventOptions = {}): events.Rule {
    const scope = options.crossStackScope ?? this;
    checkEventsArrive(this, scope);
    const rule = new events.Rule(scope, id, {
      ruleName: options.ruleName,
      description: options.description,
      eventPattern: pattern,
    });
    if (options.eventPattern) {
      rule.addEventPattern(options.eventPattern);
    }
    rule.addTarget(options.target);
    return rule;
  }
}
