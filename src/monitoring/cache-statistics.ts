import { Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { watchOf } from './cache-watch';
import { checkSettings, settingsLater } from './function-settings';
import { checkInterval, checkSameRegistry, firstRun, schedule, SCHEDULED_OPTIONS, scheduledFunction } from './schedule';
import type { ScheduledFunctionOptions } from './schedule';
import { CacheStatisticsFunction } from '../functions/cache-statistics-function';
import { SETTINGS } from '../functions/contract';
import type { StatisticsSettings } from '../functions/contract';
import { checkProps } from '../private/access';
import { InvalidInputError, problemAt } from '../private/errors';
import { checkList } from '../private/given';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress, checkRule, prefixOf } from '../rule/cache-address';

/** Properties of `CacheStatistics`. */
export interface CacheStatisticsProps extends ScheduledFunctionOptions {
  /**
   * The caches that are counted, all of this stack's account and Region. L1 rules and imports will do. More can be added with
   * `addCache`.
   *
   * @default - none yet
   */
  readonly caches?: IPullThroughCacheRuleRef[];

  /**
   * How often they are counted: whole hours, up to a day. Pulls and imports are counted over the same time.
   *
   * A metric is billed by the hours in which it gets values: hourly, the eight of a cache cost 2.40 USD a month instead of 0.10. The two
   * that come once a day stay at 0.03.
   *
   * @default Duration.days(1)
   */
  readonly interval?: Duration;
}

/* Each option once: a `Record` that lacks one does not compile. */
const OPTIONS = [...Object.keys({
  caches: 0, interval: 0,
} satisfies Record<Exclude<keyof CacheStatisticsProps, keyof ScheduledFunctionOptions>, 0>), ...SCHEDULED_OPTIONS];

const TOO_MANY = 'count some of the caches by statistics of their own';

/**
 * Counts what caches hold and how they are used, and puts it into CloudWatch: repositories, images, bytes, pulls, imports, an
 * estimated hit rate, the age of the oldest image. One function serves all caches of an account and Region; the figures of
 * each repository are lines of its log.
 *
 * The hit rate is one minus imports divided by pulls, over the same time, which ends an hour before the run. Pulls are ECR's
 * `RepositoryPullCount`; imports are tagged images that came into the cache and are still there. What it can't see: whether
 * ECR counts its own imports as pulls, images that came and expired within that time, and refreshes that found nothing new,
 * which count as hits.
 *
 * Pulls by a `CacheProbe` are left out. A repository belongs to the rule with the longest prefix that its name has, whoever made that rule: caches
 * whose prefixes start one another are counted apart.
 *
 * Once a day it looks at the lifecycle of the caches' templates, too: which images that were pulled in the last 30 days it deletes or archives within
 * a week, and how much nobody pulled for 90 days.
 *
 * What could not be counted is a metric, `UnseenRepositories`; that run gives no sums rather than numbers that are too low.
 *
 * Amazon ECR User Guide, "Amazon ECR repository metrics" and "Automate the cleanup of images by using lifecycle policies in Amazon ECR"; Amazon ECR
 * API Reference, `DescribeImages`.
 *
 * @example
 * import { CacheStatistics, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * const echo = PullThroughCache.fromRepositoryPrefix(this, 'Echo', 'echo');
 * new CacheStatistics(this, 'Statistics', { caches: [echo] });
 * const metrics = echo.metrics;
 * const hitRate = metrics.hitRate();
 */
export class CacheStatistics extends Construct {
  /** How often the caches are counted. */
  public readonly interval: Duration;

  /** Where each repository has a line a run, and each cache. */
  public readonly logGroup: logs.ILogGroup;

  private readonly firstRun?: IConstruct;
  private readonly prefixes: string[] = [];
  private readonly repositoryArns: string[] = [];

  constructor(scope: Construct, id: string, given: CacheStatisticsProps = {}) {
    super(scope, id);
    const props = given ?? {};
    checkProps(this, CacheStatistics, 'statistics', props, OPTIONS);
    this.interval = props.interval ?? Duration.days(1);
    checkInterval(this, this.interval, Duration.hours(1), Duration.days(1));

    const { role, logGroup, make, limits } = scheduledFunction(this, props);
    this.logGroup = logGroup;
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['cloudwatch:GetMetricData'],
      // CloudWatch has no resources for it
      resources: ['*'],
    }));
    role.addToPolicy(new iam.PolicyStatement({
      actions: [...CacheActions.LIST_REPOSITORIES],
      // a list of repositories can't be narrowed to a prefix
      resources: [Stack.of(this).formatArn({ service: 'ecr', resource: 'repository', resourceName: '*' })],
    }));
    role.addToPolicy(new iam.PolicyStatement({
      actions: [...CacheActions.LIST_IMAGES],
      resources: Lazy.list({ produce: () => this.repositoryArns }),
    }));
    role.addToPolicy(new iam.PolicyStatement({
      actions: [...CacheActions.LIST_RULES, ...CacheActions.LIST_TEMPLATES],
      // rules and templates have no resource
      resources: ['*'],
    }));
    const settings = settingsLater(this, () => this.settings(), TOO_MANY);
    const handler = make(CacheStatisticsFunction, {
      ...limits,
      // with the memory comes the processor: a registry near ECR's quota of repositories keeps it busy for minutes
      memorySize: 1024,
      description: 'Counts the images and pulls of pull-through caches',
      environment: { [SETTINGS]: settings },
    });
    schedule(this, 'Counts the images and pulls of pull-through caches', this.interval, handler);
    this.firstRun = firstRun(this, handler, props, settings);
    this.node.addValidation({
      validate: () => this.prefixes.length > 0 ? [] : [problemAt(this, {
        got: 'statistics without a cache',
        expected: 'at least one cache to count',
        fix: 'pass caches or call addCache(), or leave the statistics out',
      })],
    });
    if (props.caches !== undefined) {
      checkList('caches', props.caches, this);
      props.caches.forEach(cache => this.addCache(cache));
    }
  }

  /**
   * Counts one more cache.
   *
   * @param cache the cache, of this stack's account and Region, that nothing else counts
   */
  public addCache(cache: IPullThroughCacheRuleRef): void {
    checkRule(cache, this);
    const prefix = prefixOf(cache);
    const watch = watchOf(cache);
    if (watch.statistics) {
      throw new InvalidInputError({
        got: `the cache '${prefix}' a second time (by ${watch.statistics.path} it is counted)`,
        expected: 'a cache that nothing counts yet, since two counts would be one metric',
        fix: 'add it once',
      }, this);
    }
    checkSameRegistry(this, cache);
    watch.statistics = { path: this.node.path, intervalSeconds: this.interval.toSeconds(), logGroup: this.logGroup, firstRun: this.firstRun };
    this.prefixes.push(prefix);
    checkSettings(this, this.settings(), TOO_MANY);
    this.repositoryArns.push(CacheAddress.fromRule(cache).arnOfAllRepositories);
  }

  private settings(): StatisticsSettings {
    return { prefixes: this.prefixes, windowHours: this.interval.toHours() };
  }
}
