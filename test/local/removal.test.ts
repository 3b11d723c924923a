import {
  CreatePullThroughCacheRuleCommand, CreateRepositoryCommand, CreateRepositoryCreationTemplateCommand, DescribeRepositoriesCommand,
} from '@aws-sdk/client-ecr';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { Ground, REGION } from './ground';
import { mayListOnTheEngine } from './on-the-engine';
import { tool } from '../../local/harness/paths';
import { failuresOf, statusOf } from '../../local/harness/stack';
import { PullThroughCache, RepositoryRemoval, UpstreamRegistry } from '../../src';

const ACCOUNT = '111122223333', STACK = 'Cache';
const OLDER = 'quay/older';
const CACHED = ['quay/app', 'quay/team/app'];
const OTHERS = ['quay/dev/app', 'quay/own', 'quay/own/tool', 'quay/special/app', 'quays/app', 'unrelated'];

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT], { args: ['--node-path', tool()] });
  await make(OLDER);
});

afterAll(async () => ground?.end());

async function make(...names: string[]): Promise<void> {
  for (const repositoryName of names) {
    await ground.aws(ACCOUNT).ecr.send(new CreateRepositoryCommand({ repositoryName }));
  }
}

async function repositories(): Promise<string[]> {
  const { repositories: all = [] } = await ground.aws(ACCOUNT).ecr.send(new DescribeRepositoriesCommand({}));
  return all.map(({ repositoryName }) => repositoryName!).filter(name => !name.startsWith('cdk-')).sort();
}

/** A cache with its removal, by the id of the removal; none without one. */
async function deploy(removal: string, refusedRule = false) {
  const app = ground.synth(scope => {
    const stack = new Stack(scope, STACK, { env: { account: ACCOUNT, region: REGION } });
    const cache = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
    new CfnPullThroughCacheRule(stack, 'Dev', { ecrRepositoryPrefix: 'quay/dev', upstreamRegistryUrl: 'quay.io' });
    const made = new RepositoryRemoval(stack, removal, { cache, confirmedPrefix: 'quay', leaveOut: ['quay/own'] });
    mayListOnTheEngine(made);
    new CfnOutput(stack, 'WouldDelete', { value: made.summary });
    if (refusedRule) {
      const refused = new CfnPullThroughCacheRule(stack, 'Refused', { ecrRepositoryPrefix: 'refused', upstreamRegistryUrl: 'nowhere.example' });
      // so that all else has happened when it fails
      refused.node.addDependency(cache);
    }
  });
  return ground.cdk(ACCOUNT).deploy(STACK, { app });
}

const destroy = async (stack: string) => ground.cdk(ACCOUNT).destroy(stack, { app: ground.synth(scope => new Stack(scope, stack)) });

describe('repositories whose removal was opted for', () => {
  test('stay when it is deployed, which tells what it would delete', async () => {
    // when
    const { code, output } = await deploy('Removal');
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(ground.cdk(ACCOUNT).outputs(STACK).WouldDelete).toBe(
      "a removal would delete 0 repositories below 'quay', 1 would stay (quay/older) that are older than the cache");
  });

  test('stay when a deployment that replaces it fails and goes back', async () => {
    // given
    await make(...CACHED, ...OTHERS);
    await ground.aws(ACCOUNT).ecr.send(new CreateRepositoryCreationTemplateCommand({ prefix: 'quay/special', appliedFor: ['PULL_THROUGH_CACHE'] }));
    // when
    const { code } = await deploy('Renamed', true);
    // then
    expect(code).not.toBe(0);
    expect((await failuresOf(ground.aws(ACCOUNT), STACK)).join('\n')).toContain('nowhere.example');
    expect(await statusOf(ground.aws(ACCOUNT), STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await repositories()).toEqual([OLDER, ...CACHED, ...OTHERS].sort());
  });

  test('stay when it is renamed, which CloudFormation takes for a removal, since the rule is there', async () => {
    // when
    const { code, output } = await deploy('Renamed');
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(ground.cdk(ACCOUNT).outputs(STACK).WouldDelete).toContain("a removal would delete 2 repositories below 'quay', 1 would stay (quay/older)");
    expect(await repositories()).toEqual([OLDER, ...CACHED, ...OTHERS].sort());
  });

  test('go with the stack, if they are younger than the cache, and nobody else does: neither what a template of another app has', async () => {
    // when
    const { code, output } = await destroy(STACK);
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(await repositories()).toEqual([OLDER, ...OTHERS].sort());
  });
});

test('the repositories of somebody else stay when a stack could not be created, since its rule exists, and is deleted then', async () => {
  // given
  await ground.aws(ACCOUNT).ecr.send(new CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: 'k8s', upstreamRegistryUrl: 'registry.k8s.io' }));
  await make('k8s/pause');
  // when
  const app = ground.synth(scope => {
    const stack = new Stack(scope, 'Second', { env: { account: ACCOUNT, region: REGION } });
    const cache = new PullThroughCache(stack, 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES, repositoryPrefix: 'k8s' });
    mayListOnTheEngine(new RepositoryRemoval(stack, 'Removal', { cache, confirmedPrefix: 'k8s' }));
  });
  const { code } = await ground.cdk(ACCOUNT).deploy('Second', { app, args: ['--no-rollback'] });
  expect([code, await statusOf(ground.aws(ACCOUNT), 'Second')]).toEqual([1, 'CREATE_FAILED']);
  expect((await destroy('Second')).code).toBe(0);
  // then
  expect(await repositories()).toContain('k8s/pause');
});
