import { Duration, Stack } from 'aws-cdk-lib';
import { CfnPullTimeUpdateExclusion } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { watchOf } from './cache-watch';
import { checkSettings, settingsLater } from './function-settings';
import {
  checkInterval, checkSameRegistry, firstRun, madeBeforePulls, schedule, SCHEDULED_OPTIONS, scheduledFunction,
} from './schedule';
import type { ScheduledFunctionOptions } from './schedule';
import { CacheProbeFunction } from '../functions/cache-probe-function';
import type { ProbeSettings } from '../functions/contract';
import { SETTINGS } from '../functions/contract';
import { checkProps, kindOf, readFlag } from '../private/access';
import { excerpt, InvalidInputError, problemAt } from '../private/errors';
import { checkDuration, checkList } from '../private/given';
import { differ } from '../private/places';
import { PullThroughCacheGrants } from '../pulling/cache-grants';
import { ImageInCache } from '../pulling/image-in-cache';
import type { CachedImages } from '../rewriting/cached-images';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';

/** Properties of a `CacheProbe`. */
export interface CacheProbeProps extends ScheduledFunctionOptions {
  /**
   * The images that are pulled, of caches of this stack's account and Region: `cache.image('nginx:1.27')`. With `nginx:1.27@sha256:...` the tag
   * is pulled first, which makes pulls by the digest work. More can be added with `addImages`.
   *
   * @default - none yet
   */
  readonly images?: ImageInCache[];

  /**
   * How often the images are pulled: whole minutes, up to a day. ECR looks for a newer image of a tag once a day at most.
   *
   * A metric is billed by the hours in which it gets values: the seven of a cache cost 0.35 USD a month every six hours, and 2.10 USD hourly.
   *
   * @default Duration.hours(6)
   */
  readonly interval?: Duration;

  /**
   * The longest that one image may take.
   *
   * @default Duration.minutes(2)
   */
  readonly imageTimeout?: Duration;

  /**
   * Whether ECR records what the probe pulls as pulled, which keeps it from `CacheLifecycleRule.archiveUnpulledAfter()`. Otherwise the role of the
   * probe is one of the 100 exclusions that an account may have in a Region, by `AWS::ECR::PullTimeUpdateExclusion`: set it where CloudFormation has
   * no such type yet, or the exclusions are used up.
   *
   * Amazon ECR User Guide, "Pull-time update exclusions".
   *
   * @default false
   */
  readonly recordPullTimes?: boolean;
}

/* Each option once: a `Record` that lacks one does not compile. */
const OPTIONS = [...Object.keys({
  images: 0, interval: 0, imageTimeout: 0, recordPullTimes: 0,
} satisfies Record<Exclude<keyof CacheProbeProps, keyof ScheduledFunctionOptions>, 0>), ...SCHEDULED_OPTIONS];

const TOO_MANY = 'probe fewer images, or those of some caches by a probe of their own: digests beside tags take most of the room';

/**
 * Pulls images through caches on a schedule by the API of ECR, without downloading them: the tag, what an index names, the URL of each layer,
 * and one byte. That keeps them in the cache, makes pulls by digest work, and proves that rule, role and upstream do for what isn't cached
 * yet. Of what is cached it proves that the rule is there, that ECR takes the credential, and that layers can be read. When the refresh of a
 * cached tag fails, ECR serves what it has: the probe succeeds, and the alarm on failed imports tells.
 *
 * One image that fails or hangs doesn't keep the others from being pulled. How each fared is a line of the log. An image in the archive is no
 * failure, and told by itself. ECR doesn't record the probe's pulls, unless `recordPullTimes` says so, and `CacheStatistics` leaves them out.
 *
 * Amazon ECR User Guide, "Sync an upstream registry with an Amazon ECR private registry"; Amazon ECR API Reference, `BatchGetImage`,
 * `DescribePullThroughCacheRules`, `GetDownloadUrlForLayer` and `ValidatePullThroughCacheRule`.
 *
 * @example
 * import { CacheProbe, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * const echo = PullThroughCache.fromRepositoryPrefix(this, 'Echo', 'echo');
 * new CacheProbe(this, 'Probe', { images: [echo.image('nginx:1.27'), echo.image('python:3.13')] });
 * const metrics = echo.metrics;
 * const failures = metrics.probeFailures();
 */
export class CacheProbe extends Construct {
  /** How often the images are pulled. */
  public readonly interval: Duration;

  /** Where each image has a line a run. */
  public readonly logGroup: logs.ILogGroup;

  private readonly role: iam.Role;
  private readonly firstRun?: IConstruct;
  private readonly timeout: Duration;
  private readonly imageTimeout: Duration;
  private readonly images: { [prefix: string]: string[] } = {};
  private readonly credentials = new Set<string>();
  private readonly found: (() => ImageInCache[])[] = [];

  constructor(scope: Construct, id: string, given: CacheProbeProps = {}) {
    super(scope, id);
    const props = given ?? {};
    checkProps(this, CacheProbe, 'a probe', props, OPTIONS);
    this.interval = props.interval ?? Duration.hours(6);
    this.imageTimeout = props.imageTimeout ?? Duration.minutes(2);
    this.timeout = props.timeout ?? Duration.minutes(15);
    checkImageTimeout(this, props.imageTimeout);
    checkInterval(this, this.interval, Duration.minutes(1), Duration.days(1));

    const { role, logGroup, make, limits } = scheduledFunction(this, props);
    this.role = role;
    this.logGroup = logGroup;
    const settings = settingsLater(this, () => this.settings(), TOO_MANY);
    const handler = make(CacheProbeFunction, {
      ...limits,
      description: 'Pulls images through pull-through caches',
      environment: { [SETTINGS]: settings },
    });
    schedule(this, 'Pulls images through pull-through caches', this.interval, handler);
    role.addToPolicy(new iam.PolicyStatement({
      actions: [...CacheActions.LIST_RULES],
      // rules have no resource
      resources: ['*'],
    }));
    this.firstRun = firstRun(this, handler, props, settings);
    if (!readFlag('recordPullTimes', props.recordPullTimes, false, this)) {
      const exclusion = new CfnPullTimeUpdateExclusion(this, 'PullTimeUpdateExclusion', { principalArn: role.roleArn });
      this.firstRun?.node.addDependency(exclusion);
    }
    this.node.addValidation({
      validate: () => this.settings().caches.length > 0 ? [] : [problemAt(this, {
        got: 'a probe without images',
        expected: 'at least one image to pull',
        fix: 'pass images or call addImages(), or leave the probe out',
      })],
    });
    if (props.images !== undefined) {
      checkList('images', props.images, this);
    }
    if (props.images?.length) {
      this.addImages(props.images);
    }
  }

  /**
   * Pulls more images.
   *
   * @param images the images, of any caches of this stack's account and Region: at least one
   * @throws for a cache whose images another probe pulls
   */
  public addImages(images: ImageInCache[]): void {
    checkList('images', images, this);
    if (images.length === 0) {
      throw new InvalidInputError({
        got: 'an empty list of images to probe',
        expected: 'at least one image',
        fix: "name one that is small and always there, such as cache.image('nginx:1.27')",
      }, this);
    }
    images.forEach(image => this.checkImage(image));
    for (const cache of new Set(images.map(image => image._rule))) {
      this.claim(cache);
      this.permit(cache, [...new Set(images.filter(image => image._rule === cache).map(image => ImageInCache._grantedPath(image, this)))]);
    }
    for (const image of images) {
      (this.images[image._rule.repositoryPrefix] ??= []).push(image._pulledByTag());
    }
    checkSettings(this, this.settings(), TOO_MANY);
  }

  /**
   * Pulls what `CachedImages` found in a scope, too: each image of its caches of this stack's account and Region that a task, a manifest or a chart
   * names, so that every name is proved and warmed. They are known once the app is synthesized, so the probe may pull all of these caches.
   *
   * @param images what rewrites the images of the scope, after its `use()`
   * @throws without any such cache, and for a cache whose images another probe pulls
   */
  public addImagesFoundBy(images: CachedImages): void {
    // by what each has, whichever copy of this version gave it to the scope
    if (!Object.hasOwn(Object(images) as object, 'aspect')) {
      throw new InvalidInputError({
        got: `${kindOf(images)} instead of what rewrites the images of a scope`, expected: 'CachedImages', fix: 'pass CachedImages.of(scope)',
      }, this);
    }
    const own = Stack.of(this);
    const caches = images._caches.filter(({ env }) => !differ(env.account, own.account) && !differ(env.region, own.region));
    if (caches.length === 0) {
      throw new InvalidInputError({
        got: 'images of a scope without caches of this account and Region',
        expected: 'at least one, since a probe pulls through the caches of its own registry',
        fix: 'call it after use(), or make the probe in a stack where the caches are',
      }, this);
    }
    for (const cache of caches) {
      this.claim(cache);
      PullThroughCacheGrants.fromRule(cache).pull(this.role);
      this.role.addToPolicy(new iam.PolicyStatement({
        actions: [...CacheActions.LIST_IMAGES], resources: [CacheAddress.fromRule(cache).arnOfAllRepositories],
      }));
    }
    this.found.push(() => images._pulled.filter(image => caches.includes(image._rule)));
  }

  private checkImage(image: ImageInCache): void {
    if ((image as Partial<ImageInCache> | undefined)?._rule === undefined) {
      throw new InvalidInputError({
        got: `${kindOf(image)} as an image to probe`,
        expected: 'an image of a cache',
        fix: `write cache.image(${typeof image === 'string' ? excerpt(image) : "'nginx:1.27'"})`,
      }, this);
    }
    ImageInCache._grantedPath(image, this);
  }

  private claim(cache: ICacheRule): void {
    const watch = watchOf(cache);
    if (watch.probe && watch.probe.path !== this.node.path) {
      throw new InvalidInputError({
        got: `the cache '${cache.repositoryPrefix}' for a second probe (by ${watch.probe.path} it has one)`,
        expected: 'one probe for a cache, since two would be one metric',
        fix: 'add the images to that probe',
      }, this);
    }
    checkSameRegistry(this, cache);
    watch.probe = {
      path: this.node.path,
      intervalSeconds: this.interval.toSeconds(),
      logGroup: this.logGroup,
      firstRun: this.firstRun,
      triesCredential: cache.upstream?.credential !== undefined,
    };
    this.firstRun?.node.addDependency(...madeBeforePulls(this, cache));
  }

  private permit(cache: ICacheRule, paths: string[]): void {
    PullThroughCacheGrants.fromRule(cache)._pullByApi(this.role, paths);
    if (cache.upstream?.credential !== undefined && this.credentials.size === 0) {
      // ECR has no resource for it
      this.role.addToPolicy(new iam.PolicyStatement({ actions: [...CacheActions.VALIDATE_RULE], resources: ['*'] }));
    }
    if (cache.upstream?.credential !== undefined) {
      this.credentials.add(cache.repositoryPrefix);
    }
  }

  private settings(): ProbeSettings {
    const all: { [prefix: string]: string[] } = Object.fromEntries(Object.entries(this.images).map(([prefix, images]) => [prefix, [...images]]));
    for (const image of this.found.flatMap(find => find())) {
      const images = all[image._rule.repositoryPrefix] ??= [];
      const name = image._pulledByTag();
      if (!images.includes(name)) { images.push(name); }
    }
    return {
      caches: Object.entries(all).map(([prefix, images]) => ({
        prefix, images, validatesCredential: this.credentials.has(prefix) || undefined,
      })),
      intervalSeconds: this.interval.toSeconds(),
      imageTimeoutSeconds: this.imageTimeout.toSeconds(),
      runSeconds: this.timeout.isUnresolved() ? undefined : this.timeout.toSeconds(),
    };
  }
}

function checkImageTimeout(scope: Construct, imageTimeout: Duration | undefined): void {
  checkDuration('imageTimeout', imageTimeout, scope);
  if (imageTimeout && !imageTimeout.isUnresolved() && imageTimeout.toSeconds() < 1) {
    throw new InvalidInputError({
      got: 'an imageTimeout of 0 seconds', expected: 'at least a second', fix: 'leave it out for two minutes, in which most first pulls end',
    }, scope);
  }
}
