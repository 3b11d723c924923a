import { createHash } from 'crypto';
import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as logs from 'aws-cdk-lib/aws-logs';
import { FUNCTIONS_RUNTIME } from '../../projenrc/runtime';
import { CacheStatistics, PullThroughCache } from '../../src';
import type { CacheStatisticsProps } from '../../src';
import { newStack } from '../app';

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

function cache(prefix = 'echo', scope = stack) {
  return PullThroughCache.fromRepositoryPrefix(scope, `Cache-${prefix}`, prefix);
}

function statements(): any[] {
  return Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy')).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

function statistics(props: CacheStatisticsProps = {}) {
  return new CacheStatistics(stack, 'Statistics', { ...props, caches: props.caches ?? [cache()] });
}

test('runs once a day on a current Node.js, on ARM, with its own log for a month', () => {
  statistics();

  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Architectures: ['arm64'],
    Runtime: FUNCTIONS_RUNTIME,
    Description: 'Counts the images and pulls of pull-through caches',
    Timeout: 900,
    MemorySize: 1024,
    LoggingConfig: { LogGroup: { Ref: Match.stringLikeRegexp('^StatisticsLog') } },
    Environment: { Variables: { PULL_THROUGH_CACHE_SETTINGS: '{"prefixes":["echo"],"windowHours":24}' } },
    ReservedConcurrentExecutions: Match.absent(),
  });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  template.hasResourceProperties('AWS::Events::Rule', {
    Description: 'Counts the images and pulls of pull-through caches',
    ScheduleExpression: 'rate(1 day)',
    State: 'ENABLED',
    Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^StatisticsFunction'), 'Arn'] } })],
  });
});

test('counts over the time between two runs', () => {
  statistics({ interval: Duration.hours(6) });

  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(6 hours)' });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { PULL_THROUGH_CACHE_SETTINGS: '{"prefixes":["echo"],"windowHours":6}' } },
  });
});

test('takes retention, timeout and reserved concurrency', () => {
  statistics({ logRetention: logs.RetentionDays.ONE_YEAR, timeout: Duration.minutes(5), reservedConcurrentExecutions: 1 });

  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 300, ReservedConcurrentExecutions: 1 });
  template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
});

test('one function counts many caches, also those that are added later', () => {
  const counted = statistics({ caches: [cache('echo'), cache('hub')] });
  counted.addCache(cache('k8s'));

  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::Lambda::Function', 1);
  template.hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { PULL_THROUGH_CACHE_SETTINGS: '{"prefixes":["echo","hub","k8s"],"windowHours":24}' } },
  });
});

test('counts caches that are added later only', () => {
  new CacheStatistics(stack, 'Statistics').addCache(cache());

  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: { Variables: { PULL_THROUGH_CACHE_SETTINGS: '{"prefixes":["echo"],"windowHours":24}' } },
  });
});

test('may list repositories, read the images of its caches, read and put metrics and write its log, and nothing else', () => {
  statistics({ caches: [cache('echo'), cache('hub')] });

  const arn = (path: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:eu-central-1:111122223333:repository/${path}`]] });
  expect(statements().map(({ Action, Resource, Condition }) => ({ Action, Resource, Condition }))).toEqual([
    { Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [expect.stringMatching(/^StatisticsLog/), 'Arn'] } },
    { Action: 'cloudwatch:PutMetricData', Resource: '*', Condition: { StringEquals: { 'cloudwatch:namespace': 'PullThroughCache' } } },
    { Action: 'cloudwatch:GetMetricData', Resource: '*' },
    { Action: 'ecr:DescribeRepositories', Resource: arn('*') },
    { Action: 'ecr:DescribeImages', Resource: [arn('echo/*'), arn('hub/*')] },
    { Action: ['ecr:DescribePullThroughCacheRules', 'ecr:DescribeRepositoryCreationTemplates'], Resource: '*' },
  ]);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
    ManagedPolicyArns: Match.absent(),
    AssumeRolePolicyDocument: Match.objectLike({ Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }] }),
  });
});

test('takes a cache whose account and Region are known at deployment only', () => {
  const agnostic = new Stack(undefined, 'Agnostic');
  new CacheStatistics(agnostic, 'Statistics', { caches: [cache('echo', agnostic)] });

  Template.fromStack(agnostic).resourceCountIs('AWS::Lambda::Function', 1);
});

test.each(['account', 'region'])('takes a cache whose %s is known at deployment only', name => {
  const somewhere = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Somewhere', {
    repositoryPrefix: 'somewhere', [name]: new CfnParameter(stack, 'Place').valueAsString,
  });

  expect(() => statistics({ caches: [somewhere] })).not.toThrow();
});

test('a prefix that is known at deployment only stays a reference', () => {
  const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
  const imported = PullThroughCache.fromRepositoryPrefix(stack, 'Cache', prefix);
  statistics({ caches: [imported] });

  expect(stack.resolve(imported.metrics.hitRate().dimensions)).toEqual({ RepositoryPrefix: { Ref: 'Prefix' } });
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Environment: {
      Variables: { PULL_THROUGH_CACHE_SETTINGS: { 'Fn::Join': ['', ['{"prefixes":["', { Ref: 'Prefix' }, '"],"windowHours":24}']] } },
    },
  });
});

test('fifty caches with the longest prefixes fit', () => {
  const caches = Array.from({ length: 50 }, (_, at) => cache(`team-with-a-very-long-name-${100 + at}`));
  statistics({ caches });

  const template = Template.fromStack(stack);
  const size = JSON.stringify(statements()).length;
  expect(size).toBeLessThan(10_240);
  template.resourceCountIs('AWS::IAM::ManagedPolicy', 0);
});

test('fails: a cache a second time', () => {
  const counted = statistics();

  expect(() => counted.addCache(cache('echo', new Stack(stack.node.root as any, 'Other', { env: { account: stack.account, region: stack.region } })))).toThrow(
    "got the cache 'echo' a second time (by Stack/Statistics it is counted), expected a cache that nothing counts yet, "
    + 'since two counts would be one metric: add it once');
});

test('fails: a cache of another account or Region', () => {
  const elsewhere = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'far', region: 'us-east-1' });

  expect(() => statistics({ caches: [elsewhere] })).toThrow(
    "got the cache 'far' of account 111122223333 and Region us-east-1, expected a cache of account 111122223333 and Region eu-central-1, "
    + 'those of this stack: watch it from a stack in its own account and Region');
});

test.each([Duration.hours(1), Duration.days(1)])('takes an interval of %s', interval => {
  expect(() => statistics({ interval })).not.toThrow();
});

test.each([Duration.minutes(2), Duration.minutes(15)])('takes a timeout of %s', timeout => {
  expect(() => statistics({ timeout })).not.toThrow();
});

test.each([Duration.hours(0), Duration.minutes(30), Duration.minutes(90), Duration.hours(25)])('fails: an interval of %s', interval => {
  expect(() => statistics({ interval })).toThrow(
    `got an interval of ${interval.toHumanString()}, expected a multiple of 1 hour, at most 1 day: round it`);
});

test.each([Duration.minutes(16), Duration.seconds(119)])('fails: a timeout of %s', timeout => {
  expect(() => statistics({ timeout })).toThrow(`got a timeout of ${timeout.toHumanString()}, expected 2 to 15 minutes: a run keeps `
    + 'the last one for its figures, and Lambda runs for 15 at most: watch fewer caches with one function if it is too short');
});

test('fails: more settings than a function takes', () => {
  const caches = Array.from({ length: 250 }, (_, at) => cache(`team-${createHash('sha256').update(String(at)).digest('hex').slice(0, 25)}`));

  expect(() => statistics({ caches })).toThrow(/got \d+ characters of settings, expected at most 3800: count some of the caches by statistics of their own/);
});

test('fails: without a cache', () => {
  statistics({ caches: [] });

  expect(() => Template.fromStack(stack)).toThrow(
    'got statistics without a cache, expected at least one cache to count: pass caches or call addCache(), or leave the statistics out');
});
