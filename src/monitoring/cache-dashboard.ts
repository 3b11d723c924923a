import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CacheMetrics } from './cache-metrics';
import { watchOf } from './cache-watch';
import type { CacheWatch } from './cache-watch';
import { checkCaches } from './given-caches';
import { QueryText } from './query-text';
import { refusals } from '../private/accepted';
import { CheckId } from '../private/errors';
import { CacheAddress, prefixOf } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';

/** Properties of a `CacheDashboard`. */
export interface CacheDashboardProps {
  /** The caches, in the order in which they are shown: at least one. L1 rules and imports will do. */
  readonly caches: IPullThroughCacheRuleRef[];

  /**
   * The name of the dashboard. CloudFormation can't change it.
   *
   * @default - one that CloudFormation chooses
   */
  readonly dashboardName?: string;

  /**
   * The time that is shown at first.
   *
   * @default Duration.days(14)
   */
  readonly defaultInterval?: Duration;
}

/** CloudWatch's own width of a dashboard. */
const WIDTH = 24;
const GRAPH_HEIGHT = 6;
const TABLE_HEIGHT = 8;
/** CloudWatch API Reference, "Dashboard body structure and syntax": widgets of one dashboard. */
const MOST_WIDGETS = 500;

/**
 * A dashboard of caches: how to pull, pulls and imports, hit rate, failures with their reasons, storage, what is cached, and the
 * probe. A cache shows what is known to watch it when the app is synthesized, wherever in the app that is made, and no empty widget.
 *
 * @example
 * import { CacheDashboard, CacheStatistics, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 * new CacheDashboard(this, 'Dashboard', { caches: [echo] });
 * new CacheStatistics(this, 'Statistics', { caches: [echo] });
 */
export class CacheDashboard extends Construct {
  /** The dashboard, for widgets of your own. */
  public readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: CacheDashboardProps) {
    super(scope, id);
    checkCaches(this, props.caches);
    this.dashboard = new cloudwatch.Dashboard(this, 'Default', {
      dashboardName: props.dashboardName,
      defaultInterval: props.defaultInterval ?? Duration.days(14),
    });
    // one at a time: a row of several would ask for their heights at once
    props.caches.forEach(cache => this.dashboard.addWidgets(new Section(cache)));
    this.node.addValidation({ validate: () => this.problems(props.caches) });
  }

  private problems(caches: IPullThroughCacheRuleRef[]): string[] {
    const widgets = caches.flatMap(cache => rowsOf(cache)).reduce((sum, row) => sum + row.length, 0);
    return widgets <= MOST_WIDGETS ? [] : refusals(this, CheckId.DASHBOARD_WIDGETS, {
      got: `${widgets} widgets for ${caches.length} caches`,
      expected: `at most ${MOST_WIDGETS} on a dashboard, a limit of CloudWatch`,
      fix: 'show some of the caches on a dashboard of their own',
    });
  }
}

/** The widgets of one cache, made when the dashboard is rendered: what watches the cache may come later than the dashboard. */
class Section implements cloudwatch.IWidget {
  public readonly width = WIDTH;
  private placed?: cloudwatch.IWidget;

  constructor(private readonly cache: IPullThroughCacheRuleRef) {}

  public get height(): number {
    return this.content().height;
  }

  public position(x: number, y: number): void {
    this.placed = this.content();
    this.placed.position(x, y);
  }

  public toJson(): any[] {
    return this.placed!.toJson();
  }

  private content(): cloudwatch.Column {
    return new cloudwatch.Column(...rowsOf(this.cache).map(row => new cloudwatch.Row(...row)));
  }
}

/** The rows of one cache. */
function rowsOf(cache: IPullThroughCacheRuleRef): cloudwatch.IWidget[][] {
  const watch = watchOf(cache);
  const graphs = graphsOf(cache, watch);
  const tables = tablesOf(cache, watch);
  return [
    [heading(cache)],
    ...graphs.length > 0 ? [graphs.map(graph => graph(WIDTH / graphs.length))] : [],
    ...pairs(tables).map(row => row.map(table => table(WIDTH / row.length))),
  ];
}

function heading(cache: IPullThroughCacheRuleRef & Partial<ICacheRule>): cloudwatch.IWidget {
  const address = CacheAddress.fromRule(cache);
  const url = CfnPullThroughCacheRule.isCfnPullThroughCacheRule(cache) ? cache.upstreamRegistryUrl : cache.upstream?.url;
  const upstream = url === undefined ? '' : `, caches ${url}`;
  return new cloudwatch.TextWidget({
    width: WIDTH,
    height: 3,
    markdown: `## ${address.repositoryPrefix}${upstream}\n`
      + `\`aws ecr get-login-password --region ${address.region} | docker login --username AWS --password-stdin ${address.registryHost}\`\n\n`
      + `\`docker pull ${address.repositoryUri('<image>:<tag>')}\``,
  });
}

type Sized = (width: number) => cloudwatch.IWidget;

/** At most four, which share a row. */
function graphsOf(cache: IPullThroughCacheRuleRef, watch: CacheWatch): Sized[] {
  const metrics = CacheMetrics.fromRule(cache);
  const graph = (props: cloudwatch.GraphWidgetProps): Sized => width => new cloudwatch.GraphWidget({ ...props, width, height: GRAPH_HEIGHT });
  const count = { label: 'count', min: 0, showUnits: false };
  return [
    ...watch.statistics ? [
      graph({
        title: 'Pulls and imports',
        left: [metrics.pulls({ label: 'pulls' }), metrics.importedImages({ label: 'imported images' })],
        leftYAxis: count,
      }),
      graph({
        title: 'Hit rate (estimated)',
        left: [metrics.hitRate({ label: 'share of pulls without an import' })],
        leftYAxis: { label: 'share', min: 0, max: 1, showUnits: false },
      }),
    ] : [],
    ...watch.failedPulls ? [graph({
      title: 'Imports that failed',
      left: [
        metrics.failedPulls({ label: 'failed' }),
        ...watch.imports ? [metrics.imports({ label: 'succeeded' })] : [],
        ...watch.deniedPulls ? [metrics.deniedPulls({ label: 'denied calls' })] : [],
      ],
      leftYAxis: count,
    })] : [],
    ...watch.probe ? [graph({
      title: 'Probe',
      left: [metrics.probeFailures({ label: 'failures' }), metrics.probeMovedTags({ label: 'moved tags' })],
      leftYAxis: count,
      right: [metrics.probeLatency({ label: 'slowest manifest' })],
      rightYAxis: { label: 'milliseconds', min: 0, showUnits: false },
    })] : [],
  ];
}

function tablesOf(cache: IPullThroughCacheRuleRef, watch: CacheWatch): Sized[] {
  const text = new QueryText([prefixOf(cache)]);
  const { eventLogGroup, statistics, probe, imports } = watch;
  const table = (title: string, logGroup: logs.ILogGroup | undefined, queryString: string): Sized[] => logGroup === undefined ? [] : [width =>
    new cloudwatch.LogQueryWidget({
      title, logGroupNames: [logGroup.logGroupName], queryString, view: cloudwatch.LogQueryVisualizationType.TABLE, width, height: TABLE_HEIGHT,
    })];
  return [
    ...table('Failed imports, latest first', eventLogGroup, text.failures()),
    ...table('Images the probe could not pull', probe?.logGroup, text.probeFailures()),
    ...table('Storage by repository', statistics?.logGroup, text.storage()),
    ...table('What is cached', statistics?.logGroup, text.catalogue()),
    ...imports && !statistics ? table('What was imported', eventLogGroup, text.importedImages()) : [],
  ];
}

function pairs<T>(items: T[]): T[][] {
  return items.flatMap((_, at) => at % 2 === 0 ? [items.slice(at, at + 2)] : []);
}
