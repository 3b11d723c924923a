import { DescribePullThroughCacheRulesCommand, DescribeRepositoriesCommand, DescribeRepositoryCreationTemplatesCommand } from '@aws-sdk/client-ecr';
import { Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { Ground } from './ground';
import { failuresOf, resourcesOf, statusOf } from '../../local/harness/stack';
import { CacheLifecycleRule, PullThroughCache, UpstreamRegistry } from '../../src';

const ACCOUNT = '111122223333', STACK = 'Cache';

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT]);
});

afterAll(async () => ground?.end());

/** What may change of the app from one deployment to the next. */
interface Version {
  readonly newest?: number;
  readonly upstream?: UpstreamRegistry;
  readonly refusedRule?: boolean;
}

async function deploy({ newest = 10, upstream = UpstreamRegistry.QUAY, refusedRule = false }: Version = {}) {
  const app = ground.synth(scope => {
    const stack = new Stack(scope, STACK);
    const cache = new PullThroughCache(stack, 'Images', {
      upstream, repositoryPrefix: 'images', repositoryTemplate: { lifecycleRules: [CacheLifecycleRule.keepNewest(newest)] },
    });
    if (refusedRule) {
      const refusedOne = new CfnPullThroughCacheRule(stack, 'Refused', { ecrRepositoryPrefix: 'refused', upstreamRegistryUrl: 'nowhere.example' });
      // so that something has changed already when it fails
      refusedOne.node.addDependency(cache);
    }
  });
  return ground.cdk(ACCOUNT).deploy(STACK, { app });
}

async function state() {
  const { ecr } = ground.aws(ACCOUNT);
  const { pullThroughCacheRules: rules = [] } = await ecr.send(new DescribePullThroughCacheRulesCommand({}));
  const { repositoryCreationTemplates: templates = [] } = await ecr.send(new DescribeRepositoryCreationTemplatesCommand({}));
  return { rules, templates, status: await statusOf(ground.aws(ACCOUNT), STACK) };
}

describe('a stack that the CDK CLI deploys', () => {
  test('is created whole', async () => {
    // when
    const { code, output } = await deploy();
    // then
    expect([code, output]).toEqual([0, expect.stringContaining('Cache')]);
    const { rules, templates, status } = await state();
    expect(status).toBe('CREATE_COMPLETE');
    expect(rules).toEqual([expect.objectContaining({ ecrRepositoryPrefix: 'images', upstreamRegistryUrl: 'quay.io', upstreamRegistry: 'quay' })]);
    expect(templates).toEqual([expect.objectContaining({ prefix: 'images', lifecyclePolicy: expect.stringContaining('newest 10 tagged') })]);
    expect(Object.keys(await resourcesOf(ground.aws(ACCOUNT), STACK)).sort()).toEqual(expect.arrayContaining([
      'AWS::CloudWatch::Alarm', 'AWS::ECR::PullThroughCacheRule', 'AWS::ECR::RepositoryCreationTemplate', 'AWS::Events::Rule', 'AWS::Logs::LogGroup',
    ]));
  });

  test('is left alone when nothing changed', async () => {
    const before = await state();
    // when
    const { code, output } = await deploy();
    // then
    expect(code).toBe(0);
    expect(output).toContain('no changes');
    expect(await state()).toEqual(before);
  });

  test('takes a new lifecycle in place', async () => {
    const before = await state();
    // when
    const { code } = await deploy({ newest: 3 });
    // then
    const after = await state();
    expect(code).toBe(0);
    expect(after.status).toBe('UPDATE_COMPLETE');
    expect(after.rules).toEqual(before.rules);
    expect(after.templates).toEqual([expect.objectContaining({
      createdAt: before.templates[0].createdAt, lifecyclePolicy: expect.stringContaining('newest 3 tagged'),
    })]);
  });

  test('fails to update with a resource that ECR refuses, and loses nothing', async () => {
    const before = await state();
    // when
    const { code, output } = await deploy({ newest: 5, refusedRule: true });
    // then
    const after = await state();
    expect(code).not.toBe(0);
    expect(output).toContain("The specified upstream registry isn't supported: nowhere.example");
    expect(after.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(after.rules).toEqual(before.rules);
    expect(after.templates[0].lifecyclePolicy).toBe(before.templates[0].lifecyclePolicy);
  });

  test('fails to replace a rule while its prefix lives, and keeps it', async () => {
    const before = await state();
    // when
    const { code, output } = await deploy({ newest: 3, upstream: UpstreamRegistry.KUBERNETES });
    // then
    expect(code).not.toBe(0);
    expect(output).toContain("A pull through cache rule with the repository prefix 'images' already exists");
    expect((await failuresOf(ground.aws(ACCOUNT), STACK))[0]).toContain('PullThroughCacheRuleAlreadyExistsException');
    expect((await state()).status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await state()).rules).toEqual(before.rules);
  });

  test('can be updated after failures', async () => {
    // when
    const { code } = await deploy({ newest: 7 });
    // then
    expect(code).toBe(0);
    expect((await state()).templates[0].lifecyclePolicy).toContain('newest 7 tagged');
  });

  test('is destroyed without a remainder', async () => {
    // when
    const { code } = await ground.cdk(ACCOUNT).destroy(STACK, { app: ground.synth(scope => new Stack(scope, STACK)) });
    // then
    const { rules, templates, status } = await state();
    expect(code).toBe(0);
    expect([undefined, 'DELETE_COMPLETE']).toContain(status);
    expect(rules).toEqual([]);
    expect(templates).toEqual([]);
    expect((await ground.aws(ACCOUNT).ecr.send(new DescribeRepositoriesCommand({}))).repositories).toEqual([
      expect.objectContaining({ repositoryName: expect.stringContaining('cdk-') }),
    ]);
  });
});

test('the engine listens on this machine only', async () => {
  const listeners = await ground.engine.listeners();
  // then
  expect(listeners.length).toBeGreaterThan(0);
  expect(listeners.filter(({ loopback }) => !loopback)).toEqual([]);
});
