import { Duration, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { newStack } from '../app';
import { emittedMetrics } from './emitted-metrics';
import { watchedCaches } from './watched';
import { CacheMetrics, CacheMonitoring, CacheProbe, CacheStatistics, PullThroughCache, UpstreamRegistry } from '../../src';

type Method = Exclude<keyof CacheMetrics, 'watch' | 'rule'>;

const BY_STATISTICS: Method[] = [
  'repositories', 'unseenRepositories', 'images', 'storedBytes', 'oldestImageAge', 'pulls',
  'importedImages', 'hitRate', 'imagesAtRisk', 'unpulledBytes',
];
const BY_PROBE: Method[] = ['probedImages', 'probeFailures', 'probeLatency', 'probeMovedTags', 'probeDifferingDigests', 'probeArchivedImages'];
/** Of a cache whose upstream has a credential. */
const BY_CREDENTIAL: Method[] = ['invalidCredentials'];
const BY_EVENTS: Method[] = ['failedPulls', 'imports', 'deniedPulls', 'upstreamRefusals'];

function everything(stack = newStack()): PullThroughCache {
  return watchedCaches(stack, ['echo'])[0];
}

function nothing(): PullThroughCache {
  return new PullThroughCache(newStack(), 'Echo', {
    upstream: UpstreamRegistry.echo({ account: '123456789012' }), monitoring: CacheMonitoring.none(),
  });
}

test('every metric of the cache is one of these', () => {
  const methods = Object.getOwnPropertyNames(CacheMetrics.prototype).filter(name => !['constructor', 'counted', 'probed', 'own', 'needed', 'watch'].includes(name));

  expect(methods.sort()).toEqual([...BY_STATISTICS, ...BY_PROBE, ...BY_CREDENTIAL, ...BY_EVENTS].sort());
});

test('the metric of failed imports has its familiar name, and no other metric has', () => {
  const cache = everything();
  const names = new Set<string>();
  for (let type = PullThroughCache.prototype; type; type = Object.getPrototypeOf(type)) {
    Object.getOwnPropertyNames(type).filter(name => /^metric[A-Z]/.test(name)).forEach(name => names.add(name));
  }

  expect([...names]).toEqual(['metricFailedPulls']);
  expect(cache.metricFailedPulls({ label: 'failed' })).toEqual(cache.metrics.failedPulls({ label: 'failed' }));
});

test.each([...BY_STATISTICS, ...BY_PROBE])('%s reads what the functions put', async method => {
  const metric = everything().metrics[method]();

  expect(metric.namespace).toBe('PullThroughCache');
  expect(await emittedMetrics()).toContainEqual({
    namespace: metric.namespace, name: metric.metricName, dimensions: metric.dimensions,
  });
});

test('everything that the functions put is read by a method', async () => {
  const cache = everything();
  const read = [...BY_STATISTICS, ...BY_PROBE].map(method => cache.metrics[method]().metricName).sort();

  // what the probe pulled is for the statistics alone
  expect((await emittedMetrics()).map(({ name }) => name).filter(name => name !== 'ProbePulls').sort()).toEqual(read);
});

test.each([...BY_STATISTICS, ...BY_PROBE])('%s is the maximum, so that a repeated run changes nothing', method => {
  expect(everything().metrics[method]().statistic).toBe('Maximum');
});

test.each(BY_EVENTS)('%s counts the matches of a rule in five minutes', method => {
  const metric = everything().metrics[method]();

  expect(metric).toMatchObject({ namespace: 'AWS/Events', metricName: 'TriggeredRules', statistic: 'Sum', period: Duration.minutes(5) });
  expect(Object.keys(metric.dimensions!)).toEqual(['RuleName']);
});

test('the rules are different ones', () => {
  const stack = newStack();
  const cache = everything(stack);

  const names = BY_EVENTS.map(method => JSON.stringify(stack.resolve(cache.metrics[method]().dimensions)));

  expect(new Set(names).size).toBe(BY_EVENTS.length);
});

test('the period is the time between two runs', () => {
  const stack = newStack();
  const cache = PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo');
  new CacheStatistics(stack, 'Statistics', { caches: [cache], interval: Duration.hours(6) });
  new CacheProbe(stack, 'Probe', { interval: Duration.minutes(30), images: [cache.image('nginx:1.27')] });

  expect(cache.metrics.hitRate().period.toHours()).toBe(6);
  expect(cache.metrics.probeFailures().period.toMinutes()).toBe(30);
});

test('options are taken', () => {
  expect(everything().metrics.hitRate({ statistic: 'Minimum', label: 'hits' })).toMatchObject({ statistic: 'Minimum', label: 'hits' });
});

test('an L1 rule, an import and the cache have the same metrics', () => {
  const stack = newStack();
  const rule = new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'k8s', upstreamRegistryUrl: 'registry.k8s.io' });
  new CacheStatistics(stack, 'Statistics', { caches: [rule] });
  const imported = PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'k8s');

  expect(imported.metrics.hitRate().dimensions).toEqual({ RepositoryPrefix: 'k8s' });
  expect(CacheMetrics.fromRule(rule).hitRate().dimensions).toEqual({ RepositoryPrefix: 'k8s' });
});

test('an import in another stack of the same account and Region finds what is produced here', () => {
  const stack = newStack();
  everything(stack);
  const other = new Stack(stack.node.root as any, 'Other', { env: { account: stack.account, region: stack.region } });

  expect(PullThroughCache.fromRepositoryPrefix(other, 'Echo', 'echo').metrics.hitRate().metricName).toBe('HitRate');
});

test.each(BY_STATISTICS)('fails: %s without statistics', method => {
  expect(() => nothing().metrics[method]()).toThrow(`got the metric ${method} of the cache 'echo', which nothing known here emits, expected a CacheStatistics that `
    + "counts the cache: create a CacheStatistics with the cache first, or name statisticsInterval in an import's attributes");
});

test.each(BY_PROBE)('fails: %s without a probe', method => {
  expect(() => nothing().metrics[method]()).toThrow(`got the metric ${method} of the cache 'echo', which nothing known here emits, expected a CacheProbe that `
    + "pulls images of the cache: create a CacheProbe with images of the cache first, or name probeInterval in an import's attributes");
});

test('fails: metrics of events without the monitoring that catches them', () => {
  const unproduced = (name: string) => `got the metric ${name} of the cache 'echo', which nothing known here emits, expected `;
  expect(() => nothing().metrics.failedPulls()).toThrow(
    `${unproduced('failedPulls')}the monitoring that logs failed imports: use CacheMonitoring.standard(), or name failedPullsRule in an import's attributes`);
  expect(() => nothing().metrics.imports()).toThrow(
    `${unproduced('imports')}the monitoring that logs all imports: log them with LoggedEvents.ALL_IMPORTS, or name importsRule in an import's attributes`);
  expect(() => nothing().metrics.deniedPulls()).toThrow(
    `${unproduced('deniedPulls')}the alarm on denied pulls: add CacheAlarm.pullsDenied() first, or name deniedPullsRule in an import's attributes`);
});

test('fails: metrics of a cache with the same prefix in another Region', () => {
  const stack = newStack();
  everything(stack);
  const other = new Stack(stack.node.root as any, 'Other', { env: { account: stack.account, region: 'us-east-2' } });

  expect(() => PullThroughCache.fromRepositoryPrefix(other, 'Echo', 'echo').metrics.hitRate()).toThrow('which nothing known here emits');
});

test.each([
  ['an env', undefined],
  ['an account', { region: 'eu-central-1' }],
  ['a Region', { account: '111122223333' }],
])('fails: metrics of a cache with the same prefix in another stack without %s', (_, env) => {
  const one = new Stack(undefined, 'One', { env });
  new CacheStatistics(one, 'Statistics', { caches: [PullThroughCache.fromRepositoryPrefix(one, 'Echo', 'echo')] });
  const other = new Stack(one.node.root as any, 'Other', { env });

  expect(() => PullThroughCache.fromRepositoryPrefix(other, 'Echo', 'echo').metrics.hitRate()).toThrow('which nothing known here emits');
});
