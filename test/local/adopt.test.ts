import {
  CreateRepositoryCommand, GetLifecyclePolicyCommand, GetRepositoryPolicyCommand, ListTagsForResourceCommand, PutLifecyclePolicyCommand,
  SetRepositoryPolicyCommand, TagResourceCommand,
} from '@aws-sdk/client-ecr';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { Ground, REGION } from './ground';
import { mayListOnTheEngine } from './on-the-engine';
import { policy } from '../../local/harness/aws';
import { environment } from '../../local/harness/cdk';
import { ROOT, tool } from '../../local/harness/paths';
import { resourcesOf } from '../../local/harness/stack';
import { CacheLifecycleRule, CachePullers, PullThroughCache, RepositoryAdoption, UpstreamRegistry } from '../../src';

const ACCOUNT = '111122223333', STACK = 'Cache';
const CACHED = ['quay/app', 'quay/team/app'];
const OTHERS = ['quay/dev/app', 'quay/own', 'quay/own/tool', 'quays/app', 'unrelated'];
const DENY = policy({ Effect: 'Deny', Action: 'ecr:BatchGetImage', Principal: { AWS: '444455556666' } });
const LIFECYCLE = JSON.stringify({
  rules: [{ rulePriority: 1, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 500 }, action: { type: 'expire' } }],
});
const arn = (repository: string) => `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/${repository}`;

let ground: Ground;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT], { args: ['--node-path', tool()] });
  const { ecr } = ground.aws(ACCOUNT);
  for (const repositoryName of [...CACHED, ...OTHERS]) {
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  }
  await ecr.send(new SetRepositoryPolicyCommand({ repositoryName: 'quay/team/app', policyText: DENY }));
  await ecr.send(new PutLifecyclePolicyCommand({ repositoryName: 'quay/app', lifecyclePolicyText: LIFECYCLE }));
  await ecr.send(new TagResourceCommand({ resourceArn: arn('quay/app'), tags: [{ Key: 'team', Value: 'data' }] }));
});

afterAll(async () => ground?.end());

async function deploy(dryRun: boolean) {
  const app = ground.synth(scope => {
    const stack = new Stack(scope, STACK, { env: { account: ACCOUNT, region: REGION } });
    const cache = new PullThroughCache(stack, 'Quay', {
      upstream: UpstreamRegistry.QUAY,
      repositoryTemplate: {
        lifecycleRules: [CacheLifecycleRule.keepNewest(3)], tags: { team: 'web' }, pullers: [CachePullers.account('444455556666')],
      },
    });
    new CfnPullThroughCacheRule(stack, 'Dev', { ecrRepositoryPrefix: 'quay/dev', upstreamRegistryUrl: 'quay.io' });
    const adoption = new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, dryRun, leaveOut: ['quay/own'] });
    mayListOnTheEngine(adoption);
    new CfnOutput(stack, 'Adopted', { value: adoption.summary });
    new CfnOutput(stack, 'Log', { value: adoption.logGroup.logGroupName });
  });
  return ground.cdk(ACCOUNT).deploy(STACK, { app });
}

/** What a repository has of lifecycle, policy and tags. */
async function settingsOf(repositoryName: string) {
  const { ecr } = ground.aws(ACCOUNT);
  const { tags = [] } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: arn(repositoryName) }));
  return {
    lifecycle: await ecr.send(new GetLifecyclePolicyCommand({ repositoryName })).then(({ lifecyclePolicyText: text }) => text, () => undefined),
    policy: await ecr.send(new GetRepositoryPolicyCommand({ repositoryName })).then(({ policyText }) => policyText, () => undefined),
    tags: tags.map(({ Key, Value }) => `${Key}=${Value}`),
  };
}

const BEFORE = { lifecycle: LIFECYCLE, policy: undefined, tags: ['team=data'] };
const NOTHING = { lifecycle: undefined, policy: undefined, tags: [] };
const FROM_TEMPLATE = expect.stringContaining('keep the newest 3');

describe('repositories that were cached before the template was there', () => {
  test('stay as they are in a dry run, which tells what would change', async () => {
    // when
    const { code, output } = await deploy(true);
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(ground.cdk(ACCOUNT).outputs(STACK).Adopted).toBe("dry run, nothing was changed: of 2 repositories below 'quay' 2 would get settings of the "
      + 'template, 0 have nothing to get, 0 went away in the meantime, 0 failed; 1 would keep a policy that differs (quay/team/app)');
    expect([await settingsOf('quay/app'), await settingsOf('quay/team/app')]).toEqual([BEFORE, { ...NOTHING, policy: DENY }]);
  });

  test('get what the template has; a Deny that somebody made stays, and so does what is left out', async () => {
    // when
    const { code, output } = await deploy(false);
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(ground.cdk(ACCOUNT).outputs(STACK).Adopted).toMatch(/2 got settings of the template.*; 1 keep a policy that differs \(quay\/team\/app\)$/);
    expect(await settingsOf('quay/app')).toEqual({ lifecycle: FROM_TEMPLATE, policy: expect.stringContaining('444455556666'), tags: ['team=web'] });
    expect(await settingsOf('quay/team/app')).toEqual({ lifecycle: FROM_TEMPLATE, policy: DENY, tags: ['team=web'] });
    for (const name of OTHERS) {
      expect(await settingsOf(name)).toEqual(NOTHING);
    }
  });

  test('get back what was overwritten, by the script of the example', async () => {
    // when
    const { Log } = ground.cdk(ACCOUNT).outputs(STACK);
    const { code, output } = await ground.processes.run(process.execPath, [
      tool('tsx/dist/cli.mjs'), '--tsconfig', `${ROOT}/test/tsconfig.json`, `${ROOT}/examples/adopt/put-back.ts`, Log, '--apply',
    ], { env: { ...process.env, ...environment(ground.aws(ACCOUNT), ground.home), NODE_OPTIONS: '' } });
    // then
    expect([code, output.split('\n').filter(line => line.startsWith('put back')).sort()]).toEqual([0, [
      `put back quay/app lifecycle: ${JSON.stringify(LIFECYCLE)}`, 'put back quay/app tags: [{"Key":"team","Value":"data"}]',
    ]]);
    expect(await settingsOf('quay/app')).toMatchObject({ lifecycle: LIFECYCLE, tags: ['team=data'] });
  });

  test('are not changed by who invokes the function outside of a deployment', async () => {
    // given
    const before = [await settingsOf('quay/app'), await settingsOf('unrelated')];
    const { endpoint, region, credentials } = ground.aws(ACCOUNT);
    const { 'AWS::Lambda::Function': [FunctionName] } = await resourcesOf(ground.aws(ACCOUNT), STACK);
    // when
    const event = {
      RequestType: 'Update',
      ResponseURL: `${endpoint}/nowhere`,
      StackId: 'mine',
      RequestId: 'mine',
      LogicalResourceId: 'Mine',
      PhysicalResourceId: 'mine',
      ResourceProperties: { prefix: 'unrelated', dryRun: 'false', repositoryPolicy: DENY, lifecyclePolicy: LIFECYCLE },
    };
    await new LambdaClient({ endpoint, region, credentials }).send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
    // then
    expect([await settingsOf('quay/app'), await settingsOf('unrelated')]).toEqual(before);
  });
});
