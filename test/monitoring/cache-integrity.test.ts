import { Duration } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { matches } from './event-pattern';
import { call } from './events-of-ecr';
import { PAGER } from './watched';
import { CacheIntegrity, CacheStatistics, PullThroughCache } from '../../src';
import type { CacheIntegrityProps } from '../../src';
import { newStack, warningsOf } from '../app';

const PIPELINE = 'arn:aws:iam::111122223333:role/pipeline';
let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

function integrity(more: Partial<CacheIntegrityProps> = {}, ...prefixes: string[]): CacheIntegrity {
  const caches = (prefixes.length > 0 ? prefixes : ['echo']).map(prefix => PullThroughCache.fromRepositoryPrefix(stack, `Import-${prefix}`, prefix));
  return new CacheIntegrity(stack, 'Integrity', { caches, ...more });
}

/** Whether the rule of a construct catches a call. */
function catches(rule: 'ConfigurationChanged' | 'Pushed', event: object): boolean {
  const [[, { Properties }]] = Object.entries(Template.fromStack(stack).findResources('AWS::Events::Rule')).filter(([id]) => id.includes(rule));
  return matches(Properties.EventPattern, event);
}

const by = (name: string, requestParameters: object, more = {}) => call(name, { requestParameters, readOnly: false, ...more });

test.each([
  ['UpdatePullThroughCacheRule', { ecrRepositoryPrefix: 'echo' }],
  ['DeletePullThroughCacheRule', { ecrRepositoryPrefix: 'echo' }],
  ['DeleteRepositoryCreationTemplate', { prefix: 'echo' }],
  ['PutRegistryPolicy', { policyText: '{}' }],
  ['DeleteRegistryPolicy', {}],
  ['SetRepositoryPolicy', { repositoryName: 'echo/nginx' }],
  ['DeleteRepository', { repositoryName: 'echo/nginx' }],
])('%s by a user or a role is told', (name, parameters) => {
  integrity();

  expect(catches('ConfigurationChanged', by(name, parameters))).toBe(true);
  expect(catches('ConfigurationChanged', by(name, parameters, {
    userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/admin' } } },
  }))).toBe(true);
});

test('what CloudFormation, ECR or a trusted role does is not told, nor a call that failed, nor what is of another cache', () => {
  integrity({ trustedRoles: [iam.Role.fromRoleArn(stack, 'Pipeline', PIPELINE)] });
  const deleted = (more: object, prefix = 'echo') => catches('ConfigurationChanged', by('DeletePullThroughCacheRule', { ecrRepositoryPrefix: prefix }, more));

  expect(deleted({})).toBe(true);
  expect([
    deleted({ sourceIPAddress: 'cloudformation.amazonaws.com' }),
    deleted({ sourceIPAddress: 'ecr.amazonaws.com' }),
    deleted({ userIdentity: { sessionContext: { sessionIssuer: { arn: PIPELINE } } } }),
    deleted({ errorCode: 'AccessDenied' }),
    deleted({}, 'echo-2'),
    catches('ConfigurationChanged', by('SetRepositoryPolicy', { repositoryName: 'echoes/nginx' })),
    catches('ConfigurationChanged', by('PutImage', { repositoryName: 'echo/nginx' })),
  ]).toEqual([false, false, false, false, false, false, false]);
});

test('the functions of this library in the same stack are trusted', () => {
  integrity();
  new CacheStatistics(stack, 'Statistics', { caches: [PullThroughCache.fromRepositoryPrefix(stack, 'Counted', 'echo')], interval: Duration.days(1) });

  expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::Events::Rule'))).toMatch(/"anything-but":\[\{"Fn::GetAtt":\["StatisticsRole\w+","Arn"\]\}\]/);
});

test('pushes are watched when asked for', () => {
  const { alarms } = integrity({ watchPushes: true }, 'echo', 'team/hub');

  expect(alarms).toHaveLength(2);
  expect(catches('Pushed', by('PutImage', { repositoryName: 'team/hub/nginx' }))).toBe(true);
  expect(catches('Pushed', by('PutImage', { repositoryName: 'echo/nginx' }, { sourceIPAddress: 'ecr.amazonaws.com' }))).toBe(false);
  expect(catches('Pushed', by('PutImage', { repositoryName: 'other/nginx' }))).toBe(false);
});

test('pushes are not watched by default', () => {
  expect(integrity().alarms).toHaveLength(1);
});

test('a cache with the prefix ROOT watches every repository', () => {
  integrity({ watchPushes: true }, 'ROOT');

  expect(catches('Pushed', by('PutImage', { repositoryName: 'any/nginx' }))).toBe(true);
});

test('the alarm fires with one call and stays, pages, logs the call, and says what to do', () => {
  integrity({ pageActions: [PAGER], runbookUrl: 'https://wiki.example/break-in' });

  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    EvaluationPeriods: 16, DatapointsToAlarm: 1, Threshold: 1, TreatMissingData: 'notBreaching', AlarmActions: ['arn:aws:sns:eu-central-1:111122223333:pager'],
  });
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  expect(JSON.stringify(Properties.AlarmDescription)).toMatch(/pull-through cache echo by hand.*IntegrityEventLog.*Runbook: https:[/][/]wiki.example[/]break-in/);
});

test.each<[string, object, string]>([
  ['no caches', { caches: [] }, 'got an empty list of caches'],
  ['an option that there is not', { watchPush: true }, "got the option 'watchPush' of integrity"],
  ['a text for a flag', { watchPushes: 'no' }, "got the text 'no' as watchPushes, expected true or false"],
  ['the ARN of a role', { trustedRoles: [PIPELINE] }, 'as a trusted role, expected an object that has the attribute roleArn'],
  ['an empty list of actions', { alarmActions: [] }, 'got an empty list of alarmActions'],
])('fails: %s', (_, more, message) => {
  expect(() => integrity(more)).toThrow(message);
});

test('fails: a cache of another Region', () => {
  const far = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'far', region: 'us-east-1' });

  expect(() => integrity({ caches: [far] })).toThrow('make the CacheIntegrity in a stack of that account and Region');
});

test.each([[6, false], [50, true]])('a pattern for %i caches is warned of when EventBridge may refuse it: %s', (count, warns) => {
  integrity({}, ...Array.from({ length: count }, (_, at) => `some-upstream-${at}`));

  expect(warningsOf(stack).some(one => /quota: the event pattern of .* has some \d{4} characters, of which EventBridge takes 2048 by default/.test(one))).toBe(warns);
});
