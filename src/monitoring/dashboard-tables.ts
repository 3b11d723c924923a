import { Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { envOf } from './cache-metrics';
import type { CacheWatch } from './cache-watch';
import { QueryText } from './query-text';
import { prefixOf } from '../rule/cache-address';

/** CloudWatch's own width of a dashboard. */
export const DASHBOARD_WIDTH = 24;
const HEIGHT = 8;
/** CloudWatch Logs API Reference, `StartQuery`: log groups of one query. */
const MOST_LOGS = 50;

/** A cache, and what of its logs a dashboard can refer to. */
interface Watched {
  readonly cache: IPullThroughCacheRuleRef;
  readonly watch: CacheWatch;
}

/** A table of what logs say. A cache without the log isn't in it. */
interface Table {
  readonly title: string;
  readonly logOf: (watch: CacheWatch) => logs.ILogGroup | undefined;
  readonly query: (text: QueryText) => string;
  /** How many caches it takes to be worth its place. */
  readonly leastCaches?: number;
}

const TABLES: readonly Table[] = [
  { title: 'Failed imports, latest first', logOf: ({ eventLogGroup }) => eventLogGroup, query: text => text.failures() },
  { title: 'Images the probe could not pull', logOf: ({ probe }) => probe?.logGroup, query: text => text.probeFailures() },
  { title: 'Storage by cache', logOf: ({ statistics }) => statistics?.logGroup, query: text => text.storageByCache(), leastCaches: 2 },
  { title: 'Storage by repository', logOf: ({ statistics }) => statistics?.logGroup, query: text => text.storage() },
  { title: 'What is cached', logOf: ({ statistics }) => statistics?.logGroup, query: text => text.catalogue() },
  { title: 'What was imported', logOf: ({ imports, statistics, eventLogGroup }) => imports && !statistics ? eventLogGroup : undefined, query: text => text.importedImages() },
];

/**
 * The tables of some caches, in rows: one of a kind for all caches of an account and Region. A query is billed by what it reads of a log, whichever
 * caches it asks for, and an account runs 100 at a time: CloudWatch Logs User Guide, "View running queries or query history".
 */
export function tablesOf(scope: Construct, all: readonly Watched[]): cloudwatch.IWidget[][] {
  const places = byKey(all, ({ cache }) => JSON.stringify(elsewhere(scope, cache)));
  return places.flatMap(watched => {
    const where = places.length > 1 ? envOf(watched[0].cache) : undefined;
    const suffix = where ? ` (${where.account}, ${where.region})` : '';
    const tables = TABLES.flatMap(table => sized({ ...table, title: table.title + suffix }, watched, elsewhere(scope, watched[0].cache)));
    return chunks(tables, 2).map(row => row.map(table => table(DASHBOARD_WIDTH / row.length)));
  });
}

type Sized = (width: number) => cloudwatch.IWidget;

function sized({ title, logOf, query, leastCaches = 1 }: Table, watched: readonly Watched[], place: Elsewhere): Sized[] {
  const logged = watched.filter(({ watch }) => logOf(watch));
  if (prefixesOf(logged).length < leastCaches) {
    return [];
  }
  const byLog = byKey(logged, ({ watch }) => logOf(watch)!.logGroupName);
  return chunks(byLog, MOST_LOGS).map(some => width => new cloudwatch.LogQueryWidget({
    title,
    logGroupNames: some.map(([{ watch }]) => logOf(watch)!.logGroupName),
    queryString: query(new QueryText(prefixesOf(some.flat()))),
    view: cloudwatch.LogQueryVisualizationType.TABLE,
    width,
    height: HEIGHT,
    ...place,
  }));
}

function prefixesOf(watched: readonly Watched[]): string[] {
  return [...new Set(watched.map(({ cache }) => prefixOf(cache)))];
}

interface Elsewhere {
  readonly region?: string;
  readonly accountId?: string;
}

/** Where the logs of a cache are, where that isn't where the dashboard is. */
function elsewhere(scope: Construct, cache: IPullThroughCacheRuleRef): Elsewhere {
  const { account, region } = envOf(cache);
  const own = Stack.of(scope);
  return { region: region === own.region ? undefined : region, accountId: account === own.account ? undefined : account };
}

/** Lists of what has the same key, in the order in which keys come first. */
function byKey<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    found.set(key, [...found.get(key) ?? [], item]);
  }
  return [...found.values()];
}

function chunks<T>(items: T[], size: number): T[][] {
  return items.flatMap((_, at) => at % size === 0 ? [items.slice(at, at + size)] : []);
}
