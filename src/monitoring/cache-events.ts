import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as events from 'aws-cdk-lib/aws-events';

/**
 * The EventBridge patterns of what ECR reports about a cache. EventBridge gets AWS's own events at best effort.
 *
 * Amazon ECR User Guide, "Amazon ECR events and EventBridge": the event `ECR Pull Through Cache Action`.
 *
 * @example
 * import { CacheEvents } from 'cdk-ecr-pull-through-cache';
 * import * as ecr from 'aws-cdk-lib/aws-ecr';
 * import * as events from 'aws-cdk-lib/aws-events';
 *
 * declare const rule: ecr.CfnPullThroughCacheRule;
 * new events.Rule(this, 'Failed', { eventPattern: CacheEvents.fromRule(rule).pullFailed() });
 */
export class CacheEvents {
  /**
   * The events of a rule's repositories. An L1 rule will do.
   *
   * @param rule the rule, whose prefix counts
   */
  public static fromRule(rule: IPullThroughCacheRuleRef): CacheEvents {
    return new CacheEvents(rule.pullThroughCacheRuleRef.ecrRepositoryPrefix);
  }

  private constructor(private readonly prefix: string) {}

  /** Every import that ECR tried, with or without success. */
  public cacheEvent(): events.EventPattern {
    return this.pattern({});
  }

  /** Imports that succeeded: an image, or a new image of a tag, came into the cache. */
  public imageCached(): events.EventPattern {
    return this.pattern({ 'sync-status': ['SUCCESS'] });
  }

  /**
   * Imports that failed. The pattern takes every status but `SUCCESS`, since AWS documents no other value.
   * Callers who may not pull at all leave no such event.
   */
  public pullFailed(): events.EventPattern {
    return this.pattern({ 'sync-status': [{ 'anything-but': 'SUCCESS' }] });
  }

  private pattern(detail: { [field: string]: unknown[] }): events.EventPattern {
    return {
      source: ['aws.ecr'],
      detailType: ['ECR Pull Through Cache Action'],
      detail: { 'ecr-repository-prefix': [this.prefix], ...detail },
    };
  }
}
