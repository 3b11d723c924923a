import { readFileSync } from 'fs';
import { join } from 'path';
import { Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { newStack } from '../../app';
import { allAlarms, PAGER } from '../watched';
import { monthlyCost } from './template-cost';
import { CacheAlerting, CacheDashboard, CacheMonitoring, CacheProbe, CacheStatistics, LoggedEvents, PullThroughCache, UpstreamRegistry } from '../../../src';
import type { StandardMonitoringOptions } from '../../../src';
import { PRICES } from '../../../src/costs/prices';

const IMAGES = Array.from({ length: 10 }, (_, at) => `app-${at}:1`);

function standard(stack: Stack, options: StandardMonitoringOptions = {}): PullThroughCache {
  return new PullThroughCache(stack, 'Echo', {
    upstream: UpstreamRegistry.echo({ account: '123456789012' }), monitoring: CacheMonitoring.standard(options),
  });
}

function everything(stack: Stack): PullThroughCache {
  const echo = standard(stack, { loggedEvents: LoggedEvents.ALL_IMPORTS });
  new CacheStatistics(stack, 'Statistics', { caches: [echo] });
  probed(stack, echo);
  new CacheAlerting(stack, 'Alerting', { caches: [echo], alarms: allAlarms(), pageActions: [PAGER] });
  return echo;
}

function probed(stack: Stack, cache: PullThroughCache): void {
  new CacheProbe(stack, 'Probe', { images: IMAGES.map(image => cache.image(image)) });
}

/** The options in the table, each as a stack that has the cache with it. */
const OPTIONS: [string, (stack: Stack) => void][] = [
  ['no monitoring', stack => new PullThroughCache(stack, 'Echo', {
    upstream: UpstreamRegistry.echo({ account: '123456789012' }), monitoring: CacheMonitoring.none(),
  })],
  ['the default cache', stack => standard(stack)],
  ['with all imports logged', stack => standard(stack, { loggedEvents: LoggedEvents.ALL_IMPORTS })],
  ['with statistics once a day', stack => new CacheStatistics(stack, 'Statistics', { caches: [standard(stack)] })],
  ['with statistics every hour', stack => new CacheStatistics(stack, 'Statistics', { caches: [standard(stack)], interval: Duration.hours(1) })],
  ['with a probe of 10 images every 6 hours', stack => probed(stack, standard(stack))],
  ['with a dashboard', stack => new CacheDashboard(stack, 'Dashboard', { caches: [standard(stack)] })],
  ['everything: all of the above with daily statistics, all alarms, a page', stack => {
    new CacheDashboard(stack, 'Dashboard', { caches: [everything(stack)] });
  }],
];

function cost(build: (stack: Stack) => void, repositories: number): number {
  const stack = newStack();
  build(stack);
  return monthlyCost(Template.fromStack(stack).toJSON() as any, { repositories, importsPerRepository: 20, failedImports: 100 });
}

function usd(amount: number): string {
  return amount.toFixed(2);
}

test('the default cache costs less than half a dollar a month', () => {
  const [, build] = OPTIONS[1];

  expect(cost(build, 100)).toBeLessThan(0.5);
  expect(cost(build, 10_000)).toBeLessThan(0.5);
  expect(cost(build, 100)).toBeGreaterThan(0.1);
});

test('the guide has the costs of every option, as the templates give them', () => {
  const table = [
    '| option | 100 repositories | 10,000 repositories |',
    '|---|---:|---:|',
    ...OPTIONS.map(([name, build]) => `| ${name} | ${usd(cost(build, 100))} | ${usd(cost(build, 10_000))} |`),
  ].join('\n');

  expect(guide()).toContain(table);
});

test('the guide has the prices that were used, each with its page', () => {
  const table = [
    '| what | USD | page |',
    '|---|---:|---|',
    ...Object.values(PRICES).map(({ unit, price, page }) => `| ${unit} | ${price.toFixed(10).replace(/\.?0+$/, '')} | ${page} |`),
  ].join('\n');

  expect(guide()).toContain(table);
});

function guide(): string {
  return readFileSync(join(__dirname, '../../../docs/cost.md'), 'utf8');
}
