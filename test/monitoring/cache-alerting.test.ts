import { CfnParameter, Duration, Size } from 'aws-cdk-lib';
import type { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as sns from 'aws-cdk-lib/aws-sns';
import { newStack } from '../app';
import { allAlarms, PAGER, watchedCaches } from './watched';
import {
  AlarmSeverity, CacheAlarm, CacheAlerting, CacheFindings, CacheIntegrity, CacheStatistics, PullThroughCache, RegistryScanType, UpstreamRegistry,
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

/** The metrics that an alarm reads, by their ids, and the expression. */
function read(id: string): { expression: string; metrics: Record<string, any> } {
  const metrics: any[] = alarm(id).Metrics;
  return {
    expression: metrics.find(({ Expression }) => Expression).Expression,
    metrics: Object.fromEntries(metrics.filter(({ MetricStat }) => MetricStat).map(({ Id, MetricStat: { Metric, Period, Stat } }) => [
      Id, { name: Metric.MetricName, dimensions: Metric.Dimensions, period: Period, stat: Stat },
    ])),
  };
}

const ECHO_ONLY = [{ Name: 'RepositoryPrefix', Value: 'echo' }];

test('hitRateBelow fires below the rate of a time with enough pulls, and keeps its state without a count', () => {
  watchedCaches(stack, ['echo']);

  expect(read('HitRate')).toEqual({
    expression: 'IF(pulls >= 20, rate, 1)',
    metrics: {
      pulls: { name: 'Pulls', dimensions: ECHO_ONLY, period: 86400, stat: 'Maximum' },
      rate: { name: 'HitRate', dimensions: ECHO_ONLY, period: 86400, stat: 'Maximum' },
    },
  });
  expect(alarm('HitRate')).toMatchObject({
    ComparisonOperator: 'LessThanThreshold', Threshold: 0.8, EvaluationPeriods: 1, TreatMissingData: 'ignore',
  });
});

test('storageAbove fires above the size in bytes, and keeps its state without a count', () => {
  watchedCaches(stack, ['echo']);

  expect(alarm('Storage')).toMatchObject({
    MetricName: 'StoredBytes', ComparisonOperator: 'GreaterThanThreshold', Threshold: 500 * 1024 ** 3, TreatMissingData: 'ignore',
  });
});

test.each([
  ['StatisticsMissing', 'Repositories', 21600, 9],
  ['ProbeMissing', 'ProbedImages', 5400, 9],
])('%s fires when two runs in a row gave nothing, a quarter of the interval after the second', (id, name, period, periods) => {
  watchedCaches(stack, ['echo']);

  expect(read(id)).toEqual({ expression: 'FILL(runs, 0)', metrics: { runs: { name, dimensions: ECHO_ONLY, period, stat: 'SampleCount' } } });
  expect(alarm(id)).toMatchObject({
    ComparisonOperator: 'LessThanThreshold', Threshold: 1, EvaluationPeriods: periods, TreatMissingData: 'breaching',
  });
});

test.each([[1, 60, 3], [10, 120, 11], [60, 900, 9], [1440, 21600, 9]])('a run every %d minutes is missed in periods of %d seconds, of which %d are empty', (minutes, period, periods) => {
  const cache = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', probeInterval: Duration.minutes(minutes) });
  new CacheAlerting(stack, 'Alerting', { caches: [cache], alarms: [CacheAlarm.probeMissing()] });

  expect(read('ProbeMissing').metrics.runs.period).toBe(period);
  expect(alarm('ProbeMissing').EvaluationPeriods).toBe(periods);
});

test.each(['StatisticsMissing', 'ProbeMissing', 'HitRate', 'ProbeFailing'])('%s is made after the first run, which gives it something to look at', id => {
  watchedCaches(stack, ['echo']);

  const [[, { DependsOn: after }]] = Object.entries(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).filter(([key]) => key.includes(id));
  expect(after).toEqual([expect.stringMatching(/FirstRun/)]);
});

test('statisticsMissing and probeMissing are one alarm for all caches of a function, and name them', () => {
  watchedCaches(stack, Array.from({ length: 10 }, (_, at) => `team-${at}`));

  for (const id of ['StatisticsMissing', 'ProbeMissing']) {
    expect(JSON.stringify(alarm(id).AlarmDescription)).toContain('the pull-through caches team-0, team-1, team-2, team-3, team-4, team-5, team-6, team-7 and 2 more');
  }
});

test('an alarm of each function when caches have several, whose ids no other cache changes', () => {
  const of = (...prefixes: string[]) => {
    const one = newStack();
    const caches = prefixes.map(prefix => PullThroughCache.fromRepositoryPrefix(one, prefix, prefix));
    caches.forEach(cache => new CacheStatistics(one, `Statistics-${cache.repositoryPrefix}`, { caches: [cache] }));
    new CacheAlerting(one, 'Alerting', { caches, alarms: [CacheAlarm.statisticsMissing()] });
    return Object.keys(Template.fromStack(one).findResources('AWS::CloudWatch::Alarm'));
  };

  expect(of('a-first', 'echo')).toHaveLength(2);
  expect(of('a-first', 'echo')).toEqual(expect.arrayContaining(of('echo')));
});

test.each([
  ['StatisticsIncomplete', 'UnseenRepositories'],
  ['ProbeFailing', 'ProbeFailures'],
  ['TagMoved', 'ProbeMovedTags'],
  ['DigestDiffers', 'ProbeDifferingDigests'],
])('%s fires for one, and leaves missing data to the alarm on it', (id, metric) => {
  watchedCaches(stack, ['echo']);

  expect(alarm(id)).toMatchObject({
    MetricName: metric, Statistic: 'Maximum', ComparisonOperator: 'GreaterThanOrEqualToThreshold', Threshold: 1, TreatMissingData: 'ignore',
  });
});

test.each([
  ['ImagesAtRisk', CacheAlarm.imagesAtRisk(), 'ImagesAtRisk', 86_400],
  ['ImageArchived', CacheAlarm.imageArchived(), 'ProbeArchivedImages', 6 * 3600],
] as const)('%s fires for one after a run, and keeps its state without data', (id, of, metric, period) => {
  new CacheAlerting(stack, 'More', { caches: watchedCaches(stack, ['echo']), alarms: [of] });

  expect(alarm(id)).toMatchObject({
    MetricName: metric,
    Statistic: 'Maximum',
    Period: period,
    EvaluationPeriods: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 1,
    TreatMissingData: 'ignore',
  });
});

test('imagesAtRisk looks at days, however often the statistics run', () => {
  const cache = imported();
  new CacheStatistics(stack, 'Statistics', { caches: [cache], interval: Duration.hours(1) });
  new CacheAlerting(stack, 'Alerting', { caches: [cache], alarms: [CacheAlarm.imagesAtRisk({ threshold: 5 })] });

  expect(alarm('ImagesAtRisk')).toMatchObject({ Period: 86_400, Threshold: 5 });
});

test.each([
  ['imagesAtRisk', CacheAlarm.imagesAtRisk(), 'a CacheStatistics that counts the cache'],
  ['imageArchived', CacheAlarm.imageArchived(), 'a CacheProbe that pulls images of the cache'],
])('fails: %s without what emits its metric', (_, of, expected) => {
  expect(() => new CacheAlerting(stack, 'Alerting', { caches: [imported()], alarms: [of] })).toThrow(`expected ${expected}`);
});

test.each([
  ['PullsDenied', 'deniedPulls', 16, 3],
  ['UpstreamRefusing', 'upstreamRefusals', 16, 3],
] as const)('%s fires for matches of its rule that come again and again, and stays', (id, metric, periods, datapoints) => {
  const [echo] = watchedCaches(stack, ['echo']);

  expect(read(id)).toEqual({
    expression: 'FILL(events, 0)',
    metrics: {
      events: {
        name: 'TriggeredRules', dimensions: [{ Name: 'RuleName', Value: stack.resolve(echo.metrics[metric]().dimensions!.RuleName) }], period: 900, stat: 'Sum',
      },
    },
  });
  expect(alarm(id)).toMatchObject({ Threshold: 1, EvaluationPeriods: periods, DatapointsToAlarm: datapoints, TreatMissingData: 'notBreaching' });
});

test('tagMoved, digestDiffers and upstreamRefusing take how many it has to be', () => {
  const [cache] = watchedCaches(stack, ['echo']);
  new CacheAlerting(stack, 'More', {
    caches: [cache],
    alarms: [CacheAlarm.tagMoved({ threshold: 2 }), CacheAlarm.digestDiffers({ threshold: 3 }), CacheAlarm.upstreamRefusing({ threshold: 4 })],
  });

  const thresholds = Object.entries(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'))
    .filter(([id]) => id.startsWith('More')).map(([, { Properties: { Threshold } }]) => Threshold);
  expect(thresholds.sort()).toEqual([2, 3, 4]);
});

test('upstreamRefusing makes a rule that logs what the upstream refused', () => {
  watchedCaches(stack, ['echo']);

  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    Description: 'Pulls from the pull-through cache echo that the upstream refused',
    State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    EventPattern: { detail: Match.objectLike({ responseElements: { failures: { failureCode: ['UpstreamAccessDenied', 'UpstreamTooManyRequests'] } } }) },
  });
});

test('pullsDenied makes a rule that logs the denied calls', () => {
  watchedCaches(stack, ['echo']);
  Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
    Description: 'Pulls from the pull-through cache echo that IAM denied',
    State: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
    EventPattern: Match.objectLike({ 'detail-type': ['AWS API Call via CloudTrail'] }),
    Targets: [Match.objectLike({ Arn: Match.anyValue() })],
  });
});

test('callsNearQuota fires at a share of either quota, in one minute of five', () => {
  new CacheAlerting(stack, 'Alarms', {
    caches: [imported()], alarms: [CacheAlarm.callsNearQuota({ callsPerSecond: 3000, layersPerSecond: 5000, share: 0.5 })],
  });

  const { expression, metrics } = read('CallsNearQuota');
  expect(expression).toBe('MAX([FILL(calls, 0) / (3000 * 60), FILL(layers, 0) / (5000 * 60)])');
  expect(Object.entries(metrics).map(([id, { name, dimensions, period, stat }]) => [id, name, dimensions.find(({ Name }: any) => Name === 'Resource').Value, period, stat])).toEqual([
    ['calls', 'CallCount', 'BatchGetImage', 60, 'Sum'], ['layers', 'CallCount', 'GetDownloadUrlForLayer', 60, 'Sum'],
  ]);
  expect(alarm('CallsNearQuota')).toMatchObject({
    Threshold: 0.5, ComparisonOperator: 'GreaterThanOrEqualToThreshold', EvaluationPeriods: 5, DatapointsToAlarm: 1, TreatMissingData: 'notBreaching',
  });
});

test('callsNearQuota takes 40 percent of the default quotas by itself', () => {
  new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [CacheAlarm.callsNearQuota()] });

  expect(alarm('CallsNearQuota').Threshold).toBe(0.4);
  expect(read('CallsNearQuota').expression).toBe('MAX([FILL(calls, 0) / (2000 * 60), FILL(layers, 0) / (3000 * 60)])');
});

test('callsNearQuota takes a quota that is known at deployment only', () => {
  const quota = new CfnParameter(stack, 'Quota', { type: 'Number' });
  new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [CacheAlarm.callsNearQuota({ callsPerSecond: quota.valueAsNumber })] });

  expect(read('CallsNearQuota').expression).toEqual({ 'Fn::Join': ['', ['MAX([FILL(calls, 0) / (', { Ref: 'Quota' }, ' * 60), FILL(layers, 0) / (3000 * 60)])']] });
});

test('eventsNotLogged fires for one failed delivery of the rule on failed imports, and stays for four hours', () => {
  const [echo] = watchedCaches(stack, ['echo']);

  expect(read('EventsNotLogged').metrics.events).toMatchObject({
    name: 'FailedInvocations', dimensions: [{ Name: 'RuleName', Value: stack.resolve(echo.metricFailedPulls().dimensions!.RuleName) }], period: 900,
  });
  expect(alarm('EventsNotLogged')).toMatchObject({ EvaluationPeriods: 16, DatapointsToAlarm: 1, TreatMissingData: 'notBreaching' });
});

test('every alarm is evaluated over no more than CloudWatch takes', () => {
  watchedCaches(stack, ['echo']);

  for (const { Properties: { Period, Metrics, EvaluationPeriods } } of Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'))) {
    const period = Period ?? Metrics.find(({ MetricStat }: any) => MetricStat).MetricStat.Period;
    expect(period * EvaluationPeriods).toBeLessThanOrEqual(period < 3600 ? 86_400 : 604_800);
  }
});

test('every alarm says what happened and what to do, in at most 1024 characters, and names the cache', () => {
  const [echo] = watchedCaches(stack, ['echo']);
  new CacheFindings(stack, 'Findings', { cache: echo, scanType: RegistryScanType.BASIC });
  new CacheIntegrity(stack, 'Integrity', { caches: [echo], watchPushes: true });
  const tried = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Tried', { repositoryPrefix: 'echo-hub', probeInterval: Duration.hours(6) });
  new CacheAlerting(stack, 'More', { caches: [echo], alarms: [CacheAlarm.imagesAtRisk(), CacheAlarm.imageArchived()] });
  new CacheAlerting(stack, 'Tries', { caches: [tried], alarms: [CacheAlarm.credentialInvalid()] });

  const alarms = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(resource => resource.Properties);
  const descriptions = alarms.map(({ AlarmDescription: description }) => typeof description === 'string'
    ? description : description['Fn::Join'][1].map((part: any) => typeof part === 'string' ? part : 'x'.repeat(60)).join(''));

  expect(descriptions).toHaveLength(allAlarms().length + 7);
  for (const description of descriptions) {
    expect(description.length).toBeLessThanOrEqual(1024);
    expect(description).toContain('the pull-through cache echo');
    expect(description).not.toMatch(/[{}]/);
  }
  for (const trouble of Object.values(Troubles)) {
    const steps = trouble.next.filter(step => !step.includes('{log}'));
    expect(descriptions.filter(description => steps.every(step => description.includes(step)))).not.toEqual([]);
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
  new CacheAlerting(stack, 'Alerting', { caches: [echo], alarms: [CacheAlarm.eventsNotLogged({ severity: AlarmSeverity.PAGE })], pageActions: [new SnsAction(topic)] });

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
  expect(read('HitRate').metrics.rate).toMatchObject({ dimensions: [{ Name: 'RepositoryPrefix', Value: 'k8s' }], period: 43200 });
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

describe('fails: options of an alarm', () => {
  test.each<[string, () => CacheAlarm, string]>([
    ['that there are not', () => CacheAlarm.probeFailing({ treshold: 2 } as any), "got the option 'treshold' of the alarm probeFailing, expected options with 'severity'"],
    ['with another severity', () => CacheAlarm.pullsDenied({ severity: 'page' as any }), "got the text 'page' as severity, expected one of TICKET, PAGE"],
    ['with an empty runbook', () => CacheAlarm.pullsDenied({ runbookUrl: '' }), "got the text '' as runbookUrl"],
    ['with a threshold of 0', () => CacheAlarm.pullsDenied({ threshold: 0 }), 'got the number 0 as threshold of the alarm pullsDenied, expected a whole number from 1 on'],
    ['with a part of a run', () => CacheAlarm.statisticsMissing({ missedRuns: 1.5 }), 'got the number 1.5 as missedRuns'],
    ['with a number for a period', () => CacheAlarm.callsNearQuota({ period: 60 as any }), 'got the number 60 as period, expected a Duration of aws-cdk'],
    ['with a period of 90 seconds', () => CacheAlarm.callsNearQuota({ period: Duration.seconds(90) }), 'got a period of 90 seconds for the alarm callsNearQuota, expected whole minutes'],
    ['with more datapoints than periods', () => CacheAlarm.callsNearQuota({ evaluationPeriods: 2, datapointsToAlarm: 3 }),
      'got 3 datapoints of 2 periods for the alarm callsNearQuota, expected no more datapoints than periods'],
    ['over more than a day', () => CacheAlarm.callsNearQuota({ period: Duration.minutes(30), evaluationPeriods: 49 }),
      'got 49 periods of 1800 seconds for the alarm callsNearQuota, expected at most 24 hours together'],
    ['over more than a week', () => CacheAlarm.callsNearQuota({ period: Duration.hours(24), evaluationPeriods: 8 }), 'expected at most 168 hours together'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('that CloudWatch would refuse for the interval of a run', () => {
    const cache = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', statisticsInterval: Duration.days(1) });

    expect(() => new CacheAlerting(stack, 'Alerting', { caches: [cache], alarms: [CacheAlarm.statisticsMissing({ missedRuns: 7 })] })).toThrow(
      'got 29 periods of 21600 seconds for the alarm statisticsMissing');
  });
});

test('fails: an empty list of actions, which would tell nobody', () => {
  const alerting = (more: object) => () => new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [CacheAlarm.callsNearQuota()], ...more });

  expect(alerting({ alarmActions: [] })).toThrow('got an empty list of alarmActions, expected at least one: leave alarmActions out to notify nobody, or what the scope says');
});

test('fails: a credential for caches that have none', () => {
  const [echo] = watchedCaches(stack, ['echo']);

  expect(() => new CacheAlerting(stack, 'Tries', { caches: [echo], alarms: [CacheAlarm.credentialInvalid()] })).toThrow(
    'got the alarm credentialInvalid for caches that have no credential, expected a cache whose upstream has one, with images in a CacheProbe: leave the alarm out');
});

test('names and a runbook are the same for all alarms of a construct', () => {
  const [echo] = watchedCaches(stack, ['team/echo']);
  new CacheAlerting(stack, 'Named', {
    caches: [echo],
    alarms: [CacheAlarm.probeFailing(), CacheAlarm.statisticsMissing({ runbookUrl: 'https://wiki.example/own' }), CacheAlarm.callsNearQuota()],
    pageActions: [PAGER],
    alarmNamePrefix: 'prod',
    runbookUrl: 'https://wiki.example/cache',
  });

  const template = Template.fromStack(stack);
  const all = Object.values({ ...template.findResources('AWS::CloudWatch::Alarm'), ...template.findResources('AWS::CloudWatch::CompositeAlarm') });
  const named = all.map(({ Properties }) => Properties).filter(({ AlarmName }) => AlarmName?.startsWith('prod-'));
  expect(named.map(({ AlarmName }) => AlarmName).sort()).toEqual([
    'prod-CallsNearQuota', 'prod-StatisticsMissing', 'prod-team-echo-Paging', 'prod-team-echo-ProbeFailing',
  ]);
  const runbooks = named.map(({ AlarmDescription }) => /Runbook: https:[/][/]wiki.example[/]([a-z]*)/.exec(JSON.stringify(AlarmDescription))?.[1]);
  expect(runbooks.sort()).toEqual(['cache', 'cache', 'cache', 'own']);
});

test('a page is made of the alarms that page, and others are tickets', () => {
  const [echo] = watchedCaches(stack, ['echo']);
  const { pagingAlarms } = new CacheAlerting(stack, 'Pages', { caches: [echo], alarms: [CacheAlarm.probeFailing(), CacheAlarm.storageAbove(Size.gibibytes(1))], pageActions: [PAGER] });

  const rule = JSON.stringify(stack.resolve(((pagingAlarms[0] as any).node.defaultChild).alarmRule));
  expect(rule).toContain('PagesechoProbeFailing');
  expect(rule).not.toContain('PagesechoStorage');
});

test('fails: page actions for a cache whose alarms do not page', () => {
  const statistics = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', statisticsInterval: Duration.days(1) });
  new CacheAlerting(stack, 'Alarms', { caches: [statistics], alarms: [CacheAlarm.storageAbove(Size.gibibytes(1))], pageActions: [PAGER] });

  expect(() => Template.fromStack(stack)).toThrow(
    "got page actions for the cache 'echo', none of whose alarms pages, expected an alarm of the severity PAGE: give one the severity AlarmSeverity.PAGE");
});

test('fails: page actions for a cache without an alarm', () => {
  expect(() => new CacheAlerting(stack, 'Alarms', { caches: [imported()], alarms: [], pageActions: [PAGER] })).toThrow(
    "got page actions for the cache 'echo', which has no alarm, expected an alarm that can fire: add alarms, or leave the page actions out");
});

describe('alerting on several caches', () => {
  function ids(prefixes: string[]): string[] {
    const one = newStack();
    const caches = prefixes.map(prefix => new PullThroughCache(one, prefix, {
      upstream: UpstreamRegistry.echo({ account: '123456789012' }), repositoryPrefix: prefix,
    }));
    new CacheAlerting(one, 'Alerting', { caches, alarms: [CacheAlarm.eventsNotLogged(), CacheAlarm.callsNearQuota()], pageActions: [PAGER] });
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
      pageActions: [PAGER],
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

    expect(read('HitRate').metrics.rate.dimensions).toEqual([{ Name: 'RepositoryPrefix', Value: { Ref: 'Prefix' } }]);
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
