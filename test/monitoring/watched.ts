import { Size } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import {
  CacheAlarm, CacheAlerting, CacheEventLog, CacheMonitoring, CacheProbe, CacheStatistics, LoggedEvents, PullThroughCache, UpstreamRegistry,
} from '../../src';

/** A widget of a dashboard's body. */
export interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: any;
}

/** Somebody who is told. */
export const PAGER: cloudwatch.IAlarmAction = { bind: () => ({ alarmActionArn: 'arn:aws:sns:eu-central-1:111122223333:pager' }) };

/** Every alarm that suits any cache, but the default one. */
export function allAlarms(): CacheAlarm[] {
  return [
    CacheAlarm.hitRateBelow(0.8),
    CacheAlarm.storageAbove(Size.gibibytes(500)),
    CacheAlarm.statisticsMissing(),
    CacheAlarm.statisticsIncomplete(),
    CacheAlarm.probeFailing(),
    CacheAlarm.probeMissing(),
    CacheAlarm.tagMoved(),
    CacheAlarm.digestDiffers(),
    CacheAlarm.pullsDenied(),
    CacheAlarm.upstreamRefusing(),
    CacheAlarm.callsNearQuota(),
    CacheAlarm.eventsNotLogged(),
  ];
}

/** Caches of one stack that share a log, statistics and a probe, with everything on. */
export function watchedCaches(stack: Stack, prefixes: string[]): PullThroughCache[] {
  const eventLog = new CacheEventLog(stack, 'EventLog');
  const caches = prefixes.map(repositoryPrefix => new PullThroughCache(stack, `Cache-${repositoryPrefix}`, {
    upstream: UpstreamRegistry.echo({ account: '123456789012' }),
    repositoryPrefix,
    monitoring: CacheMonitoring.standard({ eventLog, loggedEvents: LoggedEvents.ALL_IMPORTS }),
  }));
  new CacheStatistics(stack, 'Statistics', { caches });
  new CacheProbe(stack, 'Probe', { images: caches.map(cache => cache.image('nginx:1.27')) });
  new CacheAlerting(stack, 'Alerting', { caches, alarms: allAlarms(), pageActions: [PAGER] });
  return caches;
}
