import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as cr from 'aws-cdk-lib/custom-resources';
import { CacheVpcAccess, EndpointPolicies, PullThroughCache, UpstreamRegistry } from '../../src';
import { CacheActions } from '../../src/rule/cache-actions';
import { decided, undecided } from '../runner/check';
import type { Group, Place } from '../runner/check';
import type { CloudEvent, Session } from '../runner/session';

const STACK = 'IntegNetwork', SOURCE = 'integ-source/app';

/** What a stack starts at its deployment: tasks by name. */
interface Started {
  readonly near?: boolean;
  readonly far?: boolean;
  readonly scoped?: boolean;
  /** Whether the endpoints allow reading only, and a task behind the NAT gateway pulls something new. */
  readonly readOnly?: boolean;
}

/** Subnets behind a NAT gateway and isolated ones, endpoints scoped to three caches, and tasks that pull images nobody has pulled. */
function network(app: App, { account, region, farRegion }: Place, start: Started): void {
  const stack = new Stack(app, STACK, { env: { account, region } });
  const near = new PullThroughCache(stack, 'Near', { upstream: UpstreamRegistry.ecr({ account, region: farRegion }), repositoryPrefix: 'integ-near' });
  const far = new PullThroughCache(stack, 'Far', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'integ-far' });
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    maxAzs: 2,
    natGateways: 1,
    subnetConfiguration: [
      { name: 'Public', subnetType: ec2.SubnetType.PUBLIC },
      { name: 'Nat', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
      { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    ],
  });
  const access = new CacheVpcAccess(stack, 'Access', {
    vpc, subnets: { onePerAz: true, subnetGroupName: 'Isolated' }, endpointPolicies: EndpointPolicies.scopedTo({ caches: [near, far] }),
  });
  if (start.readOnly) {
    const reading = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: '*', Action: [...CacheActions.LOG_IN, ...CacheActions.PULL_CACHED], Resource: '*' }] };
    for (const endpoint of [access.ecrApiEndpoint!, access.ecrDockerEndpoint!]) {
      (endpoint.node.defaultChild as ec2.CfnVPCEndpoint).policyDocument = reading;
    }
  }
  const cluster = new ecs.Cluster(stack, 'Cluster', { vpc });
  const queue = new sqs.Queue(stack, 'Stopped');
  new events.Rule(stack, 'All', {
    eventPattern: { source: ['aws.ecs'], detailType: ['ECS Task State Change'], detail: { lastStatus: ['STOPPED'], clusterArn: [cluster.clusterArn] } },
    targets: [new SqsQueue(queue)],
  });
  const run = (name: string, image: ecs.ContainerImage, subnet: ec2.ISubnet) => {
    const task = new ecs.FargateTaskDefinition(stack, name, { family: `integ-${name}` });
    const logGroup = new logs.LogGroup(stack, `${name}Log`, { removalPolicy: RemovalPolicy.DESTROY });
    task.addContainer('Image', { image, logging: name === 'scoped' ? ecs.LogDriver.awsLogs({ streamPrefix: name, logGroup }) : undefined });
    const call: cr.AwsSdkCall = {
      service: 'ECS',
      action: 'runTask',
      parameters: {
        cluster: cluster.clusterName, taskDefinition: task.taskDefinitionArn, launchType: 'FARGATE', networkConfiguration: { awsvpcConfiguration: { subnets: [subnet.subnetId] } },
      },
      physicalResourceId: cr.PhysicalResourceId.of(name),
    };
    const started = new cr.AwsCustomResource(stack, `${name}Started`, {
      onCreate: call,
      policy: cr.AwsCustomResourcePolicy.fromStatements([
        new iam.PolicyStatement({ actions: ['ecs:RunTask'], resources: [task.taskDefinitionArn] }),
        new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [task.taskRole.roleArn, task.obtainExecutionRole().roleArn] }),
      ]),
    });
    started.node.addDependency(access, vpc, task, near, far);
  };
  if (start.near) { run('near', near.image(`${SOURCE}:1`).toContainerImage(), vpc.isolatedSubnets[0]); }
  if (start.far) { run('far', far.image('docker/library/busybox:stable').toContainerImage(), vpc.isolatedSubnets[0]); }
  if (start.scoped) { run('scoped', far.image('docker/library/alpine:3').toContainerImage(), vpc.privateSubnets[0]); }
  if (start.readOnly) { run('reading', far.image('docker/library/alpine:edge').toContainerImage(), vpc.privateSubnets[0]); }
  new CfnOutput(stack, 'QueueUrl', { value: queue.queueUrl });
}

/** Starts tasks by another deployment, and waits for why each stopped. */
async function stopped(session: Session, start: Started): Promise<Record<string, string>> {
  const tasks = { near: start.near, far: start.far, scoped: start.scoped, reading: start.readOnly };
  const names = Object.entries(tasks).flatMap(([name, is]) => is ? [name] : []);
  const { code, output } = await session.deploy(STACK, app => network(app, session.place, start));
  if (code !== 0) { throw new Error(output.slice(-300)); }
  const nameOf = ({ detail }: CloudEvent) => names.find(name => String(detail.taskDefinitionArn).includes(`integ-${name}:`));
  const reasons: Record<string, string> = {};
  for (let at = 0; at < names.length; at++) {
    const all = await session.eventsOf(await session.output(STACK, 'QueueUrl'), event => { const name = nameOf(event); return name !== undefined && !(name in reasons); }, 20);
    for (const event of all) {
      const name = nameOf(event);
      if (name) { reasons[name] = String(event.detail.stoppedReason); }
    }
  }
  return reasons;
}

const FAILED = /CannotPullContainerError/;

async function firstPullInternet(session: Session) {
  await session.publish(SOURCE, '1', {}, session.account.in(session.place.farRegion));
  const reasons = await stopped(session, { near: true, far: true });
  if (reasons.near === undefined || reasons.far === undefined) { return undecided(reasons); }
  return decided(FAILED.test(reasons.near) && FAILED.test(reasons.far), { privateEcrOfAnotherRegion: reasons.near, ecrPublic: reasons.far });
}

async function endpointPolicyActions(session: Session) {
  const { scoped } = await stopped(session, { scoped: true });
  const { reading } = await stopped(session, { readOnly: true });
  if (scoped === undefined || reading === undefined) { return undecided({ scoped, reading }); }
  return decided(!FAILED.test(scoped) && FAILED.test(reading), { scopedEndpoints: scoped, endpointsThatAllowReadingOnly: reading });
}

export const NETWORK: Group = {
  name: 'network',
  creates: 'a VPC with a NAT gateway and three endpoints, two caches, a cluster, four Fargate tasks; a small repository in the second Region',
  minutes: 60,
  dollars: 3,
  stacks: (app, place) => network(app, place, {}),
  checks: [
    { id: 'first-pull-internet', notOnEngine: 'it has no network', run: firstPullInternet },
    { id: 'endpoint-policy-actions', notOnEngine: 'it has no network', run: endpointPolicyActions },
  ],
};
