import { ArnFormat, Resource, Stack } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CacheActions } from './cache-actions';
import { checkOptions, checkPermissionsBoundary, checkResource, copyOf, readFlag } from '../private/access';
import { ROOT } from '../private/checks';
import { BY_METHOD, checkChoice, madeByMethod } from '../private/choices';
import { checkTrust, EcrService } from '../private/trust';
import type { UpstreamRegistry } from '../upstream/upstream-registry';

/** What to write where something else was given than an `UpstreamRole`. */
const CHOICES = 'UpstreamRole.scopedToRepositories(), UpstreamRole.asInAwsExample() or UpstreamRole.fromRole()';

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

/**
 * What a rule tells the choice about itself.
 *
 * @internal
 */
export interface UpstreamRoleContext {
  readonly upstream: UpstreamRegistry;
  readonly repositoryPrefix: string;
  readonly upstreamRepositoryPrefix?: string;
}

/** What makes the role, or has it: below a construct, by an id, for a rule. */
type RoleFactory = (scope: Construct, id: string, rule: UpstreamRoleContext) => iam.IRole;

/**
 * Which role ECR assumes to read a private ECR upstream and to fill the cache with what it read.
 *
 * A role that is made here is trusted by `pullthroughcache.ecr.amazonaws.com` and carries its policy inline, so that a rule that names it
 * can't be created before the role may read. The upstream's owner has to allow this account as well.
 *
 * Trust and actions: Amazon ECR User Guide, "IAM permissions required to sync an upstream registry with an Amazon ECR
 * private registry" and "Creating a pull through cache rule".
 *
 * @example
 * import { PullThroughCache, UpstreamRegistry, UpstreamRole } from 'cdk-ecr-pull-through-cache';
 *
 * new PullThroughCache(this, 'Echo', {
 *   upstream: UpstreamRegistry.echo({ account: '123456789012' }),
 *   upstreamRole: UpstreamRole.asInAwsExample(),
 * });
 */
export class UpstreamRole {
  /**
   * A role whose permissions end at the repositories of the upstream and of the cache: it reads both, and writes the cache's. The default.
   * That ECR is content with these ARNs is inferred from its API, not documented.
   *
   * @param options names, a permissions boundary, a narrower trust
   */
  public static scopedToRepositories(options: UpstreamRoleOptions = {}): UpstreamRole {
    const read = readOptions(options);
    return new UpstreamRole(BY_METHOD, (scope, id, rule) => new RoleOfRule(scope, id, read, scopedStatements(scope, rule)).role);
  }

  /**
   * A role with the permissions of AWS's own example, whose resource is `*`. Take it when the pulls of a cache fail with
   * `AccessDenied` for the upstream role although the upstream's owner has granted access: that ECR is content with
   * scoped ARNs is not documented.
   *
   * @param options names, a permissions boundary, a narrower trust
   */
  public static asInAwsExample(options: UpstreamRoleOptions = {}): UpstreamRole {
    const read = readOptions(options);
    return new UpstreamRole(BY_METHOD, (scope, id) => new RoleOfRule(scope, id, read, exampleStatements()).role);
  }

  /**
   * A role of your own. It has to be trusted by `pullthroughcache.ecr.amazonaws.com`, to be in the account of the cache, and to
   * hold its permissions before the rule is created.
   *
   * @param role the role
   * @throws at synthesis, when it is of this app and doesn't trust that service
   */
  public static fromRole(role: iam.IRole): UpstreamRole {
    checkResource('the upstream role', role, 'roleArn', 'import it by Role.fromRoleArn(), or leave upstreamRole out for the default');
    return new UpstreamRole(BY_METHOD, scope => {
      checkTrust('upstream', role, EcrService.PULL_THROUGH_CACHE, scope);
      return role;
    });
  }

  private constructor(key: symbol, private readonly roleOf: RoleFactory) {
    madeByMethod(this, key, UpstreamRole, CHOICES);
  }

  /** @internal */
  public _bind(scope: Construct, id: string, rule: UpstreamRoleContext): iam.IRole {
    return this.roleOf(scope, id, rule);
  }
}

/** A copy, since what bounds the role is read when it is made. */
function readOptions(options: UpstreamRoleOptions): UpstreamRoleOptions {
  checkOptions('an upstream role', options, ['roleName', 'policyName', 'permissionsBoundary', 'requireSourceAccount']);
  if (options.permissionsBoundary !== undefined) {
    checkPermissionsBoundary(options.permissionsBoundary);
  }
  return { ...copyOf(options), requireSourceAccount: readFlag('requireSourceAccount', options.requireSourceAccount, false) };
}

/** Refuses what is no `UpstreamRole`, such as a role itself. */
export function checkUpstreamRoleChoice(role: UpstreamRole | undefined, scope: Construct): void {
  if (role !== undefined) {
    checkChoice('upstreamRole', role, UpstreamRole, CHOICES, scope);
  }
}

/** Holds a role that is made for a rule. It is one level of the tree, so logical ids of roles depend on it. */
class RoleOfRule extends Resource {
  public readonly role: iam.Role;

  constructor(scope: Construct, id: string, options: UpstreamRoleOptions, statements: iam.PolicyStatement[]) {
    super(scope, id);
    if (options.permissionsBoundary) { checkPermissionsBoundary(options.permissionsBoundary, this); }
    const service = new iam.ServicePrincipal(EcrService.PULL_THROUGH_CACHE);
    this.role = new iam.Role(this, 'Resource', {
      roleName: options.roleName,
      // one that is left out isn't named, so that an injector's own may stand before it
      ...options.permissionsBoundary && { permissionsBoundary: options.permissionsBoundary },
      assumedBy: options.requireSourceAccount
        ? service.withConditions({ StringEquals: { 'aws:SourceAccount': Stack.of(this).account } })
        : service,
      inlinePolicies: { [options.policyName ?? 'PullThroughCache']: new iam.PolicyDocument({ statements }) },
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
}

function exampleStatements(): iam.PolicyStatement[] {
  return [new iam.PolicyStatement({
    actions: [...CacheActions.LOG_IN, ...CacheActions.READ_UPSTREAM, ...CacheActions.FILL_CACHE],
    resources: ['*'],
  })];
}

function scopedStatements(scope: Construct, { upstream, repositoryPrefix, upstreamRepositoryPrefix }: UpstreamRoleContext): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  const read = repositories(stack, upstreamRepositoryPrefix ?? ROOT, upstream.account, upstream.region);
  const own = repositories(stack, repositoryPrefix);
  return [
    new iam.PolicyStatement({ actions: [...CacheActions.LOG_IN], resources: ['*'] }),
    new iam.PolicyStatement({ actions: [...CacheActions.READ_UPSTREAM], resources: [read, own] }),
    new iam.PolicyStatement({ actions: [...CacheActions.FILL_CACHE], resources: [own] }),
  ];
}

function repositories(stack: Stack, prefix: string, account = stack.account, region = stack.region): string {
  return stack.formatArn({
    service: 'ecr',
    account,
    region,
    resource: 'repository',
    resourceName: prefix === ROOT ? '*' : `${prefix}/*`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}
