import type { Stack } from 'aws-cdk-lib';
import { Lazy } from 'aws-cdk-lib';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { cached, caches, ENV, imagesOf, newStack, propertiesOf, pullable, warnings } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';

const IMAGE = 'quay.io/a/b:1';
const ROLE = `arn:aws:iam::${ENV.account}:role/execution`;

function withPullers(make: (stack: Stack) => void): { stack: Stack; images: CachedImages } {
  const stack = newStack();
  make(stack);
  const images = CachedImages.of(stack);
  images.configure({ pullers: [new iam.Role(stack, 'Nodes', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') })] });
  images.use(caches(stack).quay);
  return { stack, images };
}

const task = (stack: Stack, requiresCompatibilities?: string[], executionRoleArn?: string) =>
  new ecs.CfnTaskDefinition(stack, 'Task', { requiresCompatibilities, executionRoleArn, containerDefinitions: [{ name: 'app', image: IMAGE }] });

test.each([['FARGATE'], ['EXTERNAL'], ['MANAGED_INSTANCES']])('an L1 task for %s without an execution role keeps its names, whoever pulls elsewhere', type => {
  const { stack, images } = withPullers(one => task(one, ['EC2', type]));
  expect(imagesOf(stack)).toEqual([IMAGE]);
  expect(pullable(stack, /Nodes/)).toEqual([]);
  expect(images.found.map(({ outcome }) => outcome)).toEqual(['NOT_REWRITTEN']);
  expect(warnings(stack)).toEqual([expect.stringContaining(
    `'${IMAGE}' stays, since what runs on Fargate or where no instance has a role pulls from ECR by an execution role only, and none is named here: set `
    + 'ExecutionRoleArn to a role that ecs-tasks.amazonaws.com may assume, or acknowledge this warning.')]);
});

test('a list that is known at synthesis is read', () => {
  const { stack } = withPullers(one => task(one, Lazy.list({ produce: () => ['FARGATE'] })));
  expect(imagesOf(stack)).toEqual([IMAGE]);
});

test.each<[string, string[] | undefined, string | undefined]>([
  ['EC2 without an execution role', ['EC2'], undefined], ['nothing said', undefined, undefined], ['Fargate with the ARN of a role', ['FARGATE'], ROLE],
])('an L1 task is rewritten, and pullers are granted: %s', (_, types, role) => {
  const { stack } = withPullers(one => task(one, types, role));
  expect(imagesOf(stack)).toEqual([cached('quay/a/b:1')]);
  expect(pullable(stack, /Nodes/)).toEqual(['quay/a/b']);
  expect(warnings(stack)).toEqual([]);
});

test('an L1 job of Batch on Fargate without an execution role keeps its names', () => {
  const { stack } = withPullers(one => new batch.CfnJobDefinition(one, 'Job', {
    type: 'container', platformCapabilities: ['FARGATE'], containerProperties: { image: IMAGE },
  }));
  expect(propertiesOf(stack, 'AWS::Batch::JobDefinition')[0].ContainerProperties.Image).toBe(IMAGE);
  expect(warnings(stack)).toEqual([expect.stringContaining('set ContainerProperties.ExecutionRoleArn to a role')]);
});
