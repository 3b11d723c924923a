import { Lazy, Stage } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, DependencyGroup } from 'constructs';
import type { IConstruct } from 'constructs';
import { checkNoMore } from '../private/access';
import { ROOT } from '../private/checks';
import { warn, WarningId } from '../private/errors';
import { differ } from '../private/places';
import { OwnerHalf, PullerRegister } from '../repository/puller-register';
import { knownPaths, readAllowList, WHOLE_CACHE } from '../rule/allow-list';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress, prefixOf } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';
import { noteUse } from '../rule/removed-rules';

/**
 * What pullers of a cache are allowed.
 *
 * A first pull imports the image and may create its repository, with the permissions of the puller: none of AWS's managed
 * pull policies gives all that it takes, nor does aws-cdk's `Repository.grantPull`. Amazon ECR User Guide, "IAM permissions
 * required to sync an upstream registry with an Amazon ECR private registry".
 *
 * Grants are written into the policies of the grantee: of roles, users, groups, managed policies and each part of a
 * `CompositePrincipal`. Where that can't be done, or isn't all, a warning says what is missing and where it belongs: for roles whose
 * policies this app doesn't manage, services, accounts, organisations, and roles of another account than the cache's.
 *
 * @example
 * import { PullThroughCacheGrants } from 'cdk-ecr-pull-through-cache';
 * import * as ecr from 'aws-cdk-lib/aws-ecr';
 * import * as iam from 'aws-cdk-lib/aws-iam';
 *
 * declare const rule: ecr.CfnPullThroughCacheRule;
 * declare const role: iam.Role;
 * PullThroughCacheGrants.fromRule(rule).pullImages(role, ['nginx', 'team/*']);
 */
export class PullThroughCacheGrants {
  /**
   * The grants of a rule. An L1 rule will do.
   *
   * @param rule the rule whose repositories are pulled
   */
  public static fromRule(rule: IPullThroughCacheRuleRef): PullThroughCacheGrants {
    checkNoMore('fromRule', arguments, 1, 'call pullImages() of the grants for some images');
    return new PullThroughCacheGrants(rule);
  }

  private readonly firstPullActions: readonly string[];

  private constructor(private readonly rule: IPullThroughCacheRuleRef) {
    this.firstPullActions = [...CacheActions.PULL_CACHED, ...CacheActions.IMPORT, ...taggingActions(rule)];
  }

  /**
   * Lets a principal pull everything through the cache, also what nobody has pulled before.
   *
   * @param grantee who pulls
   */
  public pull(grantee: iam.IGrantable): iam.Grant {
    checkNoMore('pull', arguments, 1, 'call pullImages() for some images', this.rule);
    return this.grant(grantee, WHOLE_CACHE, this.firstPullActions, true);
  }

  /**
   * Lets a principal pull some images through the cache, also when nobody has pulled them before.
   *
   * @param grantee who pulls
   * @param images what may be pulled, as paths below the prefix: `nginx`, or `team/*` for all that begins with `team/`. Docker Hub's
   * official images may be named without `library/`
   * @throws for an empty list, and an entry that is no such path: with a tag or digest, a slash at an end, upper case, another `*`
   */
  public pullImages(grantee: iam.IGrantable, images: string[]): iam.Grant {
    return this.grant(grantee, readAllowList(this.rule, images, 'call pull() for the whole cache'), this.firstPullActions, true);
  }

  /**
   * Lets a principal pull cached images, also what nobody has pulled before.
   *
   * @internal
   */
  public _pullPaths(grantee: iam.IGrantable, paths: readonly string[]): iam.Grant {
    return this.grant(grantee, knownPaths(paths), this.firstPullActions, true);
  }

  /**
   * The same for a function that calls the API of ECR and no registry.
   *
   * @internal
   */
  public _pullByApi(role: iam.IRole, paths: readonly string[]): void {
    const actions = [...CacheActions.PULL_BY_API, ...CacheActions.IMPORT, ...taggingActions(this.rule)];
    const address = CacheAddress.fromRule(this.rule);
    role.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources: knownPaths(paths).map(path => address.repositoryArn(path)) }));
  }

  /**
   * Lets a principal pull everything that is cached already, and nothing else.
   *
   * @param grantee who pulls
   */
  public pullCached(grantee: iam.IGrantable): iam.Grant {
    checkNoMore('pullCached', arguments, 1, 'call pullCachedImages() for some images', this.rule);
    return this.grant(grantee, WHOLE_CACHE, CacheActions.PULL_CACHED, false);
  }

  /**
   * Lets a principal pull some images when they are cached already, and nothing else.
   *
   * @param grantee who pulls
   * @param images what may be pulled, as for `pullImages`
   * @throws for an empty list, and an entry that is no path, as `pullImages` does
   */
  public pullCachedImages(grantee: iam.IGrantable, images: string[]): iam.Grant {
    return this.grant(grantee, readAllowList(this.rule, images, 'call pullCached() for the whole cache'), CacheActions.PULL_CACHED, false);
  }

  private grant(grantee: iam.IGrantable, paths: readonly string[], actions: readonly string[], imports: boolean): iam.Grant {
    const address = CacheAddress.fromRule(this.rule);
    if (address.repositoryPrefix === ROOT && paths.includes('*')) {
      warn(this.rule, WarningId.WHOLE_REGISTRY_GRANT,
        `a grant without images on a cache with the prefix ROOT reaches every repository of the registry (${grantee.grantPrincipal}). `
        + 'Name the images by pullImages() or pullCachedImages(), or acknowledge this warning.');
    }
    const resourceArns = paths.map(path => address.repositoryArn(path));
    return partsOf(grantee.grantPrincipal)
      .map(principal => this.grantOne(principal, actions, resourceArns, imports))
      .reduce((all, one) => all.combine(one));
  }

  private grantOne(principal: iam.IPrincipal, actions: readonly string[], resourceArns: string[], imports: boolean): iam.Grant {
    const grantee = new WatchedPrincipal(principal);
    noteUse(this.rule, `the grant for ${principal}`, Construct.isConstruct(principal) ? principal : undefined);
    const grant = iam.Grant.addToPrincipal({ grantee, actions: [...CacheActions.LOG_IN], resourceArns: ['*'] })
      .combine(iam.Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns }));
    if (grantee.written) {
      warnOfMissingOwnerHalf(this.rule, principal, imports);
    } else {
      warnOfNothingWritten(this.rule, principal);
    }
    return grant;
  }
}

/** Those whose policies statements go to: the parts of a composite, without the conditions and session tags around them. */
function partsOf(principal: iam.IPrincipal): iam.IPrincipal[] {
  if (principal instanceof iam.PrincipalWithConditions || principal instanceof iam.SessionTagsPrincipal) {
    // eslint-disable-next-line dot-notation
    return partsOf(principal['wrapped']);
  }
  return principal instanceof iam.CompositePrincipal ? principal.principals.flatMap(partsOf) : [principal];
}

/** Tags may come until synthesis. One action of a list that turns out undefined leaves it; an L1 rule has no template that is known. */
function taggingActions(rule: IPullThroughCacheRuleRef & Partial<ICacheRule> & { readonly _tagsSettled?: boolean }): readonly string[] {
  if (rule._tagsSettled || !('repositoriesTagged' in rule)) {
    return rule.repositoriesTagged ? CacheActions.TAG_NEW_REPOSITORY : [];
  }
  return CacheActions.TAG_NEW_REPOSITORY.map(action => Lazy.string({ produce: () => rule.repositoriesTagged ? action : undefined }));
}

/** Says what to write where, when a grant could write nothing at all. */
function warnOfNothingWritten(rule: IPullThroughCacheRuleRef, principal: iam.IPrincipal): void {
  warn(rule, WarningId.GRANT_HALF_MISSING, `the grant for ${principal} wrote nothing: ${wayOut(principal)}.`);
}

function wayOut(principal: iam.IPrincipal): string {
  if ('roleName' in principal) {
    return 'the policies of this role are not managed here. Give it those of a PullPolicy, or what PullPolicy.toPolicyText() prints, '
      + 'where it is made, then acknowledge this warning';
  }
  const { principalJson } = principal.policyFragment;
  if ('Service' in principalJson || 'Federated' in principalJson) {
    return 'services and federated identities pull with a role. Grant the role that they assume';
  }
  return 'accounts, organisations and ARNs have no policies here. Allow them by CachePullers in the repositoryTemplate of the cache and in '
    + 'RegistryPolicy.allowFirstPull(), and give them what PullPolicy.toPolicyText() prints in their own account';
}

/**
 * Across accounts both sides have to allow: IAM User Guide, "Cross account resource access in IAM". Warns at synthesis when the cache's side
 * doesn't, as far as this app shows it.
 */
function warnOfMissingOwnerHalf(
  rule: IPullThroughCacheRuleRef & { readonly _accountNamed?: boolean }, principal: iam.IPrincipal, imports: boolean): void {
  const pullers = principal.principalAccount;
  const { account, region } = rule.env;
  // an import that names its account says that the owner knows of it
  if (pullers === undefined || !differ(pullers, account) || rule._accountNamed) {
    return;
  }
  const prefix = prefixOf(rule);
  const register = PullerRegister.of(rule);
  const place = placeOfWarning(rule, principal);
  const halves = imports ? [OwnerHalf.READ, OwnerHalf.IMPORT] : [OwnerHalf.READ];
  const validate = () => {
    const missing = halves.filter(half => !register.has(half, { prefix, account, region }, pullers));
    if (missing.length > 0) {
      warn(place, WarningId.GRANT_HALF_MISSING,
        `the grant for ${principal} of the account ${pullers} is one half: the owner of the cache, ${account}, has to allow that account `
        + `${missing.join(' and ')}. There, set CachePullers.account('${pullers}') in the repositoryTemplate of the cache`
        + `${imports ? ' and in RegistryPolicy.allowFirstPull()' : ''}; when that is done elsewhere, acknowledge this warning.`);
    }
    return [];
  };
  place.node.addValidation({ validate });
}

/** Where the warning is seen: at the cache, unless its Stage may have been synthesized before the grant was made in another. */
function placeOfWarning(rule: IPullThroughCacheRuleRef, principal: iam.IPrincipal): IConstruct {
  return Construct.isConstruct(principal) && Stage.of(principal) !== Stage.of(rule) ? principal : rule;
}

/**
 * A principal of which can be told, after a grant, whether the statements got into a policy of this app. aws-cdk reports success also for
 * roles that it leaves alone.
 */
export class WatchedPrincipal implements iam.IPrincipal {
  public readonly grantPrincipal = this;
  /** Whether every statement so far is in a policy. */
  public written = true;

  constructor(private readonly principal: iam.IPrincipal) {}

  // read late, since the principal of a managed policy has neither this nor the fragment and throws
  public get assumeRoleAction(): string {
    return this.principal.assumeRoleAction;
  }

  public get policyFragment(): iam.PrincipalPolicyFragment {
    return this.principal.policyFragment;
  }

  public get principalAccount(): string | undefined {
    return this.principal.principalAccount;
  }

  public addToPrincipalPolicy(statement: iam.PolicyStatement): iam.AddToPrincipalPolicyResult {
    const result = this.principal.addToPrincipalPolicy(statement);
    this.written &&= result.statementAdded && !this.leftAlone(result);
    return result;
  }

  public toString(): string {
    return String(this.principal);
  }

  /** Users, groups and the like hand back their policy, roles that are left alone an empty group; so do ordinary roles, for now. */
  private leftAlone({ policyDependable }: iam.AddToPrincipalPolicyResult): boolean {
    return policyDependable instanceof DependencyGroup
      && !iam.Role.isRole(this.principal) && !(this.principal instanceof iam.UnknownPrincipal);
  }
}
