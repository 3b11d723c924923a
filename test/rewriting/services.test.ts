import { App, Aspects, CfnParameter, Fn, Lazy, NestedStack, Size, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { cached, caches, ENV, imagesOf, newStack, propertiesOf, pullable, registry, warnings } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';

describe('in Batch', () => {
  const container = (stack: Stack, id: string, image: string) => new batch.EcsEc2ContainerDefinition(stack, id, {
    image: registry(image), cpu: 1, memory: Size.mebibytes(512),
  });

  test('a job of the L2 is rewritten and its execution role may pull', () => {
    const stack = newStack();
    new batch.EcsJobDefinition(stack, 'Job', { container: container(stack, 'Container', 'nginx:1') });

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(propertiesOf(stack, 'AWS::Batch::JobDefinition')[0].ContainerProperties.Image).toBe(cached('docker-hub/library/nginx:1'));
    expect(pullable(stack, /ContainerExecutionRole/)).toEqual(['docker-hub/library/nginx']);
  });

  test('a job of many nodes is rewritten, each node with its role', () => {
    const stack = newStack();
    const job = new batch.MultiNodeJobDefinition(stack, 'Job', {
      containers: [{ container: container(stack, 'Main', 'nginx:1'), startNode: 0, endNode: 0 }],
    });
    CachedImages.of(stack).use(caches(stack).dockerHub);
    job.addContainer({ container: container(stack, 'Others', 'redis:7'), startNode: 1, endNode: 3 });

    const ranges = propertiesOf(stack, 'AWS::Batch::JobDefinition')[0].NodeProperties.NodeRangeProperties;
    expect(ranges.map((range: any) => range.Container.Image))
      .toEqual([cached('docker-hub/library/nginx:1'), cached('docker-hub/library/redis:7')]);
    expect(pullable(stack, /^Main/)).toEqual(['docker-hub/library/nginx']);
    expect(pullable(stack, /^Others/)).toEqual(['docker-hub/library/redis']);
  });

  test('a volume that an Aspect adds later stays', () => {
    const stack = newStack();
    const late = container(stack, 'Main', 'nginx:1');
    new batch.EcsJobDefinition(stack, 'Job', { container: late });
    CachedImages.of(stack).use(caches(stack).dockerHub);
    Aspects.of(stack).add({
      visit: (node) => {
        if (node === late) { late.addVolume(batch.EcsVolume.host({ name: 'late', containerPath: '/late' })); }
      },
    }, { priority: 300 });

    const properties = propertiesOf(stack, 'AWS::Batch::JobDefinition')[0].ContainerProperties;
    expect(properties.Image).toBe(cached('docker-hub/library/nginx:1'));
    expect(properties.Volumes).toEqual([expect.objectContaining({ Name: 'late' })]);
  });

  test('a job on EKS lets the given pullers pull', () => {
    const stack = newStack();
    const nodes = new iam.Role(stack, 'Nodes', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
    new batch.EksJobDefinition(stack, 'Job', { container: new batch.EksContainerDefinition(stack, 'Container', { image: registry('nginx:1') }) });

    CachedImages.of(stack).configure({ pullers: [nodes] });
    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(propertiesOf(stack, 'AWS::Batch::JobDefinition')[0].EksProperties.PodProperties.Containers[0].Image).toBe(cached('docker-hub/library/nginx:1'));
    expect(pullable(stack, /^Nodes/)).toEqual(['docker-hub/library/nginx']);
    expect(warnings(stack)).toEqual([]);
  });
});

describe('in CodeBuild', () => {
  function project(buildImage: codebuild.IBuildImage, role?: (stack: Stack) => iam.IRole) {
    const stack = newStack();
    new codebuild.Project(stack, 'Project', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }), environment: { buildImage }, role: role?.(stack),
    });
    CachedImages.of(stack).use(caches(stack).dockerHub);
    return { stack, environment: propertiesOf(stack, 'AWS::CodeBuild::Project')[0].Environment };
  }

  test('a project of the L2 is rewritten and pulls with its own role', () => {
    const { stack, environment } = project(codebuild.LinuxBuildImage.fromDockerRegistry('golang:1.23'));

    expect(environment).toMatchObject({ Image: cached('docker-hub/library/golang:1.23'), ImagePullCredentialsType: 'SERVICE_ROLE' });
    expect(pullable(stack, /ProjectRole/)).toEqual(['docker-hub/library/golang']);
  });

  test('an imported role is found by its ARN', () => {
    const { stack } = project(codebuild.LinuxBuildImage.fromDockerRegistry('golang:1.23'),
      inside => iam.Role.fromRoleArn(inside, 'Imported', 'arn:aws:iam::111122223333:role/builder'));

    const [policy] = propertiesOf(stack, 'AWS::IAM::Policy').filter(one => JSON.stringify(one).includes('docker-hub'));
    expect(policy.Roles).toEqual(['builder']);
  });

  test.each([
    ['its own', codebuild.LinuxBuildImage.STANDARD_7_0],
    ['its own for Lambda compute', codebuild.LinuxBuildImage.fromCodeBuildImageId('aws/codebuild/amazonlinux-x86_64-lambda-standard:nodejs20')],
  ])('%s image stays', (_, image) => {
    const { environment } = project(image);

    expect(environment.Image).toMatch(/^aws\/codebuild\//);
    expect(environment.ImagePullCredentialsType).toBe('CODEBUILD');
  });
});

describe('a role of an L1', () => {
  function l1Task(stack: Stack, executionRoleArn?: string) {
    return new ecs.CfnTaskDefinition(stack, 'Task', { containerDefinitions: [{ name: 'main', image: 'nginx:1' }], executionRoleArn });
  }

  test('is found behind its L2', () => {
    const stack = newStack();
    l1Task(stack, new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }).roleArn);

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(pullable(stack, /^Role/)).toEqual(['docker-hub/library/nginx']);
  });

  test('is found by Fn::GetAtt', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    l1Task(stack, Fn.getAtt(stack.getLogicalId(role.node.defaultChild as iam.CfnRole), 'Arn').toString());

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(pullable(stack, /^Role/)).toEqual(['docker-hub/library/nginx']);
  });

  test('is found by Fn::GetAtt in its own stack, whatever has that id in a nested one', () => {
    const stack = newStack();
    new iam.CfnRole(new NestedStack(stack, 'Nested'), 'Mine', { assumeRolePolicyDocument: {} }).overrideLogicalId('Mine');
    const mine = new iam.CfnRole(stack, 'Mine', { assumeRolePolicyDocument: {} });
    mine.overrideLogicalId('Mine');
    l1Task(stack, Fn.getAtt('Mine', 'Arn').toString());

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(pullable(stack, /^Mine$/)).toEqual(['docker-hub/library/nginx']);
  });

  test.each([
    ['comes from another deployment', Fn.importValue('RoleArn')],
    ['is not there', undefined],
  ])('that %s is none, whoever else could pull', (_, arn) => {
    const stack = newStack();
    new iam.User(stack, 'User');
    l1Task(stack, arn);

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(pullable(stack, /./)).toEqual([]);
    expect(warnings(stack).filter(text => text.includes('no role was found that pulls library/nginx'))).toHaveLength(1);
  });

  test('is not looked for where the image is no text', () => {
    const stack = newStack();
    const image = Lazy.any({ produce: () => ({ Ref: 'AWS::StackName' }) }) as unknown as string;
    new ecs.CfnTaskDefinition(stack, 'Task', { containerDefinitions: [{ name: 'main', image }] });
    const images = CachedImages.of(stack);
    images.configure({ requireCached: true });
    images.use(caches(stack).dockerHub);

    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(images.found).toEqual([]);
  });

  test('is found by Fn::GetAtt among others', () => {
    const stack = newStack();
    for (const id of ['Other', 'Mine', 'Another']) {
      new iam.CfnRole(stack, id, { assumeRolePolicyDocument: {} }).overrideLogicalId(id);
    }
    l1Task(stack, Fn.getAtt('Mine', 'Arn').toString());

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(pullable(stack, /^Mine$/)).toEqual(['docker-hub/library/nginx']);
    expect(pullable(stack, /Other/)).toEqual([]);
  });

  test('is found by its ARN among other imported ones, and among what only has that ARN', () => {
    const stack = newStack();
    const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
    new lambda.CfnFunction(stack, 'Function', { role: arn('mine'), code: { zipFile: 'x' } });
    new eks.CfnCluster(stack, 'Cluster', { roleArn: arn('mine'), resourcesVpcConfig: { subnetIds: [] } });
    ['other', 'mine'].forEach(name => iam.Role.fromRoleArn(stack, `Imported-${name}`, arn(name)));
    l1Task(stack, arn('mine'));

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(propertiesOf(stack, 'AWS::IAM::Policy').map(policy => policy.Roles)).toEqual([['mine']]);
  });

  test('that nobody made or imported is nobody, and the warning names the image', () => {
    const stack = newStack();
    l1Task(stack, 'arn:aws:iam::111122223333:role/unknown');

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(imagesOf(stack)).toEqual([cached('docker-hub/library/nginx:1')]);
    expect(warnings(stack)).toContainEqual(expect.stringContaining(
      "no role was found that pulls library/nginx from the cache 'docker-hub' here, so nobody was allowed to. "
      + "Name who pulls (EKS nodes, an instance role, a role of another stack) in 'pullers', or grant it and acknowledge this warning."));
  });

  test('gets a policy when it is an L1 too', () => {
    const stack = newStack();
    const role = new iam.CfnRole(stack, 'Bare', { assumeRolePolicyDocument: {} });
    l1Task(stack, role.attrArn);

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(imagesOf(stack)).toEqual([cached('docker-hub/library/nginx:1')]);
    expect(pullable(stack, /^Bare$/)).toEqual(['docker-hub/library/nginx']);
  });

  test('is found in another stack', () => {
    const app = new App();
    const other = new Stack(app, 'Other', { env: ENV });
    const stack = newStack(app);
    // a role of this stack that has the same logical id must not get what the other one needs
    new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    l1Task(stack, new iam.Role(other, 'Role', { assumedBy: new iam.AccountRootPrincipal() }).roleArn);

    CachedImages.of(app).use(caches(stack).dockerHub);

    expect(pullable(other, /^Role/)).toEqual(['docker-hub/library/nginx']);
    expect(pullable(stack, /^Role/)).toEqual([]);
  });

  test.each([
    ['is missing', undefined],
    ['is nowhere in the app', 'arn:aws:iam::111122223333:role/elsewhere'],
  ])('warns when it %s', (_, arn) => {
    const stack = newStack();
    l1Task(stack, arn);

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(imagesOf(stack)).toEqual([cached('docker-hub/library/nginx:1')]);
    expect(warnings(stack).filter(text => text.includes(
      "no role was found that pulls library/nginx from the cache 'docker-hub' here, so nobody was allowed to"))).toHaveLength(1);
  });

  test('may be a parameter, which warns', () => {
    const stack = newStack();
    l1Task(stack, new CfnParameter(stack, 'RoleArn').valueAsString);

    CachedImages.of(stack).use(caches(stack).dockerHub);

    imagesOf(stack);
    expect(warnings(stack).filter(text => text.includes('no role was found'))).toHaveLength(1);
  });

  test('and containers in lazy values are found', () => {
    const stack = newStack();
    new ecs.CfnTaskDefinition(stack, 'Task', {
      containerDefinitions: Lazy.any({ produce: () => [{ name: 'main', image: 'nginx:1' }] }),
      executionRoleArn: new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }).roleArn,
    });

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(imagesOf(stack)).toEqual([cached('docker-hub/library/nginx:1')]);
    expect(pullable(stack, /^Role/)).toEqual(['docker-hub/library/nginx']);
  });
});

describe('in Lambda', () => {
  test('fails for an image of a cache', () => {
    const stack = newStack();
    const { quay } = caches(stack);
    new lambda.CfnFunction(stack, 'Function', { role: 'arn', packageType: 'Image', code: { imageUri: quay.image('a/b:1').uri } });
    CachedImages.of(stack).use(caches(new Stack(stack, 'Others', { env: ENV })).dockerHub, quay);

    expect(() => Template.fromStack(stack)).toThrow(
      "got the cached image '111122223333.dkr.ecr.eu-west-1.${AWS::URLSuffix}/quay/a/b:1' for a Lambda function, expected an image in a repository of its "
      + 'own, since Lambda does not pull through a cache: build or copy the image into a repository');
  });

  test('leaves other images and zip files alone', () => {
    const stack = newStack();
    new lambda.CfnFunction(stack, 'Image', { role: 'arn', packageType: 'Image', code: { imageUri: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/app:1' } });
    new lambda.CfnFunction(stack, 'Zip', { role: 'arn', code: { zipFile: 'x' } });
    CachedImages.of(stack).use(caches(stack).quay);

    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});
