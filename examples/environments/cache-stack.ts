import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { IPullThroughCache } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';
import type { Environment } from './environments';

export interface CacheStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;

  /** What differs. */
  readonly environment: Environment;

  /**
   * The prefix of the cached repositories. Where environments share an account, each needs one of its own.
   *
   * @default - echo
   */
  readonly repositoryPrefix?: string;
}

/** The cache of one environment. */
export class CacheStack extends Stack {
  readonly echo: IPullThroughCache;

  constructor(scope: Construct, id: string, props: CacheStackProps) {
    super(scope, id, props);

    const { lifecycleRules, monitoring, pullers } = props.environment;
    this.echo = new PullThroughCache(this, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: props.echoAccount }),
      repositoryPrefix: props.repositoryPrefix,
      repositoryTemplate: { lifecycleRules },
      monitoring,
    });
    for (const name of pullers) {
      this.echo.grants.pull(iam.Role.fromRoleName(this, name, name));
    }
  }
}
