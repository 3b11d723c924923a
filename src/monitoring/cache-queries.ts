import { Lazy, Names } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { checkEventLog } from './cache-event-log';
import type { CacheEventLog } from './cache-event-log';
import type { CacheStatistics } from './cache-statistics';
import { producersOf } from './cache-watch';
import type { CacheWatch } from './cache-watch';
import { checkCaches } from './given-caches';
import { QueryText } from './query-text';
import { checkReferable } from './references';
import { checkSameRegistry } from './schedule';
import { checkProps } from '../private/access';
import { warn, WarningId } from '../private/errors';
import { prefixOf } from '../rule/cache-address';

/** Properties of `CacheQueries`. */
export interface CacheQueriesProps {
  /** The caches that are asked about: at least one, all of this stack's account and Region. L1 rules and imports will do. */
  readonly caches: IPullThroughCacheRuleRef[];

  /**
   * The log of their imports. Successful ones are in it with `LoggedEvents.ALL_IMPORTS` only.
   *
   * @default - the logs that are known of the caches when the app is synthesized; without any, no queries about imports
   */
  readonly eventLog?: CacheEventLog;

  /**
   * The statistics of the caches, whose log has every repository with its images.
   *
   * @default - the statistics that are known of the caches when the app is synthesized; without any, no queries about what is stored, and where all
   * imports are logged, the catalogue is what was imported lately
   */
  readonly statistics?: CacheStatistics;

  /**
   * The log group that a trail of CloudTrail delivers to, with the management events of the Region.
   *
   * @default - no queries about callers
   */
  readonly trailLogGroup?: logs.ILogGroup;

  /**
   * The folder of the queries in CloudWatch Logs Insights.
   *
   * @default - `Pull-through caches/` and a name made of the construct's path
   */
  readonly folder?: string;
}

/* Each option once: a `Record` that lacks one does not compile. */
const OPTIONS = Object.keys({
  caches: 0, eventLog: 0, statistics: 0, trailLogGroup: 0, folder: 0,
} satisfies Record<keyof CacheQueriesProps, 0>);

/**
 * Saved queries of CloudWatch Logs Insights: what is cached, what failed, when images came first, and who pulled or was denied. A query is
 * there when a log that answers it is; without any there is a warning. Saving costs nothing; a query that runs is billed by what it reads.
 *
 * CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax".
 *
 * @example
 * import { CacheQueries, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 * new CacheQueries(this, 'Queries', { caches: [echo] });
 */
export class CacheQueries extends Construct {
  constructor(scope: Construct, id: string, props: CacheQueriesProps) {
    super(scope, id);
    checkCaches(this, props?.caches);
    checkProps(this, CacheQueries, 'queries', props, OPTIONS);
    const { caches, trailLogGroup } = props;
    checkEventLog(props.eventLog, this);
    caches.forEach(cache => checkSameRegistry(this, cache));
    const folder = props.folder ?? `Pull-through caches/${Names.uniqueResourceName(this, { maxLength: 64, separator: '-' })}`;
    const text = new QueryText(caches.map(cache => prefixOf(cache)));
    const save = (queryId: string, title: string, queryString: string, found: () => logs.ILogGroup[]) => {
      new SavedQuery(this, queryId, found, { name: `${folder}/${title}`, queryString });
    };

    const logsOf = (log: (watch: CacheWatch) => logs.ILogGroup | undefined) => caches.map(cache => log(producersOf(cache)));
    const known = (attribute: string, all: (logs.ILogGroup | undefined)[]) => {
      const found = [...new Set(all.filter(log => log !== undefined))];
      found.forEach(log => checkReferable(this, { what: 'the log group', construct: log, name: log.logGroupName, attribute }));
      return found;
    };
    const counted = () => known('statisticsLogGroup', props.statistics ? [props.statistics.logGroup] : logsOf(({ statistics }) => statistics?.logGroup));
    const failed = () => known('eventLogGroup', props.eventLog ? [props.eventLog.logGroup] : logsOf(({ eventLogGroup }) => eventLogGroup));
    const imported = () => known('eventLogGroup', props.eventLog ? [props.eventLog.logGroup] : logsOf(({ eventLogGroup, imports }) => imports && eventLogGroup));
    const trail = () => known('trailLogGroup', [trailLogGroup]);

    this.node.addValidation({ validate: () => this.warnOfNoLog(props) });

    save('Catalogue', 'What is cached now', text.catalogue(), counted);
    save('Storage', 'Largest repositories', text.storage(), counted);
    if (caches.length > 1) {
      save('StorageByCache', 'Storage by cache', text.storageByCache(), counted);
    }
    save('AtRisk', 'Images in use that the lifecycle is about to take', text.imagesAtRisk(), counted);
    save('Unpulled', 'What nobody pulled for 90 days', text.unpulled(), counted);
    save('Imported', 'What was imported lately', text.importedImages(), () => counted().length > 0 ? [] : imported());
    save('Failures', 'Failures by code', text.failures(), failed);
    save('FirstPulls', 'First pulls and refreshed tags per day', text.importsPerDay(), imported);
    save('Denied', 'Who was denied', text.denied(), trail);
    save('UpstreamRefusals', 'What the upstream refused', text.upstreamRefusals(), trail);
    save('Pullers', 'Who pulled what', text.pullers(), trail);
  }

  private warnOfNoLog({ caches, eventLog, statistics, trailLogGroup }: CacheQueriesProps): string[] {
    const known = (cache: IPullThroughCacheRuleRef) => {
      const watch = producersOf(cache);
      return watch.eventLogGroup ?? watch.statistics?.logGroup;
    };
    const without = eventLog || statistics || trailLogGroup ? [] : caches.filter(cache => known(cache) === undefined);
    if (without.length > 0) {
      warn(this, WarningId.NO_LOG_TO_QUERY,
        `no log is known here of ${without.map(cache => `'${prefixOf(cache)}'`).join(', ')}, so no query answers anything about it. Pass the cache itself `
        + 'where it has a monitoring that logs, name eventLogGroup or statisticsLogGroup in the attributes of an import, or acknowledge this warning.');
    }
    return [];
  }
}

/** A query that is in the template when a log answers it, which is known when the app is synthesized. */
class SavedQuery extends logs.CfnQueryDefinition {
  constructor(scope: Construct, id: string, private readonly found: () => logs.ILogGroup[], props: logs.CfnQueryDefinitionProps) {
    super(scope, id, { ...props, logGroupNames: Lazy.list({ produce: () => found().map(({ logGroupName }) => logGroupName) }) });
  }

  protected shouldSynthesize(): boolean {
    return this.found().length > 0;
  }
}
