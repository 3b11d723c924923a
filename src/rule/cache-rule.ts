import { Resource, Stack } from 'aws-cdk-lib';
import type { IResource } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef, PullThroughCacheRuleReference } from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { checkNamedFrom } from './own-place';
import { registerRule } from './rule-register';
import { checkUpstreamRoleChoice } from './upstream-role';
import type { UpstreamRole } from './upstream-role';
import { refuse } from '../private/accepted';
import { checkProps } from '../private/access';
import { checkAccount, checkPartition, checkPrefix, checkRegion, checkRoleAccount, checkUpstreamPrefix } from '../private/checks';
import { CheckId, InvalidInputError, warn, WarningId } from '../private/errors';
import { isLater } from '../private/later';
import { checkArnPartition, partitionOf } from '../private/partitions';
import { checkUpstream } from '../upstream/upstream-registry';
import type { UpstreamRegistry } from '../upstream/upstream-registry';

/** A pull-through cache rule, made here or elsewhere. */
export interface ICacheRule extends IResource, IPullThroughCacheRuleRef {
  /** The prefix of the cached repositories as it was written, or `ROOT`. */
  readonly repositoryPrefix: string;

  /** What is cached. It is not known for an import that did not say. */
  readonly upstream?: UpstreamRegistry;

  /** The prefix that is put before names in the upstream, where there is one. */
  readonly upstreamRepositoryPrefix?: string;

  /**
   * Whether a first pull creates repositories with tags, so that pullers need `ecr:TagResource` as well.
   * What `Tags.of` adds is known at synthesis only: read it late.
   */
  readonly repositoriesTagged?: boolean | undefined;
}

/** Properties of a `CacheRule`. */
export interface CacheRuleProps {
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
   * AWS documents it for private ECR upstreams; Chainguard documents it for its own.
   *
   * @default - all repositories of the upstream
   */
  readonly upstreamRepositoryPrefix?: string;

  /**
   * The role that ECR assumes to read a private ECR upstream.
   *
   * @default - none; an upstream in another account needs one
   */
  readonly upstreamRole?: UpstreamRole;
}

/** What shapes the repositories of a rule. */
interface RepositoryShape {
  readonly tagged: boolean;
  readonly _tagsSettled: boolean;
}

/**
 * A pull-through cache rule of the account's registry: `AWS::ECR::PullThroughCacheRule`.
 *
 * Alone it brings no repository template and no alarm, and a role only when it is asked for: `PullThroughCache` does all that.
 *
 * All its properties are create-only and CloudFormation creates a replacement before it deletes: a change of the logical id, or of any property
 * but the prefix, fails because the prefix is still in use. A change of the prefix succeeds, and takes the cache from those who pull by the old one.
 * `ReplacementCheck` tells of both from a change set. See the CloudFormation reference of `AWS::ECR::PullThroughCacheRule`.
 *
 * @example
 * import { CacheRule, UpstreamRegistry, UpstreamRole } from 'cdk-ecr-pull-through-cache';
 *
 * new CacheRule(this, 'Rule', {
 *   upstream: UpstreamRegistry.ecr({ account: '123456789012', region: 'eu-central-1' }),
 *   repositoryPrefix: 'platform',
 *   upstreamRole: UpstreamRole.scopedToRepositories(),
 * });
 */
export class CacheRule extends Resource implements ICacheRule {
  public readonly repositoryPrefix: string;
  public readonly upstream?: UpstreamRegistry;
  public readonly upstreamRepositoryPrefix?: string;
  public readonly pullThroughCacheRuleRef: PullThroughCacheRuleReference;

  /** The role that ECR assumes to read the upstream, where there is one. */
  public readonly role?: iam.IRole;

  private shape?: RepositoryShape;

  constructor(scope: Construct, id: string, props: CacheRuleProps) {
    super(scope, id);
    checkProps(this, CacheRule, 'a cache rule', props ?? {}, ['upstream', 'repositoryPrefix', 'upstreamRepositoryPrefix', 'upstreamRole']);
    const given: Partial<CacheRuleProps> = props ?? {};
    const upstream = given.upstream!;
    checkUpstream(upstream, this);
    // what other languages leave out may arrive as null
    const upstreamRole = given.upstreamRole ?? undefined;
    this.upstream = upstream;
    this.repositoryPrefix = given.repositoryPrefix ?? upstream.defaultRepositoryPrefix;
    this.upstreamRepositoryPrefix = given.upstreamRepositoryPrefix ?? undefined;
    // The written prefix, never `Ref`: a reference from another stack would lock this rule by an export.
    this.pullThroughCacheRuleRef = { ecrRepositoryPrefix: this.repositoryPrefix };

    this.checkPlace(upstream);
    checkPrefix('repository prefix', this.repositoryPrefix, this);
    checkUpstreamPrefix(this.upstreamRepositoryPrefix, this.repositoryPrefix, this);
    this.checkUpstreamRole(upstream, upstreamRole);
    const { repositoryPrefix, upstreamRepositoryPrefix } = this;
    this.role = upstreamRole?._bind(this, 'UpstreamRole', { upstream, repositoryPrefix, upstreamRepositoryPrefix });
    checkRoleAccount('upstream', this.role, this);
    if (this.role) {
      checkNamedFrom({ what: 'an upstream role', resource: this.role, parts: ['account'] }, this);
    }
    if (upstream.credential) {
      upstream.credential._checkReachableFrom(this);
      checkArnPartition('a secret', upstream.credential.secretArn, this);
      checkNamedFrom({ what: 'a secret', resource: upstream.credential.secret, parts: ['account', 'region'] }, this);
    }
    registerRule(this, this.repositoryPrefix);

    new CfnPullThroughCacheRule(this, 'Default', {
      ecrRepositoryPrefix: this.repositoryPrefix,
      upstreamRegistry: upstream._writtenName,
      upstreamRegistryUrl: upstream.url,
      upstreamRepositoryPrefix,
      credentialArn: upstream.credential?.secretArn,
      customRoleArn: this.role?.roleArn,
    });
  }

  /**
   * Whether a first pull creates repositories with tags. It is not known when nothing says what shapes them. What `Tags.of` adds is known at
   * synthesis only: read it late.
   */
  public get repositoriesTagged(): boolean | undefined {
    return this.shape?.tagged;
  }

  /**
   * Whether `repositoriesTagged` can't change any more.
   *
   * @internal
   */
  public get _tagsSettled(): boolean {
    return this.shape?._tagsSettled ?? true;
  }

  /**
   * Says what shapes the repositories.
   *
   * @internal
   */
  public _shapeBy(shape: RepositoryShape): void {
    this.shape = shape;
  }

  /**
   * ECR User Guide, "Sync an upstream registry with an Amazon ECR private registry", considerations: no rules in China and AWS GovCloud (US).
   * AWS GovCloud (US) User Guide, "Amazon ECR": rules from ECR to ECR within the partition. CloudFormation has the resource type in both.
   */
  private checkPlace(upstream: UpstreamRegistry): void {
    const own = Stack.of(this).region;
    checkRegion(own, this);
    if (upstream.region !== undefined) {
      checkRegion(upstream.region, this);
      checkPartition('an upstream', upstream.region, this);
    }
    if (upstream.account !== undefined) {
      checkAccount(upstream.account, this);
    }
    const partition = isLater(own) ? undefined : partitionOf(own).name;
    if (partition === 'aws-us-gov' && !upstream.readByRole) {
      refuse(this, CheckId.REGION, {
        got: `the upstream '${upstream.url}' for a cache in the Region '${own}'`,
        expected: 'a private ECR registry of AWS GovCloud (US), since ECR caches no other registries there',
        fix: 'use UpstreamRegistry.ecr(), or copy the images there with a pipeline',
      });
    }
    if (partition === 'aws-us-gov' || partition === 'aws-cn') {
      warn(this, WarningId.REGION_SUPPORT,
        `AWS's pages differ on whether ECR has pull-through caches in ${own}: its guide for ECR says no, CloudFormation has the resource type there. `
        + 'Deploy the cache alone and pull through it before you rely on it, then acknowledge this warning.');
    }
  }

  private checkUpstreamRole(upstream: UpstreamRegistry, upstreamRole: UpstreamRole | undefined): void {
    const { account, region, readByRole } = upstream;
    if (upstreamRole && !readByRole) {
      refuse(this, CheckId.UPSTREAM_ROLE, {
        got: `an upstream role for '${upstream.url}'`,
        expected: 'a role for private ECR upstreams only, since ECR reads no other upstream by one',
        fix: 'leave the role out',
      });
    }
    checkUpstreamRoleChoice(upstreamRole, this);
    const own = Stack.of(this);
    if (!readByRole || isLater(own.account) || isLater(account)) {
      return;
    }
    if (account !== own.account && !upstreamRole) {
      throw new InvalidInputError({
        got: `no upstream role for a registry of the account ${account}`,
        expected: 'a role that ECR assumes to read a private registry of another account',
        fix: 'set upstreamRole to UpstreamRole.scopedToRepositories(), or use PullThroughCache, which does',
      }, this);
    }
    if (account === own.account && region === own.region) {
      warn(this, WarningId.UPSTREAM_IS_OWN_REGISTRY,
        `the upstream ${upstream.url} is the registry of this cache itself: that ECR serves such a rule is not documented. `
        + 'Name another account or Region, or pull the images from their own repositories.');
    }
  }
}
