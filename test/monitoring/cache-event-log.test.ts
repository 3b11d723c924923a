import { App, RemovalPolicy } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CacheEventLog } from '../../src/monitoring/cache-event-log';
import { agnosticStack, ENV, newStack, propertiesOf } from '../app';

const GROUP = 'AWS::Logs::LogGroup';
const EVENTS = { eventPattern: { source: ['aws.ecr'] } };

describe('an event log', () => {
  test('lets EventBridge write on behalf of the rules of this account and Region', () => {
    const stack = newStack();
    new CacheEventLog(stack, 'Log');
    expect(propertiesOf(stack, GROUP).ResourcePolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [{
        Sid: 'EventBridgeCreatesStreams',
        Effect: 'Allow',
        Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
        Action: 'logs:CreateLogStream',
        Resource: '*',
      }, {
        Sid: 'EventBridgeWrites',
        Effect: 'Allow',
        Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
        Action: 'logs:PutLogEvents',
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:SourceAccount': '111122223333' },
          ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':events:eu-central-1:111122223333:rule/*']] } },
        },
      }],
    });
  });

  test('costs no log resource policy of the account and no custom resource', () => {
    const stack = newStack();
    new events.Rule(stack, 'Rule', { ...EVENTS, targets: [new CacheEventLog(stack, 'Log')] });
    expect(Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type).sort())
      .toEqual(['AWS::Events::Rule', GROUP]);
  });

  test('keeps events for a month, and goes with the stack', () => {
    const stack = newStack();
    new CacheEventLog(stack, 'Log');
    Template.fromStack(stack).hasResource(GROUP, { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
  });

  test('keeps events as long and as safe as the user says', () => {
    const stack = newStack();
    new CacheEventLog(stack, 'Log', {
      retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN, encryptionKey: new kms.Key(stack, 'Key'),
    });
    Template.fromStack(stack).hasResource(GROUP, {
      Properties: { RetentionInDays: 365, KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] } }, DeletionPolicy: 'Retain',
    });
  });
});

describe('an event log as a target', () => {
  test('is named by an ARN without the asterisk that Fn::GetAtt gives', () => {
    const stack = newStack();
    new events.Rule(stack, 'Rule', { ...EVENTS, targets: [new CacheEventLog(stack, 'Log')] });
    expect(propertiesOf(stack, 'AWS::Events::Rule').Targets).toEqual([{
      Id: 'Target0',
      Arn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':logs:eu-central-1:111122223333:log-group:', { Ref: expect.stringMatching(/^Log/) }]] },
    }]);
  });

  test('serves rules of other stacks in its account and Region', () => {
    const app = new App();
    const log = new CacheEventLog(newStack(app, 'Logs'), 'Log');
    expect(() => new events.Rule(newStack(app), 'Rule', { ...EVENTS, targets: [log] })).not.toThrow();
  });

  test('serves rules that go anywhere', () => {
    const app = new App();
    const log = new CacheEventLog(agnosticStack(app, 'Logs'), 'Log');
    expect(() => new events.Rule(agnosticStack(app), 'Rule', { ...EVENTS, targets: [log] })).not.toThrow();
  });

  test.each([['account', { ...ENV, account: '444455556666' }], ['Region', { ...ENV, region: 'us-east-1' }]])('fails for a rule of another %s', (_, env) => {
    const app = new App();
    const log = new CacheEventLog(newStack(app, 'Logs', env), 'Log');
    expect(() => new events.Rule(newStack(app), 'Rule', { ...EVENTS, targets: [log] })).toThrow(
      'got a rule of another account or Region (Stack/Rule) for this event log, expected rules of its own account and Region: '
      + 'make a CacheEventLog in each account and Region [at Logs/Log]');
  });
});

test('fails: a key alias, which CloudWatch Logs does not take', () => {
  expect(() => new CacheEventLog(newStack(), 'Log', { encryptionKey: kms.Alias.fromAliasName(newStack(), 'Alias', 'alias/logs') })).toThrow(
    'got a key alias (Stack/Alias) to encrypt with, expected a key, since a log group needs the ARN of the key itself');
});
