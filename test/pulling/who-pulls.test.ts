import { readFileSync } from 'fs';
import { join } from 'path';
import { Stack } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Size } from 'aws-cdk-lib/core';
import { PullThroughCache } from '../../src';
import { ECHO, ENV, newStack } from '../app';
import { Deployed, wrongRows } from '../simulator';
import type { Row } from '../simulator';

/** A service with a workload, the role to grant, and where the template says which role pulls. */
interface Service {
  readonly name: string;
  readonly grantee: (stack: Stack) => iam.IGrantable;
  readonly type: string;
  readonly path: string;
}

const role = (stack: Stack, service: string) => new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal(service) });
const image = ecs.ContainerImage.fromRegistry('image');

const SERVICES: Service[] = [
  {
    name: 'ECS on Fargate',
    grantee: stack => {
      const task = new ecs.FargateTaskDefinition(stack, 'Task');
      task.addContainer('web', { image });
      return task.obtainExecutionRole();
    },
    type: 'AWS::ECS::TaskDefinition',
    path: 'ExecutionRoleArn',
  },
  {
    name: 'ECS on EC2',
    grantee: stack => {
      const launchTemplate = new ec2.LaunchTemplate(stack, 'Template', {
        machineImage: ecs.EcsOptimizedImage.amazonLinux2023(),
        instanceType: new ec2.InstanceType('t3.small'),
        role: role(stack, 'ec2.amazonaws.com'),
      });
      return launchTemplate;
    },
    type: 'AWS::EC2::LaunchTemplate',
    path: 'LaunchTemplateData.IamInstanceProfile.Arn',
  },
  {
    name: 'EKS managed or self-managed nodes',
    grantee: stack => {
      const nodeRole = role(stack, 'ec2.amazonaws.com');
      new eks.CfnNodegroup(stack, 'Nodes', { clusterName: 'cluster', nodeRole: nodeRole.roleArn, subnets: ['subnet-1'] });
      return nodeRole;
    },
    type: 'AWS::EKS::Nodegroup',
    path: 'NodeRole',
  },
  {
    name: 'EKS Auto Mode',
    grantee: stack => {
      const nodeRole = role(stack, 'ec2.amazonaws.com');
      new eks.CfnCluster(stack, 'Cluster', {
        roleArn: 'arn:aws:iam::111122223333:role/cluster',
        resourcesVpcConfig: { subnetIds: ['subnet-1'] },
        computeConfig: { enabled: true, nodePools: ['general-purpose'], nodeRoleArn: nodeRole.roleArn },
      });
      return nodeRole;
    },
    type: 'AWS::EKS::Cluster',
    path: 'ComputeConfig.NodeRoleArn',
  },
  {
    name: 'EKS on Fargate',
    grantee: stack => {
      const podExecutionRole = role(stack, 'eks-fargate-pods.amazonaws.com');
      new eks.CfnFargateProfile(stack, 'Profile', {
        clusterName: 'cluster', podExecutionRoleArn: podExecutionRole.roleArn, selectors: [{ namespace: 'default' }],
      });
      return podExecutionRole;
    },
    type: 'AWS::EKS::FargateProfile',
    path: 'PodExecutionRoleArn',
  },
  {
    name: 'CodeBuild',
    grantee: stack => new codebuild.Project(stack, 'Project', { buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }) }),
    type: 'AWS::CodeBuild::Project',
    path: 'ServiceRole',
  },
  {
    name: 'Batch on Fargate',
    grantee: stack => {
      const executionRole = role(stack, 'ecs-tasks.amazonaws.com');
      new batch.EcsJobDefinition(stack, 'Job', {
        container: new batch.EcsFargateContainerDefinition(stack, 'Container', {
          image, cpu: 0.25, memory: Size.mebibytes(512), executionRole,
        }),
      });
      return executionRole;
    },
    type: 'AWS::Batch::JobDefinition',
    path: 'ContainerProperties.ExecutionRoleArn',
  },
  {
    name: 'Batch on EC2',
    grantee: stack => {
      const instanceRole = role(stack, 'ec2.amazonaws.com');
      new batch.ManagedEc2EcsComputeEnvironment(stack, 'Environment', { vpc: new ec2.Vpc(stack, 'Vpc'), instanceRole });
      return instanceRole;
    },
    type: 'AWS::Batch::ComputeEnvironment',
    path: 'ComputeResources.InstanceRole',
  },
];

const repository = `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/echo/nginx`;
const FIRST_PULL: Row[] = [
  { who: 'puller', action: 'ecr:GetAuthorizationToken', resource: '*', allowed: true },
  ...['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository']
    .map(action => ({ who: 'puller', action, resource: repository, allowed: true })),
  { who: 'puller', action: 'ecr:PutImage', resource: repository, allowed: false },
];

describe.each(SERVICES)('$name', ({ grantee, type, path }) => {
  test('makes first pulls with the role that was granted', async () => {
    const stack = newStack();
    new PullThroughCache(stack, 'Echo', { upstream: ECHO }).grants.pull(grantee(stack));
    expect(await wrongRows({ callers: { puller: new Deployed(stack).roleAt(type, path) } }, FIRST_PULL)).toEqual([]);
  });

  test('makes none without the grant', async () => {
    const stack = newStack();
    grantee(stack);
    const wrong = await wrongRows({ callers: { puller: new Deployed(stack).roleAt(type, path) } }, FIRST_PULL);
    expect(wrong).toContain(`puller ecr:BatchImportUpstreamImage ${repository}: expected allowed`);
    expect(wrong).toContain(`puller ecr:CreateRepository ${repository}: expected allowed`);
  });
});

test('the guide has a row for each of them', () => {
  const guide = readFileSync(join(__dirname, '../../docs/permissions.md'), 'utf8');
  const table = guide.slice(guide.indexOf('## Who pulls where'), guide.indexOf('## ', guide.indexOf('## Who pulls where') + 3));
  // a second table is of programs that pull as themselves
  const all = [...table.matchAll(/^\| ([^|]+?) \|/gm)].map(([, service]) => service);
  const services = all.slice(2, all.indexOf('program'));
  expect(services).toEqual(SERVICES.map(({ name }) => name));
});
