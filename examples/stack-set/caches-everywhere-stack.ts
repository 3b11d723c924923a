import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import { Capability, DeploymentType, RegionConcurrencyType, StackSet, StackSetStack, StackSetTarget, StackSetTemplate } from 'cdk-stacksets';
import type { Construct } from 'constructs';

export interface CachesEverywhereStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
  /** Whose accounts get the caches, those that join later too. */
  readonly organizationalUnits: string[];
  readonly regions: string[];
  /** Whether it is deployed by a delegated administrator rather than from the management account. */
  readonly delegatedAdmin: boolean;
}

/** The same caches in every account and Region of an organisation, by a StackSet. */
export class CachesEverywhereStack extends Stack {
  constructor(scope: Construct, id: string, props: CachesEverywhereStackProps) {
    super(scope, id, props);

    new StackSet(this, 'StackSet', {
      stackSetName: 'pull-through-caches',
      template: StackSetTemplate.fromStackSetStack(new CachesStack(this, 'Caches', props.echoAccount)),
      target: StackSetTarget.fromOrganizationalUnits({ organizationalUnits: props.organizationalUnits, regions: props.regions }),
      deploymentType: DeploymentType.serviceManaged({ delegatedAdmin: props.delegatedAdmin, autoDeployEnabled: true }),
      // the roles
      capabilities: [Capability.IAM],
      // one Region after the other, so that a mistake stays in the first
      operationPreferences: { regionConcurrencyType: RegionConcurrencyType.SEQUENTIAL, maxConcurrentPercentage: 25, failureTolerancePercentage: 10 },
    });
  }
}

/**
 * What each account and Region gets. It has no function, so that it needs no bucket of assets: with `CacheStatistics`, `CacheProbe`, `verifyOnDeploy()`,
 * `RepositoryAdoption` or `RepositoryRemoval` name `assetBuckets` and `assetBucketPrefix`.
 */
class CachesStack extends StackSetStack {
  constructor(scope: Construct, id: string, echoAccount: string) {
    super(scope, id);

    new PullThroughCache(this, 'Echo', { upstream: UpstreamRegistry.echo({ account: echoAccount }) });
    new PullThroughCache(this, 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES });
    new PullThroughCache(this, 'Quay', { upstream: UpstreamRegistry.QUAY });
  }
}
