import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { CacheMetrics } from './cache-metrics';
import { watchOf } from './cache-watch';
import type { CacheWatch } from './cache-watch';
import { QueryText } from './query-text';
import { refuse } from '../private/accepted';
import { CheckId } from '../private/errors';
import { CacheAddress } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';

/** Properties of a `CacheDashboard`. */
export interface CacheDashboardProps {
  /** The caches, in the order in which they are shown; what watches them has to be there already. */
  readonly caches: ICacheRule[];

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
 * probe. A cache shows what something in this app produces for it, and no empty widget.
 *
 * @example
 * import { CacheDashboard, CacheStatistics, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 * new CacheStatistics(this, 'Statistics', { caches: [echo] });
 * new CacheDashboard(this, 'Dashboard', { caches: [echo] });
 */
export class CacheDashboard extends Construct {
  /** The dashboard, for widgets of your own. */
  public readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: CacheDashboardProps) {
    super(scope, id);
    const rows = props.caches.flatMap(cache => sectionOf(cache));
    const widgets = rows.reduce((sum, row) => sum + row.length, 0);
    if (widgets > MOST_WIDGETS) {
      refuse(this, CheckId.DASHBOARD_WIDGETS, {
        got: `${widgets} widgets for ${props.caches.length} caches`,
        expected: `at most ${MOST_WIDGETS} on a dashboard, a limit of CloudWatch`,
        fix: 'show some of the caches on a dashboard of their own',
      });
    }
    this.dashboard = new cloudwatch.Dashboard(this, 'Default', {
      dashboardName: props.dashboardName,
      defaultInterval: props.defaultInterval ?? Duration.days(14),
    });
    rows.forEach(row => this.dashboard.addWidgets(...row));
  }
}

/** The rows of one cache. */
function sectionOf(cache: ICacheRule): cloudwatch.IWidget[][] {
  const watch = watchOf(cache);
  const graphs = graphsOf(cache, watch);
  const tables = tablesOf(cache, watch);
  return [
    [heading(cache)],
    graphs.map(graph => graph(WIDTH / graphs.length)),
    ...pairs(tables).map(row => row.map(table => table(WIDTH / row.length))),
  ];
}

function heading(cache: ICacheRule): cloudwatch.IWidget {
  const address = CacheAddress.fromRule(cache);
  const upstream = cache.upstream ? `, caches ${cache.upstream.url}` : '';
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
function graphsOf(cache: ICacheRule, watch: CacheWatch): Sized[] {
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

function tablesOf(cache: ICacheRule, watch: CacheWatch): Sized[] {
  const text = new QueryText([cache.repositoryPrefix]);
  const table = (title: string, logGroup: { readonly logGroupName: string }, queryString: string): Sized => width =>
    new cloudwatch.LogQueryWidget({
      title, logGroupNames: [logGroup.logGroupName], queryString, view: cloudwatch.LogQueryVisualizationType.TABLE, width, height: TABLE_HEIGHT,
    });
  return [
    ...watch.eventLog ? [table('Failed imports, latest first', watch.eventLog.logGroup, text.failures())] : [],
    ...watch.probe ? [table('Images the probe could not pull', watch.probe.logGroup, text.probeFailures())] : [],
    ...watch.statistics ? [
      table('Storage by repository', watch.statistics.logGroup, text.storage()),
      table('What is cached', watch.statistics.logGroup, text.catalogue()),
    ] : [],
    ...watch.imports && !watch.statistics ? [table('What was imported', watch.eventLog!.logGroup, text.importedImages())] : [],
  ];
}

function pairs<T>(items: T[]): T[][] {
  return items.flatMap((_, at) => at % 2 === 0 ? [items.slice(at, at + 2)] : []);
}
