import { App, Duration, Stage, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as logs from 'aws-cdk-lib/aws-logs';
import { PAGER } from './watched';
import {
  CacheAlarm, CacheAlerting, CacheDashboard, CacheEventLog, CacheMonitoring, CacheProbe, CacheQueries, CacheStatistics, PullThroughCache,
} from '../../src';
import type { IPullThroughCache, PullThroughCacheAttributes } from '../../src';
import { agnosticStack, ECHO, ENV, newStack, warningsOf } from '../app';

const FAR = { account: ENV.account, region: 'us-east-1' };
const OTHER_ACCOUNT = { account: '444455556666', region: ENV.region };

let app: App;
let home: Stack;

beforeEach(() => {
  app = new App();
  home = newStack(app, 'Home');
});

function importInto(stack: Stack, attributes: Partial<PullThroughCacheAttributes> = {}): IPullThroughCache {
  return PullThroughCache.fromPullThroughCacheAttributes(stack, 'Import', { repositoryPrefix: 'echo', ...ENV, ...attributes });
}

/** What an import in a stack can name of the cache's producers. */
function named(stack: Stack): Partial<PullThroughCacheAttributes> {
  return {
    failedPullsRule: events.Rule.fromEventRuleArn(stack, 'Failed', 'arn:aws:events:eu-central-1:111122223333:rule/failed'),
    eventLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Events', 'events'),
  };
}

/** Everything that could not be referred to from elsewhere. */
function watchedCache(stack: Stack): PullThroughCache {
  const cache = new PullThroughCache(stack, 'Echo', { upstream: ECHO });
  new CacheStatistics(stack, 'Statistics', { caches: [cache] });
  new CacheProbe(stack, 'Probe', { images: [cache.image('nginx:1.27')] });
  return cache;
}

function widgetsOf(stack: Stack): any[] {
  const written = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'))[0].Properties.DashboardBody;
  return JSON.parse(written['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : 'reference').join('')).widgets;
}

function body(stack: Stack): string {
  return JSON.stringify(Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'))[0].Properties.DashboardBody).replaceAll('\\', '');
}

/** A stack of each kind from which no rule or log of the cache's stack can be referred to. */
const ELSEWHERE: [string, () => Stack][] = [
  ['another Region', () => newStack(app, 'There', FAR)],
  ['another account', () => newStack(app, 'There', OTHER_ACCOUNT)],
  ['a stack without an env', () => agnosticStack(app, 'There')],
  ['another Stage', () => new Stack(new Stage(app, 'Stage'), 'There', { env: ENV })],
];

test.each(['probeFailures', 'hitRate', 'failedPulls'] as const)('an alarm in another Region on the metric %s of an import is refused by aws-cdk', method => {
  const there = newStack(app, 'There', FAR);
  const { metrics } = importInto(there, { ...named(there), probeInterval: Duration.hours(1), statisticsInterval: Duration.days(1) });

  expect(() => metrics[method]().createAlarm(there, 'Alarm', { threshold: 1, evaluationPeriods: 1 })).toThrow(/Cannot create an Alarm in region 'us-east-1'/);
});

test('metrics and logs on a dashboard in another Region and account are those of the cache', () => {
  const there = newStack(app, 'There', { account: OTHER_ACCOUNT.account, region: FAR.region });
  new CacheDashboard(there, 'Dashboard', {
    caches: [importInto(there, { ...named(there), statisticsInterval: Duration.days(1), statisticsLogGroup: logs.LogGroup.fromLogGroupName(there, 'L', 'counts') })],
  });

  const widgets = widgetsOf(there);
  const figures = widgets.flatMap(({ properties }) => properties.metrics ?? []).map((metric: any[]) => metric.at(-1));
  const computed = figures.filter(({ expression }: any) => expression !== undefined);
  expect(computed).toHaveLength(5);
  const read = figures.filter(({ expression }: any) => expression === undefined);
  expect(read).toHaveLength(figures.length - 5);
  read.forEach(figure => expect(figure).toMatchObject({ region: ENV.region, accountId: ENV.account }));
  const tables = widgets.filter(({ type }) => type === 'log').map(({ properties }) => properties);
  expect(tables).toHaveLength(3);
  tables.forEach(table => expect(table).toMatchObject({ region: ENV.region, accountId: ENV.account }));
});

test('a dashboard in the account and Region of the cache names neither', () => {
  const there = newStack(app, 'There');
  new CacheDashboard(there, 'Dashboard', { caches: [watchedCache(home)] });

  expect(body(there)).not.toContain('accountId');
  expect(body(there)).not.toContain(`"region":"${ENV.region}"`);
});

test.each(ELSEWHERE)('a dashboard in %s shows what it can of a cache, and warns of the rest', (_, place) => {
  const there = place();
  new CacheDashboard(there, 'Dashboard', { caches: [watchedCache(home)] });

  const text = body(there);
  expect(text).toContain('Hit rate (estimated)');
  expect(text).not.toContain('Imports that failed');
  expect(text).not.toContain('SOURCE');
  expect(warningsOf(there)).toEqual([
    expect.stringMatching(/Dashboard notOnDashboard: the dashboard doesn't show all of the cache 'echo', since the names of Home\/Echo\/Monitoring\/FailedPulls, .* failedPullsRule, eventLogGroup, statisticsLogGroup, probeLogGroup[.]$/),
  ]);
});

test.each(ELSEWHERE)('a dashboard in %s shows what an import of the cache names, without a warning', (_, place) => {
  const there = place();
  new PullThroughCache(home, 'Echo', { upstream: ECHO });
  new CacheDashboard(there, 'Dashboard', { caches: [importInto(there, named(there))] });

  expect(body(there)).toContain('"RuleName","failed"');
  expect(body(there)).toContain("SOURCE 'events'");
  expect(warningsOf(there)).toEqual([]);
});

test('what an import names wins for it, also when the app makes the cache later, and the cache keeps its own', () => {
  const cache = importInto(home, named(home));
  const made = new PullThroughCache(home, 'Echo', { upstream: ECHO });

  expect(cache.metrics.failedPulls().dimensions).toEqual({ RuleName: 'failed' });
  expect(home.resolve(made.metrics.failedPulls().dimensions)).toEqual({ RuleName: { Ref: expect.stringMatching(/^EchoMonitoringFailedPulls/) } });
});

test.each(ELSEWHERE)('fails: the metric of failed imports of a cache in the template of %s', (_, place) => {
  const there = place();
  const metric = new PullThroughCache(home, 'Echo', { upstream: ECHO }).metrics.failedPulls();
  new cloudwatch.Dashboard(there, 'Own', { widgets: [[new cloudwatch.GraphWidget({ left: [metric] })]] });

  expect(() => Template.fromStack(there)).toThrow(
    /got the EventBridge rule Home\/Echo\/Monitoring\/FailedPulls, which is in another Stage, account or Region, or may be, expected one whose name is known before deployment.*name failedPullsRule in the attributes/);
});

test.each([ELSEWHERE[2], ELSEWHERE[3]])('fails: alarms and queries in %s on rules and logs of the cache', (_, place) => {
  const there = place();
  new PullThroughCache(home, 'Echo', { upstream: ECHO });
  const cache = importInto(there);

  expect(() => new CacheAlerting(there, 'A', { caches: [cache], alarms: [CacheAlarm.eventsNotLogged()] })).toThrow(
    'got the EventBridge rule Home/Echo/Monitoring/FailedPulls, which is in another Stage');
  expect(() => new CacheAlerting(there, 'B', { caches: [cache], alarms: [CacheAlarm.pullsDenied()] })).toThrow(
    'got the log group Home/Echo/Monitoring/EventLog, which is in another Stage');
  new CacheQueries(there, 'Queries', { caches: [cache] });
  expect(() => Template.fromStack(there)).toThrow('name eventLogGroup in the attributes by its name');
});

test.each([ELSEWHERE[2], ELSEWHERE[3]])('fails: a page in %s for the alarm of a cache', (_, place) => {
  const there = place();
  new PullThroughCache(home, 'Echo', { upstream: ECHO });
  new CacheAlerting(there, 'Alerting', { caches: [importInto(there)], alarms: [], pageActions: [PAGER] });

  expect(() => Template.fromStack(there)).toThrow('got the alarm Home/Echo/Monitoring/FailedPullsAlarm, which is in another Stage');
});

test.each([ELSEWHERE[2], ELSEWHERE[3]])('alarms and queries in %s read what an import names', (_, place) => {
  const there = place();
  new PullThroughCache(home, 'Echo', { upstream: ECHO });
  const cache = importInto(there, named(there));
  new CacheAlerting(there, 'A', { caches: [cache], alarms: [CacheAlarm.eventsNotLogged(), CacheAlarm.pullsDenied()] });
  new CacheQueries(there, 'Queries', { caches: [cache] });

  const template = Template.fromStack(there);
  expect(JSON.stringify(template.findResources('AWS::CloudWatch::Alarm'))).toContain('"Value":"failed"');
  template.hasResourceProperties('AWS::Logs::QueryDefinition', { LogGroupNames: ['events'] });
});

test.each([ELSEWHERE[2], ELSEWHERE[3]])('fails: a cache in %s that logs into an event log from here', (_, place) => {
  const eventLog = new CacheEventLog(home, 'EventLog');
  expect(() => new PullThroughCache(place(), 'Echo', { upstream: ECHO, monitoring: CacheMonitoring.logged({ eventLog }) })).toThrow(
    'for this event log, expected rules of its own Stage, account and Region: make a CacheEventLog in each Stage, account and Region');
});

test('a rule with a name of its own is shown in another Region', () => {
  const there = newStack(app, 'There', FAR);
  const failedPullsRule = new events.Rule(home, 'Named', { ruleName: 'named', eventPattern: { source: ['aws.ecr'] } });
  new CacheDashboard(there, 'Dashboard', { caches: [importInto(there, { failedPullsRule })] });

  expect(body(there)).toContain('"RuleName","named"');
  expect(warningsOf(there)).toEqual([]);
});

test('an alarm in another stack of the account and Region may refer to the rule of the cache', () => {
  const there = newStack(app, 'There');
  new CacheAlerting(there, 'Alerting', { caches: [new PullThroughCache(home, 'Echo', { upstream: ECHO })], alarms: [CacheAlarm.eventsNotLogged()] });

  Template.fromStack(there).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Metrics: Match.arrayWith([Match.objectLike({
      MetricStat: Match.objectLike({
        Metric: Match.objectLike({
          Dimensions: [{ Name: 'RuleName', Value: { 'Fn::ImportValue': Match.anyValue() } }],
        }),
      }),
    })]),
  });
});
