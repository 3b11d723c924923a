import { Stack } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct, IConstruct } from 'constructs';
import { ROOT } from '../private/checks';
import { BY_METHOD, checkMadeByMethod } from '../private/choices';
import { InvalidInputError } from '../private/errors';
import { checkMember, checkId } from '../private/given';
import { differ } from '../private/places';
import { prefixOf } from '../rule/cache-address';

/** Which scans are caught, and what happens then. */
export interface ImageScannedOptions extends events.OnEventOptions {
  /**
   * How bad the worst finding has to be.
   *
   * @default - every scan, also one that found nothing
   */
  readonly minimumSeverity?: FindingSeverity;
}

/**
 * What ECR reports about a cache: EventBridge rules for it, and the patterns of such rules. EventBridge gets AWS's own events at best effort.
 *
 * Amazon ECR User Guide, "Amazon ECR events and EventBridge": the event `ECR Pull Through Cache Action`.
 *
 * @example
 * import { CacheEvents } from 'cdk-ecr-pull-through-cache';
 * import * as ecr from 'aws-cdk-lib/aws-ecr';
 * import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
 * import * as sns from 'aws-cdk-lib/aws-sns';
 *
 * declare const rule: ecr.CfnPullThroughCacheRule;
 * declare const topic: sns.ITopic;
 * CacheEvents.fromRule(rule).onPullFailed('Failed', { target: new SnsTopic(topic) });
 */
export class CacheEvents {
  /**
   * The events of a rule's repositories. An L1 rule will do.
   *
   * @param rule the rule, whose prefix counts
   */
  public static fromRule(rule: IPullThroughCacheRuleRef): CacheEvents {
    return new CacheEvents(BY_METHOD, rule, prefixOf(rule));
  }

  private constructor(key: symbol, private readonly rule: IPullThroughCacheRuleRef, private readonly prefix: string) {
    checkMadeByMethod(key, CacheEvents, 'CacheEvents.fromRule(), or events of a cache');
  }

  /**
   * An EventBridge rule for every import that ECR tries, with or without success.
   *
   * @param id the id of the rule, below the cache
   * @param options target, description and so on
   */
  public onCacheEvent(id: string, options?: events.OnEventOptions): events.Rule {
    return this.onEvent(id, this.cacheEventPattern(), options);
  }

  /**
   * An EventBridge rule for images that came into the cache.
   *
   * @param id the id of the rule, below the cache
   * @param options target, description and so on
   */
  public onImageCached(id: string, options?: events.OnEventOptions): events.Rule {
    return this.onEvent(id, this.imageCachedPattern(), options);
  }

  /**
   * An EventBridge rule for imports that failed. Callers who may not pull at all leave no such event.
   *
   * @param id the id of the rule, below the cache
   * @param options target, description and so on
   */
  public onPullFailed(id: string, options?: events.OnEventOptions): events.Rule {
    return this.onEvent(id, this.pullFailedPattern(), options);
  }

  /**
   * An EventBridge rule for basic scans of cached images that ended. For enhanced scanning and for an alarm see `CacheFindings`.
   *
   * @param id the id of the rule, below the cache
   * @param options target, description, how bad it has to be
   */
  public onImageScanned(id: string, options?: ImageScannedOptions): events.Rule {
    return this.onEvent(id, this.imageScannedPattern(options?.minimumSeverity), options);
  }

  /**
   * An EventBridge rule for calls of pullers that IAM denied. It needs a trail of CloudTrail that logs the management events of
   * the Region; the rule has the state that read-only events need. Not verified on AWS: see `pullDeniedPattern`.
   *
   * @param id the id of the rule, below the cache
   * @param options target, description and so on
   */
  public onPullDenied(id: string, options?: events.OnEventOptions): events.Rule {
    const rule = this.onEvent(id, this.pullDeniedPattern(), options);
    receiveReadOnlyEvents(rule);
    return rule;
  }

  /** Every import that ECR tried, with or without success. */
  public cacheEventPattern(): events.EventPattern {
    return this.pattern({});
  }

  /** Imports that succeeded: an image, or a new image of a tag, came into the cache. */
  public imageCachedPattern(): events.EventPattern {
    return this.pattern({ 'sync-status': ['SUCCESS'] });
  }

  /**
   * Imports that failed. The pattern takes every status but `SUCCESS`, since AWS documents no other value.
   * Callers who may not pull at all leave no such event.
   */
  public pullFailedPattern(): events.EventPattern {
    return this.pattern({ 'sync-status': [{ 'anything-but': 'SUCCESS' }] });
  }

  /**
   * Basic scans of cached images that ended. With the prefix `ROOT`, those of all repositories of the registry.
   * Enhanced scanning sends the events of Amazon Inspector instead: `findingReportedPattern`.
   *
   * @param minimumSeverity only scans that found something at least so bad, or all of them when it is left out
   */
  public imageScannedPattern(minimumSeverity?: FindingSeverity): events.EventPattern {
    checkMember('minimumSeverity', minimumSeverity, FindingSeverity, 'FindingSeverity', this.rule);
    const found = (minimumSeverity ? atLeast(minimumSeverity) : []).map(severity => (
      { 'finding-severity-counts': { [severity]: [{ numeric: ['>', 0] }] } }));
    return {
      source: ['aws.ecr'],
      detailType: ['ECR Image Scan'],
      detail: {
        // EventBridge refuses a pattern with an empty object
        'repository-name': [this.prefix === ROOT ? { exists: true } : { prefix: `${this.prefix}/` }],
        ...(found.length > 1 ? { $or: found } : found[0]),
      },
    };
  }

  /**
   * Findings of enhanced scanning that are open, one event for each finding: Amazon Inspector User Guide, "Amazon EventBridge event schema for
   * Amazon Inspector events". With the prefix `ROOT`, those of all repositories of the registry.
   *
   * @param minimumSeverity only findings that are at least so bad
   */
  public findingReportedPattern(minimumSeverity: FindingSeverity = FindingSeverity.INFORMATIONAL): events.EventPattern {
    checkMember('minimumSeverity', minimumSeverity, FindingSeverity, 'FindingSeverity', this.rule);
    const repositoryName = this.prefix === ROOT ? [{ exists: true }] : [{ prefix: `${this.prefix}/` }];
    return {
      source: ['aws.inspector2'],
      detailType: ['Inspector2 Finding'],
      detail: {
        severity: atLeast(minimumSeverity),
        status: ['ACTIVE'],
        resources: { details: { awsEcrContainerImage: { repositoryName } } },
      },
    };
  }

  /**
   * Calls of pullers that IAM denied, as CloudTrail reports them. With the prefix `ROOT`, those of the whole registry. A trail has to
   * log the management events of the Region, and the rule needs the state `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS`,
   * since pulls are read-only events: EventBridge User Guide, "Read-only management events from AWS services".
   *
   * No page of AWS shows such an event of ECR: the repository is looked for in the request and in the message. A caller who lacks
   * `ecr:BatchImportUpstreamImage` only, a permission without a call of its own, may leave an event of any name, and is found by the message.
   */
  public pullDeniedPattern(): events.EventPattern {
    const eventName = ['BatchCheckLayerAvailability', 'BatchGetImage', 'CreateRepository', 'GetDownloadUrlForLayer'];
    const { all, repositoryName } = this.ofRequest();
    const noImport = `*ecr:BatchImportUpstreamImage*${all ? '' : `:repository/${this.prefix}/*`}`;
    return {
      source: ['aws.ecr'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['ecr.amazonaws.com'],
        errorCode: [{ prefix: 'AccessDenied' }],
        $or: [
          ...all ? [{ eventName }] : [
            { eventName, requestParameters: { repositoryName } },
            { eventName, errorMessage: [{ wildcard: `*:repository/${this.prefix}/*` }] },
          ],
          { errorMessage: [{ wildcard: noImport }] },
        ],
      },
    };
  }

  /**
   * Calls of pullers whose import the upstream refused, by its rate limit or its permissions, as CloudTrail reports them. With the prefix `ROOT`,
   * those of the whole registry. It needs the same trail and the same state of the rule as `pullDeniedPattern`.
   *
   * The failure codes are those of `BatchGetImage` in the Amazon ECR API Reference. No page of AWS shows the event: that they are in its answer is
   * an assumption.
   */
  public upstreamRefusedPattern(): events.EventPattern {
    const { all, repositoryName } = this.ofRequest();
    return {
      source: ['aws.ecr'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['ecr.amazonaws.com'],
        eventName: ['BatchGetImage'],
        ...all ? {} : { requestParameters: { repositoryName } },
        responseElements: { failures: { failureCode: ['UpstreamAccessDenied', 'UpstreamTooManyRequests'] } },
      },
    };
  }

  private ofRequest() {
    return { all: this.prefix === ROOT, repositoryName: [{ prefix: `${this.prefix}/` }] };
  }

  private onEvent(id: string, pattern: events.EventPattern, given?: events.OnEventOptions): events.Rule {
    const options = given ?? {};
    checkId('an EventBridge rule', id, this.rule);
    const scope = options.crossStackScope ?? this.rule as unknown as Construct;
    checkEventsArrive(this.rule, scope, 'pass a crossStackScope in a stack of that account and Region, and forward the events from there');
    const rule = new events.Rule(scope, id, {
      ruleName: options.ruleName,
      description: options.description,
      eventPattern: pattern,
    });
    rule.addEventPattern(options.eventPattern);
    rule.addTarget(options.target);
    return rule;
  }

  private pattern(detail: { [field: string]: unknown[] }): events.EventPattern {
    return {
      source: ['aws.ecr'],
      detailType: ['ECR Pull Through Cache Action'],
      detail: { 'ecr-repository-prefix': [this.prefix], ...detail },
    };
  }
}

/**
 * Lets a rule receive read-only events of CloudTrail, such as pulls: EventBridge User Guide, "Read-only management events from
 * AWS services". aws-cdk's L2 knows enabled and disabled only.
 */
export function receiveReadOnlyEvents(rule: events.Rule): void {
  (rule.node.defaultChild as events.CfnRule).state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
}

/** Refuses an EventBridge rule where ECR's events never arrive: they stay in the account and Region of the cache. */
export function checkEventsArrive(rule: IPullThroughCacheRuleRef, scope: IConstruct, fix: string): void {
  const stack = Stack.of(scope);
  refuseOther('account', rule.env.account, stack.account, scope, fix);
  refuseOther('Region', rule.env.region, stack.region, scope, fix);
}

function refuseOther(name: string, cache: string, stack: string, scope: IConstruct, fix: string): void {
  if (!differ(cache, stack)) {
    return;
  }
  throw new InvalidInputError({
    got: `an event rule in the ${name} ${stack} for a cache in the ${name} ${cache}`,
    expected: 'a rule in the account and Region of the cache, which its events do not leave',
    fix,
  }, scope);
}

/** How bad a vulnerability is, as ECR and Amazon Inspector grade it. */
export enum FindingSeverity {
  /** The worst. */
  CRITICAL = 'CRITICAL',
  /** Bad. */
  HIGH = 'HIGH',
  /** Not so bad. */
  MEDIUM = 'MEDIUM',
  /** Hardly bad. */
  LOW = 'LOW',
  /** Worth knowing. */
  INFORMATIONAL = 'INFORMATIONAL',
}

/** A severity and all that are worse, the worst first. */
function atLeast(severity: FindingSeverity): FindingSeverity[] {
  const worstFirst = Object.values(FindingSeverity);
  return worstFirst.slice(0, worstFirst.indexOf(severity) + 1);
}
