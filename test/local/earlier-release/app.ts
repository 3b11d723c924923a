import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  CacheAlarm, CacheAlerting, CacheDashboard, CacheMonitoring, CachePullers, CacheStatistics, PullThroughCache, RegistryPolicy, UpstreamRegistry,
} from '../../../src';

export const ACCOUNT = '111122223333', STACK = 'Cache';
export const EARLIER = join(__dirname, 'template.json');

/**
 * What a user has deployed with the release that wrote `template.json`. It takes nothing that this release lacked, and what it makes has the names
 * that the library and the user gave it then.
 */
export function deployedApp(app: App): Stack {
  const stack = new Stack(app, STACK, { env: { account: ACCOUNT, region: 'us-east-1' } });
  const pullers = [CachePullers.account('444455556666')];
  const echo = new PullThroughCache(stack, 'Echo', {
    upstream: UpstreamRegistry.echo({ account: '123456789012' }), repositoryTemplate: { tags: { team: 'web' }, pullers },
  });
  const quay = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY, monitoring: CacheMonitoring.standard() });
  new RegistryPolicy(stack, 'RegistryPolicy').allowFirstPull(echo, { pullers });
  const puller = new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal(), roleName: 'puller' });
  echo.grants.pull(puller);
  quay.grants.pullImages(puller, ['team/web']);
  new CacheStatistics(stack, 'Statistics', { caches: [echo, quay] });
  new CacheAlerting(stack, 'Alerting', { caches: [echo, quay], alarms: [CacheAlarm.statisticsMissing()] });
  new CacheDashboard(stack, 'Dashboard', { caches: [echo, quay] });
  return stack;
}

// after a release: npx tsx --tsconfig test/tsconfig.json test/local/earlier-release/app.ts
if (require.main === module) {
  const app = new App({ analyticsReporting: false });
  deployedApp(app);
  writeFileSync(EARLIER, `${JSON.stringify(app.synth().getStackByName(STACK).template, null, 2)}\n`);
}
