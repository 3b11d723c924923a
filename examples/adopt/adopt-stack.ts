import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { CacheLifecycleRule, PullThroughCache, RepositoryAdoption, RepositoryRemoval, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface AdoptedCacheStackProps extends StackProps {
  /** Whether the rule and the template exist already and are imported: CloudFormation imports only what it would retain. */
  readonly importing: boolean;

  /** Whether existing repositories get the settings of the template, rather than a line in the log about what would change. */
  readonly apply: boolean;
}

/** A cache of Quay that somebody made by hand: rule and template are imported, repositories get the template's settings. */
export class AdoptedCacheStack extends Stack {
  constructor(scope: Construct, id: string, props: AdoptedCacheStackProps) {
    super(scope, id, props);

    const quay = new PullThroughCache(this, 'Quay', {
      upstream: UpstreamRegistry.QUAY,
      repositoryTemplate: { lifecycleRules: [CacheLifecycleRule.keepNewest(10)], tags: { team: 'platform' } },
    });
    if (props.importing) {
      quay.rule.applyRemovalPolicy(RemovalPolicy.RETAIN);
      quay.repositoryTemplate.applyRemovalPolicy(RemovalPolicy.RETAIN);
    }

    // below quay/own is what no cache has made
    const adoption = new RepositoryAdoption(this, 'Adoption', { template: quay.repositoryTemplate, dryRun: !props.apply, leaveOut: ['quay/own'] });
    new CfnOutput(this, 'Adopted', { value: adoption.summary });

    const removal = new RepositoryRemoval(this, 'Removal', { cache: quay, confirmedPrefix: 'quay', leaveOut: ['quay/own'] });
    new CfnOutput(this, 'WouldDelete', { value: removal.summary });
  }
}
