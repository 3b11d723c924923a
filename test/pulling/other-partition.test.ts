import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullThroughCache, UpstreamRegistry } from '../../src';
import type { PullThroughCacheAttributes } from '../../src';
import { ENV, newStack } from '../app';

const roleIn = (stack: Stack) => new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
const importIn = (stack: Stack, more: Partial<PullThroughCacheAttributes> = {}) =>
  PullThroughCache.fromPullThroughCacheAttributes(stack, 'Import', { repositoryPrefix: 'quay', upstream: UpstreamRegistry.QUAY, account: '222222222222', ...more });

describe('a grant to a role of another partition', () => {
  test.each(['us-gov-west-1', 'cn-north-1'])('is refused for a cache that is imported from %s', region => {
    const stack = newStack();

    expect(() => importIn(stack, { region }).grantPull(roleIn(stack))).toThrow(
      new RegExp(`got a cache in ${region} for the grant for .* in ${ENV.region}, which is another partition of AWS, expected a cache of the same partition`));
  });

  test('is refused for a cache that is made there', () => {
    const app = new App();
    const quay = new PullThroughCache(new Stack(app, 'China', { env: { ...ENV, region: 'cn-north-1' } }), 'Quay', { upstream: UpstreamRegistry.QUAY });

    expect(() => quay.grantPull(roleIn(newStack(app)))).toThrow('which is another partition of AWS');
  });

  test('is written within a partition', () => {
    const stack = newStack();

    expect(importIn(stack, { region: 'us-east-1' }).grantPull(roleIn(stack)).success).toBe(true);
  });
});

test('an import that says by a text whether its repositories are tagged is refused', () => {
  expect(() => importIn(newStack(), { repositoriesTagged: 'false' as never })).toThrow("got the text 'false' as repositoriesTagged");
});
