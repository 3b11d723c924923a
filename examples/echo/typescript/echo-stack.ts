import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CacheMonitoring, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface EchoStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
}

/** A cache of Echo's images, someone who may pull through it, and a topic that hears of failures. */
export class EchoStack extends Stack {
  constructor(scope: Construct, id: string, props: EchoStackProps) {
    super(scope, id, props);

    const failedPulls = new sns.Topic(this, 'FailedPulls');
    const echo = new PullThroughCache(this, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: props.echoAccount }),
      monitoring: CacheMonitoring.standard({ alarmActions: [new SnsAction(failedPulls)] }),
    });

    const puller = new iam.Role(this, 'Puller', { assumedBy: new iam.AccountRootPrincipal() });
    echo.grants.pull(puller);

    new CfnOutput(this, 'PullCommand', { value: echo.image('nginx:1.27').pullCommand });
    new CfnOutput(this, 'PullerRole', { value: puller.roleArn });
  }
}
