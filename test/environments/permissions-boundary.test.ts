import { PermissionsBoundary, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { CacheProbe, CacheStatistics, PullThroughCache, RepositoryTemplate, TemplateUse, UpstreamRole } from '../../src';
import { ECHO, newStack } from '../app';

const ORGANIZATIONS = 'arn:aws:iam::111122223333:policy/boundary';
const boundary = (stack: Stack) => iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', ORGANIZATIONS);

/** Everything of this library that makes a role. */
function everyRole(stack: Stack): void {
  const cache = new PullThroughCache(stack, 'Echo', {
    upstream: ECHO,
    repositoryTemplate: { tags: { team: 'web' }, encryptionKey: new kms.Key(stack, 'Key') },
  });
  new CacheStatistics(stack, 'Statistics', { caches: [cache] });
  new CacheProbe(stack, 'Probe', { images: [cache.image('nginx:1.27')] });
  new RepositoryTemplate(stack, 'Fallback', { prefix: 'ROOT', appliedFor: [TemplateUse.REPLICATION], tags: { team: 'web' } });
  const task = new ecs.FargateTaskDefinition(stack, 'Task');
  task.addContainer('nginx', { image: cache.image('nginx:1.27').toContainerImage() });
}

/** The boundary of each role, by its logical id. */
function boundaries(stack: Stack): Record<string, unknown> {
  return Object.fromEntries(Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role'))
    .map(([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ''), Properties.PermissionsBoundary]));
}

const ROLES = [
  'EchoRepositoryTemplateCreationRole', 'EchoUpstreamRole', 'FallbackCreationRole', 'ProbeRole', 'StatisticsRole', 'TaskExecutionRole', 'TaskTaskRole',
];

test('a boundary of a stack reaches every role, also those that are decided on at synthesis', () => {
  // given
  const stack = newStack();
  everyRole(stack);
  // when
  iam.PermissionsBoundary.of(stack).apply(boundary(stack));
  // then
  const found = boundaries(stack);
  expect(Object.keys(found).sort()).toEqual(ROLES);
  expect(new Set(Object.values(found))).toEqual(new Set([ORGANIZATIONS]));
});

test('without one, no role has any', () => {
  const stack = newStack();
  everyRole(stack);
  expect(new Set(Object.values(boundaries(stack)))).toEqual(new Set([undefined]));
});

test('a boundary of the stack properties reaches every role', () => {
  const stack = new Stack(undefined, 'Stack', { env: { account: '111122223333', region: 'eu-central-1' }, permissionsBoundary: PermissionsBoundary.fromName('boundary') });
  everyRole(stack);
  expect(JSON.stringify(Object.values(boundaries(stack)).map(one => stack.resolve(one))).match(/policy\/boundary/g)).toHaveLength(ROLES.length);
});

test('the upstream role may have one of its own', () => {
  const stack = newStack();
  new PullThroughCache(stack, 'Echo', { upstream: ECHO, upstreamRole: UpstreamRole.scopedToRepositories({ permissionsBoundary: boundary(stack) }) });
  expect(boundaries(stack)).toEqual({ EchoUpstreamRole: ORGANIZATIONS });
});
