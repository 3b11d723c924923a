import { ArnFormat, Resource, Stack } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CacheActions } from './cache-actions';
import { checkPrefix, checkUpstreamPrefix, ROOT } from '../private/checks';
import { InvalidInputError } from '../private/errors';
import type { UpstreamRegistry } from '../upstream/upstream-registry';

/**
 * What a cache tells the choice about itself.
 *
 * @internal
 */
export interface UpstreamRoleContext {
  readonly upstream: UpstreamRegistry;
  readonly repositoryPrefix: string;
  readonly upstreamRepositoryPrefix?: string;
}

/**
 * Which role ECR assumes to read a private ECR upstream.
 *
 * @example
 * import { PullThroughCache, UpstreamRegistry, UpstreamRole } from 'cdk-ecr-pull-through-cache';
 *
 * new PullThroughCache(this, 'Echo', {
 *   upstream: UpstreamRegistry.echo({ account: '123456789012' }),
 *   upstreamRole: UpstreamRole.asInAwsExample(),
 * });
 */
export abstract class UpstreamRole {
  /**
   * A role whose permissions end at the repositories of the upstream and of the cache. The default.
   *
   * @param options names, a permissions boundary, a narrower trust
   */
  public static scopedToRepositories(options: UpstreamRoleOptions = {}): UpstreamRole {
    return new MadeRole(options, UpstreamAccessScope.REPOSITORIES);
  }

  /**
   * A role with the permissions of AWS's own example, whose resource is `*`. Take it when the pulls of a cache fail with
   * `AccessDenied` for the upstream role although the upstream's owner has granted access: that ECR is content with
   * scoped ARNs is not documented.
   *
   * @param options names, a permissions boundary, a narrower trust
   */
  public static asInAwsExample(options: UpstreamRoleOptions = {}): UpstreamRole {
    return new MadeRole(options, UpstreamAccessScope.AWS_EXAMPLE);
  }

  /**
   * A role of your own. It has to be trusted by `pullthroughcache.ecr.amazonaws.com`, to be in the account of the cache, and to
   * hold its permissions before the rule is created.
   *
   * @param role the role
   */
  public static fromRole(role: iam.IRole): UpstreamRole {
    return new GivenRole(role);
  }

  /** @internal */
  public abstract _bind(scope: Construct, id: string, cache: UpstreamRoleContext): iam.IRole;
}

class MadeRole extends UpstreamRole {
  constructor(private readonly options: UpstreamRoleOptions, private readonly accessScope: UpstreamAccessScope) {
    super();
  }

  /** @internal */
  public _bind(scope: Construct, id: string, cache: UpstreamRoleContext): iam.IRole {
    return new UpstreamAccessRole(scope, id, { ...this.options, ...cache, accessScope: this.accessScope }).role;
  }
}

class GivenRole extends UpstreamRole {
  constructor(private readonly role: iam.IRole) {
    super();
  }

  /** @internal */
  public _bind(): iam.IRole {
    return this.role;
  }
}

/** How far the upstream role's permissions reach. */
export enum UpstreamAccessScope {
  /**
   * Reads the upstream's repositories and the cache's own, writes the cache's own. Only logging in has no resource.
   *
   * That ECR is content with these ARNs is inferred from its API, not documented.
   */
  REPOSITORIES = 'REPOSITORIES',

  /**
   * The policy of AWS's own example, whose resource is `*`. For the case that pulls fail with the narrower one:
   * ECR User Guide, "Creating a pull through cache rule".
   */
  AWS_EXAMPLE = 'AWS_EXAMPLE',
}

/** What can be set of an upstream role without replacing it by one's own. */
export interface UpstreamRoleOptions {
  /**
   * The name of the role. A name makes the stack need `CAPABILITY_NAMED_IAM` and can exist once in an account.
   *
   * @default - CloudFormation makes one
   */
  readonly roleName?: string;

  /**
   * The name of the inline policy.
   *
   * @default PullThroughCache
   */
  readonly policyName?: string;

  /**
   * The managed policy that bounds what the role may do.
   *
   * @default - none
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;

  /**
   * Whether ECR may assume the role on behalf of this account only, by a condition on `aws:SourceAccount`.
   * That ECR sends this key here is not documented: try it before you rely on it.
   *
   * @default false
   */
  readonly requireSourceAccount?: boolean;
}

/** Properties of an `UpstreamAccessRole`. */
export interface UpstreamAccessRoleProps extends UpstreamRoleOptions {
  /** The private ECR registry that is cached. */
  readonly upstream: UpstreamRegistry;

  /** The prefix of the cached repositories, or `ROOT`. */
  readonly repositoryPrefix: string;

  /**
   * The prefix of the upstream's repositories that are cached.
   *
   * @default - all repositories of the upstream
   */
  readonly upstreamRepositoryPrefix?: string;

  /**
   * How far the permissions reach.
   *
   * @default UpstreamAccessScope.REPOSITORIES
   */
  readonly accessScope?: UpstreamAccessScope;
}

/**
 * The role that ECR assumes to read a private ECR upstream and to fill the cache with what it read.
 *
 * It is trusted by `pullthroughcache.ecr.amazonaws.com` and carries its policy inline, so that a rule that names it can't
 * be created before the role may read. The upstream's owner has to allow this account as well.
 *
 * Trust and actions: Amazon ECR User Guide, "IAM permissions required to sync an upstream registry with an Amazon ECR
 * private registry" and "Creating a pull through cache rule".
 *
 * @example
 * import { UpstreamAccessRole, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 *
 * const access = new UpstreamAccessRole(this, 'Access', {
 *   upstream: UpstreamRegistry.echo({ account: '123456789012' }),
 *   repositoryPrefix: 'echo',
 * });
 * const arn = access.role.roleArn;
 */
export class UpstreamAccessRole extends Resource {
  /** The role itself. */
  public readonly role: iam.IRole;

  constructor(scope: Construct, id: string, props: UpstreamAccessRoleProps) {
    super(scope, id);
    if (!props.upstream.readByRole) {
      throw new InvalidInputError({
        got: `an upstream role for '${props.upstream.url}'`,
        expected: 'a private ECR upstream, the only kind that ECR reads by a role',
        fix: 'leave the role out',
      }, this);
    }
    checkPrefix('repository prefix', props.repositoryPrefix, this);
    checkUpstreamPrefix(props.upstreamRepositoryPrefix, props.repositoryPrefix, this);

    const service = new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com');
    this.role = new iam.Role(this, 'Resource', {
      roleName: props.roleName,
      permissionsBoundary: props.permissionsBoundary,
      assumedBy: props.requireSourceAccount
        ? service.withConditions({ StringEquals: { 'aws:SourceAccount': Stack.of(this).account } })
        : service,
      inlinePolicies: { [props.policyName ?? 'PullThroughCache']: new iam.PolicyDocument({ statements: this.statements(props) }) },
    });
  }

  /**
   * What happens to the role when it leaves the stack.
   *
   * @param policy whether it is deleted or stays
   */
  public applyRemovalPolicy(policy: RemovalPolicy): void {
    this.role.applyRemovalPolicy(policy);
  }

  private statements(props: UpstreamAccessRoleProps): iam.PolicyStatement[] {
    if (props.accessScope === UpstreamAccessScope.AWS_EXAMPLE) {
      return [new iam.PolicyStatement({
        actions: [...CacheActions.LOG_IN, ...CacheActions.READ_UPSTREAM, ...CacheActions.FILL_CACHE],
        resources: ['*'],
      })];
    }
    const { account, region } = Stack.of(this);
    const upstream = this.repositories(props.upstream.account!, props.upstream.region!, props.upstreamRepositoryPrefix ?? ROOT);
    const own = this.repositories(account, region, props.repositoryPrefix);
    return [
      new iam.PolicyStatement({ actions: [...CacheActions.LOG_IN], resources: ['*'] }),
      new iam.PolicyStatement({ actions: [...CacheActions.READ_UPSTREAM], resources: [upstream, own] }),
      new iam.PolicyStatement({ actions: [...CacheActions.FILL_CACHE], resources: [own] }),
    ];
  }

  private repositories(account: string, region: string, prefix: string): string {
    return Stack.of(this).formatArn({
      service: 'ecr',
      account,
      region,
      resource: 'repository',
      resourceName: prefix === ROOT ? '*' : `${prefix}/*`,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }
}
