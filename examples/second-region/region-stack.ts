import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CacheLifecycleRule, PullThroughCache, RegistryReplication, TemplateUse, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface RegionStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;

  /**
   * The Regions to which images of this one are replicated.
   *
   * @default - none
   */
  readonly replicaRegions?: string[];
}

/** A cache of Echo in one Region. Names and prefix are the same in each, so that workloads differ in the Region of the registry only. */
export class RegionStack extends Stack {
  readonly echo: PullThroughCache;

  constructor(scope: Construct, id: string, props: RegionStackProps) {
    super(scope, id, props);

    this.echo = new PullThroughCache(this, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: props.echoAccount }),
      repositoryTemplate: {
        // replicas get a lifecycle from here, and from nowhere else
        appliedFor: [TemplateUse.PULL_THROUGH_CACHE, TemplateUse.REPLICATION],
        lifecycleRules: [CacheLifecycleRule.keepNewest(20)],
      },
    });
    if (props.replicaRegions) {
      new RegistryReplication(this, 'Replication').replicate(this.echo, ...props.replicaRegions.map(region => ({ region })));
    }

    const puller = new iam.Role(this, 'Puller', { assumedBy: new iam.AccountRootPrincipal() });
    this.echo.grants.pull(puller);
    new CfnOutput(this, 'PullerArn', { value: puller.roleArn });
  }
}
