import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CacheEventLog } from '../../src/monitoring/cache-event-log';
import { CacheMonitoring, LoggedEvents } from '../../src/monitoring/cache-monitoring';
import { PullThroughCache } from '../../src/pull-through-cache';
import { ECHO, ENV, newStack, propertiesOf } from '../app';

const ALARM = 'AWS::CloudWatch::Alarm';
const RULE = 'AWS::Events::Rule';

function cacheIn(stack: Stack, monitoring?: CacheMonitoring, repositoryPrefix = 'echo') {
  return new PullThroughCache(stack, 'Echo', { upstream: ECHO, repositoryPrefix, monitoring });
}

describe('the default alarm', () => {
  test('fires with one failed import in five minutes, and is silent without any', () => {
    const stack = newStack();
    cacheIn(stack);
    expect(propertiesOf(stack, ALARM)).toMatchObject({
      Statistic: 'Sum', Period: 300, EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold', TreatMissingData: 'notBreaching',
    });
  });

  test('reads the metric of the rule that matches failed imports of this cache', () => {
    const stack = newStack();
    cacheIn(stack);
    const [[rule, { Properties: properties }]] = Object.entries(Template.fromStack(stack).findResources(RULE));
    expect(properties.EventPattern).toEqual({
      'source': ['aws.ecr'],
      'detail-type': ['ECR Pull Through Cache Action'],
      'detail': { 'ecr-repository-prefix': ['echo'], 'sync-status': [{ 'anything-but': 'SUCCESS' }] },
    });
    expect(propertiesOf(stack, ALARM)).toMatchObject({
      Namespace: 'AWS/Events', MetricName: 'TriggeredRules', Dimensions: [{ Name: 'RuleName', Value: { Ref: rule } }],
    });
  });

  test('reads a rule that is switched on and has a target, the log', () => {
    const stack = newStack();
    cacheIn(stack);
    const { State: state, Targets: targets } = propertiesOf(stack, RULE) as any;
    expect(state).toBe('ENABLED');
    expect(targets).toHaveLength(1);
    expect(JSON.stringify(targets[0].Arn)).toContain('EchoMonitoringEventLog');
  });

  test('says what it sees and what not, and where to look', () => {
    const stack = newStack();
    cacheIn(stack);
    const text = JSON.stringify(propertiesOf(stack, ALARM).AlarmDescription);
    expect(text).toContain('echo');
    expect(text).toMatch(/import/i);
    expect(text).toMatch(/denied/i);
    expect(text).toContain('"Ref":"EchoMonitoringEventLog');
  });

  test('has a description that CloudWatch takes, with the longest prefix', () => {
    const stack = newStack();
    cacheIn(stack, undefined, 'a'.repeat(30));
    // CloudWatch API reference, PutMetricAlarm; the name of the log group is at most 512 of them, generated ones are far shorter
    expect(JSON.stringify(propertiesOf(stack, ALARM).AlarmDescription).length).toBeLessThan(1024);
  });

  test('tells nobody by default', () => {
    const stack = newStack();
    cacheIn(stack);
    expect(propertiesOf(stack, ALARM)).not.toHaveProperty('AlarmActions');
  });

  test('notifies when it fires and when it is over', () => {
    const stack = newStack();
    cacheIn(stack, CacheMonitoring.standard({ alarmActions: ['One', 'Two'].map(id => new SnsAction(new sns.Topic(stack, id))) }));
    const { AlarmActions: alarm, OKActions: ok } = propertiesOf(stack, ALARM);
    expect(alarm).toEqual([{ Ref: expect.stringMatching(/^One/) }, { Ref: expect.stringMatching(/^Two/) }]);
    expect(ok).toEqual(alarm);
  });
});

describe('the monitoring of a cache', () => {
  test('writes into the log that the user gives', () => {
    const stack = newStack();
    cacheIn(stack, CacheMonitoring.standard({ eventLog: new CacheEventLog(stack, 'Mine') }));
    Template.fromStack(stack).resourceCountIs('AWS::Logs::LogGroup', 1);
    expect(JSON.stringify(propertiesOf(stack, RULE).Targets)).toContain('"Ref":"Mine');
  });

  test('fails with a log of another Region', () => {
    const app = new App();
    const eventLog = new CacheEventLog(newStack(app, 'Logs', { ...ENV, region: 'us-east-1' }), 'Log');
    expect(() => cacheIn(newStack(app), CacheMonitoring.standard({ eventLog }))).toThrow('got a rule of another account or Region');
  });

  test('is one choice for several caches, each watched by itself', () => {
    const stack = newStack();
    const monitoring = CacheMonitoring.standard();
    ['dev', 'prod'].forEach(id => new PullThroughCache(stack, id, { upstream: ECHO, repositoryPrefix: id, monitoring }));
    Template.fromStack(stack).resourceCountIs(ALARM, 2);
  });

  test('says what its rules catch, and logs both', () => {
    const stack = newStack();
    cacheIn(stack, CacheMonitoring.standard({ loggedEvents: LoggedEvents.ALL_IMPORTS }));
    const rules = Object.values(Template.fromStack(stack).findResources(RULE)).map(({ Properties }) => Properties);
    expect(rules.map(({ Description }) => Description)).toEqual([
      'Imports into the pull-through cache echo that failed', 'Imports into the pull-through cache echo that succeeded',
    ]);
    rules.forEach(({ Targets }) => expect(JSON.stringify(Targets)).toContain('"Ref":"EchoMonitoringEventLog'));
  });

  test('can be a log without an alarm', () => {
    const stack = newStack();
    const cache = cacheIn(stack, CacheMonitoring.logged());
    Template.fromStack(stack).resourceCountIs(ALARM, 0);
    Template.fromStack(stack).resourceCountIs('AWS::Logs::LogGroup', 1);
    expect(cache.failedPullsAlarm).toBeUndefined();
  });

  test('can be nothing', () => {
    const stack = newStack();
    cacheIn(stack, CacheMonitoring.none());
    [ALARM, RULE, 'AWS::Logs::LogGroup'].forEach(type => Template.fromStack(stack).resourceCountIs(type, 0));
  });

  test.each<[string, object]>([
    ['an object of the same form', { _bind: () => undefined }],
    ['made around the constructor', Object.create(CacheMonitoring.prototype)],
    ['a text', 'standard' as unknown as object],
  ])('is refused when it is %s', (_, monitoring) => {
    expect(() => cacheIn(newStack(), monitoring as CacheMonitoring)).toThrow(
      "got something else as monitoring than what CacheMonitoring gives, expected a value of CacheMonitoring, which can't be constructed or subclassed: write "
      + 'CacheMonitoring.standard(), CacheMonitoring.logged() or CacheMonitoring.none(), from the same version of this package [at Stack/Echo]');
  });

  test.each<[string, new () => object]>([
    ['its constructor is called', CacheMonitoring as any], ['it is subclassed', class extends (CacheMonitoring as any) {} as any],
  ])('fails when %s', (_, type) => {
    expect(() => new type()).toThrow('got a value of CacheMonitoring that was made by its constructor, expected one that a method of the class made: '
      + 'write CacheMonitoring.standard(), CacheMonitoring.logged() or CacheMonitoring.none()');
  });
});
