import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { CachePullers, PullThroughCache, RegistryPolicy, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { IPullThroughCache } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface OwnerStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
  readonly organizationId: string;
  /** Accounts of the organisation whose builds bring images into the cache. */
  readonly importingAccounts: string[];
}

/** One cache for an organisation: all accounts pull what is cached, some bring it in. */
export class OwnerStack extends Stack {
  readonly echo: IPullThroughCache;

  constructor(scope: Construct, id: string, props: OwnerStackProps) {
    super(scope, id, props);

    this.echo = new PullThroughCache(this, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: props.echoAccount }),
      repositoryTemplate: { pullers: [CachePullers.organization(props.organizationId)] },
    });
    // the one registry policy of this account and Region: name in `existingStatements` what it has already
    new RegistryPolicy(this, 'RegistryPolicy').allowFirstPull(this.echo, {
      pullers: [CachePullers.organization(props.organizationId, { accounts: props.importingAccounts })],
    });
  }
}
