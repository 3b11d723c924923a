import { Stack } from 'aws-cdk-lib';
import type { RemovalPolicy, Resource } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Dependable } from 'constructs';
import type { Construct } from 'constructs';
import { CacheMonitoring } from './monitoring/cache-monitoring';
import { watchOf } from './monitoring/cache-watch';
import { nameProducers } from './monitoring/metric-producers';
import type { CacheMetricProducers } from './monitoring/metric-producers';
import { CacheVerification } from './operations/cache-verification';
import type { VerifyOnDeployOptions } from './operations/cache-verification';
import { checkNoMore, checkOptions, checkProps, copyOf, isMissing, readFlag } from './private/access';
import { checkAccount, checkPrefix, checkRegion, checkUpstreamPrefix } from './private/checks';
import { InvalidInputError, place } from './private/errors';
import { checkScopeAndId } from './private/given';
import { PullThroughCacheBase } from './pull-through-cache-base';
import type { IPullThroughCache } from './pull-through-cache-base';
import { RepositoryTemplate, TEMPLATE_OPTIONS, TemplateUse } from './repository/repository-template';
import type { RepositoryTemplateOptions } from './repository/repository-template';
import { CacheRule } from './rule/cache-rule';
import { noteUse } from './rule/removed-rules';
import { checkUpstreamRoleChoice, UpstreamRole } from './rule/upstream-role';
import { checkUpstream } from './upstream/upstream-registry';
import type { UpstreamRegistry } from './upstream/upstream-registry';

/** Properties of a `PullThroughCache`. */
export interface PullThroughCacheProps {
  /** What is cached. */
  readonly upstream: UpstreamRegistry;

  /**
   * The prefix of the cached repositories: 2 to 30 characters, lower case, or `ROOT` for the whole registry.
   *
   * A new prefix is a new cache: the deployment succeeds, and what is pulled by the old prefix is cached no more.
   *
   * @default - the default prefix of the upstream, such as `echo`
   */
  readonly repositoryPrefix?: string;

  /**
   * The prefix of the repositories in the upstream that this cache serves: with `team-a`, the cached image `<prefix>/app`
   * is the upstream's `team-a/app`.
   *
   * @default - all repositories of the upstream
   */
  readonly upstreamRepositoryPrefix?: string;

  /**
   * The role that ECR assumes to read a private ECR upstream.
   *
   * @default UpstreamRole.scopedToRepositories() for private ECR upstreams, none for others
   */
  readonly upstreamRole?: UpstreamRole;

  /**
   * Settings of the cached repositories at their creation: lifecycle, encryption, tags, policy.
   *
   * @default - the newest 10 tagged images stay, untagged ones go after 30 days; AES-256; mutable; no tags, no policy
   */
  readonly repositoryTemplate?: RepositoryTemplateOptions;

  /**
   * Whether imports are logged, and whether there is an alarm on those that fail.
   *
   * @default CacheMonitoring.standard()
   */
  readonly monitoring?: CacheMonitoring;
}

/** What is known of a cache that is made elsewhere, and what emits its metrics there. */
export interface PullThroughCacheAttributes extends CacheMetricProducers {
  /** The prefix of the cached repositories, or `ROOT`. */
  readonly repositoryPrefix: string;

  /**
   * What is cached. Image names are those of the upstream, so `image()` normalises them only when it is known.
   *
   * @default - not known
   */
  readonly upstream?: UpstreamRegistry;

  /**
   * The prefix of the repositories in the upstream that the cache serves.
   *
   * @default - all repositories of the upstream
   */
  readonly upstreamRepositoryPrefix?: string;

  /**
   * The account of the cache.
   *
   * @default - the account of the stack
   */
  readonly account?: string;

  /**
   * The Region of the cache.
   *
   * @default - the Region of the stack
   */
  readonly region?: string;

  /**
   * Whether a first pull creates repositories with tags, so that pullers need `ecr:TagResource` too.
   *
   * @default false
   */
  readonly repositoriesTagged?: boolean;
}

/**
 * A pull-through cache: the rule, the role ECR assumes upstream, the template for its repositories, and an alarm
 * on imports that fail.
 *
 * The rule keeps the logical id that a bare `CfnPullThroughCacheRule` with the same id has. Keep that id: a rule can't be
 * replaced while it lives, since CloudFormation creates the new one first and the prefix is taken.
 *
 * Amazon ECR User Guide, "Sync an upstream registry with an Amazon ECR private registry".
 *
 * @example
 * import { PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 * import * as iam from 'aws-cdk-lib/aws-iam';
 *
 * declare const puller: iam.Role;
 *
 * const echo = new PullThroughCache(this, 'Echo', {
 *   upstream: UpstreamRegistry.echo({ account: '123456789012' }),
 * });
 * echo.grantPull(puller);
 * const uri = echo.image('nginx:1.27').uri;
 */
export class PullThroughCache extends PullThroughCacheBase {
  /**
   * A cache that is made elsewhere, in the account and Region of this stack, known by its prefix.
   *
   * @param scope the parent
   * @param id the id of the import
   * @param repositoryPrefix the prefix of the cached repositories, or `ROOT`
   */
  public static fromRepositoryPrefix(scope: Construct, id: string, repositoryPrefix: string): IPullThroughCache {
    checkScopeAndId('an imported cache', scope, id);
    checkNoMore('fromRepositoryPrefix', arguments, 3, 'call fromPullThroughCacheAttributes() for a cache elsewhere', scope);
    return PullThroughCache.fromPullThroughCacheAttributes(scope, id, { repositoryPrefix });
  }

  /**
   * A cache that is made elsewhere, perhaps in another account or Region.
   *
   * @param scope the parent
   * @param id the id of the import
   * @param attributes what is known of the cache
   */
  public static fromPullThroughCacheAttributes(
    scope: Construct, id: string, attributes: PullThroughCacheAttributes): IPullThroughCache {
    checkScopeAndId('an imported cache', scope, id);
    const given: Partial<PullThroughCacheAttributes> = attributes ?? {};
    checkOptions('an imported cache', given, ATTRIBUTES, scope);
    const repositoryPrefix = given.repositoryPrefix!;
    // what other languages leave out may arrive as null
    const upstream = given.upstream ?? undefined;
    const upstreamRepositoryPrefix = given.upstreamRepositoryPrefix ?? undefined;
    const account = given.account ?? undefined;
    const region = given.region ?? undefined;
    const tagged = isMissing(given.repositoriesTagged) ? undefined : readFlag('repositoriesTagged', given.repositoriesTagged, false, scope);
    class Import extends PullThroughCacheBase {
      public readonly repositoryPrefix = repositoryPrefix;
      public readonly upstream = upstream;
      public readonly upstreamRepositoryPrefix = upstreamRepositoryPrefix;
      public readonly repositoriesTagged = tagged;

      public get _accountNamed(): boolean {
        return account !== undefined;
      }
    }
    const cache = new Import(scope, id, { account, region });
    checkPrefix('repository prefix', repositoryPrefix, cache);
    checkUpstreamPrefix(upstreamRepositoryPrefix, repositoryPrefix, cache);
    if (upstream !== undefined) {
      checkUpstream(upstream, cache);
    }
    if (account !== undefined) {
      checkAccount(account, cache);
    }
    checkRegion(region ?? Stack.of(cache).region, cache);
    nameProducers(cache, given);
    noteUse(cache, `the import ${place(cache)}`, cache);
    return cache;
  }

  public readonly repositoryPrefix: string;
  public readonly upstream?: UpstreamRegistry;
  public readonly upstreamRepositoryPrefix?: string;

  /** The rule. */
  public readonly rule: CacheRule;

  /** The template for the cached repositories. */
  public readonly repositoryTemplate: RepositoryTemplate;

  /** The role that ECR assumes to read the upstream. Other upstreams than private ECR registries have none. */
  public readonly role?: iam.IRole;

  constructor(scope: Construct, id: string, props: PullThroughCacheProps) {
    super(scope, id);
    const given: Partial<PullThroughCacheProps> = props ?? {};
    checkProps(this, PullThroughCache, 'a cache', given, CACHE_OPTIONS);
    const upstream = given.upstream!;
    checkUpstream(upstream, this);
    // what other languages leave out may arrive as null
    const upstreamRepositoryPrefix = given.upstreamRepositoryPrefix ?? undefined;
    const upstreamRole = given.upstreamRole ?? undefined;
    this.upstream = upstream;
    this.upstreamRepositoryPrefix = upstreamRepositoryPrefix;
    this.repositoryPrefix = given.repositoryPrefix ?? upstream.defaultRepositoryPrefix;
    const monitoring = given.monitoring ?? CacheMonitoring.standard();
    CacheMonitoring._check(monitoring, this);

    checkUpstreamRoleChoice(upstreamRole, this);
    const choice = upstreamRole ?? (upstream.readByRole ? UpstreamRole.scopedToRepositories() : undefined);
    this.role = choice?._bind(this, 'UpstreamRole', { upstream, repositoryPrefix: this.repositoryPrefix, upstreamRepositoryPrefix });
    this.rule = new CacheRule(this, 'Default', {
      upstream,
      repositoryPrefix: this.repositoryPrefix,
      upstreamRepositoryPrefix,
      upstreamRole: this.role && UpstreamRole.fromRole(this.role),
    });
    checkTemplateUse(given.repositoryTemplate, this);
    this.repositoryTemplate = new RepositoryTemplate(this, 'RepositoryTemplate', {
      ...given.repositoryTemplate && copyOf(given.repositoryTemplate),
      prefix: this.repositoryPrefix,
      ...given.repositoryTemplate?.denyPushes && this.role && { importingRoles: [this.role] },
    });
    // a first pull between the two would create a repository that no template has shaped
    this.rule.node.addDependency(this.repositoryTemplate);
    this.rule._shapeBy(this.repositoryTemplate);
    // what waits for the cache waits for these, and for no alarm or event rule, whose targets may be what waits
    Dependable.implement(this, { dependencyRoots: [this.rule, this.repositoryTemplate] });
    monitoring._bind(this, 'Monitoring', this);
  }

  /** @internal */
  public get _tagsSettled(): boolean {
    return this.repositoryTemplate._tagsSettled;
  }

  /** Whether a first pull creates repositories with tags. What `Tags.of` adds is known at synthesis only: read it late. */
  public get repositoriesTagged(): boolean | undefined {
    return this.repositoryTemplate.tagged;
  }

  /** The alarm on failed imports. There is none without standard monitoring. */
  public get failedPullsAlarm(): cloudwatch.IAlarm | undefined {
    return watchOf(this).failedPullsAlarm;
  }

  /**
   * What happens to the rule, to its template and to the roles that the library makes for them when the cache leaves its stack. The cached
   * repositories stay in any case.
   *
   * @param policy whether they are deleted or stay, and the cache works on
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    this.rule.applyRemovalPolicy(policy);
    this.repositoryTemplate.applyRemovalPolicy(policy);
    (this.node.tryFindChild('UpstreamRole') as Resource | undefined)?.applyRemovalPolicy(policy);
  }

  /**
   * Proves during each deployment that changes the cache that it works: ECR tries its credential, and images are pulled through it. If that
   * fails, the deployment fails with ECR's reason and rolls back. See `CacheVerification`.
   *
   * @param options the images, and for how long failures are tried again
   * @returns The verification. What is to wait for the proof depends on it.
   * @throws without images for an upstream without a credential, since nothing else can prove anything; when it is called twice
   */
  public verifyOnDeploy(options: VerifyOnDeployOptions = {}): CacheVerification {
    if (this.node.tryFindChild('Verification')) {
      throw new InvalidInputError({
        got: `a second verification of the cache '${this.repositoryPrefix}'`,
        expected: 'one, which may pull several images',
        fix: 'name all images in one call of verifyOnDeploy()',
      }, this);
    }
    return new CacheVerification(this, 'Verification', {
      ...options,
      cache: this,
      after: [this.rule, this.repositoryTemplate, ...this.role ? [this.role] : []],
    });
  }
}

/* Each option once: a `Record` that lacks one does not compile. */
const CACHE_OPTIONS = Object.keys({
  upstream: 0,
  repositoryPrefix: 0,
  upstreamRepositoryPrefix: 0,
  upstreamRole: 0,
  repositoryTemplate: 0,
  monitoring: 0,
} satisfies Record<keyof PullThroughCacheProps, 0>);

const ATTRIBUTES = Object.keys({
  repositoryPrefix: 0,
  upstream: 0,
  upstreamRepositoryPrefix: 0,
  account: 0,
  region: 0,
  repositoriesTagged: 0,
  eventLogGroup: 0,
  failedPullsRule: 0,
  failedPullsAlarm: 0,
  importsRule: 0,
  deniedPullsRule: 0,
  upstreamRefusalsRule: 0,
  statisticsInterval: 0,
  statisticsLogGroup: 0,
  probeInterval: 0,
  probeLogGroup: 0,
} satisfies Record<keyof PullThroughCacheAttributes, 0>);

/** The template of a cache that doesn't shape the cache's repositories would leave them without lifecycle. */
function checkTemplateUse(options: RepositoryTemplateOptions | undefined, scope: Construct): void {
  if (!isMissing(options)) {
    checkOptions('the repository template', options, TEMPLATE_OPTIONS, scope);
  }
  if (options?.appliedFor && !options.appliedFor.includes(TemplateUse.PULL_THROUGH_CACHE)) {
    throw new InvalidInputError({
      got: `the repository template of a cache, applied for ${options.appliedFor.join(', ') || 'nothing'}`,
      expected: 'PULL_THROUGH_CACHE among its uses',
      fix: 'add TemplateUse.PULL_THROUGH_CACHE, or make a RepositoryTemplate beside the cache for another prefix',
    }, scope);
  }
}
