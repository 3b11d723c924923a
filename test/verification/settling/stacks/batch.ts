import { CfnOutput, Size, Stack } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { PullThroughCache, UpstreamRegistry } from '../../../../src';

/** A job on EC2 whose execution role may pull and whose instances may not. */
export class BatchStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id);

    const cache = new PullThroughCache(this, 'Cache', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'settle-batch' });
    const instanceRole = new iam.Role(this, 'Instances', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
    // what an instance needs to take part in ECS, without a word of ECR
    instanceRole.addToPolicy(new iam.PolicyStatement({ actions: ['ecs:*', 'ec2:DescribeTags', 'logs:CreateLogStream', 'logs:PutLogEvents'], resources: ['*'] }));
    instanceRole.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['ecr:*'], resources: ['*'] }));

    const vpc = new ec2.Vpc(this, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const queue = new batch.JobQueue(this, 'Queue', {
      computeEnvironments: [{ order: 1, computeEnvironment: new batch.ManagedEc2EcsComputeEnvironment(this, 'Environment', { vpc, instanceRole }) }],
    });
    const job = new batch.EcsJobDefinition(this, 'Job', {
      container: new batch.EcsEc2ContainerDefinition(this, 'Container', {
        image: cache.image('docker/library/busybox:stable').toContainerImage(), cpu: 1, memory: Size.mebibytes(256), command: ['true'],
      }),
    });

    new CfnOutput(this, 'QueueArn', { value: queue.jobQueueArn });
    new CfnOutput(this, 'JobArn', { value: job.jobDefinitionArn });
  }
}
