import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { Rule } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import {
  CacheAlarmActions, CacheEventLog, CacheIntegrity, CacheMonitoring, CacheStatistics, CacheVpcAccess, EndpointPolicies, PullPolicy, PullThroughCache,
  RepositoryTemplate, UpstreamRegistry, UpstreamRole,
} from '../../src';
import { checkArnPartition } from '../../src/private/partitions';
import { agnosticStack, ECHO, ENV, newStack } from '../app';

const KEY = `arn:aws-cn:kms:${ENV.region}:${ENV.account}:key/0`;
const TOPIC = `arn:aws-cn:sns:${ENV.region}:${ENV.account}:topic`;
const ROLE = `arn:aws-cn:iam::${ENV.account}:role/reader`;
const BOUNDARY = `arn:aws-cn:iam::${ENV.account}:policy/boundary`;

const importOf = (stack: Stack) => PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'echo');
const roleIn = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Role', ROLE);
const boundaryIn = (stack: Stack) => iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', BOUNDARY);
const keyIn = (stack: Stack) => Key.fromKeyArn(stack, 'Key', KEY);
const action = { bind: () => ({ alarmActionArn: TOPIC }) };
const access = (stack: Stack) => new CacheVpcAccess(stack, 'Access', { vpc: new Vpc(stack, 'Vpc'), endpointPolicies: EndpointPolicies.fullAccess() });

test.each<[string, string, (stack: Stack) => unknown]>([
  ['the key of a template', KEY, stack => new RepositoryTemplate(stack, 'It', { prefix: 'echo', encryptionKey: keyIn(stack) })],
  ['the creation role of a template', ROLE, stack => new RepositoryTemplate(stack, 'It', { prefix: 'echo', creationRole: roleIn(stack) })],
  ['the key of an event log', KEY, stack => new CacheEventLog(stack, 'It', { encryptionKey: keyIn(stack) })],
  ['the key of a log of a function', KEY, stack => new CacheStatistics(stack, 'It', { caches: [importOf(stack)], logEncryptionKey: keyIn(stack) })],
  ['the boundary of a function', BOUNDARY, stack => new CacheStatistics(stack, 'It', { caches: [importOf(stack)], permissionsBoundary: boundaryIn(stack) })],
  ['an upstream role', ROLE, stack => new PullThroughCache(stack, 'It', { upstream: ECHO, upstreamRole: UpstreamRole.fromRole(roleIn(stack)) })],
  ['the boundary of an upstream role', BOUNDARY, stack => new PullThroughCache(stack, 'It', {
    upstream: ECHO, upstreamRole: UpstreamRole.scopedToRepositories({ permissionsBoundary: boundaryIn(stack) }),
  })],
  ['the actions of an alarm', TOPIC, stack => new PullThroughCache(stack, 'It', {
    upstream: UpstreamRegistry.QUAY, monitoring: CacheMonitoring.standard({ alarmActions: [action] }),
  })],
  ['a trusted role', ROLE, stack => new CacheIntegrity(stack, 'It', { caches: [importOf(stack)], trustedRoles: [roleIn(stack)] })],
  ['the role of a pull policy', ROLE, stack => new PullPolicy(stack, 'It', { caches: [importOf(stack)], roles: [roleIn(stack)] })],
  ['who pulls from a cache', ROLE, stack => importOf(stack).grantPull(roleIn(stack))],
  ['who pulls an image', ROLE, stack => importOf(stack).image('nginx').grantPull(new iam.ArnPrincipal(ROLE))],
  ['a repository that an endpoint lets through', `arn:aws-cn:ecr:${ENV.region}:${ENV.account}:repository/own`, stack =>
    access(stack).allowRepositories([ecr.Repository.fromRepositoryArn(stack, 'Own', `arn:aws-cn:ecr:${ENV.region}:${ENV.account}:repository/own`)])],
  ['a bucket that an endpoint lets through', 'arn:aws-cn:s3:::own', stack =>
    access(stack).allowBuckets([Bucket.fromBucketArn(stack, 'Own', 'arn:aws-cn:s3:::own')])],
  ['a rule that an import names', `arn:aws-cn:events:${ENV.region}:${ENV.account}:rule/failed`, stack =>
    PullThroughCache.fromPullThroughCacheAttributes(stack, 'It', {
      repositoryPrefix: 'echo',
      failedPullsRule: Rule.fromEventRuleArn(stack, 'Failed', `arn:aws-cn:events:${ENV.region}:${ENV.account}:rule/failed`),
    })],
])('an ARN of another partition is refused: %s', (_, arn, make) => {
  expect(() => make(newStack())).toThrow(new RegExp(`got the ARN '${arn}' of .* in ${ENV.region}, expected one that begins with 'arn:aws:', as all of that `
    + 'partition of AWS do: copy the ARN from the account and Region of this stack'));
});

test.each<[string, (stack: Stack) => string, Stack]>([
  ['of the own partition', () => KEY.replace('aws-cn', 'aws'), newStack()],
  ['in a stack whose Region only the deployment knows', () => KEY, agnosticStack()],
  ['that is a token', stack => new Alarm(stack, 'Alarm', { metric: new Metric({ namespace: 'N', metricName: 'M' }), threshold: 1, evaluationPeriods: 1 }).alarmArn, newStack()],
  ['with a token for its partition', stack => stack.formatArn({ service: 'sns', resource: 'topic' }), newStack()],
])('an ARN is taken %s', (_, arn, stack) => {
  expect(() => checkArnPartition('it', arn(stack), stack)).not.toThrow();
});

test('the Region of what the ARN is for counts where it is another than that of the stack', () => {
  expect(() => checkArnPartition('it', KEY, newStack(), 'cn-north-1')).not.toThrow();
});

test('actions for a whole scope are refused where an alarm takes them', () => {
  const stack = newStack();
  CacheAlarmActions.of(stack).set({ alarmActions: [action] });
  new PullThroughCache(stack, 'It', { upstream: UpstreamRegistry.QUAY });

  expect(() => Template.fromStack(stack)).toThrow(`got the ARN '${TOPIC}' of an alarm action`);
});
