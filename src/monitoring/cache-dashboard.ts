import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { CacheMetrics } from './cache-metrics';
import { producersOf } from './cache-watch';
import type { CacheWatch } from './cache-watch';
import { DASHBOARD_WIDTH, tablesOf } from './dashboard-tables';
import { checkCaches } from './given-caches';
import type { Referred } from './references';
import { atLeastHitRate, savings } from './savings';
import { refusals } from '../private/accepted';
import { checkProps } from '../private/access';
import { CheckId, place, warn, WarningId } from '../private/errors';
import { checkDuration } from '../private/given';
import { isReferable } from '../private/referable';
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

/* Each option once: a `Record` that lacks one does not compile. */
const OPTIONS = Object.keys({ caches: 0, dashboardName: 0, defaultInterval: 0 } satisfies Record<keyof CacheDashboardProps, 0>);

const GRAPH_HEIGHT = 6;
/** CloudWatch API Reference, "Dashboard body structure and syntax": widgets of one dashboard. */
const MOST_WIDGETS = 500;

/**
 * A dashboard of caches: how to pull, pulls and imports, hit rate, what that saved, failures with their reasons, storage, what is cached, and the
 * probe. A cache shows what is known to watch it when the app is synthesized, wherever in the app that is made, and no empty widget.
 *
 * Several caches share their tables: at most five queries of CloudWatch Logs Insights for an account and Region, each over up to 50 logs, however many
 * caches there are. A dashboard costs 3 USD a month, and each time it is shown its tables are billed by what they read.
 *
 * A cache of another account or Region shows figures and logs of there. For another account CloudWatch has to be set up: CloudWatch User Guide,
 * "Cross-account cross-Region CloudWatch console". What can't be referred to from here is left out with a warning, unless an import names it.
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
    checkCaches(this, props?.caches);
    checkProps(this, CacheDashboard, 'a dashboard', props, OPTIONS);
    checkDuration('defaultInterval', props.defaultInterval, this);
    this.dashboard = new cloudwatch.Dashboard(this, 'Default', {
      dashboardName: props.dashboardName,
      defaultInterval: props.defaultInterval ?? Duration.days(14),
    });
    const sections = props.caches.map(cache => new Section(() => rowsOf(this, cache)));
    const tables = new Section(() => tablesOf(this, props.caches.map(cache => ({ cache, watch: shownOf(this, cache).watch }))));
    // tables of many caches would be far below
    const inOrder = props.caches.length > 1 ? [tables, ...sections] : [...sections, tables];
    // one at a time: a row of several would ask for their heights at once
    inOrder.forEach(section => this.dashboard.addWidgets(section));
    this.node.addValidation({ validate: () => this.problems(props.caches, inOrder) });
  }

  private warnOfLeftOut(cache: IPullThroughCacheRuleRef): void {
    const { leftOut } = shownOf(this, cache);
    if (leftOut.length > 0) {
      warn(this, WarningId.NOT_ON_DASHBOARD, `the dashboard doesn't show all of the cache '${prefixOf(cache)}', since the names of `
        + `${leftOut.map(({ construct }) => place(construct)).join(', ')} in another Stage, account or Region are known at deployment only. Pass an `
        + `import of the cache by PullThroughCache.fromPullThroughCacheAttributes() whose attributes name ${leftOut.map(({ attribute }) => attribute).join(', ')}.`);
    }
  }

  private problems(caches: IPullThroughCacheRuleRef[], sections: Section[]): string[] {
    caches.forEach(cache => this.warnOfLeftOut(cache));
    const widgets = sections.reduce((sum, section) => sum + section.count, 0);
    return widgets <= MOST_WIDGETS ? [] : refusals(this, CheckId.DASHBOARD_WIDGETS, {
      got: `${widgets} widgets for ${caches.length} caches`,
      expected: `at most ${MOST_WIDGETS} on a dashboard, a limit of CloudWatch`,
      fix: 'show some of the caches on a dashboard of their own',
    });
  }
}

/** What a dashboard can show of a cache's producers, and what it can't refer to. */
interface Shown {
  readonly watch: CacheWatch;
  readonly leftOut: Referred[];
}

function shownOf(scope: Construct, cache: IPullThroughCacheRuleRef): Shown {
  const watch = producersOf(cache);
  const leftOut: Referred[] = [];
  const rule = (construct: events.IRule | undefined, attribute: string) => shown(
    construct && { what: 'the EventBridge rule', construct, name: construct.ruleName, attribute }, construct);
  const log = (construct: logs.ILogGroup | undefined, attribute: string) => shown(
    construct && { what: 'the log group', construct, name: construct.logGroupName, attribute }, construct);
  const shown = <T>(referred: Referred | undefined, producer: T | undefined): T | undefined => {
    if (!referred || isReferable(scope, referred.name)) {
      return producer;
    }
    leftOut.push(referred);
    return undefined;
  };
  return {
    watch: {
      failedPulls: rule(watch.failedPulls, 'failedPullsRule'),
      imports: rule(watch.imports, 'importsRule'),
      deniedPulls: rule(watch.deniedPulls, 'deniedPullsRule'),
      eventLogGroup: log(watch.eventLogGroup, 'eventLogGroup'),
      statistics: watch.statistics && { ...watch.statistics, logGroup: log(watch.statistics.logGroup, 'statisticsLogGroup') },
      probe: watch.probe && { ...watch.probe, logGroup: log(watch.probe.logGroup, 'probeLogGroup') },
    },
    leftOut,
  };
}

/** Some of the widgets, made when the dashboard is rendered: what watches a cache may come later than the dashboard. */
class Section implements cloudwatch.IWidget {
  public readonly width = DASHBOARD_WIDTH;
  private placed?: cloudwatch.IWidget;

  constructor(private readonly rows: () => cloudwatch.IWidget[][]) {}

  public get height(): number {
    return this.content().height;
  }

  public get count(): number {
    return this.rows().flat().length;
  }

  public position(x: number, y: number): void {
    this.placed = this.content();
    this.placed.position(x, y);
  }

  public toJson(): any[] {
    return this.placed!.toJson();
  }

  private content(): cloudwatch.Column {
    return new cloudwatch.Column(...this.rows().map(row => new cloudwatch.Row(...row)));
  }
}

/** The rows of one cache. */
function rowsOf(scope: Construct, cache: IPullThroughCacheRuleRef): cloudwatch.IWidget[][] {
  const { watch } = shownOf(scope, cache);
  const graphs = graphsOf(cache, watch);
  return [
    [heading(cache)],
    ...graphs.length > 0 ? [graphs.map(graph => graph(DASHBOARD_WIDTH / graphs.length))] : [],
    ...watch.statistics ? [[savingsGraph(cache)]] : [],
  ];
}

function heading(cache: IPullThroughCacheRuleRef & Partial<ICacheRule>): cloudwatch.IWidget {
  const address = CacheAddress.fromRule(cache);
  const url = CfnPullThroughCacheRule.isCfnPullThroughCacheRule(cache) ? cache.upstreamRegistryUrl : cache.upstream?.url;
  const upstream = url === undefined ? '' : `, caches ${url}`;
  return new cloudwatch.TextWidget({
    width: DASHBOARD_WIDTH,
    height: 3,
    markdown: `## ${address.repositoryPrefix}${upstream}\n`
      + `\`aws ecr get-login-password --region ${address.writtenRegion} | docker login --username AWS --password-stdin ${address.registryHost}\`\n\n`
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
        left: [metrics.hitRate({ label: 'share of pulls without an import' }), atLeastHitRate(metrics)],
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
      left: [
        metrics.probeFailures({ label: 'failures' }), metrics.probeMovedTags({ label: 'moved tags' }), metrics.probeArchivedImages({ label: 'archived' }),
      ],
      leftYAxis: count,
      right: [metrics.probeLatency({ label: 'slowest manifest' })],
      rightYAxis: { label: 'milliseconds', min: 0, showUnits: false },
    })] : [],
  ];
}

function savingsGraph(cache: IPullThroughCacheRuleRef): cloudwatch.IWidget {
  const { pulls, gigabytes } = savings(CacheMetrics.fromRule(cache));
  return new cloudwatch.GraphWidget({
    title: 'Saved (estimated): a pull may count as one call or as two, for an index and an image',
    left: pulls,
    leftYAxis: { label: 'upstream pulls avoided', min: 0, showUnits: false },
    right: gigabytes,
    rightYAxis: { label: 'GB kept off the upstream', min: 0, showUnits: false },
    width: DASHBOARD_WIDTH,
    height: GRAPH_HEIGHT,
  });
}
