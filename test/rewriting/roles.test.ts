import { App, Aws, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import type { Stack as StackType } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { caches, ENV, newStack, registry, warnings } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';

const IMAGE = 'quay.io/a/b:1';
const ARN = `arn:aws:iam::${ENV.account}:role/puller`;
const trust = { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') };
const l1Task = (stack: StackType, executionRoleArn: string) =>
  new ecs.CfnTaskDefinition(stack, 'Task', { executionRoleArn, containerDefinitions: [{ name: 'app', image: IMAGE }] });
const project = (stack: StackType, role: iam.IRole) => new codebuild.Project(stack, 'Project', {
  role, environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry(IMAGE) }, buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }),
});

/** The roles whose policies let them pull the image. */
function pullers(stack: StackType): unknown[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(({ Properties: properties }) => JSON.stringify(properties.PolicyDocument).includes('repository/quay/a/b'))
    .flatMap(({ Properties: properties }) => properties.Roles);
}

function withCache(make: (stack: StackType) => void, stack = newStack()): StackType {
  make(stack);
  CachedImages.of(stack).use(caches(stack).quay);
  return stack;
}

describe('a role that is to be left alone', () => {
  test.each<[string, (stack: StackType) => void]>([
    ['an immutable import of a project', stack => project(stack, iam.Role.fromRoleArn(stack, 'Role', ARN, { mutable: false }))],
    ['a role without policy updates of a project', stack => project(stack, new iam.Role(stack, 'Role', trust).withoutPolicyUpdates())],
    ['a role without policy updates of an L1 task', stack => l1Task(stack, new iam.Role(stack, 'Role', trust).withoutPolicyUpdates().roleArn)],
    ['an immutable import of an L1 task', stack => l1Task(stack, iam.Role.fromRoleArn(stack, 'Role', ARN, { mutable: false }).roleArn)],
  ])('gets no policy, and a warning says so: %s', (_, make) => {
    const stack = withCache(make);
    expect(pullers(stack)).toEqual([]);
    expect(warnings(stack)).toEqual([expect.stringContaining('wrote nothing: the policies of this role are not managed here')]);
  });

  test('is granted for a project that was given the role itself', () => {
    const stack = withCache(one => {
      const role = new iam.Role(one, 'Role', trust);
      role.withoutPolicyUpdates();
      project(one, role);
    });
    expect(pullers(stack)).toEqual([{ Ref: expect.stringMatching(/^Role/) }]);
  });
});

describe('a role is found', () => {
  test.each<[string, (stack: StackType) => void]>([
    ['by its name', stack => l1Task(stack, iam.Role.fromRoleName(stack, 'Role', 'puller').roleArn)],
    ['by its name, where the ARN is written out', stack => { iam.Role.fromRoleName(stack, 'Role', 'puller'); l1Task(stack, ARN); }],
    ['by an ARN with tokens, where it is written out', stack => { iam.Role.fromRoleArn(stack, 'Role', `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/puller`); l1Task(stack, ARN); }],
  ])('%s', (_, make) => {
    expect(pullers(withCache(make))).toEqual(['puller']);
  });

  test('by an ARN that is a parameter', () => {
    const stack = withCache(one => l1Task(one, iam.Role.fromRoleArn(one, 'Role', new CfnParameter(one, 'RoleArn').valueAsString).roleArn));
    expect(JSON.stringify(pullers(stack))).toContain('"Ref":"RoleArn"');
  });

  test('in a stack that goes anywhere', () => {
    expect(pullers(withCache(stack => l1Task(stack, iam.Role.fromRoleName(stack, 'Role', 'puller').roleArn), new Stack(new App(), 'Stack')))).toEqual(['puller']);
  });

  test('and not by the parameter of another stack that has the same name', () => {
    const app = new App();
    const other = new Stack(app, 'Other', { env: ENV });
    iam.Role.fromRoleArn(other, 'Role', new CfnParameter(other, 'RoleArn').valueAsString);
    const stack = withCache(one => l1Task(one, new CfnParameter(one, 'RoleArn').valueAsString), newStack(app));
    expect(pullers(stack)).toEqual([]);
    expect(warnings(stack)).toEqual([expect.stringContaining('no role was found that pulls a/b')]);
  });
});

describe('whoever runs a task may pass the role that is made for it late', () => {
  function taskIn(stack: StackType): ecs.FargateTaskDefinition {
    const task = new ecs.FargateTaskDefinition(stack, 'Task');
    task.addContainer('App', { image: registry(IMAGE) });
    return task;
  }

  /** What may be passed, by the ids of what passes and what is passed. */
  function passed(stack: StackType): string[] {
    return Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(([id, { Properties: properties }]) =>
      properties.PolicyDocument.Statement.filter(({ Action: action }: { Action: string }) => action === 'iam:PassRole')
        .flatMap(({ Resource: resource, Condition: condition }: any) => [resource].flat().map(one =>
          `${id.replace(/DefaultPolicy.*/, '')} ${one['Fn::GetAtt'][0].replace(/[0-9A-F]{8}$/, '')} ${JSON.stringify(condition) ?? ''}`.trim())));
  }

  const clusterIn = (stack: StackType) => new ecs.Cluster(stack, 'Cluster', { vpc: new ec2.Vpc(stack, 'Vpc') });

  test('a rule with a schedule', () => {
    const stack = withCache(one => new events.Rule(one, 'Rule', {
      schedule: events.Schedule.rate(Duration.hours(1)), targets: [new targets.EcsTask({ cluster: clusterIn(one), taskDefinition: taskIn(one) })],
    }));
    expect(passed(stack)).toEqual([expect.stringMatching(/^TaskEventsRole TaskTaskRole/), expect.stringMatching(/^TaskEventsRole TaskExecutionRole/)]);
  });

  test('a state machine, under the condition it has for the other role', () => {
    const stack = withCache(one => new sfn.StateMachine(one, 'Machine', {
      definitionBody: sfn.DefinitionBody.fromChainable(new tasks.EcsRunTask(one, 'Run', {
        cluster: clusterIn(one), taskDefinition: taskIn(one), launchTarget: new tasks.EcsFargateLaunchTarget(),
      })),
    }));
    const [first, second] = passed(stack);
    expect(first).toMatch(/^MachineRole TaskTaskRole/);
    expect(second).toBe(first.replace('TaskTaskRole', 'TaskExecutionRole'));
  });

  test.each([['before', true], ['after', false]])('a role that is made %s the task and that grantRun() names', (_, before) => {
    const stack = withCache(one => {
      const make = () => new iam.Role(one, 'Runner', { assumedBy: new iam.AccountRootPrincipal() });
      const runner = before ? make() : undefined;
      const task = taskIn(one);
      task.grantRun(runner ?? make());
    });
    expect(passed(stack).map(one => one.split(' ')[1])).toEqual(['TaskTaskRole', 'TaskExecutionRole']);
  });

  test('a role of a stack that is synthesized before the scope', () => {
    const app = new App();
    const [first, stack] = [new Stack(app, 'First', { env: ENV }), newStack(app)];
    const runner = new iam.Role(first, 'Runner', { assumedBy: new iam.AccountRootPrincipal(), roleName: 'runner' });
    const task = new ecs.FargateTaskDefinition(stack, 'Task', { taskRole: new iam.Role(stack, 'Own', { ...trust, roleName: 'own' }) });
    task.addContainer('App', { image: registry(IMAGE) });
    runner.addToPolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [task.taskRole.roleArn] }));
    CachedImages.of(stack).use(caches(stack).quay);

    const [policy] = Object.values(Template.fromStack(first).findResources('AWS::IAM::Policy'));
    expect(policy.Properties.PolicyDocument.Statement).toHaveLength(2);
  });
});

test('the policies of a role with many images are parted, since they are there before aws-cdk parts them', () => {
  const stack = withCache(one => {
    const executionRole = new iam.Role(one, 'Role', trust);
    for (let at = 0; at < 150; at++) {
      new ecs.FargateTaskDefinition(one, `Task${at}`, { executionRole }).addContainer('App', { image: registry(`quay.io/some-organisation/application-${at}:1`) });
    }
  });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::IAM::Policy', 1);
  expect(Object.keys(template.findResources('AWS::IAM::ManagedPolicy')).length).toBeGreaterThan(0);
});
