import { Duration, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { newStack } from '../app';
import { emittedMetrics } from './emitted-metrics';
import { watchedCaches } from './watched';
import { CacheMetrics, CacheMonitoring, CacheProbe, CacheStatistics, PullThroughCache, UpstreamRegistry } from '../../src';
import type { IPullThroughCache } from '../../src';

type Method = Extract<keyof IPullThroughCache, `metric${string}`>;

const BY_STATISTICS: Method[] = [
  'metricRepositories', 'metricUnseenRepositories', 'metricImages', 'metricStoredBytes', 'metricOldestImageAge', 'metricPulls',
  'metricImportedImages', 'metricHitRate',
];
const BY_PROBE: Method[] = ['metricProbedImages', 'metricProbeFailures', 'metricProbeLatency', 'metricProbeMovedTags'];
const BY_EVENTS: Method[] = ['metricFailedPulls', 'metricImports', 'metricDeniedPulls'];

/** As the method of `CacheMetrics` is called. */
function nameOf(method: Method): string {
  const name = method.slice('metric'.length);
  return name[0].toLowerCase() + name.slice(1);
}

function everything(stack = newStack()): PullThroughCache {
  return watchedCaches(stack, ['echo'])[0];
}

function nothing(): PullThroughCache {
  return new PullThroughCache(newStack(), 'Echo', {
    upstream: UpstreamRegistry.echo({ account: '123456789012' }), monitoring: CacheMonitoring.none(),
  });
}

test('every metric of the cache is one of these', () => {
  const methods = new Set<string>();
  for (let type = PullThroughCache.prototype; type; type = Object.getPrototypeOf(type)) {
    Object.getOwnPropertyNames(type).filter(name => name.startsWith('metric')).forEach(name => methods.add(name));
  }

  expect([...methods].sort()).toEqual([...BY_STATISTICS, ...BY_PROBE, ...BY_EVENTS].sort());
});

test.each([...BY_STATISTICS, ...BY_PROBE])('%s reads what the functions put', async method => {
  const metric = everything()[method]();

  expect(metric.namespace).toBe('PullThroughCache');
  expect(await emittedMetrics()).toContainEqual({
    namespace: metric.namespace, name: metric.metricName, dimensions: metric.dimensions,
  });
});

test('everything that the functions put is read by a method', async () => {
  const cache = everything();
  const read = [...BY_STATISTICS, ...BY_PROBE].map(method => cache[method]().metricName).sort();

  expect((await emittedMetrics()).map(({ name }) => name).sort()).toEqual(read);
});

test.each([...BY_STATISTICS, ...BY_PROBE])('%s is the maximum, so that a repeated run changes nothing', method => {
  expect(everything()[method]().statistic).toBe('Maximum');
});

test.each(BY_EVENTS)('%s counts the matches of a rule in five minutes', method => {
  const metric = everything()[method]();

  expect(metric).toMatchObject({ namespace: 'AWS/Events', metricName: 'TriggeredRules', statistic: 'Sum', period: Duration.minutes(5) });
  expect(Object.keys(metric.dimensions!)).toEqual(['RuleName']);
});

test('the three rules are different ones', () => {
  const stack = newStack();
  const cache = everything(stack);

  const names = BY_EVENTS.map(method => JSON.stringify(stack.resolve(cache[method]().dimensions)));

  expect(new Set(names).size).toBe(3);
});

test('the period is the time between two runs', () => {
  const stack = newStack();
  const cache = PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo');
  new CacheStatistics(stack, 'Statistics', { caches: [cache], interval: Duration.hours(6) });
  new CacheProbe(stack, 'Probe', { interval: Duration.minutes(30) }).addImages(cache, 'nginx:1.27');

  expect(cache.metricHitRate().period).toEqual(Duration.hours(6));
  expect(cache.metricProbeFailures().period).toEqual(Duration.minutes(30));
});

test('options are taken', () => {
  expect(everything().metricHitRate({ statistic: 'Minimum', label: 'hits' })).toMatchObject({ statistic: 'Minimum', label: 'hits' });
});

test('an L1 rule, an import and the cache have the same metrics', () => {
  const stack = newStack();
  const rule = new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'k8s', upstreamRegistryUrl: 'registry.k8s.io' });
  new CacheStatistics(stack, 'Statistics', { caches: [rule] });
  const imported = PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'k8s');

  expect(imported.metricHitRate().dimensions).toEqual({ RepositoryPrefix: 'k8s' });
  expect(CacheMetrics.fromRule(rule).hitRate().dimensions).toEqual({ RepositoryPrefix: 'k8s' });
});

test('an import in another stack of the same account and Region finds what is produced here', () => {
  const stack = newStack();
  everything(stack);
  const other = new Stack(stack.node.root as any, 'Other', { env: { account: stack.account, region: stack.region } });

  expect(PullThroughCache.fromRepositoryPrefix(other, 'Echo', 'echo').metricHitRate().metricName).toBe('HitRate');
});

test.each(BY_STATISTICS)('fails: %s without statistics', method => {
  expect(() => nothing()[method]()).toThrow(`got the metric ${nameOf(method)} of the cache 'echo', which nothing produces, expected a CacheStatistics that `
    + 'counts the cache: create a CacheStatistics with the cache first');
});

test.each(BY_PROBE)('fails: %s without a probe', method => {
  expect(() => nothing()[method]()).toThrow(`got the metric ${nameOf(method)} of the cache 'echo', which nothing produces, expected a CacheProbe that `
    + 'pulls images of the cache: create a CacheProbe and add images of the cache first');
});

test('fails: metrics of events without the monitoring that catches them', () => {
  const unproduced = (name: string) => `got the metric ${name} of the cache 'echo', which nothing produces, expected `;
  expect(() => nothing().metricFailedPulls()).toThrow(
    `${unproduced('failedPulls')}the monitoring that logs failed imports: use CacheMonitoring.standard()`);
  expect(() => nothing().metricImports()).toThrow(
    `${unproduced('imports')}the monitoring that logs all imports: use CacheMonitoring.standard({ loggedEvents: LoggedEvents.ALL_IMPORTS })`);
  expect(() => nothing().metricDeniedPulls()).toThrow(
    `${unproduced('deniedPulls')}the alarm on denied pulls: add CacheAlarm.pullsDenied() first`);
});

test('fails: metrics of a cache with the same prefix in another Region', () => {
  const stack = newStack();
  everything(stack);
  const other = new Stack(stack.node.root as any, 'Other', { env: { account: stack.account, region: 'us-east-2' } });

  expect(() => PullThroughCache.fromRepositoryPrefix(other, 'Echo', 'echo').metricHitRate()).toThrow('which nothing produces');
});

test.each([
  ['an env', undefined],
  ['an account', { region: 'eu-central-1' }],
  ['a Region', { account: '111122223333' }],
])('fails: metrics of a cache with the same prefix in another stack without %s', (_, env) => {
  const one = new Stack(undefined, 'One', { env });
  new CacheStatistics(one, 'Statistics', { caches: [PullThroughCache.fromRepositoryPrefix(one, 'Echo', 'echo')] });
  const other = new Stack(one.node.root as any, 'Other', { env });

  expect(() => PullThroughCache.fromRepositoryPrefix(other, 'Echo', 'echo').metricHitRate()).toThrow('which nothing produces');
});
