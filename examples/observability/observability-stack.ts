import { Duration, Size, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  CacheAlarm, CacheAlerting, CacheDashboard, CacheEventLog, CacheMonitoring, CacheProbe, CacheQueries, CacheStatistics, LoggedEvents,
  PullThroughCache, UpstreamRegistry,
} from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface ObservabilityStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
}

/** Two caches with everything that can be watched: one log, one function that counts, one that pulls, one dashboard. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: ObservabilityStackProps) {
    super(scope, id, props);

    const tickets = new sns.Topic(this, 'Tickets');
    const pager = new sns.Topic(this, 'Pager');
    const eventLog = new CacheEventLog(this, 'CacheEvents', { retention: logs.RetentionDays.SIX_MONTHS });
    const monitoring = CacheMonitoring.standard({ eventLog, loggedEvents: LoggedEvents.ALL_IMPORTS, alarmActions: [new SnsAction(tickets)] });
    const echo = new PullThroughCache(this, 'Echo', { upstream: UpstreamRegistry.echo({ account: props.echoAccount }), monitoring });
    const kubernetes = new PullThroughCache(this, 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES, monitoring });
    echo.onImageCached('NewImage', { target: new SnsTopic(tickets) });

    const caches = [echo, kubernetes];
    new CacheStatistics(this, 'Statistics', { caches });
    new CacheProbe(this, 'Probe', {
      images: [echo.image('nginx:1.27'), echo.image('python:3.13'), kubernetes.image('pause:3.10')],
      interval: Duration.hours(6),
    });
    new CacheAlerting(this, 'Alerting', {
      caches,
      alarms: [
        CacheAlarm.hitRateBelow(0.8),
        CacheAlarm.storageAbove(Size.gibibytes(500)),
        CacheAlarm.statisticsMissing(),
        CacheAlarm.statisticsIncomplete(),
        CacheAlarm.probeFailing(),
        CacheAlarm.probeMissing(),
        CacheAlarm.eventsNotLogged(),
      ],
      alarmActions: [new SnsAction(tickets)],
      pageActions: [new SnsAction(pager)],
    });
    new CacheDashboard(this, 'Dashboard', { caches });
    new CacheQueries(this, 'Queries', { caches });
  }
}
