import { join } from 'node:path';
import { DescribePullThroughCacheRulesCommand, DescribeRepositoryCreationTemplatesCommand, GetLifecyclePolicyCommand } from '@aws-sdk/client-ecr';
import { failuresOf, statusOf } from '../../harness/stack';
import { editedSample } from '../edited-sample';
import { refusal, STACK, UPSTREAM, VENDOR } from '../world';
import type { World } from '../world';

const CHANGE = '      repositoryTemplate: { lifecycleRules: [CacheLifecycleRule.keepNewest(3)] },';

export async function changes(world: World): Promise<void> {
  const app = editedSample(join(world.home, 'edited'), [
    { from: 'import { CacheMonitoring,', to: 'import { CacheLifecycleRule, CacheMonitoring,' },
    { from: '      monitoring: CacheMonitoring', to: `${CHANGE}\n      monitoring: CacheMonitoring` },
  ]);
  await inPlace(world, app);
  await replacing(world, app);
}

async function inPlace(world: World, app: string): Promise<void> {
  const { cdk, customer, report } = world;
  const born = (await ruleOf(world))?.createdAt?.getTime();
  report.progress('a user adds a line to the app and deploys');
  report.quote(`+${CHANGE}`);
  const deployed = await cdk.deploy(STACK, { app, context: { echoAccount: VENDOR } });
  report.claim('it deploys', deployed.code === 0 && await statusOf(customer, STACK) === 'UPDATE_COMPLETE', deployed.output);
  const rule = await ruleOf(world);
  report.claim('the rule is the one that was there', born !== undefined && rule?.createdAt?.getTime() === born, JSON.stringify(rule));

  const { repositoryCreationTemplates: [template] = [] } = await customer.ecr.send(new DescribeRepositoryCreationTemplatesCommand({}));
  report.claim('the template keeps the newest 3 images', keeps(template?.lifecyclePolicy) === 3, template?.lifecyclePolicy);
  await world.publish('python', '3.13');
  await world.pull('echo/python', '3.13');
  const now = { python: await lifecycle(world, 'echo/python'), nginx: await lifecycle(world, 'echo/nginx') };
  report.claim('so does a repository that is born now, and those that exist keep the newest 10', now.python === 3 && now.nginx === 10,
    JSON.stringify(now));
}

async function replacing(world: World, app: string): Promise<void> {
  const { cdk, customer, report } = world;
  report.progress('Echo moves to another account, and a user deploys with its number');
  const moved = { app, context: { echoAccount: '777788889999' } };
  const diff = await cdk.diff(STACK, { ...moved, args: ['--method', 'change-set'] });
  const told = diff.output.split('\n').filter(line => /PullThroughCacheRule.*replace|UpstreamRegistryUrl.*replacement/.test(line));
  report.claim('cdk diff tells that the rule would be replaced', told.length > 0, diff.output);
  report.quote(told.join('\n'));

  const deployed = await cdk.deploy(STACK, moved);
  const [reason] = (await failuresOf(customer, STACK)).filter(text => text.includes('already exists'));
  report.claim('the deployment fails, and says that the prefix is taken',
    deployed.code !== 0 && reason !== undefined && deployed.output.includes('already exists'), deployed.output);
  report.quote(reason ?? '');
  report.claim('the stack is back where it was', await statusOf(customer, STACK) === 'UPDATE_ROLLBACK_COMPLETE', await statusOf(customer, STACK));
  report.claim('with the rule', (await ruleOf(world))?.upstreamRegistryUrl === UPSTREAM, JSON.stringify(await ruleOf(world)));
  const pulled = await refusal(world.publish('nginx', '1.29').then(async () => world.pull('echo/nginx', '1.29')));
  report.claim('and new images come through it', pulled === undefined, pulled);
  report.progress('what to do instead: a second cache with a prefix of its own, then move the pullers, then remove the first');
}

async function ruleOf({ customer }: World) {
  return (await customer.ecr.send(new DescribePullThroughCacheRulesCommand({}))).pullThroughCacheRules?.[0];
}

async function lifecycle({ customer }: World, repositoryName: string): Promise<number | undefined> {
  return keeps((await customer.ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))).lifecyclePolicyText);
}

/** How many tagged images a lifecycle policy keeps. */
function keeps(policy = '{"rules":[]}'): number | undefined {
  const { rules } = JSON.parse(policy) as { rules: { selection: { tagStatus: string; countNumber: number } }[] };
  return rules.find(({ selection }) => selection.tagStatus === 'tagged')?.selection.countNumber;
}
