import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { newStack } from '../app';
import { watchedCaches } from './watched';
import { CacheEventLog, CacheMonitoring, CacheStatistics, LoggedEvents, PullThroughCache, UpstreamRegistry } from '../../src';

function typesWith(monitoring: (stack: Stack) => CacheMonitoring): { [type: string]: number } {
  const stack = newStack();
  new PullThroughCache(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: '123456789012' }), monitoring: monitoring(stack) });
  const types: { [type: string]: number } = {};
  for (const { Type } of Object.values<any>(Template.fromStack(stack).toJSON().Resources)) {
    types[Type] = (types[Type] ?? 0) + 1;
  }
  return types;
}

const CACHE = { 'AWS::IAM::Role': 1, 'AWS::ECR::PullThroughCacheRule': 1, 'AWS::ECR::RepositoryCreationTemplate': 1 };

test('none makes nothing', () => {
  expect(typesWith(() => CacheMonitoring.none())).toEqual(CACHE);
});

test('logged makes a log of failures and no alarm', () => {
  expect(typesWith(() => CacheMonitoring.logged())).toEqual({ ...CACHE, 'AWS::Logs::LogGroup': 1, 'AWS::Events::Rule': 1 });
});

test('all imports are logged by one more rule, so that each is in the log once', () => {
  expect(typesWith(() => CacheMonitoring.logged({ loggedEvents: LoggedEvents.ALL_IMPORTS })))
    .toEqual({ ...CACHE, 'AWS::Logs::LogGroup': 1, 'AWS::Events::Rule': 2 });
});

test('standard adds the alarm', () => {
  expect(typesWith(() => CacheMonitoring.standard()))
    .toEqual({ ...CACHE, 'AWS::Logs::LogGroup': 1, 'AWS::Events::Rule': 1, 'AWS::CloudWatch::Alarm': 1 });
});

test('a shared log is not made again', () => {
  expect(typesWith(stack => CacheMonitoring.standard({ eventLog: new CacheEventLog(stack, 'Log') })))
    .toEqual({ ...CACHE, 'AWS::Logs::LogGroup': 1, 'AWS::Events::Rule': 1, 'AWS::CloudWatch::Alarm': 1 });
});

test('statistics and probe count and pull the cache', () => {
  const stack = newStack();
  const [cache] = watchedCaches(stack, ['echo']);

  expect(cache.metrics.hitRate().metricName).toBe('HitRate');
  expect(cache.metrics.probeFailures().metricName).toBe('ProbeFailures');
});

describe('fifty caches with everything on', () => {
  const prefixes = Array.from({ length: 50 }, (_, at) => `team-${at}`);

  /** CloudFormation User Guide, "Understand CloudFormation quotas": resources and bytes of a template. */
  const RESOURCES = 500;
  const BYTES = 1024 * 1024;

  function sizeOf(stack: Stack): { resources: number; bytes: number } {
    const template = Template.fromStack(stack).toJSON();
    return { resources: Object.keys(template.Resources).length, bytes: JSON.stringify(template, undefined, 1).length };
  }

  test('are too many for one stack', () => {
    const stack = newStack();
    watchedCaches(stack, prefixes);

    expect(() => sizeOf(stack)).toThrow("Number of resources in stack 'Stack': 922 is greater than allowed maximum of 500");
  });

  test('fit into two stacks of 25', () => {
    for (const half of [prefixes.slice(0, 25), prefixes.slice(25)]) {
      const stack = newStack();
      watchedCaches(stack, half);

      const { resources, bytes } = sizeOf(stack);
      expect(resources).toBeLessThanOrEqual(RESOURCES);
      expect(bytes).toBeLessThan(BYTES);
    }
  });

  test('fit into one stack with standard monitoring, a shared log and statistics', () => {
    const stack = newStack();
    const eventLog = new CacheEventLog(stack, 'Log');
    new CacheStatistics(stack, 'Statistics', {
      caches: prefixes.map(repositoryPrefix => new PullThroughCache(stack, repositoryPrefix, {
        upstream: UpstreamRegistry.echo({ account: '123456789012' }),
        repositoryPrefix,
        monitoring: CacheMonitoring.standard({ eventLog }),
      })),
    });

    expect(sizeOf(stack).resources).toBeLessThanOrEqual(RESOURCES);
  });
});
