import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { PAGER } from './watched';
import { CacheAlarmActions } from '../../src/monitoring/alarm-actions';
import { AlarmSeverity } from '../../src/monitoring/alarm-options';
import { CacheAlarm } from '../../src/monitoring/cache-alarm';
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
  test('fires with failed imports in three quarters of an hour out of sixteen, and is silent without any', () => {
    const stack = newStack();
    cacheIn(stack);
    expect(propertiesOf(stack, ALARM)).toMatchObject({
      Metrics: [
        { Expression: 'FILL(events, 0)' },
        { Id: 'events', MetricStat: { Stat: 'Sum', Period: 900 }, ReturnData: false },
      ],
      EvaluationPeriods: 16,
      DatapointsToAlarm: 3,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test('fires as the user says, with the severity, name and runbook that the user says', () => {
    const stack = newStack();
    cacheIn(stack, CacheMonitoring.standard({
      alarm: CacheAlarm.importsFailing({
        period: Duration.hours(1), evaluationPeriods: 4, threshold: 5, severity: AlarmSeverity.TICKET, runbookUrl: 'https://wiki.example/cache',
      }),
      alarmNamePrefix: 'prod',
    }), 'team/echo');
    CacheAlarmActions.of(stack).set({ pageActions: [PAGER] });
    const alarm = propertiesOf(stack, ALARM);
    expect(alarm).toMatchObject({ AlarmName: 'prod-team-echo-FailedPulls', EvaluationPeriods: 4, Threshold: 5 });
    expect(alarm).not.toHaveProperty('DatapointsToAlarm');
    expect(alarm).not.toHaveProperty('AlarmActions');
    expect(JSON.stringify(alarm.AlarmDescription)).toContain('Runbook: https://wiki.example/cache');
  });

  test('fails for another alarm', () => {
    expect(() => cacheIn(newStack(), CacheMonitoring.standard({ alarm: CacheAlarm.pullsDenied() }))).toThrow(
      'got another alarm for standard monitoring than the one on failed imports, expected CacheAlarm.importsFailing(): give the others to a CacheAlerting');
  });

  test('fails for options that there are not, and for an empty list of actions', () => {
    expect(() => CacheMonitoring.standard({ alarmAction: [] } as any)).toThrow("got the option 'alarmAction' of standard monitoring");
    expect(() => CacheMonitoring.logged({ alarmActions: [] } as any)).toThrow("got the option 'alarmActions' of monitoring that logs");
    expect(() => (CacheMonitoring.none as any)({})).toThrow('got an object as one more argument of none(), expected none');
    expect(() => cacheIn(newStack(), CacheMonitoring.standard({ alarmActions: [] }))).toThrow('got an empty list of alarmActions, expected at least one');
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
      Metrics: [{}, { MetricStat: { Metric: { Namespace: 'AWS/Events', MetricName: 'TriggeredRules', Dimensions: [{ Name: 'RuleName', Value: { Ref: rule } }] } } }],
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
