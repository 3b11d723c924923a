import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface CachesStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
}

/** The caches of a whole app. */
export class CachesStack extends Stack {
  readonly echo: PullThroughCache;
  readonly ecrPublic: PullThroughCache;
  readonly quay: PullThroughCache;

  constructor(scope: Construct, id: string, props: CachesStackProps) {
    super(scope, id, props);
    this.echo = new PullThroughCache(this, 'Echo', { upstream: UpstreamRegistry.echo({ account: props.echoAccount }) });
    this.ecrPublic = new PullThroughCache(this, 'EcrPublic', { upstream: UpstreamRegistry.ECR_PUBLIC });
    this.quay = new PullThroughCache(this, 'Quay', { upstream: UpstreamRegistry.QUAY });
  }
}
