import { CfnParameter, Duration, Size } from 'aws-cdk-lib';
import type { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as sns from 'aws-cdk-lib/aws-sns';
import { newStack } from '../app';
import { allAlarms, watchedCaches } from './watched';
import {
  CacheAlarm, CacheAlerting, CacheFindings, CacheStatistics, PullThroughCache, RegistryScanType, UpstreamRegistry,
} from '../../src';
import { Troubles } from '../../src/monitoring/troubleshooting';

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

/** Properties of the alarm whose logical id has this in it. */
function alarm(id: string): any {
  const found = Object.entries(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).filter(([key]) => key.includes(id));
  expect(found).toHaveLength(1);
  return found[0][1].Properties;
}

function imported(id = 'Echo') {
  return PullThroughCache.fromRepositoryPrefix(stack, id, 'echo');
}

test('hitRateBelow fires below the rate, and not for a time without pulls', () => {
  watchedCaches(stack, ['echo']);

  expect(alarm('HitRate')).toMatchObject({
    Namespace: 'PullThroughCache',
    MetricName: 'HitRate',
    Dimensions: [{ Name: 'RepositoryPrefix', Value: 'echo' }],
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 0.8,
    Period: 86400,
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
  });
});

test('storageAbove fires above the size in bytes, and keeps its state without a count', () => {
  watchedCaches(stack, ['echo']);

  expect(alarm('Storage')).toMatchObject({
    MetricName: 'StoredBytes', ComparisonOperator: 'GreaterThanThreshold', Threshold: 500 * 1024 ** 3, TreatMissingData: 'ignore',
  });
});

test.each([
  ['StatisticsMissing', 'Repositories', 86400],
  ['ProbeMissing', 'ProbedImages', 21600],
])('%s fires when two runs in a row gave nothing', (id, metric, period) => {
  watchedCaches(stack, ['echo']);

  expect(alarm(id)).toMatchObject({
    MetricName: metric,
    Statistic: 'SampleCount',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 1,
    Period: period,
    EvaluationPeriods: 2,
    TreatMissingData: 'breaching',
  });
});

test.each([
  ['StatisticsIncomplete', 'UnseenRepositories'],
  ['ProbeFailing', 'ProbeFailures'],
])('%s fires for one, and leaves missing data to the alarm on it', (id, metric) => {
  watchedCaches(stack, ['echo']);

  expect(alarm(id)).toMatchObject({
    MetricName: metric, Statistic: 'Maximum', ComparisonOperator: 'GreaterThanThreshold', Threshold: 0, TreatMissingData: 'ignore',
  });
});

test('pullsDenied fires for one match of a rule that logs the denied calls', () => {
  const [echo] = watchedCaches(stack, ['echo']);

  expect(alarm('PullsDenied')).toMatchObject({
    Namespace: 'AWS/Events',
    MetricName: 'TriggeredRules',
    Dimensions: [{ Name: 'RuleName', Value: stack.resolve(echo.metrics.deniedPulls().dimensions!.RuleName) }],
    Threshold: 0,
    TreatMissingData: 'notBreaching',
  });
  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    Description: 'Pulls from the pull-through cache echo that IAM denied',
    State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    EventPattern: Match.objectLike({ 'detail-type': ['AWS API Call via CloudTrail'] }),
    Targets: [Match.objectLike({ Arn: Match.anyValue() })],
  });
});

test('callsNearQuota fires at a share of the quota, as a sum of a minute', () => {
  new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [CacheAlarm.callsNearQuota({ callsPerSecond: 3000, share: 0.5 })] });

  expect(alarm('CallsNearQuota')).toMatchObject({
    Namespace: 'AWS/Usage',
    MetricName: 'CallCount',
    Dimensions: expect.arrayContaining([
      { Name: 'Service', Value: 'ECR' }, { Name: 'Type', Value: 'API' }, { Name: 'Resource', Value: 'BatchGetImage' },
    ]),
    Statistic: 'Sum',
    Period: 60,
    Threshold: 90_000,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    EvaluationPeriods: 5,
    DatapointsToAlarm: 3,
    TreatMissingData: 'notBreaching',
  });
});

test('callsNearQuota takes 80 percent of the default quota by itself', () => {
  new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [CacheAlarm.callsNearQuota()] });

  expect(alarm('CallsNearQuota').Threshold).toBe(96_000);
});

test('eventsNotLogged fires for one failed delivery of the rule on failed imports', () => {
  const [echo] = watchedCaches(stack, ['echo']);

  expect(alarm('EventsNotLogged')).toMatchObject({
    Namespace: 'AWS/Events',
    MetricName: 'FailedInvocations',
    Dimensions: [{ Name: 'RuleName', Value: stack.resolve(echo.metricFailedPulls().dimensions!.RuleName) }],
    TreatMissingData: 'notBreaching',
  });
});

test('every alarm is evaluated over no more than CloudWatch takes', () => {
  watchedCaches(stack, ['echo']);

  for (const { Properties: { Period, EvaluationPeriods } } of Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'))) {
    expect(Period * EvaluationPeriods).toBeLessThanOrEqual(Period < 3600 ? 86_400 : 604_800);
  }
});

test('every alarm says what happened and what to do, in at most 1024 characters, and names the cache', () => {
  const [echo] = watchedCaches(stack, ['echo']);
  new CacheFindings(stack, 'Findings', { cache: echo, scanType: RegistryScanType.BASIC });

  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(resource => resource.Properties);
  const descriptions = alarms.map(({ AlarmDescription: description }) => typeof description === 'string'
    ? description : description['Fn::Join'][1].map((part: any) => typeof part === 'string' ? part : 'x'.repeat(60)).join(''));

  expect(descriptions).toHaveLength(allAlarms().length + 2);
  for (const description of descriptions) {
    expect(description.length).toBeLessThanOrEqual(1024);
    expect(description).toContain('the pull-through cache echo');
    expect(description).not.toMatch(/[{}]/);
  }
  for (const trouble of Object.values(Troubles)) {
    expect(descriptions.filter(description => trouble.next.every(step => description.includes(step.split('{log}')[0])))).not.toEqual([]);
  }
});

test('actions are told when an alarm fires and when it is over', () => {
  const topic = new sns.Topic(stack, 'Topic');
  new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [CacheAlarm.callsNearQuota()], alarmActions: [new SnsAction(topic)] });

  const arn = stack.resolve(topic.topicArn);
  expect(alarm('CallsNearQuota')).toMatchObject({ AlarmActions: [arn], OKActions: [arn] });
});

test('page actions make one composite alarm of all, with the one on failed imports', () => {
  const topic = new sns.Topic(stack, 'Topic');
  const echo = new PullThroughCache(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: '123456789012' }) });
  new CacheAlerting(stack, 'Alerting', { caches: [echo], alarms: [CacheAlarm.eventsNotLogged()], pageActions: [new SnsAction(topic)] });

  const arn = stack.resolve(topic.topicArn);
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::CompositeAlarm', {
    AlarmDescription: 'Something is wrong with the pull-through cache echo: the descriptions of the alarms in this one say what happened and what to do.',
    AlarmActions: [arn],
    OKActions: [arn],
    AlarmRule: { 'Fn::Join': ['', Match.arrayWith(['(ALARM("', stack.resolve(echo.failedPullsAlarm!.alarmArn), '") OR ALARM("'])] },
  });
  expect(alarm('FailedPullsAlarm').AlarmActions).toBeUndefined();
});

test('alarms on an L1 rule work', () => {
  const rule = new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'k8s', upstreamRegistryUrl: 'registry.k8s.io' });
  new CacheStatistics(stack, 'Statistics', { caches: [rule], interval: Duration.hours(12) });

  const { alarms, pagingAlarms } = new CacheAlerting(stack, 'Alarms', { caches: [rule], alarms: [CacheAlarm.hitRateBelow(1)] });

  expect(alarms).toHaveLength(1);
  expect(pagingAlarms).toEqual([]);
  expect(alarm('HitRate')).toMatchObject({ Dimensions: [{ Name: 'RepositoryPrefix', Value: 'k8s' }], Period: 43200 });
});

test.each([['HitRate', /^StatisticsLog/], ['ProbeFailing', /^ProbeLog/]])('%s names the log of its own stack', (id, log) => {
  watchedCaches(stack, ['echo']);

  expect(alarm(id).AlarmDescription['Fn::Join'][1]).toContainEqual({ Ref: expect.stringMatching(log) });
});

test('alarms on statistics of another stack lock nothing in it', () => {
  const other = newStack(stack.node.root as App, 'Other');
  new CacheStatistics(other, 'Statistics', { caches: [imported()] });
  new CacheAlerting(stack, 'Alarms', { caches: [imported('Again')], alarms: [CacheAlarm.hitRateBelow(0.5)] });

  expect(alarm('HitRate').AlarmDescription).toContain('Look in the log of Other/Statistics for repositories with many imports.');
  Template.fromStack(other).templateMatches({ Outputs: Match.absent() });
});

test.each([
  ['hitRateBelow', CacheAlarm.hitRateBelow(0.8)],
  ['storageAbove', CacheAlarm.storageAbove(Size.gibibytes(1))],
  ['statisticsMissing', CacheAlarm.statisticsMissing()],
  ['statisticsIncomplete', CacheAlarm.statisticsIncomplete()],
])('fails: %s without statistics', (_, opted) => {
  expect(() => new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [opted] }))
    .toThrow('expected a CacheStatistics that counts the cache: create a CacheStatistics with the cache first, or '
      + "name statisticsInterval in an import's attributes");
});

test.each([
  ['probeFailing', CacheAlarm.probeFailing()],
  ['probeMissing', CacheAlarm.probeMissing()],
])('fails: %s without a probe', (_, opted) => {
  expect(() => new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [opted] }))
    .toThrow('expected a CacheProbe that pulls images of the cache: create a CacheProbe with images of the cache first, or '
      + "name probeInterval in an import's attributes");
});

test.each([
  ['pullsDenied', CacheAlarm.pullsDenied()],
  ['eventsNotLogged', CacheAlarm.eventsNotLogged()],
])('fails: %s without an event log', (name, opted) => {
  expect(() => new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [opted] })).toThrow(
    `got the alarm ${name} for the cache 'echo', whose events nothing logs, expected an event log: give the cache a monitoring that logs, `
    + 'or name eventLogGroup in the attributes of an import');
});

test.each([0, -1, 1.1, 80, Number.NaN])('fails: a hit rate of %d', rate => {
  expect(() => CacheAlarm.hitRateBelow(rate)).toThrow(`got the hit rate ${rate}, expected a number above 0 and up to 1: write `);
});

test.each([[50, 'write 0.5 for 50 percent'], [100, 'write 1 for 100 percent'], [101, 'write 0.8 for 80 percent'], [0, 'write 0.8 for 80 percent']])(
  'fails: a hit rate of %d, with the way out: %s', (rate, fix) => {
    expect(() => CacheAlarm.hitRateBelow(rate)).toThrow(fix);
  });

test('fails: percent, with the way out', () => {
  expect(() => CacheAlarm.hitRateBelow(80)).toThrow('write 0.8 for 80 percent');
  expect(() => CacheAlarm.callsNearQuota({ share: 90 })).toThrow('got the share of the quota 90, expected a number above 0 and up to 1: write 0.9 for 90 percent');
});

test('fails: a quota of nothing', () => {
  expect(() => CacheAlarm.callsNearQuota({ callsPerSecond: 0 })).toThrow(
    'got a quota of 0 calls per second, expected a number above 0: write the rate of BatchGetImage requests that Service Quotas shows');
});

test('fails: page actions for a cache without an alarm', () => {
  expect(() => new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [], pageActions: [] })).toThrow(
    "got page actions for the cache 'echo', which has no alarm, expected an alarm that can fire: add alarms, or leave the page actions out");
});

describe('alerting on several caches', () => {
  function ids(prefixes: string[]): string[] {
    const one = newStack();
    const caches = prefixes.map(prefix => new PullThroughCache(one, prefix, {
      upstream: UpstreamRegistry.echo({ account: '123456789012' }), repositoryPrefix: prefix,
    }));
    new CacheAlerting(one, 'Alerting', { caches, alarms: [CacheAlarm.eventsNotLogged(), CacheAlarm.callsNearQuota()], pageActions: [] });
    const resources = Template.fromStack(one).toJSON().Resources;
    return Object.keys(resources).filter(id => id.startsWith('Alerting'));
  }

  test('gives each cache alarms and a page of its own, whose ids no other cache changes', () => {
    const [alone, both] = [ids(['echo']), ids(['a-first', 'echo'])];

    expect(alone).toHaveLength(3);
    expect(both).toHaveLength(5);
    expect(both).toEqual(expect.arrayContaining(alone));
  });

  test('has one alarm on the quota, which pages by itself and notifies a topic once', () => {
    const topic = new sns.Topic(stack, 'Topic');
    const caches = ['echo', 'hub'].map(prefix => PullThroughCache.fromRepositoryPrefix(stack, prefix, prefix));
    const { alarms, pagingAlarms } = new CacheAlerting(stack, 'Alerting', {
      caches, alarms: [CacheAlarm.callsNearQuota()], alarmActions: [new SnsAction(topic)], pageActions: [new SnsAction(topic)],
    });

    expect([alarms.length, pagingAlarms.length]).toEqual([1, 0]);
    expect(alarm('CallsNearQuota').AlarmActions).toEqual([stack.resolve(topic.topicArn)]);
  });

  test('pages for the alarm on failed imports of a cache that is made later', () => {
    new CacheAlerting(stack, 'Alerting', {
      caches: [imported()],
      alarms: [CacheAlarm.hitRateBelow(0.5)].filter(() => new CacheStatistics(stack, 'Statistics', { caches: [imported('Counted')] })),
      pageActions: [],
    });
    const echo = new PullThroughCache(stack, 'Later', { upstream: UpstreamRegistry.echo({ account: '123456789012' }) });

    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::CloudWatch::CompositeAlarm')))
      .toContain(JSON.stringify(stack.resolve(echo.failedPullsAlarm!.alarmArn)));
  });

  test('uses a rule on denied calls that is there already', () => {
    const [echo] = watchedCaches(stack, ['echo']);
    new CacheAlerting(stack, 'Again', { caches: [echo], alarms: [CacheAlarm.pullsDenied()] });

    const denied = Object.keys(Template.fromStack(stack).findResources('AWS::Events::Rule')).filter(id => id.includes('DeniedPulls'));
    expect(denied).toHaveLength(1);
  });

  test('takes a cache whose prefix is known at deployment only', () => {
    const cache = PullThroughCache.fromRepositoryPrefix(stack, 'Cache', new CfnParameter(stack, 'Prefix').valueAsString);
    new CacheStatistics(stack, 'Statistics', { caches: [cache] });
    new CacheAlerting(stack, 'Alerting', { caches: [cache], alarms: [CacheAlarm.hitRateBelow(0.5)] });

    expect(alarm('HitRate').Dimensions).toEqual([{ Name: 'RepositoryPrefix', Value: { Ref: 'Prefix' } }]);
  });

  test('fails: no caches', () => {
    expect(() => new CacheAlerting(stack, 'Alerting', { caches: [], alarms: [CacheAlarm.callsNearQuota()] })).toThrow(
      'got an empty list of caches, expected at least one cache: name the caches, or leave this construct out [at Stack/Alerting]');
  });

  test('fails: caches with one prefix in two Regions, for the Region', () => {
    const far = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'echo', region: 'us-east-1' });
    const near = PullThroughCache.fromRepositoryPrefix(stack, 'Near', 'echo');

    expect(() => new CacheAlerting(stack, 'Both', { caches: [near, far], alarms: [CacheAlarm.statisticsMissing()] })).toThrow('Region us-east-1');
  });

  test('fails: a cache twice', () => {
    expect(() => new CacheAlerting(stack, 'Alerting', { caches: [imported(), imported('Again')], alarms: [] })).toThrow(
      "got the cache 'echo' twice, expected each cache once: leave the second one out");
  });

  test('fails: a cache of another Region', () => {
    const far = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'far', region: 'us-east-1' });

    expect(() => new CacheAlerting(stack, 'Alerting', { caches: [far], alarms: [CacheAlarm.callsNearQuota()] })).toThrow(
      "got the cache 'far' of account 111122223333 and Region us-east-1, expected a cache of account 111122223333 and Region eu-central-1, "
      + 'those of this stack: watch it from a stack in its own account and Region');
  });
});
