import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { CfnPermissionSet } from 'aws-cdk-lib/aws-sso';
import { PullPolicy, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface PeopleStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
  /** The instance of IAM Identity Center. Permission sets live in its account and Region. */
  readonly ssoInstanceArn: string;
}

/** People who sign in by IAM Identity Center: developers pull some images, also for the first time, and on-call what is cached. */
export class PeopleStack extends Stack {
  constructor(scope: Construct, id: string, props: PeopleStackProps) {
    super(scope, id, props);

    const echo = new PullThroughCache(this, 'Echo', { upstream: UpstreamRegistry.echo({ account: props.echoAccount }) });

    new CfnPermissionSet(this, 'Developers', {
      instanceArn: props.ssoInstanceArn,
      name: 'EchoDevelopers',
      description: 'Pulls base images through the cache',
      inlinePolicy: PullPolicy.toPolicyDocument({ caches: [echo], images: ['nginx', 'python', 'node'] }),
    });

    // a permission set refers to a policy of the accounts it is used in by name, so the name is fixed
    new PullPolicy(this, 'OnCall', { caches: [echo], firstPulls: false, managedPolicyName: 'echo-pull-cached' });
    new CfnPermissionSet(this, 'OnCallPermissions', {
      instanceArn: props.ssoInstanceArn,
      name: 'EchoOnCall',
      description: 'Pulls what is cached',
      customerManagedPolicyReferences: [{ name: 'echo-pull-cached' }],
    });

    // for whoever manages permissions elsewhere
    new CfnOutput(this, 'PullPolicyText', { value: PullPolicy.toPolicyText({ caches: [echo] }) });
    new CfnOutput(this, 'PullCommand', { value: echo.image('nginx:1.27').pullCommand });
  }
}
