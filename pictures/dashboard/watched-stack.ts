import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  CacheDashboard, CacheMonitoring, CacheProbe, CacheStatistics, LoggedEvents, PullThroughCache, UpstreamRegistry,
} from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

/** One cache with all that a dashboard can show of it. */
export class WatchedStack extends Stack {
  constructor(scope: Construct, id: string, vendor: string) {
    super(scope, id);

    const echo = new PullThroughCache(this, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: vendor }),
      monitoring: CacheMonitoring.standard({ loggedEvents: LoggedEvents.ALL_IMPORTS }),
    });
    new CacheStatistics(this, 'Statistics', { caches: [echo], interval: Duration.hours(1) });
    new CacheProbe(this, 'Probe', { images: ['nginx:1.27', 'python:3.13', 'mysql:9.1'].map(name => echo.image(name)), interval: Duration.hours(1) });
    new CacheDashboard(this, 'Dashboard', { caches: [echo], dashboardName: 'Caches' });
    echo.grants.pull(new iam.Role(this, 'Puller', { roleName: 'puller', assumedBy: new iam.AccountRootPrincipal() }));
  }
}
