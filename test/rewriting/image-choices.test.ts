import { CfnResource, Fn } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { cached, caches, newStack, plain, propertiesOf, pullable, registry, taskOf } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';

const ECS = 'AWS::ECS::TaskDefinition';
const BOTH = { 'Fn::If': ['c', 'quay.io/a/b:1', 'quay.io/a/c:2'] };
const BOTH_CACHED = { 'Fn::If': ['c', cached('quay/a/b:1'), cached('quay/a/c:2')] };

const conditional = () => Fn.conditionIf('c', 'quay.io/a/b:1', 'quay.io/a/c:2');
const pullerIn = (stack: Stack) => new iam.Role(stack, 'Puller', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
const typed = (stack: Stack, image: any) => new ecs.CfnTaskDefinition(stack, 'Resource', {
  executionRoleArn: pullerIn(stack).roleArn, containerDefinitions: [{ name: 'a', image }],
});
const bare = (stack: Stack, image: unknown) => new CfnResource(stack, 'Resource', {
  type: ECS, properties: { ExecutionRoleArn: pullerIn(stack).roleArn, ContainerDefinitions: [{ Name: 'a', Image: image }] },
});
const override = (stack: Stack, image: unknown) => typed(stack, 'ghcr.io/x/y:1').addPropertyOverride('ContainerDefinitions.0.Image', image);

function using(stack: Stack): CachedImages {
  const images = CachedImages.of(stack);
  images.configure({ requireCached: true });
  images.use(caches(stack).quay);
  return images;
}

describe('both values of an Fn::If at the image itself are rewritten, and their pullers granted', () => {
  test.each<[string, (stack: Stack) => unknown]>([
    ['text in a typed L1', stack => typed(stack, conditional().toString())],
    ['a token in a typed L1', stack => typed(stack, conditional())],
    ['a token in a bare resource', stack => bare(stack, conditional())],
    ['text in a bare resource', stack => bare(stack, conditional().toString())],
    ['written out in a bare resource', stack => bare(stack, BOTH)],
    ['an override that is text', stack => override(stack, conditional().toString())],
    ['an override that is a token', stack => override(stack, conditional())],
    ['an override that is written out', stack => override(stack, BOTH)],
  ])('as %s', (_, make) => {
    const stack = newStack();
    make(stack);
    const images = using(stack);

    expect(propertiesOf(stack, ECS)[0].ContainerDefinitions[0].Image).toEqual(BOTH_CACHED);
    expect(pullable(stack, /^Puller/)).toEqual(['quay/a/b', 'quay/a/c']);
    expect(images.found.filter(({ before }) => before.startsWith('quay.io')).map(({ outcome }) => outcome)).toEqual(['CACHED', 'CACHED']);
  });

  test('in a container of a task', () => {
    const stack = newStack();
    taskOf(stack, conditional().toString());
    using(stack);

    expect(propertiesOf(stack, ECS)[0].ContainerDefinitions[0].Image).toEqual(BOTH_CACHED);
    expect(pullable(stack, /^TaskExecutionRole/)).toEqual(['quay/a/b', 'quay/a/c']);
  });

  test('one in another', () => {
    const stack = newStack();
    typed(stack, Fn.conditionIf('c', Fn.conditionIf('d', 'quay.io/a/b:1', 'quay.io/a/c:2').toString(), 'quay.io/a/d:3').toString());
    using(stack);

    expect(propertiesOf(stack, ECS)[0].ContainerDefinitions[0].Image).toEqual({
      'Fn::If': ['c', { 'Fn::If': ['d', cached('quay/a/b:1'), cached('quay/a/c:2')] }, cached('quay/a/d:3')],
    });
    expect(pullable(stack, /^Puller/)).toEqual(['quay/a/b', 'quay/a/c', 'quay/a/d']);
  });
});

describe('what stands beside an image', () => {
  test('changes for those of its names that a cache has', () => {
    const stack = newStack();
    new codebuild.CfnProject(stack, 'Project', {
      artifacts: { type: 'NO_ARTIFACTS' },
      source: { type: 'NO_SOURCE' },
      serviceRole: pullerIn(stack).roleArn,
      environment: {
        computeType: 'BUILD_GENERAL1_SMALL',
        type: 'LINUX_CONTAINER',
        imagePullCredentialsType: 'CODEBUILD',
        image: Fn.conditionIf('c', 'quay.io/a/b:1', 'aws/codebuild/standard:7.0').toString(),
      },
    });
    using(stack);

    const { Environment: environment } = propertiesOf(stack, 'AWS::CodeBuild::Project')[0];
    expect(environment.Image).toEqual({ 'Fn::If': ['c', cached('quay/a/b:1'), 'aws/codebuild/standard:7.0'] });
    expect(environment.ImagePullCredentialsType).toEqual({ 'Fn::If': ['c', 'SERVICE_ROLE', 'CODEBUILD'] });
    expect(pullable(stack, /^Puller/)).toEqual(['quay/a/b']);
  });

  test('stays for those that stay, such as a credential of their registry', () => {
    const stack = newStack();
    new ecs.CfnTaskDefinition(stack, 'Resource', {
      executionRoleArn: pullerIn(stack).roleArn,
      containerDefinitions: [{
        name: 'a', image: Fn.conditionIf('c', 'quay.io/a/b:1', 'ghcr.io/x/y:1').toString(), repositoryCredentials: { credentialsParameter: 'arn' },
      }],
    });
    CachedImages.of(stack).use(caches(stack).quay);

    expect(propertiesOf(stack, ECS)[0].ContainerDefinitions[0].RepositoryCredentials).toEqual({
      'Fn::If': ['c', { Ref: 'AWS::NoValue' }, { CredentialsParameter: 'arn' }],
    });
  });

  test('goes where all of its names are rewritten', () => {
    const stack = newStack();
    new ecs.CfnTaskDefinition(stack, 'Resource', {
      executionRoleArn: pullerIn(stack).roleArn,
      containerDefinitions: [{ name: 'a', image: conditional().toString(), repositoryCredentials: { credentialsParameter: 'arn' } }],
    });
    using(stack);

    expect(propertiesOf(stack, ECS)[0].ContainerDefinitions[0]).toEqual({ Name: 'a', Image: BOTH_CACHED });
  });
});

test('the build image of a project is rewritten in both values', () => {
  const stack = newStack();
  new codebuild.Project(stack, 'Build', {
    buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }),
    environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry(conditional().toString()) },
  });
  using(stack);

  expect(propertiesOf(stack, 'AWS::CodeBuild::Project')[0].Environment.Image).toEqual(BOTH_CACHED);
  expect(pullable(stack, /^Build/)).toEqual(['quay/a/b', 'quay/a/c']);
});

test('values that no cache serves stay as they were given', () => {
  const stack = newStack();
  const task = new ecs.FargateTaskDefinition(stack, 'Task');
  task.addContainer('C', { image: registry(Fn.conditionIf('c', 'ghcr.io/x/y:1', 'ghcr.io/x/z:1').toString()) });
  CachedImages.of(stack).use(caches(stack).quay);

  const [resource] = Object.values(Template.fromStack(stack).findResources(ECS));
  expect(plain(resource).Properties.ContainerDefinitions[0].Image).toEqual({ 'Fn::If': ['c', 'ghcr.io/x/y:1', 'ghcr.io/x/z:1'] });
});

test('a cached image is refused for a function in either value', () => {
  const stack = newStack();
  const { quay } = caches(stack);
  new CfnResource(stack, 'Function', {
    type: 'AWS::Lambda::Function', properties: { Code: { ImageUri: Fn.conditionIf('c', quay.image('a/b:1').uri, 'x') } },
  });
  CachedImages.of(stack).use(quay);

  expect(() => Template.fromStack(stack)).toThrow('for a Lambda function');
});
