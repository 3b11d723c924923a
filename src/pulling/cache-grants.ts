import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { warnOfMissingOwnerHalf, warnOfNothingWritten } from './grants/missing-halves';
import { checkGrantee, partsOf } from './grants/principals';
import { arnsByStatement, writeStatements, writeTogether } from './grants/statements';
import { tagBound, taggingActions, tagLater } from './grants/tagging';
import { checkSamePartition } from './nearness';
import { checkNoMore } from '../private/access';
import { ROOT } from '../private/checks';
import { BY_METHOD, madeByMethod } from '../private/choices';
import { warn, WarningId } from '../private/errors';
import { knownPaths, readAllowList, WHOLE_CACHE } from '../rule/allow-list';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress, checkRule } from '../rule/cache-address';
import { checkKnownFrom } from '../rule/own-place';
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
   * The grants of a rule. An L1 rule is accepted.
   *
   * @param rule the rule whose repositories are pulled
   */
  public static fromRule(rule: IPullThroughCacheRuleRef): PullThroughCacheGrants {
    checkNoMore('fromRule', arguments, 1, 'call pullImages() of the grants for some images');
    checkRule(rule);
    return new PullThroughCacheGrants(BY_METHOD, rule);
  }

  private constructor(key: symbol, private readonly rule: IPullThroughCacheRuleRef) {
    madeByMethod(this, key, PullThroughCacheGrants, CHOICES);
  }

  /**
   * Lets a principal pull everything through the cache, also what nobody has pulled before.
   *
   * @param grantee who pulls
   */
  public pull(grantee: iam.IGrantable): iam.Grant {
    checkNoMore('pull', arguments, 1, 'call pullImages() for some images', this.rule);
    return this.grant(grantee, WHOLE_CACHE, FIRST_PULLS);
  }

  /**
   * Lets a principal pull some images through the cache, also when nobody has pulled them before.
   *
   * Docker Hub's official images may be named without `library/`.
   *
   * @param grantee who pulls
   * @param images what may be pulled, as paths below the prefix: `nginx`, or `team/*` for all that begins with `team/`
   * @throws for an empty list, and an entry that is no such path: with a tag or digest, a slash at an end, upper case, another `*`
   */
  public pullImages(grantee: iam.IGrantable, images: string[]): iam.Grant {
    return this.grant(grantee, readAllowList(this.rule, images, 'call pull() for the whole cache'), FIRST_PULLS);
  }

  /**
   * Lets a principal pull cached images, also what nobody has pulled before.
   *
   * @internal
   */
  public _pullPaths(grantee: iam.IGrantable, paths: readonly string[]): iam.Grant {
    return this.grant(grantee, knownPaths(paths), FIRST_PULLS);
  }

  /**
   * The same for many grants to one principal, whose statements are joined: what is given back is not for users.
   *
   * @internal
   */
  public _pullPathsTogether(grantee: iam.IGrantable, paths: readonly string[]): iam.Grant {
    return this.grant(grantee, knownPaths(paths), { ...FIRST_PULLS, write: writeTogether });
  }

  /**
   * The same for a function that calls the API of ECR and no registry.
   *
   * @internal
   */
  public _pullByApi(role: iam.IRole, paths: readonly string[]): void {
    const address = CacheAddress.fromRule(this.rule);
    const [arns, names] = [paths.map(path => address.repositoryArn(path)), paths.map(path => address.repositoryName(path))];
    const parts = arnsByStatement(arns, this.rule);
    const allow = (actions: readonly string[], conditions?: iam.Conditions) =>
      parts.forEach(resources => role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: [...actions], resources, conditions })));
    allow([...CacheActions.PULL_BY_API, ...CacheActions.IMPORT, ...taggingActions(this.rule, names)]);
    tagBound(this.rule, names, allow);
    tagLater(this.rule, names, allow);
    // what is there, before and after
    allow(CacheActions.LIST_IMAGES);
  }

  /**
   * Lets a principal pull everything that is cached already, and nothing else.
   *
   * @param grantee who pulls
   */
  public pullCached(grantee: iam.IGrantable): iam.Grant {
    checkNoMore('pullCached', arguments, 1, 'call pullCachedImages() for some images', this.rule);
    return this.grant(grantee, WHOLE_CACHE, CACHED_ONLY);
  }

  /**
   * Lets a principal pull some images when they are cached already, and nothing else.
   *
   * @param grantee who pulls
   * @param images what may be pulled, as for `pullImages`
   * @throws for an empty list, and an entry that is no path, as `pullImages` does
   */
  public pullCachedImages(grantee: iam.IGrantable, images: string[]): iam.Grant {
    return this.grant(grantee, readAllowList(this.rule, images, 'call pullCached() for the whole cache'), CACHED_ONLY);
  }

  private grant(grantee: iam.IGrantable, paths: readonly string[], pulls: Pulls): iam.Grant {
    checkGrantee(grantee, this.rule);
    const address = CacheAddress.fromRule(this.rule);
    if (address.repositoryPrefix === ROOT && paths.includes('*')) {
      warn(this.rule, WarningId.WHOLE_REGISTRY_GRANT,
        `a grant without images on a cache with the prefix ROOT reaches every repository of the registry (${grantee.grantPrincipal}). `
        + 'Name the images by pullImages() or pullCachedImages(), or acknowledge this warning.');
    }
    return partsOf(grantee.grantPrincipal)
      .map(principal => this.grantOne(principal, paths, pulls))
      .reduce((all, one) => all.combine(one));
  }

  private grantOne(principal: iam.IPrincipal, paths: readonly string[], { imports, write }: Pulls): iam.Grant {
    const { rule } = this;
    if (Construct.isConstruct(principal)) { checkSamePartition(rule, principal, `the grant for ${principal}`); }
    noteUse(rule, `the grant for ${principal}`, Construct.isConstruct(principal) ? principal : undefined);
    const address = CacheAddress.fromRule(rule);
    const arns = paths.map(path => address.repositoryArn(path));
    const names = paths.map(path => address.repositoryName(path));
    const actions = imports ? [...CacheActions.PULL_CACHED, ...CacheActions.IMPORT, ...taggingActions(rule, names)] : CacheActions.PULL_CACHED;
    const login = write(principal, CacheActions.LOG_IN, ['*'], rule);
    const pulling = write(principal, actions, arns, rule);
    const grant = login.grant.combine(pulling.grant);
    if (pulling.written && Construct.isConstruct(principal)) {
      checkKnownFrom(rule, principal);
    }
    if (!pulling.fresh) {
      return grant;
    }
    if (login.written && pulling.written) {
      warnOfMissingOwnerHalf(rule, principal, names, imports);
    } else {
      warnOfNothingWritten(rule, principal);
    }
    if (imports) {
      const tag = (tagging: readonly string[], conditions?: iam.Conditions) => { write(principal, tagging, arns, rule, conditions); };
      tagBound(rule, names, tag);
      tagLater(rule, names, tag);
    }
    return grant;
  }
}

/** What of a cache a grant is about, and how its statements are written. */
interface Pulls {
  /** Whether nobody need have pulled an image before. */
  readonly imports: boolean;
  readonly write: typeof writeStatements;
}

const FIRST_PULLS: Pulls = { imports: true, write: writeStatements };
const CACHED_ONLY: Pulls = { imports: false, write: writeStatements };
const CHOICES = 'PullThroughCacheGrants.fromRule(), or the property \'grants\' of a cache';
