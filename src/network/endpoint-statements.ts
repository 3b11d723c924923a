import type { Stack } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress } from '../rule/cache-address';

/** Lets actions through an endpoint, by whom IAM allows them. */
export function letThrough(actions: readonly string[], resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ principals: [new iam.StarPrincipal()], actions: [...actions], resources });
}

/**
 * Pulls through caches, also first ones with or without tags: a policy of an endpoint grants nothing, so what some cache doesn't need does no
 * harm.
 */
export function letPullsThrough(caches: IPullThroughCacheRuleRef[]): iam.PolicyStatement[] {
  return [
    letThrough(CacheActions.LOG_IN, ['*']),
    letThrough(
      [...CacheActions.PULL_CACHED, ...CacheActions.IMPORT, ...CacheActions.TAG_NEW_REPOSITORY],
      caches.map(cache => CacheAddress.fromRule(cache).repositoryArn()),
    ),
  ];
}

/** The bucket that ECR's layers come from: ECR User Guide, "Amazon ECR interface VPC endpoints (AWS PrivateLink)". */
export function letLayersThrough(stack: Stack): iam.PolicyStatement {
  return letThrough(['s3:GetObject'], [
    stack.formatArn({ service: 's3', account: '', region: '', resource: `prod-${stack.region}-starport-layer-bucket`, resourceName: '*' }),
  ]);
}
