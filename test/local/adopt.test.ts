import {
  CreateRepositoryCommand, DescribeRepositoriesCommand, GetLifecyclePolicyCommand, GetRepositoryPolicyCommand, ListTagsForResourceCommand,
} from '@aws-sdk/client-ecr';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Ground, REGION } from './ground';
import { tool } from '../../local/harness/paths';
import { failuresOf, statusOf } from '../../local/harness/stack';
import { CacheLifecycleRule, CachePullers, PullThroughCache, RepositoryAdoption, RepositoryRemoval, UpstreamRegistry } from '../../src';

const ACCOUNT = '111122223333', STACK = 'Cache';
const CACHED = ['quay/app', 'quay/team/app'];
const OTHERS = ['quay/dev/app', 'quay/own/tool', 'quays/app', 'unrelated'];

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT], { args: ['--node-path', tool()] });
  for (const repositoryName of [...CACHED, ...OTHERS]) {
    await ground.aws(ACCOUNT).ecr.send(new CreateRepositoryCommand({ repositoryName }));
  }
});

afterAll(async () => ground?.end());

/** AWS asks for `ecr:DescribeRepositories` on `repository/*` when a whole registry is listed, the engine for it on `*`. */
function mayListOnTheEngine(construct: Construct): void {
  (construct.node.findChild('Role') as iam.Role).addToPolicy(new iam.PolicyStatement({ actions: ['ecr:DescribeRepositories'], resources: ['*'] }));
}

/** What is deployed beside the cache. */
interface Version {
  readonly dryRun?: boolean;
  readonly removal?: boolean;
  readonly refusedRule?: boolean;
}

async function deploy({ dryRun, removal, refusedRule }: Version) {
  const app = ground.synth(scope => {
    const stack = new Stack(scope, STACK, { env: { account: ACCOUNT, region: REGION } });
    const cache = new PullThroughCache(stack, 'Quay', {
      upstream: UpstreamRegistry.QUAY,
      repositoryTemplate: {
        lifecycleRules: [CacheLifecycleRule.keepNewest(3)], tags: { team: 'web' }, pullers: [CachePullers.account('444455556666')],
      },
    });
    new CfnPullThroughCacheRule(stack, 'Dev', { ecrRepositoryPrefix: 'quay/dev', upstreamRegistryUrl: 'quay.io' });
    if (dryRun !== undefined) {
      const adoption = new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, dryRun, leaveOut: ['quay/own'] });
      mayListOnTheEngine(adoption);
      new CfnOutput(stack, 'Adopted', { value: adoption.summary });
    }
    if (removal) {
      const made = new RepositoryRemoval(stack, 'Removal', { cache, confirmedPrefix: 'quay', leaveOut: ['quay/own'] });
      mayListOnTheEngine(made);
      new CfnOutput(stack, 'WouldDelete', { value: made.summary });
    }
    if (refusedRule) {
      const refused = new CfnPullThroughCacheRule(stack, 'Refused', { ecrRepositoryPrefix: 'refused', upstreamRegistryUrl: 'nowhere.example' });
      // so that all else has happened when it fails
      refused.node.addDependency(cache);
    }
  });
  return ground.cdk(ACCOUNT).deploy(STACK, { app });
}

async function repositories(): Promise<string[]> {
  const { repositories: all = [] } = await ground.aws(ACCOUNT).ecr.send(new DescribeRepositoriesCommand({}));
  return all.map(({ repositoryName }) => repositoryName!).filter(name => !name.startsWith('cdk-')).sort();
}

/** What a repository has of the template. */
async function settingsOf(repositoryName: string): Promise<string[]> {
  const { ecr } = ground.aws(ACCOUNT);
  const has = async (what: string, look: () => Promise<unknown>) => look().then(() => [what], () => []);
  const { tags = [] } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/${repositoryName}` }));
  return [
    ...await has('lifecycle', async () => ecr.send(new GetLifecyclePolicyCommand({ repositoryName }))),
    ...await has('policy', async () => ecr.send(new GetRepositoryPolicyCommand({ repositoryName }))),
    ...tags.map(({ Key, Value }) => `${Key}=${Value}`),
  ];
}

const ALL = ['lifecycle', 'policy', 'team=web'];

describe('repositories that were cached before the template was there', () => {
  test('stay as they are in a dry run, which tells what would change', async () => {
    // when
    const { code, output } = await deploy({ dryRun: true });
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(ground.cdk(ACCOUNT).outputs(STACK).Adopted).toContain("dry run, nothing was changed: of 2 repositories below 'quay' 2 would get settings");
    for (const name of CACHED) {
      expect(await settingsOf(name)).toEqual([]);
    }
  });

  test('get what the template has, and nobody else does', async () => {
    // when
    const { code, output } = await deploy({ dryRun: false });
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(ground.cdk(ACCOUNT).outputs(STACK).Adopted).toContain("of 2 repositories below 'quay' 2 got settings of the template");
    for (const name of CACHED) {
      expect(await settingsOf(name)).toEqual(ALL);
    }
    for (const name of OTHERS) {
      expect(await settingsOf(name)).toEqual([]);
    }
  });
});

describe('repositories whose removal was opted for', () => {
  test('stay when the deployment that brings the removal fails and goes back', async () => {
    // when
    const { code } = await deploy({ removal: true, refusedRule: true });
    // then
    expect(code).not.toBe(0);
    expect((await failuresOf(ground.aws(ACCOUNT), STACK)).join('\n')).toContain('nowhere.example');
    expect(await statusOf(ground.aws(ACCOUNT), STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await repositories()).toEqual([...CACHED, ...OTHERS].sort());
  });

  test('stay when it is deployed, which tells what it would delete', async () => {
    // when
    const { code, output } = await deploy({ removal: true });
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(ground.cdk(ACCOUNT).outputs(STACK).WouldDelete).toBe("a removal would delete 2 repositories below 'quay'");
    expect(await repositories()).toEqual([...CACHED, ...OTHERS].sort());
  });

  test('go with the stack, and nobody else does', async () => {
    // when
    const { code, output } = await ground.cdk(ACCOUNT).destroy(STACK, { app: ground.synth(scope => new Stack(scope, STACK)) });
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(await repositories()).toEqual(OTHERS);
  });
});
