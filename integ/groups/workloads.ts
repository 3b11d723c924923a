import { CfnOutput, Size, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import { CfnProject } from 'aws-cdk-lib/aws-codebuild';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as cr from 'aws-cdk-lib/custom-resources';
import { PullThroughCache, UpstreamRegistry } from '../../src';
import { decided, undecided } from '../runner/check';
import type { Group } from '../runner/check';
import type { Session } from '../runner/session';

const BATCH = 'IntegBatch', BUILD = 'IntegBuild';

/** A job of AWS Batch on EC2 whose execution role may pull, on instances that may not. It is submitted when the stack is there. */
function batchStack(app: App): void {
  const stack = new Stack(app, BATCH);
  const cache = new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'integ-batch' });
  const instanceRole = new iam.Role(stack, 'Instances', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  // what an instance needs to take part in ECS, without a word of ECR
  instanceRole.addToPolicy(new iam.PolicyStatement({ actions: ['ecs:*', 'ec2:DescribeTags', 'logs:CreateLogStream', 'logs:PutLogEvents'], resources: ['*'] }));
  instanceRole.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['ecr:*'], resources: ['*'] }));
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
  const queue = new batch.JobQueue(stack, 'Queue', {
    computeEnvironments: [{ order: 1, computeEnvironment: new batch.ManagedEc2EcsComputeEnvironment(stack, 'Environment', { vpc, instanceRole }) }],
  });
  const job = new batch.EcsJobDefinition(stack, 'Job', {
    container: new batch.EcsEc2ContainerDefinition(stack, 'Container', {
      image: cache.image('docker/library/busybox:stable').toContainerImage(), cpu: 1, memory: Size.mebibytes(256), command: ['true'],
    }),
  });
  const told = new sqs.Queue(stack, 'Told');
  const rule = new events.Rule(stack, 'Ended', {
    eventPattern: { source: ['aws.batch'], detailType: ['Batch Job State Change'], detail: { status: ['SUCCEEDED', 'FAILED'] } }, targets: [new SqsQueue(told)],
  });
  const submitted = new cr.AwsCustomResource(stack, 'Submitted', {
    onCreate: {
      service: 'Batch',
      action: 'submitJob',
      parameters: { jobName: 'integ', jobQueue: queue.jobQueueArn, jobDefinition: job.jobDefinitionArn },
      physicalResourceId: cr.PhysicalResourceId.of('job'),
    },
    policy: cr.AwsCustomResourcePolicy.fromStatements([new iam.PolicyStatement({ actions: ['batch:SubmitJob'], resources: [queue.jobQueueArn, job.jobDefinitionArn] })]),
  });
  submitted.node.addDependency(rule, job, queue);
  new CfnOutput(stack, 'QueueUrl', { value: told.queueUrl });
}

/** A project of CodeBuild with an image of ECR and a credential for another registry. */
function buildStack(app: App): void {
  const stack = new Stack(app, BUILD);
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('codebuild.amazonaws.com') });
  new CfnProject(stack, 'Project', {
    artifacts: { type: 'NO_ARTIFACTS' },
    source: { type: 'NO_SOURCE', buildSpec: 'version: 0.2' },
    serviceRole: role.roleArn,
    environment: {
      type: 'LINUX_CONTAINER',
      computeType: 'BUILD_GENERAL1_SMALL',
      image: `${stack.account}.dkr.ecr.${stack.region}.${stack.urlSuffix}/integ-batch/docker/library/busybox:stable`,
      imagePullCredentialsType: 'SERVICE_ROLE',
      registryCredential: { credential: new secretsmanager.Secret(stack, 'Secret').secretArn, credentialProvider: 'SECRETS_MANAGER' },
    },
  });
}

async function batchEc2Puller(session: Session) {
  const ended = await session.eventsOf(await session.output(BATCH, 'QueueUrl'), () => true, 20);
  const { status, statusReason, container } = (ended[0]?.detail ?? {}) as { status?: string; statusReason?: string; container?: { reason?: string } };
  return status === undefined ? undecided('the job did not end within 20 minutes') : decided(status === 'SUCCEEDED', { status, statusReason, reason: container?.reason });
}

async function codebuildRegistryCredential(session: Session) {
  const { code, output } = await session.deploy(BUILD, buildStack);
  return decided(code !== 0 && /credential/i.test(output), code === 0 ? 'the project was created' : output.slice(-300));
}

export const WORKLOADS: Group = {
  name: 'workloads',
  creates: 'a VPC with a NAT gateway, an environment of AWS Batch with an instance, a cache, a project of CodeBuild; a small image',
  minutes: 40,
  dollars: 2,
  images: { 'public.ecr.aws': ['docker/library/busybox:stable'] },
  stacks: batchStack,
  checks: [
    { id: 'batch-ec2-puller', notOnEngine: 'it runs no jobs', run: batchEc2Puller },
    { id: 'codebuild-registry-credential', notOnEngine: 'its CodeBuild checks nothing', run: codebuildRegistryCredential },
  ],
};
