import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CacheLifecycleRule, PullThroughCache, RegistryReplication, RegistryScanning, TemplateUse, UpstreamRegistry } from '../../../../src';

export interface RegistryStackProps extends StackProps {
  /** The Region that gets replicas; without one this is that Region. */
  readonly replicaRegion?: string;
}

/** A cache in one of two Regions: the first is scanned and replicated to the second. */
export class RegistryStack extends Stack {
  constructor(scope: Construct, id: string, { replicaRegion, ...props }: RegistryStackProps) {
    super(scope, id, props);

    const cache = new PullThroughCache(this, 'Cache', {
      upstream: UpstreamRegistry.ECR_PUBLIC,
      repositoryPrefix: 'settle-registry',
      repositoryTemplate: {
        appliedFor: [TemplateUse.PULL_THROUGH_CACHE, TemplateUse.REPLICATION],
        lifecycleRules: [CacheLifecycleRule.keepNewest(7)],
      },
    });
    if (replicaRegion) {
      new RegistryScanning(this, 'Scanning').scanOnPush(cache);
      new RegistryReplication(this, 'Replication').replicate(cache, { region: replicaRegion });
    }
  }
}
