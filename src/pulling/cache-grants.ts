import { Lazy } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ROOT } from '../private/checks';
import { warn, WarningId } from '../private/warnings';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';

/**
 * What pullers of a cache are allowed.
 *
 * A first pull imports the image and may create its repository, with the permissions of the puller: none of AWS's managed
 * pull policies gives all that it takes, nor does aws-cdk's `Repository.grantPull`. Amazon ECR User Guide, "IAM permissions
 * required to sync an upstream registry with an Amazon ECR private registry".
 *
 * @example
 * import { PullThroughCacheGrants } from 'cdk-ecr-pull-through-cache';
 * import * as ecr from 'aws-cdk-lib/aws-ecr';
 * import * as iam from 'aws-cdk-lib/aws-iam';
 *
 * declare const rule: ecr.CfnPullThroughCacheRule;
 * declare const role: iam.Role;
 * PullThroughCacheGrants.fromRule(rule).pull(role, 'nginx', 'team/*');
 */
export class PullThroughCacheGrants {
  /**
   * The grants of a rule. An L1 rule will do.
   *
   * @param rule the rule whose repositories are pulled
   */
  public static fromRule(rule: IPullThroughCacheRuleRef): PullThroughCacheGrants {
    return new PullThroughCacheGrants(rule);
  }

  private constructor(private readonly rule: IPullThroughCacheRuleRef) {}

  /**
   * Lets a principal pull through the cache, also what nobody has pulled before.
   *
   * @param grantee who pulls
   * @param images what may be pulled, as paths below the prefix: `nginx`, or `team/*` for all that starts with `team/`;
   * without any, the whole cache
   */
  public pull(grantee: iam.IGrantable, ...images: string[]): iam.Grant {
    return this.grant(grantee, images, [...CacheActions.PULL_CACHED, ...CacheActions.IMPORT], () => this.taggingActions());
  }

  /**
   * Lets a principal pull what is cached already, and nothing else.
   *
   * @param grantee who pulls
   * @param images what may be pulled, as for `pull`
   */
  public pullCached(grantee: iam.IGrantable, ...images: string[]): iam.Grant {
    return this.grant(grantee, images, CacheActions.PULL_CACHED, () => []);
  }

  private grant(grantee: iam.IGrantable, images: string[], actions: readonly string[], late: () => readonly string[]): iam.Grant {
    const address = CacheAddress.fromRule(this.rule);
    if (address.repositoryPrefix === ROOT && images.length === 0) {
      warn(this.rule, WarningId.WHOLE_REGISTRY_GRANT,
        `a grant without images on a cache with the prefix ROOT reaches every repository of the registry (${grantee.grantPrincipal}). `
        + 'Name the images, or acknowledge this warning.');
    }
    const resourceArns = (images.length > 0 ? images : ['*']).map(path => address.repositoryArn(path));
    const logIn = iam.Grant.addToPrincipal({ grantee, actions: [...CacheActions.LOG_IN], resourceArns: ['*'] });
    const read = iam.Grant.addToPrincipal({
      grantee,
      actions: Lazy.list({ produce: () => [...actions, ...late()] }),
      resourceArns,
    });
    return logIn.combine(read);
  }

  private taggingActions(): readonly string[] {
    // an L1 rule has no such property, and nothing is known of its template
    return (this.rule as Partial<ICacheRule>).repositoriesTagged ? CacheActions.TAG_NEW_REPOSITORY : [];
  }
}
