import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CacheStatistics, PullThroughCache, RepositoryAdoption, RepositoryRemoval, UpstreamRegistry } from '../../../../src';

export interface OperationsStackProps {
  /** An update with these fails after adoption and removal were updated. */
  readonly broken: boolean;
  /** Whether repositories get what the template has. */
  readonly apply: boolean;
}

/** A cache that is verified, counted, adopted and removed by functions. */
export class OperationsStack extends Stack {
  constructor(scope: Construct, id: string, { broken, apply }: OperationsStackProps) {
    super(scope, id);

    const cache = new PullThroughCache(this, 'Cache', {
      upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'settle-ops',
    });
    const statistics = new CacheStatistics(this, 'Statistics', { caches: [cache] });
    const proof = cache.verifyOnDeploy({ images: ['docker/library/busybox:stable', ...(broken ? ['docker/library/busybox:no-such-tag'] : [])] });
    const adoption = new RepositoryAdoption(this, 'Adoption', { template: cache.repositoryTemplate, dryRun: !apply, trigger: String(broken) });
    const removal = new RepositoryRemoval(this, 'Removal', { cache, confirmedPrefix: 'settle-ops', leaveOut: broken ? ['settle-ops/kept'] : undefined });
    // the verification fails last, so that the others are updated before, and again when the stack goes back
    proof.node.addDependency(adoption, removal);

    new CfnOutput(this, 'Summary', { value: adoption.summary });
    for (const [name, { logGroup }] of Object.entries({ Proof: proof, Adoption: adoption, Removal: removal, Statistics: statistics })) {
      new CfnOutput(this, `${name}Log`, { value: logGroup.logGroupName });
    }
  }
}
