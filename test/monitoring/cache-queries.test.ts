import { Template } from 'aws-cdk-lib/assertions';
import * as logs from 'aws-cdk-lib/aws-logs';
import { ECHO, newStack } from '../app';
import { emittedLines } from './emitted-metrics';
import { cacheAction } from './events-of-ecr';
import { CacheEventLog, CacheMonitoring, CacheQueries, CacheStatistics, LoggedEvents, PullThroughCache } from '../../src';
import type { CacheQueriesProps } from '../../src';
import { QueryText } from '../../src/monitoring/query-text';

/** The queries by title, for caches with these prefixes. */
function queries(prefixes: string[], more: (stack: ReturnType<typeof newStack>) => Partial<CacheQueriesProps>): { [title: string]: any } {
  const stack = newStack();
  const caches = prefixes.map(prefix => PullThroughCache.fromRepositoryPrefix(stack, `Cache-${prefix}`, prefix));
  new CacheQueries(stack, 'Queries', { caches, folder: 'caches', ...more(stack) });
  const found = Object.values(Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition'));
  return Object.fromEntries(found.map(({ Properties }) => [Properties.Name.replace('caches/', ''), Properties]));
}

const all = (stack: ReturnType<typeof newStack>) => {
  const statistics = new CacheStatistics(stack, 'Statistics', { caches: [PullThroughCache.fromRepositoryPrefix(stack, 'Counted', 'counted')] });
  return {
    statistics,
    eventLog: new CacheEventLog(stack, 'EventLog'),
    trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Trail', 'trail'),
  };
};

test('saves every query, each on the log that answers it', () => {
  const saved = queries(['echo'], all);

  expect(Object.fromEntries(Object.entries(saved).map(([title, query]) => [title, query.LogGroupNames[0].Ref ?? query.LogGroupNames[0]]))).toEqual({
    'What is cached now': expect.stringMatching(/^StatisticsLog/),
    'Largest repositories': expect.stringMatching(/^StatisticsLog/),
    'Images in use that the lifecycle is about to take': expect.stringMatching(/^StatisticsLog/),
    'What nobody pulled for 90 days': expect.stringMatching(/^StatisticsLog/),
    'Failures by code': expect.stringMatching(/^EventLog/),
    'First pulls and refreshed tags per day': expect.stringMatching(/^EventLog/),
    'Who was denied': 'trail',
    'What the upstream refused': 'trail',
    'Who pulled what': 'trail',
  });
});

test('finds the logs of its caches, also of those that are watched later, and asks each once', () => {
  const stack = newStack();
  const cache = (id: string, prefix: string) => PullThroughCache.fromRepositoryPrefix(stack, id, prefix);
  const caches = [cache('Echo', 'echo'), cache('Hub', 'hub'), cache('Quay', 'quay')];
  new CacheQueries(stack, 'Queries', { caches, folder: 'caches' });
  new CacheStatistics(stack, 'Statistics', { caches });
  const eventLog = new CacheEventLog(stack, 'Shared');
  for (const repositoryPrefix of ['echo', 'hub']) {
    new PullThroughCache(stack, repositoryPrefix, { upstream: ECHO, repositoryPrefix, monitoring: CacheMonitoring.logged({ eventLog }) });
  }
  new PullThroughCache(stack, 'quay', {
    upstream: ECHO, repositoryPrefix: 'quay', monitoring: CacheMonitoring.logged({ loggedEvents: LoggedEvents.ALL_IMPORTS }),
  });

  const saved = Object.values(Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition')).map(({ Properties }) => Properties);
  const [shared, quay] = [/^Shared/, /^quayMonitoringEventLog/].map(name => ({ Ref: expect.stringMatching(name) }));
  const counted = [{ Ref: expect.stringMatching(/^StatisticsLog/) }];
  expect(Object.fromEntries(saved.map(({ Name, LogGroupNames }) => [Name.replace('caches/', ''), LogGroupNames]))).toEqual({
    'What is cached now': counted,
    'Largest repositories': counted,
    'Storage by cache': counted,
    'Images in use that the lifecycle is about to take': counted,
    'What nobody pulled for 90 days': counted,
    'Failures by code': [shared, quay],
    'First pulls and refreshed tags per day': [quay],
  });
});

test('saves nothing for caches of which no log is known', () => {
  expect(queries(['echo'], () => ({}))).toEqual({});
});

test('fails: no caches', () => {
  expect(() => new CacheQueries(newStack(), 'Queries', { caches: [] })).toThrow(
    'got an empty list of caches, expected at least one cache: name the caches, or leave this construct out [at Stack/Queries]');
});

test('fails: a cache of another Region', () => {
  const stack = newStack();
  const far = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'far', region: 'us-east-1' });

  expect(() => new CacheQueries(stack, 'Queries', { caches: [far] })).toThrow('Region us-east-1, expected a cache of account');
});

test('saves only what the given logs answer', () => {
  expect(Object.keys(queries(['echo'], stack => ({ eventLog: new CacheEventLog(stack, 'EventLog') })))).toEqual([
    'What was imported lately', 'Failures by code', 'First pulls and refreshed tags per day',
  ]);
});

test.each([
  ['statistics', ['What is cached now', 'Largest repositories', 'Images in use that the lifecycle is about to take', 'What nobody pulled for 90 days']],
  ['trailLogGroup', ['Who was denied', 'What the upstream refused', 'Who pulled what']],
] as const)('saves what the %s answer alone', (log, titles) => {
  expect(Object.keys(queries(['echo'], stack => ({ [log]: all(stack)[log] })))).toEqual(titles);
});

test('asks for the prefixes of the caches, and escapes what a pattern would read otherwise', () => {
  const saved = queries(['team.a/echo', 'hub'], all);

  expect(saved['Failures by code'].QueryString).toContain('filter `detail.ecr-repository-prefix` in ["team.a/echo", "hub"]');
  expect(saved['Who pulled what'].QueryString)
    .toContain('| filter requestParameters.repositoryName like /^(team\\.a\\/echo|hub)\\//');
  expect(saved['Who was denied'].QueryString).toContain('or errorMessage like /:repository\\/(team\\.a\\/echo|hub)\\//');
});

test('asks for every repository with the prefix ROOT', () => {
  const saved = queries(['ROOT'], all);

  expect(saved['Who pulled what'].QueryString).not.toContain('like');
  expect(saved['Failures by code'].QueryString).toContain('in ["ROOT"]');
});

test('reads failures with a code and a reason of any status but success', () => {
  expect(queries(['echo'], all)['Failures by code'].QueryString).toBe([
    'filter `detail.ecr-repository-prefix` in ["echo"] and `detail.sync-status` != "SUCCESS"',
    '| stats count(*) as failures, max(@timestamp) as lastFailure, latest(`detail.failure-reason`) as reason '
    + 'by `detail.ecr-repository-prefix`, `detail.failure-code`, `detail.repository-name`, `detail.image-tag`',
    '| sort lastFailure desc',
    '| limit 100',
  ].join('\n'));
});

test('names a folder after its own path when none is given', () => {
  const stack = newStack();
  const caches = [PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo')];
  new CacheQueries(stack, 'Queries', { caches, eventLog: new CacheEventLog(stack, 'EventLog') });
  new CacheQueries(stack, 'x'.repeat(100), { caches, eventLog: new CacheEventLog(stack, 'Other') });

  const names = Object.values(Template.fromStack(stack).findResources('AWS::Logs::QueryDefinition')).map(({ Properties }) => Properties.Name);
  expect(names[0]).toMatch(/^Pull-through caches\/Stack-Queries-[0-9A-F]{8}\/What was imported lately$/);
  expect(names[3].split('/')[1]).toHaveLength(64);
});

describe('every field that a query reads is really there', () => {
  /** Names in `latest(x)`, `max(x)`, `by x, y`, `fields x, y` and `filter x`, without what Logs Insights adds. */
  function fieldsOf(query: string): string[] {
    const named = [
      ...[...query.matchAll(/(?:latest|max|count_distinct)\(([^)]*)\)/g)].map(([, field]) => field),
      ...[...query.matchAll(/(?:by|fields|display) ([^|\n]*)/g)].flatMap(([, list]) => list.split(',')),
      ...[...query.matchAll(/(?:filter|and|or) ([a-zA-Z`][\w.`-]*) (?:=|!=|in|like)/g)].map(([, field]) => field),
    ];
    return [...new Set(named.map(field => field.trim().replaceAll('`', '').replace(/ as .*/, '')))]
      .filter(field => !field.startsWith('@') && !field.startsWith('bin('));
  }

  const text = new QueryText(['echo']);

  test.each([['catalogue', 'repository', 4], ['storage', 'repository', 5], ['storageByCache', 'cache', 7], ['probeFailures', 'image', 6]] as const)(
    '%s reads lines of the kind %s', async (query, kind, least) => {
      const line = Object.assign({}, ...(await emittedLines()).filter(candidate => candidate.kind === kind));
      const fields = fieldsOf(text[query]());

      expect(fields.length).toBeGreaterThanOrEqual(least);
      fields.forEach(field => expect(Object.keys(line)).toContain(field));
    });

  test.each(['failures', 'importedImages', 'importsPerDay'] as const)('%s reads the events of imports', query => {
    const event = cacheAction('echo', 'echo/nginx', { 'failure-code': 'Any', 'failure-reason': 'any' });
    const fields = fieldsOf(text[query]());

    expect(fields.length).toBeGreaterThanOrEqual(3);
    fields.forEach(field => {
      expect(field.startsWith('detail.')).toBe(true);
      expect(Object.keys(event.detail)).toContain(field.slice('detail.'.length));
    });
  });
});

test('fails: an option that there is not', () => {
  const stack = newStack();
  const caches = [PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo')];

  expect(() => new CacheQueries(stack, 'Queries', { caches, trailLog: 'trail' } as any)).toThrow("got the option 'trailLog' of queries");
});
