import { Names } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { CacheEventLog } from './cache-event-log';
import type { CacheStatistics } from './cache-statistics';
import { QueryText } from './query-text';
import { prefixOf } from '../rule/cache-address';

/** Properties of `CacheQueries`. */
export interface CacheQueriesProps {
  /** The caches that are asked about. L1 rules and imports will do. */
  readonly caches: IPullThroughCacheRuleRef[];

  /**
   * The log of their imports. Successful ones are in it with `LoggedEvents.ALL_IMPORTS` only.
   *
   * @default - no queries about imports
   */
  readonly eventLog?: CacheEventLog;

  /**
   * The statistics of the caches, whose log has every repository with its images.
   *
   * @default - no queries about what is stored; with an event log, the catalogue is what was imported lately
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

/**
 * Saved queries of CloudWatch Logs Insights: what is cached, what failed, when images came first, and who pulled or was denied.
 *
 * CloudWatch Logs User Guide, "CloudWatch Logs Insights language query syntax".
 *
 * @example
 * import { CacheEventLog, CacheQueries, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 * declare const eventLog: CacheEventLog;
 * new CacheQueries(this, 'Queries', { caches: [echo], eventLog });
 */
export class CacheQueries extends Construct {
  private readonly folder: string;

  constructor(scope: Construct, id: string, props: CacheQueriesProps) {
    super(scope, id);
    const { eventLog, statistics, trailLogGroup } = props;
    this.folder = props.folder ?? `Pull-through caches/${Names.uniqueResourceName(this, { maxLength: 64, separator: '-' })}`;
    const text = new QueryText(props.caches.map(cache => prefixOf(cache)));

    if (statistics) {
      this.save('Catalogue', 'What is cached now', statistics.logGroup, text.catalogue());
      this.save('Storage', 'Largest repositories', statistics.logGroup, text.storage());
    } else if (eventLog) {
      this.save('Catalogue', 'What was imported lately', eventLog.logGroup, text.importedImages());
    }
    if (eventLog) {
      this.save('Failures', 'Failures by code', eventLog.logGroup, text.failures());
      this.save('FirstPulls', 'First pulls and refreshed tags per day', eventLog.logGroup, text.importsPerDay());
    }
    if (trailLogGroup) {
      this.save('Denied', 'Who was denied', trailLogGroup, text.denied());
      this.save('Pullers', 'Who pulled what from where', trailLogGroup, text.pullers());
    }
  }

  private save(id: string, title: string, logGroup: logs.ILogGroup, queryString: string): void {
    new logs.CfnQueryDefinition(this, id, {
      name: `${this.folder}/${title}`,
      queryString,
      logGroupNames: [logGroup.logGroupName],
    });
  }
}
