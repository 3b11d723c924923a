import { readFileSync } from 'fs';
import { join } from 'path';
import type { Stack } from 'aws-cdk-lib';
import { CfnResource } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { cached, caches, newStack, propertiesOf, pullable, warnings } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';
import { l1Name } from '../../src/rewriting/image-properties';
import { IMAGE_PROPERTIES } from '../../src/rewriting/known-properties';

/** What the resource types want besides, so that their L1 synthesizes. */
const MAKE: Record<string, (stack: Stack, properties: any) => CfnResource> = {
  'AWS::ECS::TaskDefinition': (stack, properties) => new ecs.CfnTaskDefinition(stack, 'Resource', properties),
  'AWS::ECS::DaemonTaskDefinition': (stack, properties) => new ecs.CfnDaemonTaskDefinition(stack, 'Resource', properties),
  'AWS::ECS::ExpressGatewayService': (stack, properties) => new ecs.CfnExpressGatewayService(stack, 'Resource', { infrastructureRoleArn: 'arn', ...properties }),
  'AWS::Batch::JobDefinition': (stack, properties) => new batch.CfnJobDefinition(stack, 'Resource', { type: 'container', ...properties }),
  'AWS::CodeBuild::Project': (stack, { environment, ...properties }) => new codebuild.CfnProject(stack, 'Resource', {
    artifacts: { type: 'NO_ARTIFACTS' },
    source: { type: 'NO_SOURCE' },
    environment: { computeType: 'BUILD_GENERAL1_SMALL', type: 'LINUX_CONTAINER', ...environment },
    ...properties,
  }),
};
const REQUIRED: Record<string, object> = {
  container: { name: 'main' },
  nodeProperties: { mainNode: 0, numNodes: 1 },
  nodeRange: { targetNodes: '0:0' },
  credentials: { credentialsParameter: 'arn' },
  registryCredential: { credential: 'arn', credentialProvider: 'SECRETS_MANAGER' },
};

/** An object in which a path such as `a.*.b` leads to a value, lists having one element. */
function put(target: any, path: string, value: unknown): any {
  const [first, ...rest] = path.split('.');
  if (first === '*') {
    const list = target ?? [{ ...REQUIRED.container, ...REQUIRED.nodeRange }];
    return [put(list[0], rest.join('.'), value)];
  }
  const key = l1Name(first);
  const base = target ?? (path.startsWith('NodeRange') ? { ...REQUIRED.nodeProperties } : {});
  return { ...base, [key]: rest.length === 0 ? value : put(base[key], rest.join('.'), value) };
}

function at(value: any, path: string): any {
  return path.split('.').reduce((inner, step) => inner?.[step === '*' ? 0 : step], value);
}

const beside = (path: string, name: string) => path.replace(/[^.]+$/, name);

describe.each(IMAGE_PROPERTIES.map(path => [`${path.resourceType} ${path.imagePath}`, path] as const))('%s', (_, path) => {
  function resourceWith(image: string) {
    const stack = newStack();
    const role = new iam.Role(stack, 'Puller', { assumedBy: new iam.ServicePrincipal('example.amazonaws.com') });
    let properties = put({}, path.imagePath, image);
    for (const removed of path.removes ?? []) {
      properties = put(properties, beside(path.imagePath, removed), removed === 'RegistryCredential' ? REQUIRED.registryCredential : REQUIRED.credentials);
    }
    if (path.rolePath !== undefined) {
      properties = put(properties, path.rolePath, role.roleArn);
    }
    const resource = MAKE[path.resourceType](stack, properties);
    return { stack, resource };
  }

  test('is rewritten, with what goes beside it', () => {
    const { stack } = resourceWith('nginx:1.27');

    CachedImages.of(stack).use(caches(stack).dockerHub);

    const [properties] = propertiesOf(stack, path.resourceType);
    expect(at(properties, path.imagePath)).toBe(cached('docker-hub/library/nginx:1.27'));
    for (const removed of path.removes ?? []) {
      expect(at(properties, beside(path.imagePath, removed))).toBeUndefined();
    }
    for (const [name, value] of Object.entries(path.sets ?? {})) {
      expect(at(properties, beside(path.imagePath, name))).toBe(value);
    }
  });

  test(path.rolePath === undefined ? 'warns that nobody was allowed to pull' : 'lets its role pull', () => {
    const { stack } = resourceWith('nginx:1.27');

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(pullable(stack, /^Puller/)).toEqual(path.rolePath === undefined ? [] : ['docker-hub/library/nginx']);
    expect(warnings(stack).filter(text => text.includes('no role was found that pulls library/nginx'))).toHaveLength(path.rolePath === undefined ? 1 : 0);
  });

  test('stays as it is without a cache for it', () => {
    const { stack } = resourceWith('ghcr.io/team/app:1');

    CachedImages.of(stack).use(caches(stack).dockerHub);

    const [properties] = propertiesOf(stack, path.resourceType);
    expect(at(properties, path.imagePath)).toBe('ghcr.io/team/app:1');
    for (const removed of path.removes ?? []) {
      expect(at(properties, beside(path.imagePath, removed))).toBeDefined();
    }
    expect(pullable(stack, /^Puller/)).toEqual([]);
  });
});

test('credentials of another registry go, and CodeBuild pulls with the role of the project', () => {
  const known = IMAGE_PROPERTIES.map(({ resourceType, rolePath, removes, sets }) => [resourceType, rolePath === undefined ? [] : removes, sets]);

  expect(known.filter(([, removes]) => removes?.length)).toEqual([
    ...['TaskDefinition', 'DaemonTaskDefinition', 'ExpressGatewayService'].map(type => [`AWS::ECS::${type}`, ['RepositoryCredentials'], undefined]),
    ...Array.from({ length: 4 }, () => ['AWS::Batch::JobDefinition', ['RepositoryCredentials'], undefined]),
    ['AWS::CodeBuild::Project', ['RegistryCredential'], { ImagePullCredentialsType: 'SERVICE_ROLE' }],
  ]);
});

describe('the table of the guide', () => {
  test('is that of the code', () => {
    const guide = readFileSync(join(__dirname, '../../docs/images.md'), 'utf8');
    const rows = guide.split('\n').filter(line => line.startsWith('| `AWS::')).map(line => line.split('|').slice(1, 4).map(cell => cell.trim()));

    expect(rows).toEqual(IMAGE_PROPERTIES.map(path => [
      `\`${path.resourceType}\``, `\`${path.imagePath}\``, path.rolePath === undefined ? '`pullers`' : `\`${path.rolePath}\``,
    ]));
  });
});

describe('a path that a user adds', () => {
  const MODEL = { resourceType: 'AWS::SageMaker::Model', imagePath: 'PrimaryContainer.Image', rolePath: 'ExecutionRoleArn' };

  test('is rewritten and its role may pull', () => {
    const stack = newStack();
    const role = new iam.Role(stack, 'Puller', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    new sagemaker.CfnModel(stack, 'Model', { primaryContainer: { image: 'quay.io/team/model:1' }, executionRoleArn: role.roleArn });

    const images = CachedImages.of(stack);
    images.use(caches(stack).quay);
    images.addImageProperty(MODEL);

    expect(propertiesOf(stack, 'AWS::SageMaker::Model')[0].PrimaryContainer.Image).toBe(cached('quay/team/model:1'));
    expect(pullable(stack, /^Puller/)).toEqual(['quay/team/model']);
  });

  test.each(['primaryContainer.image', 'PrimaryContainer.', 'Containers.*', 'Containers[].Image', ''])('fails as %j', (imagePath) => {
    expect(() => CachedImages.of(newStack()).addImageProperty({ ...MODEL, imagePath })).toThrow(
      `got the property path '${imagePath}', expected CloudFormation's names of properties, joined by dots, with '*' for each element of a list: `
      + "write it such as 'ContainerDefinitions.*.Image'");
  });

  test.each(['executionRoleArn', 'Roles.*'])('fails with the role %j', (rolePath) => {
    expect(() => CachedImages.of(newStack()).addImageProperty({ ...MODEL, rolePath })).toThrow(`got the property path '${rolePath}', expected CloudFormation's`);
  });

  test('needs no role', () => {
    expect(() => CachedImages.of(newStack()).addImageProperty({ ...MODEL, imagePath: 'Containers.*.Image', rolePath: undefined })).not.toThrow();
  });

  test('fails for roles of a list that the image path does not go through', () => {
    expect(() => CachedImages.of(newStack()).addImageProperty({ ...MODEL, rolePath: 'Containers.*.Role' })).toThrow(
      "got the role path 'Containers.*.Role' for images at 'PrimaryContainer.Image', expected no more '*' than the image path has: "
      + 'name the one role that pulls the image');
  });
});
