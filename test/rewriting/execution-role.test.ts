import { Duration } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import { caches, ENV, newStack, registry, warnings } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';

const PASS = { Effect: 'Allow', Action: 'iam:PassRole', Resource: { 'Fn::GetAtt': [expect.stringMatching(/^TaskExecutionRole/), 'Arn'] } };
const PASS_TO_TASKS = { ...PASS, Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } } };
const EVENTS = new iam.ServicePrincipal('events.amazonaws.com');

/** The statements about the execution role, of each resource that has a policy. */
function passed(make: (stack: Stack, task: ecs.Ec2TaskDefinition) => void): { stack: Stack; statements: unknown[] } {
  const stack = newStack();
  const task = new ecs.Ec2TaskDefinition(stack, 'Task');
  task.addContainer('App', { image: registry('quay.io/a/b:1'), memoryLimitMiB: 64 });
  make(stack, task);
  CachedImages.of(stack).use(caches(stack).quay);
  const policies = Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, any>)
    .flatMap(({ Properties: own }) => [own?.PolicyDocument, ...(own?.Policies ?? []).map((one: any) => one.PolicyDocument)])
    .filter(one => one !== undefined);
  const statements = policies.flatMap(one => one.Statement).filter(one => one.Action === 'iam:PassRole' && JSON.stringify(one).includes('TaskExecutionRole'));
  return { stack, statements };
}

function schedule(stack: Stack, taskDefinition: ecs.Ec2TaskDefinition, role?: iam.IRole): void {
  const cluster = new ecs.Cluster(stack, 'Cluster', { vpc: new ec2.Vpc(stack, 'Vpc') });
  new events.Rule(stack, 'Rule', { schedule: events.Schedule.rate(Duration.hours(1)), targets: [new targets.EcsTask({ cluster, taskDefinition, role })] });
}

const runs = (resource: unknown) => ({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'ecs:RunTask', Resource: resource } });

describe('whoever runs a task on EC2 may pass the execution role that it gets', () => {
  test.each<[string, (stack: Stack, task: ecs.Ec2TaskDefinition) => void]>([
    ['a rule', (stack, task) => schedule(stack, task)],
    ['a rule with a role whose policies say nothing', (stack, task) => schedule(stack, task, new iam.Role(stack, 'Runner', { assumedBy: EVENTS }))],
    ['a rule with an imported role', (stack, task) => schedule(stack, task, iam.Role.fromRoleName(stack, 'Runner', 'runner'))],
    ['a rule with a role that may run it', (stack, task) => {
      const role = new iam.Role(stack, 'Runner', { assumedBy: EVENTS });
      role.addToPolicy(new iam.PolicyStatement({ actions: ['ecs:RunTask'], resources: [task.taskDefinitionArn] }));
      schedule(stack, task, role);
    }],
    ['a policy that is written out', (stack, task) =>
      new iam.CfnPolicy(stack, 'Policy', { policyName: 'p', roles: ['runner'], policyDocument: runs(task.taskDefinitionArn) })],
    ['one with a plain Ref', (stack, task) => new iam.CfnManagedPolicy(stack, 'Policy', {
      policyDocument: runs([{ Ref: stack.getLogicalId(task.node.defaultChild as ecs.CfnTaskDefinition) }]),
    })],
    ['an inline policy, for every revision', (stack, task) => new iam.CfnRole(stack, 'Role', {
      assumeRolePolicyDocument: {}, policies: [{ policyName: 'p', policyDocument: runs(`arn:aws:ecs:eu-west-1:${ENV.account}:task-definition/${task.family}:*`) }],
    })],
  ])('%s', (_, make) => {
    const { stack, statements } = passed(make);
    expect(statements).toEqual([PASS_TO_TASKS]);
    expect(warnings(stack)).toEqual([]);
  });

  test.each<[string, (stack: Stack, task: ecs.Ec2TaskDefinition) => void]>([
    ['another task', stack => new iam.CfnPolicy(stack, 'Policy', { policyName: 'p', policyDocument: runs('arn:aws:ecs:eu-west-1:111122223333:task-definition/other') })],
    ['nothing', () => undefined],
  ])('and whoever runs %s may not', (_, make) => {
    expect(passed(make).statements).toEqual([]);
  });

  test('a policy that is written out and passes the role of the task has the same condition', () => {
    const { statements } = passed((stack, task) => new iam.CfnPolicy(stack, 'Policy', {
      policyName: 'p', policyDocument: { Statement: [{ Effect: 'Allow', Action: ['iam:PassRole'], Resource: task.taskRole.roleArn }] },
    }));
    expect(statements).toEqual([PASS]);
  });

  test('a role that is to be left alone gets a warning that names it', () => {
    const { stack, statements } = passed((one, task) =>
      schedule(one, task, iam.Role.fromRoleArn(one, 'Runner', `arn:aws:iam::${ENV.account}:role/runner`, { mutable: false })));
    expect(statements).toEqual([]);
    expect(warnings(stack)).toEqual([expect.stringMatching(
      /and runner \(Stack\/Runner.*\), by which Stack\/Rule runs the task, may not pass it: the policies of that role are not managed here\. Give the task an executionRole/)]);
  });
});
