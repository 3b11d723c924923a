import { Size } from 'aws-cdk-lib';
import {
  CacheAlarm, CacheAlerting, CacheEventLog, CacheMonitoring, CacheProbe, CacheStatistics, LoggedEvents, PullThroughCache, UpstreamRegistry,
} from 'cdk-ecr-pull-through-cache';
import { measureSynth, MOST_IN_A_STACK, UPSTREAM_ACCOUNT } from './program';

measureSynth((stack, prefixes) => {
  const eventLog = new CacheEventLog(stack, 'EventLog');
  const caches = prefixes.map(repositoryPrefix => new PullThroughCache(stack, repositoryPrefix, {
    upstream: UpstreamRegistry.echo({ account: UPSTREAM_ACCOUNT }),
    repositoryPrefix,
    monitoring: CacheMonitoring.standard({ eventLog, loggedEvents: LoggedEvents.ALL_IMPORTS }),
  }));
  new CacheStatistics(stack, 'Statistics', { caches });
  new CacheProbe(stack, 'Probe', { images: caches.map(cache => cache.image('nginx:1.27')) });
  new CacheAlerting(stack, 'Alerting', {
    caches,
    alarms: [
      CacheAlarm.hitRateBelow(0.8),
      CacheAlarm.storageAbove(Size.gibibytes(500)),
      CacheAlarm.statisticsMissing(),
      CacheAlarm.statisticsIncomplete(),
      CacheAlarm.probeFailing(),
      CacheAlarm.probeMissing(),
      CacheAlarm.pullsDenied(),
      CacheAlarm.callsNearQuota(),
      CacheAlarm.eventsNotLogged(),
    ],
    pageActions: [{ bind: () => ({ alarmActionArn: 'arn:aws:sns:eu-central-1:111122223333:pager' }) }],
  });
}, MOST_IN_A_STACK);
