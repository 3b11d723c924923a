import { GetLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { roleIn } from './watched-cache';
import { CacheLifecycleRule, PullThroughCache, RegistryReplication, TemplateUse, UpstreamRegistry } from '../../src';
import { decided, Need, undecided } from '../runner/check';
import type { Group, Place } from '../runner/check';
import type { Session } from '../runner/session';

const STACK = 'IntegDay', FAR = 'IntegDayFar', PREFIX = 'integ-day', IMAGE = `${PREFIX}/docker/library/busybox`;
const DAY_SECONDS = 25 * 3600;

/** The same cache in two Regions, replicated from the first to the second, with a role that may make first pulls and one that may not. */
function stacks(app: App, { account, region, farRegion, engine }: Place): void {
  for (const [id, at] of [[FAR, farRegion], [STACK, region]]) {
    const stack = new Stack(app, id, { env: { account, region: at } });
    const cache = new PullThroughCache(stack, 'Cache', {
      upstream: UpstreamRegistry.ECR_PUBLIC,
      repositoryPrefix: PREFIX,
      repositoryTemplate: {
        appliedFor: [TemplateUse.PULL_THROUGH_CACHE, TemplateUse.REPLICATION],
        lifecycleRules: [CacheLifecycleRule.keepNewest(7)],
      },
    });
    if (id === FAR) { continue; }
    if (!engine) { new RegistryReplication(stack, 'Replication').replicate(cache, { region: farRegion }); }
    const [puller, cachedOnly] = [roleIn(stack, 'Puller'), roleIn(stack, 'CachedOnly')];
    cache.grants.pull(puller);
    cache.grants.pullCached(cachedOnly);
    new CfnOutput(stack, 'PullerArn', { value: puller.roleArn });
    new CfnOutput(stack, 'CachedOnlyArn', { value: cachedOnly.roleArn });
  }
}

async function pullCachedRefresh(session: Session) {
  const first = await session.pull(IMAGE, 'stable', await session.output(STACK, 'PullerArn'));
  if (first.refused) { return undecided(first.refused); }
  await session.pass(DAY_SECONDS);
  const later = await session.pull(IMAGE, 'stable', await session.output(STACK, 'CachedOnlyArn'));
  return decided(later.digest === first.digest, { first, after25HoursWithoutImport: later });
}

/** After the other check, which let a day pass. */
async function replicasUnderARule(session: Session) {
  const far = session.account.in(session.place.farRegion);
  const lifecycle = await session.until(async () => far.ecr.send(new GetLifecyclePolicyCommand({ repositoryName: IMAGE })).then(() => 'there', () => undefined), 30);
  const pulled = await session.pull(IMAGE, 'stable', far);
  return decided(lifecycle === 'there' && pulled.digest !== undefined, { lifecycleOfTheTemplate: lifecycle ?? 'none', pulled });
}

export const DAY: Group = {
  name: 'day',
  creates: 'a cache of ECR Public in two Regions, the replication of the registry, which must not be configured, two roles; a small image in each',
  minutes: 25 * 60 + 20,
  dollars: 0.5,
  needs: [Need.DAY],
  images: { 'public.ecr.aws': ['docker/library/busybox:stable'] },
  stacks,
  checks: [
    { id: 'pull-cached-refresh', run: pullCachedRefresh },
    { id: 'replicas-under-a-rule', notOnEngine: 'it keeps a replication configuration and replicates nothing', run: replicasUnderARule },
  ],
};
