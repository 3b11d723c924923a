import { CfnCondition, CfnMapping, CfnOutput, CfnParameter, CfnResource, Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as apprunner from 'aws-cdk-lib/aws-apprunner';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as imagebuilder from 'aws-cdk-lib/aws-imagebuilder';
import { cached, caches, imagesOf, newStack, propertiesOf, pullable, taskOf } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';
import { ImageOutcome } from '../../src/rewriting/lookup';

function strict(stack: Stack, exceptions?: string[]): CachedImages {
  const images = CachedImages.of(stack);
  images.configure({ requireCached: true, exceptions });
  const { dockerHub, quay } = caches(stack);
  images.use(dockerHub, quay);
  return images;
}

const role = (stack: Stack) => new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });

describe('a name that is rewritten', () => {
  test('may be a property of the resource itself', () => {
    const stack = newStack();
    new imagebuilder.CfnContainerRecipe(stack, 'Recipe', {
      name: 'recipe',
      version: '1.0.0',
      containerType: 'DOCKER',
      components: [],
      parentImage: 'quay.io/a/b:1',
      targetRepository: { repositoryName: 'app', service: 'ECR' },
    });
    const images = strict(stack);
    images.addImageProperty({ resourceType: 'AWS::ImageBuilder::ContainerRecipe', imagePath: 'ParentImage' });

    expect(propertiesOf(stack, 'AWS::ImageBuilder::ContainerRecipe')[0].ParentImage).toBe(cached('quay/a/b:1'));
  });

  test('may be written by an override, of an L1 and of an L2', () => {
    const stack = newStack();
    (taskOf(stack, 'nginx:1').node.defaultChild as CfnResource).addPropertyOverride('ContainerDefinitions.0.Image', 'quay.io/a/b:1');
    strict(stack);

    expect(imagesOf(stack)).toEqual([cached('quay/a/b:1')]);
    expect(pullable(stack, /ExecutionRole/)).toEqual(['docker-hub/library/nginx', 'quay/a/b']);
  });

  test('may be in a bare resource, whose role may pull', () => {
    const stack = newStack();
    new CfnResource(stack, 'Task', {
      type: 'AWS::ECS::TaskDefinition',
      properties: {
        ContainerDefinitions: [{ Name: 'main', Image: 'quay.io/a/b:1', RepositoryCredentials: { CredentialsParameter: 'arn' } }],
        ExecutionRoleArn: role(stack).roleArn,
      },
    });
    strict(stack);

    expect(propertiesOf(stack, 'AWS::ECS::TaskDefinition')[0].ContainerDefinitions).toEqual([{ Name: 'main', Image: cached('quay/a/b:1') }]);
    expect(pullable(stack, /^Role/)).toEqual(['quay/a/b']);
  });

  test('may depend on a condition', () => {
    const stack = newStack();
    new CfnCondition(stack, 'Small', { expression: Fn.conditionEquals(new CfnParameter(stack, 'Size').valueAsString, 'small') });
    const containers = Fn.conditionIf('Small', [{ Name: 'main', Image: 'quay.io/a/b:1' }], [{ Name: 'main', Image: 'nginx:1' }]);
    new ecs.CfnTaskDefinition(stack, 'Task', { containerDefinitions: containers, executionRoleArn: role(stack).roleArn });
    strict(stack);

    const { 'Fn::If': [, small, large] } = propertiesOf(stack, 'AWS::ECS::TaskDefinition')[0].ContainerDefinitions;
    expect([small[0].Image, large[0].Image]).toEqual([cached('quay/a/b:1'), cached('docker-hub/library/nginx:1')]);
    expect(pullable(stack, /^Role/)).toEqual(['docker-hub/library/nginx', 'quay/a/b']);
  });
});

describe('requireCached', () => {
  const NOT_CACHED = 'which is not pulled through a cache';

  test.each<[string, (stack: Stack) => unknown, string]>([
    ['a service whose images are not rewritten', stack => new apprunner.CfnService(stack, 'Service', {
      sourceConfiguration: { imageRepository: { imageIdentifier: 'public.ecr.aws/a/b:1', imageRepositoryType: 'ECR_PUBLIC' } },
    }), "got the image 'public.ecr.aws/a/b:1', which"],
    ['a tag that is known at deployment only', stack => taskOf(stack, `ghcr.io/a/b:${new CfnParameter(stack, 'Tag').valueAsString}`),
      "got the image 'ghcr.io/a/b:${Tag}', which"],
    ['a repository that is known at deployment only', stack => taskOf(stack, `quay.io/${new CfnParameter(stack, 'Name').valueAsString}:1`),
      "got the image 'quay.io/${Name}:1', which"],
    ["another account's registry", stack => taskOf(stack, '444455556666.dkr.ecr.eu-west-1.amazonaws.com/app:1'),
      "name it in 'exceptions', such as '444455556666.dkr.ecr.eu-west-1.amazonaws.com/*'"],
    ['a host that only begins like a registry of ECR', stack => taskOf(stack, '111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.com/x:1'),
      "got the image '111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.com/x:1', which"],
    ['a name whose registry is a variable of Fn::Sub', stack => taskOf(stack, Fn.sub('${R}/a/b:1', { R: 'quay.io' })),
      "got the image 'quay.io/a/b:1', which"],
    ['a text that Fn::Sub makes of a host of the caches', stack => new CfnOutput(stack, 'Pull', {
      value: Fn.sub('docker pull ${R}/a/b:1', { R: 'quay.io' }),
    }), "got the image 'quay.io/a/b:1', which"],
    ['a script that names a host of the caches', stack => {
      const userData = ec2.UserData.forLinux();
      userData.addCommands('docker pull quay.io/a/b:1 && docker pull https://quay.io/x');
      new ec2.CfnLaunchTemplate(stack, 'Template', { launchTemplateData: { userData: Fn.base64(userData.render()) } });
    }, "got the image 'quay.io/a/b:1', which"],
    ['a mapping that names one', stack => new CfnMapping(stack, 'Images', { mapping: { prod: { web: 'docker.io/a/b:1' } } }),
      "got the image 'docker.io/a/b:1', which"],
  ])('fails for %s', (_, make, message) => {
    const stack = newStack();
    make(stack);
    strict(stack);

    expect(() => Template.fromStack(stack)).toThrow(message);
    expect(() => Template.fromStack(stack)).toThrow(NOT_CACHED);
  });

  test('is content with what is excepted, and with links', () => {
    const stack = newStack();
    taskOf(stack, '444455556666.dkr.ecr.eu-west-1.amazonaws.com/app:1');
    new CfnMapping(stack, 'Images', { mapping: { prod: { web: 'quay.io/mine/b:1', link: 'see https://quay.io/repository/a/b' } } });
    strict(stack, ['444455556666.dkr.ecr.eu-west-1.amazonaws.com/*', 'quay.io/mine/*']);

    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('the report', () => {
  test('has what no image is known to stand in, once the templates are there', () => {
    const stack = newStack();
    new CfnMapping(stack, 'Images', { mapping: { prod: { web: 'docker.io/a/b:1' } } });
    const images = CachedImages.of(stack);
    images.use(caches(stack).dockerHub);

    expect(images.found).toEqual([]);
    Template.fromStack(stack);
    expect(images.found).toEqual([{
      constructPath: 'Stack/Images',
      property: 'Mappings.Images.prod.web',
      before: 'docker.io/a/b:1',
      after: 'docker.io/a/b:1',
      outcome: ImageOutcome.MENTIONED,
    }]);
  });
});
