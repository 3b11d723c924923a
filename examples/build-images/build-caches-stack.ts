import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

/** A cache of Amazon ECR Public, which has Docker's official images too and needs no credential. */
export class BuildCachesStack extends Stack {
  readonly ecrPublic: PullThroughCache;

  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props);
    this.ecrPublic = new PullThroughCache(this, 'EcrPublic', { upstream: UpstreamRegistry.ECR_PUBLIC });
  }
}
