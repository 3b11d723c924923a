import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { CacheLifecycleRule, CachePullers, PullThroughCache, UpstreamRegistry } from '../../../../src';

/** A cache whose repositories are born with all that a template can give, a role that may pull, and one that may all but tag. */
export class TaggedStack extends Stack {
  constructor(scope: Construct, id: string, other: string) {
    super(scope, id);

    const cache = new PullThroughCache(this, 'Cache', {
      upstream: UpstreamRegistry.ECR_PUBLIC,
      repositoryPrefix: 'settle-tagged',
      repositoryTemplate: {
        tags: { settles: 'yes' },
        encryptionKey: new kms.Key(this, 'Key', { removalPolicy: RemovalPolicy.DESTROY, pendingWindow: Duration.days(7) }),
        lifecycleRules: [CacheLifecycleRule.keepNewest(5)],
        pullers: [CachePullers.account(other)],
      },
    });
    const role = (name: string) => new iam.Role(this, name, { assumedBy: new iam.AccountRootPrincipal() });
    const [puller, untagged] = ['Puller', 'Untagged'].map(role);
    cache.grants.pull(puller);
    cache.grants.pull(untagged);
    untagged.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['ecr:TagResource'], resources: ['*'] }));

    new CfnOutput(this, 'PullerArn', { value: puller.roleArn });
    new CfnOutput(this, 'UntaggedArn', { value: untagged.roleArn });
  }
}
