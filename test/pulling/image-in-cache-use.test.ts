import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { CacheProbe } from '../../src/monitoring/cache-probe';
import { PullThroughCache } from '../../src/pull-through-cache';
import type { ImageInCache } from '../../src/pulling/image-in-cache';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';

const ENV = { account: '111122223333', region: 'eu-west-1' };
const FIRST_PULL = [
  'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository',
];

function setting() {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  const quay = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Quay', { repositoryPrefix: 'quay', upstream: UpstreamRegistry.QUAY });
  return { stack, quay };
}

/** The policies of a stack with every ARN and URI as plain text. */
function plain(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\{"Fn::Join":\["",(\[.*?\])\]\}/g, (_, parts: string) => JSON.stringify(
      (JSON.parse(parts) as (string | { Ref: string })[]).map(part => typeof part === 'string' ? part : `<${part.Ref}>`).join('')));
}

function expectFirstPull(stack: Stack, role: RegExp, ...repositories: string[]): void {
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(policy => role.test(policy.Properties.Roles[0].Ref));
  const statements = policies.flatMap(policy => policy.Properties.PolicyDocument.Statement);
  for (const repository of repositories) {
    const arn = `"arn:<AWS::Partition>:ecr:eu-west-1:111122223333:repository/${repository}"`;
    expect(statements.some(one => plain(one.Resource).includes(arn) && FIRST_PULL.every(action => one.Action.includes(action)))).toBe(true);
  }
  expect(statements.some(one => one.Action === 'ecr:GetAuthorizationToken' && one.Resource === '*')).toBe(true);
  expect(plain(statements)).not.toContain('repository/quay/*');
}

const URI = { 'Fn::Join': ['', ['111122223333.dkr.ecr.eu-west-1.', { Ref: 'AWS::URLSuffix' }, '/quay/team/app:1']] };

describe('in ECS', () => {
  test.each<[string, (stack: Stack) => ecs.TaskDefinition]>([
    ['Fargate', stack => new ecs.FargateTaskDefinition(stack, 'Task')],
    ['EC2', stack => new ecs.Ec2TaskDefinition(stack, 'Task')],
  ])('on %s a container pulls it with the execution role', (_, make) => {
    const { stack, quay } = setting();

    make(stack).addContainer('Main', { image: quay.image('team/app:1').toContainerImage(), memoryLimitMiB: 256 });

    Template.fromStack(stack).hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Image: URI })],
      ExecutionRoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('TaskExecutionRole'), 'Arn'] },
    });
    expectFirstPull(stack, /TaskExecutionRole/, 'quay/team/app');
  });

  test('a container pulls an image whose name looks like one of another registry', () => {
    const { stack, quay } = setting();

    new ecs.FargateTaskDefinition(stack, 'Task').addContainer('Main', { image: quay.image('quay.io/my.team/app:1').toContainerImage() });

    expectFirstPull(stack, /TaskExecutionRole/, 'quay/my.team/app');
  });

  test("aws-cdk's own way by its repository grants the same", () => {
    const { stack, quay } = setting();
    const image = quay.image('team/app:1');

    new ecs.FargateTaskDefinition(stack, 'Task').addContainer('Main', {
      image: ecs.ContainerImage.fromEcrRepository(image.toRepository(), image.tagOrDigest),
    });

    Template.fromStack(stack).hasResourceProperties('AWS::ECS::TaskDefinition', { ContainerDefinitions: [Match.objectLike({ Image: URI })] });
    expectFirstPull(stack, /TaskExecutionRole/, 'quay/team/app');
  });
});

describe('in Batch', () => {
  const SIZE = { cpu: 1, memory: { toMebibytes: () => 512 } as never };

  test('an ECS job pulls it with the execution role', () => {
    const { stack, quay } = setting();

    new batch.EcsJobDefinition(stack, 'Job', {
      container: new batch.EcsFargateContainerDefinition(stack, 'Container', { image: quay.image('team/app:1').toContainerImage(), ...SIZE }),
    });

    Template.fromStack(stack).hasResourceProperties('AWS::Batch::JobDefinition', { ContainerProperties: Match.objectLike({ Image: URI }) });
    expectFirstPull(stack, /ContainerExecutionRole/, 'quay/team/app');
  });

  test('an EKS job warns that its nodes pull', () => {
    const { stack, quay } = setting();

    new batch.EksJobDefinition(stack, 'Job', {
      container: new batch.EksContainerDefinition(stack, 'Container', { image: quay.image('team/app:1').toContainerImage() }),
    });

    Template.fromStack(stack).hasResourceProperties('AWS::Batch::JobDefinition', {
      EksProperties: { PodProperties: { Containers: [Match.objectLike({ Image: URI })] } },
    });
    Annotations.fromStack(stack).hasWarning('/Stack/Container', Match.stringLikeRegexp("nobody was allowed to pull 'quay/team/app' here: on EKS "
      + 'the nodes pull. Call grantPull.. of the cache .Stack/Quay. with their role, then acknowledge this warning[.]'));
  });
});

describe('in CodeBuild', () => {
  const DIGEST = `sha256:${'0a'.repeat(32)}`;

  test.each<[string, string, (image: ImageInCache) => codebuild.IBuildImage]>([
    ['Linux', 'LINUX_CONTAINER', image => image.toLinuxBuildImage()],
    ['Linux on ARM', 'ARM_CONTAINER', image => image.toLinuxArmBuildImage()],
    ['Windows', 'WINDOWS_CONTAINER', image => image.toWindowsBuildImage()],
    ['Windows of 2019', 'WINDOWS_SERVER_2019_CONTAINER', image => image.toWindowsBuildImage(codebuild.WindowsImageType.SERVER_2019)],
  ])('a project on %s pulls it with its tag and its own role', (_, type, build) => {
    const { stack, quay } = setting();

    new codebuild.Project(stack, 'Project', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }),
      environment: { buildImage: build(quay.image('team/app:1')) },
    });

    Template.fromStack(stack).hasResourceProperties('AWS::CodeBuild::Project', {
      Environment: Match.objectLike({ Image: URI, Type: type, ImagePullCredentialsType: 'SERVICE_ROLE' }),
    });
    expectFirstPull(stack, /ProjectRole/, 'quay/team/app');
  });

  test.each<[string, string]>([
    [`team/app:1@${DIGEST}`, `@${DIGEST}`], [`team/app@${DIGEST}`, `@${DIGEST}`], ['team/app', ':latest'],
  ])('a project pulls %s with what it is pinned to', (image, end) => {
    const { stack, quay } = setting();
    expect(plain(stack.resolve(quay.image(image).toLinuxBuildImage().imageId))).toBe(
      `"111122223333.dkr.ecr.eu-west-1.<AWS::URLSuffix>/quay/team/app${end}"`);
  });

  test('an image fails whose tag may be in a token, and is taken with the tag beside it', () => {
    const { stack, quay } = setting();
    expect(() => quay.image(`team/${stack.stackId}`).toLinuxBuildImage()).toThrow(
      "got the image 'team/<known at deployment>' for a build, whose tag may be in the token at its end, expected a name with its tag or digest beside the "
      + "token: write the tag after the token, such as ':latest' [at Stack/Quay]");
    expect(quay.image(`team/${stack.stackId}:1`).toLinuxBuildImage().imageId).toMatch(/:1$/);
  });
});

describe('its repository', () => {
  test('is one for all tags, below the reserved id of the cache', () => {
    const { quay } = setting();

    const repository = quay.image('team/app:1').toRepository();

    expect(quay.image('team/app:2').toRepository()).toBe(repository);
    expect(quay.image('team/other').toRepository()).not.toBe(repository);
    expect(repository.node.path).toBe('Stack/Quay/Images/team%2Fapp');
  });

  test('has the address of the cache', () => {
    const { stack, quay } = setting();
    const image = quay.image('team/app:1');
    const repository = image.toRepository();

    expect(repository.repositoryName).toBe('quay/team/app');
    expect(stack.resolve(repository.repositoryUriForTag('1'))).toEqual(stack.resolve(image.uri));
    expect(repository.env).toMatchObject(ENV);
  });

  test('has the account and Region of an imported cache', () => {
    const far = { account: '444455556666', region: 'us-east-1' };
    const cache = PullThroughCache.fromPullThroughCacheAttributes(setting().stack, 'Far', { repositoryPrefix: 'far', ...far });

    expect(cache.image('team/app').toRepository().env).toMatchObject(far);
  });

  test('has no policy that could be written here', () => {
    const { quay } = setting();

    expect(quay.image('team/app').toRepository().addToResourcePolicy(new iam.PolicyStatement())).toEqual({ statementAdded: false });
  });

  test('may have a token as its name', () => {
    const { stack, quay } = setting();
    const name = stack.stackId;

    const repository = quay.image(`team/${name}:1`).toRepository();

    expect(quay.image(`team/${name}:2`).toRepository()).toBe(repository);
    expect(repository.node.id).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('in Lambda', () => {
  const MESSAGE = "got the cached image 'quay/team/app' for a Lambda function, expected an image in a repository of its own, "
    + 'since Lambda does not pull through a cache: build or copy the image into a repository, for example with DockerImageCode.fromImageAsset() '
    + 'and a Dockerfile that begins with FROM [at Stack/Quay]';

  test('fails as the code of a function', () => {
    const { stack, quay } = setting();
    const image = quay.image('team/app:1');

    expect(() => new lambda.DockerImageFunction(stack, 'Function', {
      code: lambda.DockerImageCode.fromEcr(image.toRepository(), { tagOrDigest: image.tagOrDigest }),
    })).toThrow(MESSAGE);
  });

  test('fails as a grant to the service', () => {
    const { quay } = setting();

    expect(() => quay.image('team/app').grantPull(new iam.ServicePrincipal('lambda.amazonaws.com'))).toThrow(MESSAGE);
  });
});

describe('an image that JavaScript tries to widen', () => {
  test('keeps its properties', () => {
    const image = setting().quay.image('nginx/a:1');
    for (const name of ['path', 'repositoryName', 'tag', 'rule', 'image', 'grantPull', '_grantTo']) {
      expect(Reflect.set(image, name, '*')).toBe(false);
    }
    expect(image.path).toBe('nginx/a');
  });

  test.each<[string, (image: ImageInCache) => ImageInCache]>([
    ['a copy with another path', image => Object.create(image, { path: { value: '*' } }) as ImageInCache],
    ['an object around it', image => new Proxy(Object.create(image) as ImageInCache, { get: (target, name) => name === 'path' ? '*' : Reflect.get(target, name) as unknown })],
    ['an object that is of the class', image => Object.assign(Object.create(Object.getPrototypeOf(image) as object) as object, { ...image, path: '*' }) as ImageInCache],
  ])('grants nothing as %s', (_, forge) => {
    const { stack, quay } = setting();
    const forged = forge(quay.image('nginx/a:1'));
    const message = 'got a copy of a cached image, or an object around one, expected the image itself, since its properties may say something else by now: '
      + "take the image that cache.image('nginx:1.27') gives";
    expect(() => forged.grantPull(new iam.User(stack, 'User'))).toThrow(message);
    expect(() => forged.toRepository()).toThrow(message);
    expect(() => forged._grantTo(new iam.User(stack, 'Other'))).toThrow(message);
    expect(() => new CacheProbe(stack, 'Probe', { images: [forged] })).toThrow(message);
  });
});
