import { CfnParameter, Duration } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import * as logs from 'aws-cdk-lib/aws-logs';
import {
  CacheAlarm, CacheAlerting, CacheDashboard, CacheMetrics, CacheProbe, CacheQueries, CacheStatistics, PullThroughCache,
} from '../../src';
import type { CacheMetricProducers, IPullThroughCache } from '../../src';
import { ECHO, newStack } from '../app';
import { allAlarms, PAGER } from './watched';

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

const rule = (name: string) => events.Rule.fromEventRuleArn(stack, name, `arn:aws:events:eu-central-1:111122223333:rule/${name}`);
const log = (name: string) => logs.LogGroup.fromLogGroupName(stack, name, name);

/** What an import can name, all of it. */
function allProducers(): Required<CacheMetricProducers> {
  return {
    failedPullsRule: rule('failed'),
    failedPullsAlarm: cloudwatch.Alarm.fromAlarmArn(stack, 'Alarm', 'arn:aws:cloudwatch:eu-central-1:111122223333:alarm:failed-pulls'),
    importsRule: rule('imports'),
    deniedPullsRule: rule('denied'),
    upstreamRefusalsRule: rule('refusals'),
    eventLogGroup: log('events'),
    statisticsInterval: Duration.hours(6),
    statisticsLogGroup: log('counts'),
    probeInterval: Duration.minutes(30),
    probeLogGroup: log('probes'),
  };
}

function importOf(producers: CacheMetricProducers, id = 'Echo'): IPullThroughCache {
  return PullThroughCache.fromPullThroughCacheAttributes(stack, id, { repositoryPrefix: 'echo', ...producers });
}

function resourcesOf(type: string): any[] {
  return Object.values(Template.fromStack(stack).findResources(type)).map(({ Properties }) => Properties);
}

test('an import that names its producers has every metric', () => {
  const { metrics } = importOf(allProducers());

  expect([metrics.failedPulls(), metrics.imports(), metrics.deniedPulls()].map(({ dimensions }) => dimensions))
    .toEqual([{ RuleName: 'failed' }, { RuleName: 'imports' }, { RuleName: 'denied' }]);
  expect([metrics.hitRate().period.toHours(), metrics.probeFailures().period.toMinutes()]).toEqual([6, 30]);
});

test('an L1 rule whose producers are named has their metrics', () => {
  const l1 = new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'k8s', upstreamRegistryUrl: 'registry.k8s.io' });

  expect(CacheMetrics.fromRule(l1, { failedPullsRule: rule('failed') }).failedPulls().dimensions).toEqual({ RuleName: 'failed' });
  expect(CacheMetrics.fromRule(l1).failedPulls().dimensions).toEqual({ RuleName: 'failed' });
});

test('every alarm can be made for an import that names its producers, and makes no rule of its own', () => {
  new CacheAlerting(stack, 'Alerting', { caches: [importOf(allProducers())], alarms: allAlarms(), pageActions: [PAGER] });

  expect(resourcesOf('AWS::CloudWatch::Alarm')).toHaveLength(allAlarms().length);
  expect(resourcesOf('AWS::Events::Rule')).toEqual([]);
  expect(JSON.stringify(resourcesOf('AWS::CloudWatch::CompositeAlarm'))).toContain('alarm:failed-pulls');
  expect(resourcesOf('AWS::CloudWatch::Alarm').map(({ AlarmDescription }) => AlarmDescription).join()).toContain('the log probes for the image');
});

test('an alarm on denied pulls logs them where the import says that events are logged', () => {
  new CacheAlerting(stack, 'Alerting', { caches: [importOf({ eventLogGroup: log('events') })], alarms: [CacheAlarm.pullsDenied()] });

  const [denied] = resourcesOf('AWS::Events::Rule');
  expect(JSON.stringify(denied.Targets)).toContain(':log-group:events"');
});

test('an alarm names no log when an import names none', () => {
  new CacheAlerting(stack, 'Alerting', { caches: [importOf({ statisticsInterval: Duration.days(1) })], alarms: [CacheAlarm.hitRateBelow(0.5)] });

  expect(resourcesOf('AWS::CloudWatch::Alarm')[0].AlarmDescription).not.toContain('log');
});

test('a dashboard and queries show what an import names, and no table of a log that it does not', () => {
  const cache = importOf({ failedPullsRule: rule('failed'), statisticsInterval: Duration.days(1), probeInterval: Duration.days(1), eventLogGroup: log('events') });
  new CacheDashboard(stack, 'Dashboard', { caches: [cache] });
  new CacheQueries(stack, 'Queries', { caches: [cache], folder: 'caches' });

  const text = JSON.stringify(resourcesOf('AWS::CloudWatch::Dashboard'));
  ['Pulls and imports', 'Hit rate (estimated)', 'Imports that failed', 'Probe', 'Failed imports, latest first'].forEach(title => expect(text).toContain(title));
  ['Images the probe could not pull', 'Storage by repository', 'What is cached'].forEach(title => expect(text).not.toContain(title));
  expect(resourcesOf('AWS::Logs::QueryDefinition').map(({ Name }) => Name)).toEqual(['caches/Failures by code']);
});

test('an import says nothing against what is made here under the same name, or known at deployment only', () => {
  importOf({ failedPullsRule: rule('failed'), statisticsInterval: Duration.hours(24) });
  importOf({ statisticsInterval: Duration.days(1) }, 'Again');
  new PullThroughCache(stack, 'Made', { upstream: ECHO });
  const named = logs.LogGroup.fromLogGroupName(stack, 'Log', new CfnParameter(stack, 'Name').valueAsString);

  expect(() => importOf({ failedPullsRule: rule('other'), eventLogGroup: named }, 'Third')).not.toThrow();
});

test('fails: two imports of a cache that name different rules', () => {
  importOf({ failedPullsRule: rule('failed') });

  expect(() => importOf({ failedPullsRule: rule('other') }, 'Again')).toThrow(
    "got failedPullsRule 'other' for the cache 'echo', of which 'failed' is known, expected one producer of a metric: leave failedPullsRule out, or "
    + 'name the same everywhere in this app [at Stack/Again]');
});

test('fails: another interval than that of the statistics in this app', () => {
  new CacheStatistics(stack, 'Statistics', { caches: [importOf({})] });

  expect(() => importOf({ statisticsInterval: Duration.hours(1) }, 'Again')).toThrow(
    "got statisticsInterval '3600 seconds' for the cache 'echo', of which '86400 seconds' is known");
});

test.each(['statistics', 'probe'])('fails: the log of the %s without their interval', name => {
  expect(() => importOf({ [`${name}LogGroup`]: log('lines') })).toThrow(
    `got ${name}LogGroup without ${name}Interval for the cache 'echo', expected the interval too, by which metrics and alarms read what the function `
    + `puts: pass ${name}Interval`);
});

test('fails: statistics and a probe of a cache for which an import names others', () => {
  const cache = importOf(allProducers());

  expect(() => new CacheStatistics(stack, 'Statistics', { caches: [cache] })).toThrow("got the cache 'echo' a second time (by Stack/Echo it is counted)");
  expect(() => new CacheProbe(stack, 'Probe', { images: [cache.image('nginx:1')] })).toThrow("got the cache 'echo' for a second probe (by Stack/Echo it has one)");
});
