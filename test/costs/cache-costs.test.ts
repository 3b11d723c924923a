import { App, CfnParameter, Lazy, Size, Stack, Stage } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as kms from 'aws-cdk-lib/aws-kms';
import {
  CacheCosts, CacheDashboard, CacheMonitoring, CacheStatistics, CacheVpcAccess, EndpointPolicies, PullThroughCache, RegistryScanning,
  RegistryScanType, UpstreamRegistry, UpstreamSecret,
} from '../../src';
import { ECHO } from '../app';
import { watchedCaches } from '../monitoring/watched';

const ENV = { account: '111122223333', region: 'eu-central-1' };

function stackIn(app: App, id = 'Stack', env = ENV): Stack {
  return new Stack(app, id, { env });
}

function newApp(): App {
  return new App({ analyticsReporting: false });
}

function silent(stack: Stack, repositoryPrefix = 'echo'): PullThroughCache {
  return new PullThroughCache(stack, repositoryPrefix, { upstream: ECHO, repositoryPrefix, monitoring: CacheMonitoring.none() });
}

/** The rows of a report without what is empty in them. */
function rowsOf(scope: App | Stack | PullThroughCache): string[] {
  return CacheCosts.of(scope).renderReport().split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| of ')).map(line => line.replace(/ +/g, ' '));
}

describe('what the template tells', () => {
  test('is the alarm of the default cache', () => {
    const stack = stackIn(newApp());
    new PullThroughCache(stack, 'Echo', { upstream: ECHO });

    expect(rowsOf(stack)).toEqual([
      '| cache echo | events in logs | | | 0.00 |',
      '| cache echo | metrics that alarms read | 1 | 0.10 | |',
      '| **all** | | | **0.10** | **0.00** |',
    ]);
  });

  test('is nothing of a cache that nobody watches', () => {
    const stack = stackIn(newApp());
    silent(stack);

    expect(CacheCosts.of(stack).monthlyUsd).toBe(0);
  });

  test('is by cache, and what all share by registry', () => {
    const app = newApp();
    const stack = stackIn(app);
    new CacheDashboard(stack, 'Dashboard', { caches: watchedCaches(stack, ['echo', 'hub']) });
    app.synth();

    const rows = rowsOf(app);
    const of = (owner: string) => rows.filter(row => row.startsWith(`| ${owner} |`)).map(row => row.split(' | ')[1]);
    expect(of('cache echo')).toEqual(['events in logs', 'metrics that alarms read', 'custom metrics', 'composite alarms']);
    expect(of('cache hub')).toEqual(of('cache echo'));
    expect(of('the registry')).toEqual([
      'runs of the statistics', 'repositories that the statistics look into', 'runs of the probe', 'metrics that alarms read', 'dashboards',
    ]);
  });

  test('takes no alarms, keys and functions of the user', () => {
    const stack = stackIn(newApp());
    const cache = silent(stack);
    new CacheStatistics(stack, 'Statistics', { caches: [cache] });
    const before = CacheCosts.of(stack).monthlyUsd;
    new kms.Key(stack, 'Key');
    new cloudwatch.Alarm(stack, 'Alarm', { metric: cache.metrics.hitRate(), threshold: 1, evaluationPeriods: 1 });

    expect(CacheCosts.of(stack).monthlyUsd).toBe(before);
    expect(before).toBeGreaterThan(0);
  });

  test('has a key and a secret once, however many caches name them', () => {
    const stack = stackIn(newApp());
    const encryptionKey = new kms.Key(stack, 'Key');
    const { credential } = new UpstreamSecret(stack, 'Login');
    for (const repositoryPrefix of ['one', 'two']) {
      new PullThroughCache(stack, repositoryPrefix, {
        upstream: UpstreamRegistry.dockerHub(credential), repositoryPrefix, repositoryTemplate: { encryptionKey }, monitoring: CacheMonitoring.none(),
      });
    }

    expect(rowsOf(stack)).toEqual([
      '| the registry | customer managed keys that are named | 1 | 1.00 | |',
      '| the registry | secrets of upstreams | 1 | 0.40 | |',
      '| **all** | | | **1.40** | **0.00** |',
    ]);
  });

  test('has the endpoints by Availability Zone, without the free one of S3', () => {
    const stack = stackIn(newApp());
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    new CacheVpcAccess(stack, 'Access', { vpc, endpointPolicies: EndpointPolicies.fullAccess() });

    expect(rowsOf(stack)).toEqual(['| the registry | endpoints in Availability Zones | 4 | 29.20 | |', '| **all** | | | **29.20** | **0.00** |']);
  });
});

describe('what depends on usage', () => {
  test('is said by the nearest scope, option by option', () => {
    const app = newApp();
    const stack = stackIn(app);
    const [echo] = [silent(stack), silent(stack, 'hub')];
    CacheCosts.of(app).set({ storage: Size.gibibytes(100) });
    CacheCosts.of(echo).set({ storage: Size.mebibytes(512) });
    CacheCosts.of(echo).set({ repositories: 7 });

    expect(rowsOf(app)).toEqual([
      '| cache echo | storage of 0.5 GB | | | 0.05 |',
      '| cache hub | storage of 100 GB | | | 10.00 |',
      '| **all** | | | **0.00** | **10.05** |',
    ]);
  });

  test('is left out, and named, when nobody says anything', () => {
    const stack = stackIn(newApp());
    const cache = silent(stack);
    new CacheDashboard(stack, 'Dashboard', { caches: [cache] });
    new RegistryScanning(stack, 'Scanning', { scanType: RegistryScanType.ENHANCED }).scanOnPush(cache);

    expect(CacheCosts.of(stack).renderReport()).toContain([
      'Left out, since nobody said how much:',
      '',
      '- storage of the cache echo: 0.10 for each GB',
      '- enhanced scanning: 0.09 for the first scan of each image, and a price for each time that it is scanned again',
      '- queries of logs, those of the dashboard too: 0.005 for each GB that they read',
    ].join('\n'));
  });

  test('has scans and queries when they are said', () => {
    const stack = stackIn(newApp());
    const cache = silent(stack);
    new CacheDashboard(stack, 'Dashboard', { caches: [cache] });
    new RegistryScanning(stack, 'Scanning', { scanType: RegistryScanType.ENHANCED }).scanOnPush(cache);
    CacheCosts.of(stack).set({ scannedImages: 200, queriedLogs: Size.gibibytes(100), storage: Size.gibibytes(0) });

    expect(rowsOf(stack)).toEqual([
      '| the registry | dashboards | 1 | 3.00 | |',
      '| the registry | first scans of images | 200 | | 18.00 |',
      '| the registry | queries that read 100 GB | | | 0.50 |',
      '| **all** | | | **3.00** | **18.50** |',
    ]);
    expect(CacheCosts.of(stack).renderReport()).not.toContain('Left out');
  });

  test('has no scans of a registry with basic scanning', () => {
    const stack = stackIn(newApp());
    new RegistryScanning(stack, 'Scanning').scanOnPush(silent(stack));
    CacheCosts.of(stack).set({ scannedImages: 200 });

    expect(CacheCosts.of(stack).monthlyUsd).toBe(0);
  });

  test('grows with the repositories of each cache that the statistics look into', () => {
    const stack = stackIn(newApp());
    const [echo, hub] = [silent(stack), silent(stack, 'hub')];
    new CacheStatistics(stack, 'Statistics', { caches: [echo, hub] });
    const withUsual = CacheCosts.of(stack).monthlyUsd;
    CacheCosts.of(hub).set({ repositories: 10_100 });
    const withMany = CacheCosts.of(stack).monthlyUsd;
    CacheCosts.of(echo).set({ repositories: 10_100 });

    expect(withMany - withUsual).toBeGreaterThan(2);
    expect(CacheCosts.of(stack).monthlyUsd - withMany).toBeCloseTo(withMany - withUsual);
  });
});

test('an app of many stages and stacks has a table for each account and Region', () => {
  const app = newApp();
  for (const region of ['us-east-1', 'eu-west-1']) {
    const stage = new Stage(app, region, { env: { ...ENV, region } });
    ['One', 'Two'].forEach(id => new PullThroughCache(new Stack(stage, id), 'Cache', { upstream: ECHO, repositoryPrefix: id.toLowerCase() }));
  }
  new PullThroughCache(new Stack(app, 'Anywhere'), 'Echo', { upstream: ECHO });
  app.synth();

  const report = CacheCosts.of(app).renderReport();
  expect(report.match(/^## .*$/gm)).toEqual(['## 111122223333, us-east-1', '## 111122223333, eu-west-1', '## the place of Anywhere']);
  expect(report).toContain('0.50 in all: 0.50 by the templates, 0.00 by the usage that is assumed.');
});

test('a scope has what is in it alone', () => {
  const app = newApp();
  const echo = new PullThroughCache(stackIn(app), 'Echo', { upstream: ECHO });
  new PullThroughCache(stackIn(app, 'Other'), 'Hub', { upstream: ECHO, repositoryPrefix: 'hub' });

  expect(CacheCosts.of(echo).monthlyUsd).toBeCloseTo(0.1);
  expect(CacheCosts.of(app).monthlyUsd).toBeCloseTo(0.2);
});

test('an L1 rule stores as a cache does', () => {
  const stack = stackIn(newApp());
  new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'k8s', upstreamRegistryUrl: 'registry.k8s.io' });
  CacheCosts.of(stack).set({ storage: Size.gibibytes(10) });

  expect(rowsOf(stack)[0]).toBe('| cache k8s | storage of 10 GB | | | 1.00 |');
});

test('a prefix that is known at deployment only is that of its cache everywhere', () => {
  const stack = stackIn(newApp());
  const repositoryPrefix = new CfnParameter(stack, 'Team').valueAsString;
  const cache = new PullThroughCache(stack, 'Cache', { upstream: ECHO, repositoryPrefix, monitoring: CacheMonitoring.none() });
  new CacheStatistics(stack, 'Statistics', { caches: [cache] });
  CacheCosts.of(cache).set({ storage: Size.gibibytes(10) });

  expect(rowsOf(stack).slice(0, 2)).toEqual(['| cache <Team> | custom metrics | 10 | 0.12 | |', '| cache <Team> | storage of 10 GB | | | 1.00 |']);
});

describe('prices', () => {
  test('can be others, and the report says so', () => {
    const stack = stackIn(newApp());
    new PullThroughCache(stack, 'Echo', { upstream: ECHO });
    CacheCosts.of(stack).set({ prices: { alarm: 0.12 } });

    expect(rowsOf(stack)[1]).toBe('| cache echo | metrics that alarms read | 1 | 0.12 | |');
    expect(CacheCosts.of(stack).renderReport()).toContain('Prices: list prices of US East (N. Virginia), June 2026, with others for alarm.');
  });

  test('have the name that they are given', () => {
    const stack = stackIn(newApp());
    CacheCosts.of(stack).set({ prices: { priceList: 'Europe (Frankfurt), by our contract of 2026' } });

    expect(CacheCosts.of(stack).renderReport()).toContain('Prices: Europe (Frankfurt), by our contract of 2026.');
  });

  test('are those of a Region and a date, without free tiers', () => {
    const report = CacheCosts.of(stackIn(newApp())).renderReport();

    expect(report).toContain('Prices: list prices of US East (N. Virginia), June 2026.');
    expect(report).toContain('Free tiers are not deducted');
  });
});

describe('a budget', () => {
  test('that is enough lets the app be synthesized', () => {
    const app = newApp();
    new PullThroughCache(stackIn(app), 'Echo', { upstream: ECHO });
    CacheCosts.of(app).set({ budget: 0.11 });

    expect(() => app.synth()).not.toThrow();
  });

  test('fails: caches that cost more, which are told with what costs most', () => {
    const app = newApp();
    const stage = new Stage(app, 'Prod', { env: ENV });
    const echo = new PullThroughCache(new Stack(stage, 'Stack'), 'Echo', { upstream: ECHO });
    CacheCosts.of(app).set({ budget: 50 });
    CacheCosts.of(echo).set({ storage: Size.tebibytes(1) });

    expect(() => app.synth()).toThrow('got caches that cost 102.50 USD a month by the prices that are assumed, the most of it 102.40 for storage of 1024 GB of '
      + 'the cache echo (111122223333, eu-central-1), 0.10 for metrics that alarms read of the cache echo (111122223333, eu-central-1)');
    expect(() => app.synth()).toThrow('expected at most the budget of 50.00 USD: look at renderReport() of CacheCosts, leave out what nobody reads, or raise the '
      + 'budget [at the app]');
  });

  test('that is set again is the one that holds', () => {
    const app = newApp();
    new PullThroughCache(stackIn(app), 'Echo', { upstream: ECHO });
    CacheCosts.of(app).set({ budget: 0 });
    CacheCosts.of(app).set({ budget: 1 });

    expect(() => app.synth()).not.toThrow();
  });
});

test('a scope has one object', () => {
  const app = newApp();

  expect(CacheCosts.of(app)).toBe(CacheCosts.of(app));
  expect(CacheCosts.of(app)).not.toBe(CacheCosts.of(stackIn(app)));
});

test.each([
  ['no construct', () => CacheCosts.of('app' as any), "got the text 'app' as the scope of CacheCosts.of()"],
  ['a budget below 0', () => CacheCosts.of(newApp()).set({ budget: -1 }), 'got the number -1 as budget, expected a number that is known at synthesis, 0 or more'],
  ['a budget as a text', () => CacheCosts.of(newApp()).set({ budget: '5' as any }), "got the text '5' as budget"],
  ['a price that is none', () => CacheCosts.of(newApp()).set({ prices: { alarm: NaN } }), 'got the number NaN as price alarm'],
  ['a price that there is not', () => CacheCosts.of(newApp()).set({ prices: { alarms: 1 } as any }), "got the option 'alarms' of prices"],
  ['a number for a size', () => CacheCosts.of(newApp()).set({ storage: 100 as any }), 'got the number 100 as storage, expected a Size of aws-cdk'],
  ['a size that is known later', () => CacheCosts.of(newApp()).set({ storage: Size.gibibytes(Lazy.number({ produce: () => 1 })) }), 'as storage'],
  ['an option that there is not', () => CacheCosts.of(newApp()).set({ limit: 5 } as any), "got the option 'limit' of the costs of a scope"],
])('fails: %s', (_, wrong, message) => {
  expect(wrong).toThrow(message);
});
