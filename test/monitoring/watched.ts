import { Size } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import {
  CacheAlarm, CacheEventLog, CacheMonitoring, CacheProbe, CacheStatistics, LoggedEvents, PullThroughCache, UpstreamRegistry,
} from '../../src';

/** Every alarm there is. */
export function allAlarms(): CacheAlarm[] {
  return [
    CacheAlarm.hitRateBelow(0.8),
    CacheAlarm.storageAbove(Size.gibibytes(500)),
    CacheAlarm.statisticsMissing(),
    CacheAlarm.statisticsIncomplete(),
    CacheAlarm.probeFailing(),
    CacheAlarm.probeMissing(),
    CacheAlarm.pullsDenied(),
    CacheAlarm.callsNearQuota(),
    CacheAlarm.eventsNotLogged(),
  ];
}

/** Caches of one stack that share a log, statistics and a probe, with everything on. */
export function watchedCaches(stack: Stack, prefixes: string[]): PullThroughCache[] {
  const eventLog = new CacheEventLog(stack, 'EventLog');
  const statistics = new CacheStatistics(stack, 'Statistics');
  const probe = new CacheProbe(stack, 'Probe');
  return prefixes.map(repositoryPrefix => new PullThroughCache(stack, `Cache-${repositoryPrefix}`, {
    upstream: UpstreamRegistry.echo({ account: '123456789012' }),
    repositoryPrefix,
    monitoring: CacheMonitoring.standard({
      eventLog,
      statistics,
      probe,
      probedImages: ['nginx:1.27'],
      loggedEvents: LoggedEvents.ALL_IMPORTS,
      alarms: allAlarms(),
      pageActions: [],
    }),
  }));
}
