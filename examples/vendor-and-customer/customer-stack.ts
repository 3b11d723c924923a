import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface CustomerStackProps extends StackProps {
  /** The account of the vendor's registry. */
  readonly vendor: string;
}

/** A customer's cache of what the vendor hardened, and a role that pulls through it. */
export class CustomerStack extends Stack {
  constructor(scope: Construct, id: string, props: CustomerStackProps) {
    super(scope, id, props);

    const cache = new PullThroughCache(this, 'Hardened', {
      upstream: UpstreamRegistry.ecr({ account: props.vendor, region: this.region }),
      repositoryPrefix: 'hardened',
      upstreamRepositoryPrefix: 'hardened',
    });
    const puller = new iam.Role(this, 'Puller', { assumedBy: new iam.AccountRootPrincipal() });
    cache.grants.pull(puller);
    new CfnOutput(this, 'PullerArn', { value: puller.roleArn });
  }
}
