import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { UpstreamAccessRole, UpstreamAccessScope } from './upstream-access-role';
import type { UpstreamRoleOptions } from './upstream-access-role';
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
