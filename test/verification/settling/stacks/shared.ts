import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CachePullers, PullThroughCache, RegistryPolicy, UpstreamRegistry } from '../../../../src';

/** The owner's side: roles of another account whose names begin with `settle-named` may make first pulls, with tags and without. */
export class SharedStack extends Stack {
  constructor(scope: Construct, id: string, other: string) {
    super(scope, id);

    const policy = new RegistryPolicy(this, 'RegistryPolicy');
    const pullers = [CachePullers.account(other, { roles: ['settle-named*'] })];
    for (const [prefix, tags] of Object.entries({ 'settle-shared': undefined, 'settle-shared-tags': { settles: 'yes' } })) {
      const cache = new PullThroughCache(this, prefix, {
        upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: prefix, repositoryTemplate: { tags, pullers },
      });
      policy.allowFirstPull(cache, { pullers });
    }
  }
}
