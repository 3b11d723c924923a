import type { Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { PullThroughCache } from '../../src/pull-through-cache';
import type { PullThroughCacheAttributes } from '../../src/pull-through-cache';
import type { IPullThroughCache } from '../../src/pull-through-cache-base';
import { UpstreamCredential } from '../../src/upstream/upstream-credential';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { ENV } from '../app';

/** The registry of caches in the account and Region of test stacks. */
export const REGISTRY = `${ENV.account}.dkr.ecr.${ENV.region}.amazonaws.com`;

export function dockerHub(stack: Stack): UpstreamRegistry {
  const secret = secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret',
    `arn:aws:secretsmanager:${ENV.region}:${ENV.account}:secret:ecr-pullthroughcache/hub-a1b2c3`);
  return UpstreamRegistry.dockerHub(UpstreamCredential.fromSecret(secret));
}

/** A cache that is made elsewhere, of the account and Region of its stack unless it says otherwise. */
export function imported(
  stack: Stack, repositoryPrefix: string, upstream?: UpstreamRegistry, more: Partial<PullThroughCacheAttributes> = {}): IPullThroughCache {
  return PullThroughCache.fromPullThroughCacheAttributes(stack, `Import-${repositoryPrefix}`, { repositoryPrefix, upstream, ...more });
}
