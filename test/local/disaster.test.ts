import {
  CreatePullThroughCacheRuleCommand, DeletePullThroughCacheRuleCommand, DeleteRegistryPolicyCommand, DescribePullThroughCacheRulesCommand,
  DescribeRegistryCommand, DescribeRepositoryCreationTemplatesCommand, PutRegistryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { startDockerHub } from './docker-hub';
import { Ground, pullAs, refused, REGION } from './ground';
import { RegionStack } from '../../examples/second-region/region-stack';
import { Aws, root } from '../../local/harness/aws';
import { Cdk } from '../../local/harness/cdk';
import { Customer, PullThroughCache, CustomerAccess, UpstreamRegistry, UpstreamSecret } from '../../src';

const ACCOUNT = '111122223333', VENDOR = '123456789012', SECOND_REGION = 'eu-west-1';
const UPSTREAM = `${VENDOR}.dkr.ecr.${REGION}.amazonaws.com`;
const LOGIN = { username: 'my-team', accessToken: 'right' };

let ground: Ground;
const developers: Record<string, Aws> = {};
const pullers: Record<string, string> = {};

const awsIn = (region: string) => new Aws(ground.engine.endpoint, region, root(ACCOUNT));

/** The CDK CLI as the account's root, in a Region. */
const cdkIn = (region: string) => new Cdk(ground.processes, awsIn(region), ground.path(`cdk-${region}`));

async function expectSuccess(finished: Promise<{ code: number | null; output: string }>): Promise<void> {
  const { code, output } = await finished;
  if (code !== 0) {
    throw new Error(output);
  }
}

/** Both Regions' caches of the vendor, and in the first Region one of Docker Hub. */
function build(scope: App): void {
  const env = (region: string) => ({ account: ACCOUNT, region });
  new RegionStack(scope, 'First', { env: env(REGION), echoAccount: VENDOR, replicaRegions: [SECOND_REGION] });
  new RegionStack(scope, 'Second', { env: env(SECOND_REGION), echoAccount: VENDOR });
  const hub = new Stack(scope, 'Hub', { env: env(REGION) });
  const login = new UpstreamSecret(hub, 'Login', { secretName: 'ecr-pullthroughcache/docker-hub', username: LOGIN.username });
  const cache = new PullThroughCache(hub, 'DockerHub', { upstream: UpstreamRegistry.dockerHub(login.credential) });
  const puller = new iam.Role(hub, 'Puller', { assumedBy: new iam.AccountRootPrincipal() });
  cache.grants.pull(puller);
  new CfnOutput(hub, 'PullerArn', { value: puller.roleArn });
  new CfnOutput(hub, 'SecretArn', { value: login.secret.secretArn });
}

beforeAll(async () => {
  ground = await Ground.prepare([]);
  await allowVendorsCustomer();
  const app = ground.synth(build);
  for (const [stack, region] of [['First', REGION], ['Second', SECOND_REGION], ['Hub', REGION]]) {
    const cdk = cdkIn(region);
    await expectSuccess(cdk.bootstrap(ACCOUNT));
    await expectSuccess(cdk.deploy(stack, { app }));
    pullers[stack] = cdk.outputs(stack).PullerArn;
  }
  await startDockerHub(ground, LOGIN, ['library/nginx', 'library/redis']);
  await fillSecret(LOGIN.accessToken);
  const developer = await ground.developer(ACCOUNT);
  developers[REGION] = developer;
  developers[SECOND_REGION] = new Aws(ground.engine.endpoint, SECOND_REGION, developer.credentials);
});

afterAll(async () => ground?.end());

async function allowVendorsCustomer(): Promise<void> {
  const policyText = CustomerAccess.forCustomers([Customer.account(ACCOUNT)]).toPolicyText({ repositoryArns: [`arn:aws:ecr:${REGION}:${VENDOR}:repository/*`] });
  await ground.aws(VENDOR).ecr.send(new PutRegistryPolicyCommand({ policyText }));
}

async function fillSecret(accessToken: string): Promise<void> {
  const { SecretArn } = cdkIn(REGION).outputs('Hub');
  await ground.aws(ACCOUNT).secretsManager.send(new PutSecretValueCommand({
    SecretId: SecretArn, SecretString: JSON.stringify({ username: LOGIN.username, accessToken }),
  }));
}

async function publish(repository: string, tag: string, content?: string): Promise<string> {
  const { layout } = await ground.image(repository, tag, content);
  return ground.engine.seed({ layout, account: VENDOR, region: REGION, repository, tag });
}

/** Pulls an image of the vendor in a Region. */
const pull = async (repository: string, tag: string, region = REGION) =>
  pullAs(developers[region], pullers[region === REGION ? 'First' : 'Second'], `echo/${repository}`, tag);

const pullHub = async (image: string) => pullAs(developers[REGION], pullers.Hub, `docker-hub/library/${image}`, '1.0');

/** What ECR told EventBridge about failed imports since a moment. */
async function failuresSince(earlier: number): Promise<Record<string, string>[]> {
  return (await ground.engine.events()).slice(earlier)
    .filter(event => event['detail-type'] === 'ECR Pull Through Cache Action' && event.detail['sync-status'] !== 'SUCCESS')
    .map(({ detail }) => detail);
}

const eventCount = async () => (await ground.engine.events()).length;

describe('the upstream is gone', () => {
  test('what is cached is served, also when its 24 hours are over; the rest is not; both are told', async () => {
    // given
    const cached = await publish('nginx', '1.27');
    await pull('nginx', '1.27');
    await publish('nginx', '1.28');
    const earlier = await eventCount();
    // when
    await ground.engine.upstream(UPSTREAM, { state: 'down' });
    await ground.engine.advance({ hours: 25 });
    // then
    expect((await pull('nginx', '1.27')).digest).toBe(cached);
    expect((await refused(pull('nginx', '1.28'))).message).toMatch(/manifest unknown|not found/i);
    const tags = (await failuresSince(earlier)).map(detail => detail['image-tag']);
    expect([tags.includes('1.27'), tags.includes('1.28')]).toEqual([true, true]);
  });

  test('when it is back, so is everything, without a change of the cache', async () => {
    await ground.engine.upstream(UPSTREAM, { state: 'up' });
    expect((await pull('nginx', '1.28')).platforms).toHaveLength(2);
  });
});

describe('access to the upstream is revoked', () => {
  test('what is cached is served, a tag that moved stays stale, the rest is refused', async () => {
    // given
    const cached = await publish('redis', '7');
    await pull('redis', '7');
    await publish('redis', '7', 'a newer one');
    await publish('redis', '8');
    const earlier = await eventCount();
    // when
    await ground.aws(VENDOR).ecr.send(new DeleteRegistryPolicyCommand({}));
    await ground.engine.advance({ hours: 25 });
    // then
    expect((await pull('redis', '7')).digest).toBe(cached);
    await expect(refused(pull('redis', '8'))).resolves.toMatchObject({ status: 403 });
    expect((await failuresSince(earlier)).map(detail => detail['failure-reason'])).toEqual(expect.arrayContaining([expect.stringContaining('may not perform')]));
  });

  test('with access again, the next pull refreshes and imports', async () => {
    await allowVendorsCustomer();
    await ground.engine.advance({ hours: 25 });
    expect((await pull('redis', '8')).platforms).toHaveLength(2);
    expect((await pull('redis', '7')).digest).toBe(await publish('redis', '7', 'a newer one'));
  });
});

describe('the credential of an upstream is revoked', () => {
  test('what is cached is served, the rest is refused', async () => {
    // given
    const { digest } = await pullHub('nginx');
    // when
    await fillSecret('revoked');
    await ground.engine.advance({ hours: 25 });
    // then
    expect((await pullHub('nginx')).digest).toBe(digest);
    await expect(refused(pullHub('redis'))).resolves.toMatchObject({ status: 403, reason: expect.stringContaining('401') });
  });

  test('a new value of the secret is enough to come back: neither rule nor stack changes', async () => {
    await fillSecret(LOGIN.accessToken);
    expect((await pullHub('redis')).platforms).toHaveLength(2);
  });
});

describe('the rule is deleted', () => {
  const rules = async () => (await awsIn(REGION).ecr.send(new DescribePullThroughCacheRulesCommand({}))).pullThroughCacheRules!;

  test('by hand: what is cached is served and no more; the same rule made again brings it back, and the stack deploys', async () => {
    // given
    const cached = (await pull('nginx', '1.27')).digest;
    const rule = (await rules()).find(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix === 'echo')!;
    // when
    await awsIn(REGION).ecr.send(new DeletePullThroughCacheRuleCommand({ ecrRepositoryPrefix: 'echo' }));
    // then
    await publish('late', '1.0');
    expect((await pull('nginx', '1.27')).digest).toBe(cached);
    await expect(refused(pull('late', '1.0'))).resolves.toMatchObject({ status: 404 });
    // when
    const { ecrRepositoryPrefix, upstreamRegistryUrl, upstreamRegistry, customRoleArn } = rule;
    const same = { ecrRepositoryPrefix, upstreamRegistryUrl, upstreamRegistry, customRoleArn };
    await awsIn(REGION).ecr.send(new CreatePullThroughCacheRuleCommand(same));
    // then
    expect((await pull('late', '1.0')).platforms).toHaveLength(2);
    await expectSuccess(cdkIn(REGION).deploy('First', { app: ground.synth(build) }));
  });

  test('with its stack: the repositories stay, and a new deployment takes them up again', async () => {
    // given
    const cached = (await pull('nginx', '1.27')).digest;
    const app = ground.synth(build);
    // when
    await expectSuccess(cdkIn(REGION).destroy('First', { app }));
    expect((await rules()).map(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix)).toEqual(['docker-hub']);
    await expectSuccess(cdkIn(REGION).deploy('First', { app }));
    pullers.First = cdkIn(REGION).outputs('First').PullerArn;
    // then
    expect((await pull('nginx', '1.27')).digest).toBe(cached);
    await publish('later', '1.0');
    expect((await pull('later', '1.0')).platforms).toHaveLength(2);
  });
});

describe('the Region is gone', () => {
  test('the cache of the second Region imports by itself what it has not', async () => {
    expect((await pull('nginx', '1.28', SECOND_REGION)).digest).toBe((await pull('nginx', '1.28')).digest);
  });

  test('images of the first are replicated to it below the prefix, into repositories that its template shapes', async () => {
    // what replication copies, and when, the engine doesn't know
    const { replicationConfiguration } = await awsIn(REGION).ecr.send(new DescribeRegistryCommand({}));
    expect(replicationConfiguration).toEqual({
      rules: [{
        destinations: [{ region: SECOND_REGION, registryId: ACCOUNT }],
        repositoryFilters: [{ filter: 'echo/', filterType: 'PREFIX_MATCH' }],
      }],
    });
    const { repositoryCreationTemplates } = await awsIn(SECOND_REGION).ecr.send(new DescribeRepositoryCreationTemplatesCommand({}));
    expect(repositoryCreationTemplates).toEqual([expect.objectContaining({ prefix: 'echo', appliedFor: ['PULL_THROUGH_CACHE', 'REPLICATION'] })]);
  });
});
