import { App, NestedStack, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import { EcsTask } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CachedImages, CacheRule, PullThroughCache, RepositoryTemplate, UpstreamRegistry } from '../../src';
import type { ICacheRule } from '../../src';
import { ImageInCache } from '../../src/pulling/image-in-cache';
import { newStack } from '../app';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = newStack(app);
});

const cacheIn = (scope: Stack) => new PullThroughCache(scope, 'Quay', { upstream: UpstreamRegistry.QUAY });

function taskWith(scope: Stack, image: ecs.ContainerImage, props: ecs.FargateTaskDefinitionProps = {}) {
  const task = new ecs.FargateTaskDefinition(scope, 'Task', props);
  task.addContainer('Main', { image });
  return task;
}

/** What each resource of a type waits for, each with its type. */
function waits(type: string, of = stack): string[] {
  const resources: Record<string, { Type: string; DependsOn?: string[] }> = Template.fromStack(of).toJSON().Resources;
  return Object.values(resources).filter(one => one.Type === type)
    .flatMap(one => one.DependsOn ?? []).map(id => `${id.replace(/[0-9A-F]{8}$/, '')} ${resources[id].Type}`).sort();
}

const TASK = 'AWS::ECS::TaskDefinition';
const RULE = 'Quay AWS::ECR::PullThroughCacheRule';

describe('what pulls waits for the rule and the policy of its role', () => {
  test('as a task with toContainerImage()', () => {
    taskWith(stack, cacheIn(stack).image('a/b:1').toContainerImage());
    expect(waits(TASK)).toEqual([RULE, 'TaskExecutionRoleDefaultPolicy AWS::IAM::Policy']);
  });

  test('as a task with a repository, whose role is its own or given', () => {
    const image = ecs.ContainerImage.fromEcrRepository(cacheIn(stack).image('a/b:1').toRepository(), '1');
    const executionRole = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
    taskWith(stack, image, { executionRole });
    expect(waits(TASK)).toEqual([RULE, 'RoleDefaultPolicy AWS::IAM::Policy']);
  });

  test('as a job', () => {
    const container = new batch.EcsFargateContainerDefinition(stack, 'Container', {
      image: cacheIn(stack).image('a/b:1').toContainerImage(), cpu: 1, memory: Size.gibibytes(2),
    });
    new batch.EcsJobDefinition(stack, 'Job', { container });
    expect(waits('AWS::Batch::JobDefinition')).toEqual(['ContainerExecutionRoleDefaultPolicy AWS::IAM::Policy', RULE]);
  });

  test('as a job on several nodes', () => {
    const container = new batch.EcsEc2ContainerDefinition(stack, 'Container', {
      image: cacheIn(stack).image('a/b:1').toContainerImage(), cpu: 1, memory: Size.gibibytes(2),
    });
    new batch.MultiNodeJobDefinition(stack, 'Job', { containers: [{ container, startNode: 0, endNode: 1 }] });
    expect(waits('AWS::Batch::JobDefinition')).toEqual(['ContainerExecutionRoleDefaultPolicy AWS::IAM::Policy', RULE]);
  });

  test('as a build, whose policy names the project and so comes after it', () => {
    new codebuild.Project(stack, 'Build', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }), environment: { buildImage: cacheIn(stack).image('a/b:1').toLinuxBuildImage() },
    });
    expect(waits('AWS::CodeBuild::Project')).toEqual([RULE]);
  });

  test.each<[string, (image: string) => void, string, string | undefined]>([
    ['a task', image => { taskWith(stack, ecs.ContainerImage.fromRegistry(image)); }, TASK, 'TaskExecutionRoleDefaultPolicy'],
    ['an L1 task', image => {
      const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
      new ecs.CfnTaskDefinition(stack, 'L1', { containerDefinitions: [{ name: 'main', image }], executionRoleArn: role.roleArn });
    }, TASK, 'RoleDefaultPolicy'],
    ['a build', image => {
      new codebuild.Project(stack, 'Build', {
        buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }), environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry(image) },
      });
    }, 'AWS::CodeBuild::Project', undefined],
  ])('as %s whose image CachedImages rewrites', (_, pull, type, policy) => {
    pull('quay.io/a/b:1');
    CachedImages.of(stack).use(cacheIn(stack));
    expect(waits(type)).toEqual([RULE, ...policy ? [`${policy} AWS::IAM::Policy`] : []].sort());
  });

  test('and for the template of a rule without the facade', () => {
    const rule: ICacheRule = new CacheRule(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
    new RepositoryTemplate(stack, 'Template', { prefix: 'quay' });
    new RepositoryTemplate(stack, 'Other', { prefix: 'other' });
    taskWith(stack, ImageInCache.fromRule(rule, 'a/b:1').toContainerImage());
    expect(waits(TASK)).toEqual([RULE, 'TaskExecutionRoleDefaultPolicy AWS::IAM::Policy', 'Template AWS::ECR::RepositoryCreationTemplate']);
  });

  test('for the policy alone, when the cache is of another stack', () => {
    const caches = newStack(app, 'Caches');
    taskWith(stack, cacheIn(caches).image('a/b:1').toContainerImage());
    expect(waits(TASK)).toEqual(['TaskExecutionRoleDefaultPolicy AWS::IAM::Policy']);
    expect(stack.dependencies).toEqual([]);
  });

  test('for the policy alone, when the cache is in the stack around it', () => {
    const nested = new NestedStack(stack, 'Nested');
    taskWith(nested, cacheIn(stack).image('a/b:1').toContainerImage());
    expect(waits(TASK, nested)).toEqual(['TaskExecutionRoleDefaultPolicy AWS::IAM::Policy']);
  });

  test('for each part of a policy that aws-cdk has split', () => {
    const cache = cacheIn(stack);
    const task = taskWith(stack, cache.image('a/b:1').toContainerImage());
    Array.from({ length: 120 }, (_, index) => task.obtainExecutionRole().addToPrincipalPolicy(new iam.PolicyStatement({
      actions: [`s3:Get${index}`], resources: [`arn:aws:s3:::a-bucket-with-quite-a-long-name-${index}-of-many-others-like-it-in-this-place/${index}`],
    })));
    expect(waits(TASK).map(one => one.split(' ')[1])).toEqual(expect.arrayContaining(['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy']));
  });
});

describe('nothing waits in a circle', () => {
  const cluster = () => new ecs.Cluster(stack, 'Cluster');
  const serviceOf = (taskDefinition: ecs.FargateTaskDefinition, its = cluster()) => new ecs.FargateService(stack, 'Service', { cluster: its, taskDefinition });

  test('when the cache notifies what waits for it', () => {
    const cache = cacheIn(stack);
    const task = taskWith(stack, cache.image('a/b:1').toContainerImage());
    const its = cluster();
    const service = serviceOf(task, its);
    service.node.addDependency(cache);
    const topic = new sns.Topic(stack, 'Topic', { displayName: service.serviceName });
    cache.onImageCached('Cached', { target: { bind: (): events.RuleTargetConfig => ({ arn: topic.topicArn }) } });
    cache.onPullFailed('Failed', { target: new EcsTask({ cluster: its, taskDefinition: task }) });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test.each<[string, (task: ecs.FargateTaskDefinition, service: ecs.FargateService) => void]>([
    ['refers to the task', task => task.executionRole!.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['ecs:RunTask'], resources: [task.taskDefinitionArn] }))],
    ['refers to its service', (task, service) => task.executionRole!.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['ecs:DescribeServices'], resources: [service.serviceArn] }))],
    ['waits for its service', (task, service) => task.executionRole!.node.findChild('DefaultPolicy').node.addDependency(service)],
  ])('when the policy of the role %s', (_, tie) => {
    const task = taskWith(stack, cacheIn(stack).image('a/b:1').toContainerImage());
    tie(task, serviceOf(task));
    expect(waits(TASK)).toEqual([RULE]);
  });

  test('when the rule waits for what pulls', () => {
    const cache = cacheIn(stack);
    const task = taskWith(stack, cache.image('a/b:1').toContainerImage());
    cache.rule.node.addDependency(task);
    expect(waits(TASK)).toEqual(['TaskExecutionRoleDefaultPolicy AWS::IAM::Policy']);
  });

  test('when two tasks have roles that may run each other', () => {
    const image = cacheIn(stack).image('a/b:1');
    const tasks = ['One', 'Two'].map(id => {
      const task = new ecs.FargateTaskDefinition(stack, id);
      task.addContainer('Main', { image: image.toContainerImage() });
      return task;
    });
    tasks.forEach((task, index) => task.executionRole!.addToPrincipalPolicy(
      new iam.PolicyStatement({ actions: ['ecs:RunTask'], resources: [tasks[1 - index].taskDefinitionArn] })));
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});
