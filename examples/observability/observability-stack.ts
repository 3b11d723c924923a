import { Duration, Size, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  CacheAlarm, CacheDashboard, CacheEventLog, CacheMonitoring, CacheProbe, CacheQueries, CacheStatistics, LoggedEvents, PullThroughCache,
  UpstreamRegistry,
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
    const statistics = new CacheStatistics(this, 'Statistics');
    const probe = new CacheProbe(this, 'Probe', { interval: Duration.hours(6) });

    const watchedBy = (probedImages: string[]) => CacheMonitoring.standard({
      eventLog,
      loggedEvents: LoggedEvents.ALL_IMPORTS,
      statistics,
      probe,
      probedImages,
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
    const echo = new PullThroughCache(this, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: props.echoAccount }),
      monitoring: watchedBy(['nginx:1.27', 'python:3.13']),
    });
    const kubernetes = new PullThroughCache(this, 'Kubernetes', {
      upstream: UpstreamRegistry.KUBERNETES,
      monitoring: watchedBy(['pause:3.10']),
    });
    echo.onImageCached('NewImage', { target: new SnsTopic(tickets) });

    const caches = [echo, kubernetes];
    new CacheDashboard(this, 'Dashboard', { caches });
    new CacheQueries(this, 'Queries', { caches, eventLog, statistics });
  }
}
