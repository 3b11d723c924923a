import { Duration } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as logs from 'aws-cdk-lib/aws-logs';
import { newStack } from '../app';
import { emittedMetrics } from './emitted-metrics';
import { watchedCaches } from './watched';
import type { Widget } from './watched';
import { CacheDashboard, CacheEventLog, CacheMonitoring, CacheProbe, CacheStatistics, LoggedEvents, PullThroughCache, UpstreamRegistry } from '../../src';

/** The widgets, with tokens as `<reference>`. */
function widgetsOf(stack: Stack): Widget[] {
  const [dashboard] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  const body = dashboard.Properties.DashboardBody;
  const text = typeof body === 'string' ? body : body['Fn::Join'][1]
    .map((part: any) => typeof part === 'string' ? part : `<${Object.values<any>(part).flat().join('.')}>`).join('');
  return JSON.parse(text).widgets;
}

function titlesOf(stack: Stack): string[] {
  return widgetsOf(stack).map(widget => widget.properties.title).filter(Boolean);
}

function tablesIn(stack: Stack): Widget[] {
  return widgetsOf(stack).filter(({ type }) => type === 'log');
}

/** As many caches as ECR allows, in one stack: with a log, statistics and a probe, without alarms of their own. */
function fiftyCaches(stack: Stack): PullThroughCache[] {
  const monitoring = CacheMonitoring.logged({ eventLog: new CacheEventLog(stack, 'EventLog') });
  const caches = Array.from({ length: 50 }, (_, at) => plainCache(stack, monitoring, `team-${at}`));
  new CacheStatistics(stack, 'Statistics', { caches });
  new CacheProbe(stack, 'Probe', { images: caches.map(cache => cache.image('nginx:1.27')) });
  return caches;
}

/** Metrics of AWS that the pages named in `AwsMetrics` document. */
const DOCUMENTED = [{ namespace: 'AWS/Events', name: 'TriggeredRules', dimensions: ['RuleName'] }];

function metricsOf(widgets: Widget[]): { namespace: string; name: string; dimensions: { [name: string]: string } }[] {
  return widgets.flatMap(({ properties }) => properties.metrics ?? []).filter(([first]) => typeof first === 'string').map(([namespace, name, ...rest]: any[]) => {
    const parts = rest.filter(part => typeof part === 'string');
    const pairs = parts.flatMap((part, at) => at % 2 === 0 ? [[part, parts[at + 1]]] : []);
    return { namespace, name, dimensions: Object.fromEntries(pairs) };
  });
}

const SAVED = 'Saved (estimated): a pull may count as one call or as two, for an index and an image';

/** Whether a graph shows a metric, and doesn't only compute with it. */
function isVisible({ visible = true }: { visible?: boolean }): boolean {
  return visible;
}

function plainCache(stack: Stack, monitoring: CacheMonitoring, repositoryPrefix = 'echo'): PullThroughCache {
  return new PullThroughCache(stack, `Cache-${repositoryPrefix}`, {
    upstream: UpstreamRegistry.echo({ account: '123456789012' }), repositoryPrefix, monitoring,
  });
}

test('every metric of every widget is documented by AWS or put by a function', async () => {
  const stack = newStack();
  new CacheDashboard(stack, 'Dashboard', { caches: watchedCaches(stack, ['echo']) });
  const emitted = await emittedMetrics();

  const metrics = metricsOf(widgetsOf(stack));

  expect(metrics.length).toBeGreaterThanOrEqual(9);
  for (const metric of metrics) {
    const documented = DOCUMENTED.some(({ namespace, name, dimensions }) => namespace === metric.namespace && name === metric.name
      && dimensions.join() === Object.keys(metric.dimensions).join());
    expect(documented || emitted.some(own => JSON.stringify(own) === JSON.stringify(metric))).toBe(true);
  }
});

test('every rule that a widget counts, and every log that one reads, is in the template', () => {
  const stack = newStack();
  new CacheDashboard(stack, 'Dashboard', { caches: watchedCaches(stack, ['echo']) });
  const resources = Template.fromStack(stack).toJSON().Resources;
  const widgets = widgetsOf(stack);

  const rules = metricsOf(widgets).filter(({ namespace }) => namespace === 'AWS/Events').map(({ dimensions }) => dimensions.RuleName);
  const read = widgets.filter(({ type }) => type === 'log').map(({ properties }) => /SOURCE '([^']*)'/.exec(properties.query)![1]);

  expect(rules).toHaveLength(3);
  expect(read).toHaveLength(4);
  rules.forEach(rule => expect(resources[rule.slice(1, -1)].Type).toBe('AWS::Events::Rule'));
  read.forEach(log => expect(resources[log.slice(1, -1)].Type).toBe('AWS::Logs::LogGroup'));
});

test.each([1, 2, 20])('no widget of %d caches overlaps another or leaves the grid', count => {
  const stack = newStack();
  const prefixes = Array.from({ length: count }, (_, at) => `team-${at}`);
  new CacheDashboard(stack, 'Dashboard', { caches: watchedCaches(stack, prefixes) });

  const taken = new Set<string>();
  for (const { x, y, width, height } of widgetsOf(stack)) {
    expect(x + width).toBeLessThanOrEqual(24);
    for (let column = x; column < x + width; column += 1) {
      for (let row = y; row < y + height; row += 1) {
        expect(taken.has(`${column}/${row}`)).toBe(false);
        taken.add(`${column}/${row}`);
      }
    }
  }
});

test('titles fit and axes say their unit', () => {
  const stack = newStack();
  new CacheDashboard(stack, 'Dashboard', { caches: watchedCaches(stack, ['echo']) });

  for (const { type, width, properties } of widgetsOf(stack).filter(widget => widget.type !== 'text')) {
    expect(properties.title.length).toBeLessThanOrEqual(width * 5);
    if (type === 'metric') {
      Object.values<any>(properties.yAxis).forEach(axis => expect(axis).toMatchObject({ label: expect.stringMatching(/./), min: 0, showUnits: false }));
    }
  }
});

test('each line of a graph says what it counts', () => {
  const stack = newStack();
  new CacheDashboard(stack, 'Dashboard', { caches: watchedCaches(stack, ['echo']) });

  const graphs = widgetsOf(stack).filter(({ type }) => type === 'metric');
  const labelsOf = (metrics: any[][]) => metrics.map(metric => metric.at(-1)).filter(isVisible).map(({ label }) => label as string);
  expect(graphs.map(({ properties }) => labelsOf(properties.metrics))).toEqual([
    ['pulls', 'imported images'], ['share of pulls without an import', 'at least, if a pull is two calls'], ['failed', 'succeeded', 'denied calls'],
    ['failures', 'moved tags', 'archived', 'slowest manifest'], ['pulls avoided, at most', 'pulls avoided, at least', 'GB, at most', 'GB, at least'],
  ]);
});

test('its tables ask for its caches alone', () => {
  const stack = newStack();
  const [echo] = watchedCaches(stack, ['echo', 'hub']);
  new CacheDashboard(stack, 'Dashboard', { caches: [echo] });

  const queries = tablesIn(stack).map(({ properties }) => properties.query);
  expect(queries).toHaveLength(4);
  queries.forEach(query => expect(query).toMatch(/\["echo"\]|\(echo\)\\\//));
});

describe('several caches', () => {
  test('share one table of a kind above their graphs, and get one by cache', () => {
    const stack = newStack();
    new CacheDashboard(stack, 'Dashboard', { caches: watchedCaches(stack, ['echo', 'hub']) });

    expect(tablesIn(stack).map(({ properties }) => properties.title)).toEqual([
      'Failed imports, latest first', 'Images the probe could not pull', 'Storage by cache', 'Storage by repository', 'What is cached',
    ]);
    expect(widgetsOf(stack).slice(0, 5).every(({ type }) => type === 'log')).toBe(true);
    tablesIn(stack).forEach(({ properties }) => expect(properties.query).toMatch(/\["echo", "hub"\]|\(echo\|hub\)\\\//));
  });

  test('of a registry with as many as ECR allows take five queries, of which each reads a log once', () => {
    const stack = newStack();
    new CacheDashboard(stack, 'Dashboard', { caches: fiftyCaches(stack) });

    expect(tablesIn(stack)).toHaveLength(5);
    tablesIn(stack).forEach(({ properties: { query } }) => {
      expect(query.match(/SOURCE/g)).toHaveLength(1);
      expect(new Set(query.match(/team-\d+/g)).size).toBe(50);
    });
  });

  test('with logs of their own are asked for in one query too, up to the 50 logs that one reads', () => {
    const stack = newStack();
    const caches = Array.from({ length: 51 }, (_, at) => PullThroughCache.fromPullThroughCacheAttributes(stack, `Cache${at}`, {
      repositoryPrefix: `team-${at}`, eventLogGroup: logs.LogGroup.fromLogGroupName(stack, `Log${at}`, `log-${at}`),
    }));
    new CacheDashboard(stack, 'Dashboard', { caches });

    expect(tablesIn(stack).map(({ properties }) => properties.query.match(/SOURCE/g).length)).toEqual([50, 1]);
    expect(tablesIn(stack)[1].properties.query).toContain('in ["team-50"]');
  });

  test('of several registries have tables by account and Region, which the titles name', () => {
    const stack = newStack();
    const caches = ['us-east-1', 'us-west-2'].flatMap(region => ['echo', 'hub'].map(repositoryPrefix =>
      PullThroughCache.fromPullThroughCacheAttributes(stack, `${repositoryPrefix}-${region}`, {
        repositoryPrefix, account: '444455556666', region, eventLogGroup: logs.LogGroup.fromLogGroupName(stack, `Log-${repositoryPrefix}-${region}`, 'events'),
      })));
    new CacheDashboard(stack, 'Dashboard', { caches });

    expect(tablesIn(stack).map(({ properties: { title, region, accountId } }) => ({ title, region, accountId }))).toEqual([
      { title: 'Failed imports, latest first (444455556666, us-east-1)', region: 'us-east-1', accountId: '444455556666' },
      { title: 'Failed imports, latest first (444455556666, us-west-2)', region: 'us-west-2', accountId: '444455556666' },
    ]);
  });

  test('that are counted, and others whose imports are logged only, have a table each', () => {
    const stack = newStack();
    const logged = plainCache(stack, CacheMonitoring.logged({ loggedEvents: LoggedEvents.ALL_IMPORTS }), 'hub');
    new CacheDashboard(stack, 'Dashboard', { caches: [...watchedCaches(stack, ['echo']), logged] });

    const queryOf = (title: string) => tablesIn(stack).find(({ properties }) => properties.title === title)!.properties.query;
    expect(queryOf('What is cached')).toContain('(echo)');
    expect(queryOf('What was imported')).toContain('in ["hub"]');
    expect(queryOf('Failed imports, latest first')).toContain('in ["echo", "hub"]');
  });
});

test.each([[undefined, '-P14D'], [Duration.days(1), '-P1D']])('goes back by %s: %s', (defaultInterval, start) => {
  const stack = newStack();
  new CacheDashboard(stack, 'Dashboard', { caches: [plainCache(stack, CacheMonitoring.none())], defaultInterval });

  const [dashboard] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Dashboard'));
  expect(JSON.stringify(dashboard.Properties.DashboardBody)).toContain(`\\"start\\":\\"${start}\\"`);
});

test('a fully watched cache shows everything', () => {
  const stack = newStack();
  new CacheDashboard(stack, 'Dashboard', { caches: watchedCaches(stack, ['echo']) });

  expect(titlesOf(stack)).toEqual([
    'Pulls and imports', 'Hit rate (estimated)', 'Imports that failed', 'Probe', SAVED,
    'Failed imports, latest first', 'Images the probe could not pull', 'Storage by repository', 'What is cached',
  ]);
});

test('the default cache shows failures only', () => {
  const stack = newStack();
  new CacheDashboard(stack, 'Dashboard', { caches: [plainCache(stack, CacheMonitoring.standard())] });

  expect(titlesOf(stack)).toEqual(['Imports that failed', 'Failed imports, latest first']);
});

test('a cache that logs all imports shows what was imported', () => {
  const stack = newStack();
  const monitoring = CacheMonitoring.logged({ loggedEvents: LoggedEvents.ALL_IMPORTS });
  new CacheDashboard(stack, 'Dashboard', { caches: [plainCache(stack, monitoring)] });

  expect(titlesOf(stack)).toEqual(['Imports that failed', 'Failed imports, latest first', 'What was imported']);
});

test('a cache that nothing watches shows how to pull', () => {
  const stack = newStack();
  new CacheDashboard(stack, 'Dashboard', { caches: [plainCache(stack, CacheMonitoring.none())] });

  const widgets = widgetsOf(stack);
  expect(widgets).toHaveLength(1);
  const host = `${stack.account}.dkr.ecr.${stack.region}.<AWS::URLSuffix>`;
  expect(widgets[0].properties.markdown.split('\n')).toEqual([
    '## echo, caches 123456789012.dkr.ecr.us-east-1.amazonaws.com',
    `\`aws ecr get-login-password --region ${stack.region} | docker login --username AWS --password-stdin ${host}\``,
    '',
    `\`docker pull ${host}/echo/<image>:<tag>\``,
  ]);
});

test('a cache whose upstream is not known is shown without it', () => {
  const stack = newStack();
  new CacheDashboard(stack, 'Dashboard', { caches: [PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo')] });

  expect(widgetsOf(stack)[0].properties.markdown.split('\n')[0]).toBe('## echo');
});

test('shows as many widgets as CloudWatch takes', () => {
  const stack = newStack();
  const caches = Array.from({ length: 500 }, (_, at) => PullThroughCache.fromRepositoryPrefix(stack, `Cache${at}`, `team-${at}`));
  new CacheDashboard(stack, 'Dashboard', { caches });

  expect(widgetsOf(stack)).toHaveLength(500);
});

test('fails: more widgets than CloudWatch takes', () => {
  const stack = newStack();
  const caches = watchedCaches(stack, Array.from({ length: 25 }, (_, at) => `team-${at}`));
  new CacheDashboard(stack, 'Dashboard', { caches: Array.from({ length: 4 }, () => caches).flat() });

  expect(() => Template.fromStack(stack)).toThrow(
    'got 605 widgets for 100 caches, expected at most 500 on a dashboard, a limit of CloudWatch: '
    + 'show some of the caches on a dashboard of their own; if AWS takes it by now');
});

test('shows what watches a cache after the dashboard was made', () => {
  const stack = newStack();
  const imported = PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo');
  new CacheDashboard(stack, 'Dashboard', { caches: [imported, PullThroughCache.fromRepositoryPrefix(stack, 'Hub', 'hub')] });
  watchedCaches(stack, ['echo']);

  expect(titlesOf(stack)).toHaveLength(9);
  expect(widgetsOf(stack).at(-1)).toMatchObject({ type: 'text', y: 8 + 8 + 3 + 6 + 6 });
});

test('takes an L1 rule, and names its upstream', () => {
  const stack = newStack();
  const rule = new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'k8s', upstreamRegistryUrl: 'registry.k8s.io' });
  new CacheDashboard(stack, 'Dashboard', { caches: [rule] });

  expect(widgetsOf(stack)[0].properties.markdown.split('\n')[0]).toBe('## k8s, caches registry.k8s.io');
});

test('fails: no caches', () => {
  expect(() => new CacheDashboard(newStack(), 'Dashboard', { caches: [] })).toThrow(
    'got an empty list of caches, expected at least one cache: name the caches, or leave this construct out [at Stack/Dashboard]');
});
