import { PutRegistryPolicyCommand } from '@aws-sdk/client-ecr';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Ground, pullAs, refused, REGION } from './ground';
import type { Aws } from '../../local/harness/aws';
import { policy } from '../../local/harness/aws';
import type { PulledImage } from '../../local/harness/registry-client';
import { CachePullers, PullThroughCache, RegistryPolicy, UpstreamRegistry } from '../../src';
import { CacheActions } from '../../src/rule/cache-actions';

const VENDOR = '123456789012', OWNER = '111122223333', PULLERS = '444455556666';
const IMAGES = ['web', 'webs', 'worker', 'team/app', 'team/other', 'late'];

let ground: Ground;
const developers: Record<string, Aws> = {};

/** A role that developers of its account may assume. */
const role = (stack: Stack, name: string) => new iam.Role(stack, name, { roleName: name, assumedBy: new iam.AccountRootPrincipal() });

/** Pulls through the owner's cache as a role of one of the two accounts. */
async function pull(account: string, name: string, image: string): Promise<PulledImage> {
  return pullAs(developers[account], `arn:aws:iam::${account}:role/${name}`, `echo/${image}`, '1.0', account === OWNER ? undefined : OWNER);
}

beforeAll(async () => {
  ground = await Ground.prepare([OWNER, PULLERS]);
  for (const repository of IMAGES) {
    await ground.engine.seed({ layout: (await ground.image(repository, '1.0')).layout, account: VENDOR, region: REGION, repository, tag: '1.0' });
  }
  await ground.aws(VENDOR).ecr.send(new PutRegistryPolicyCommand({
    policyText: policy({
      Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${OWNER}:root` }, Action: CacheActions.READ_UPSTREAM, Resource: `arn:aws:ecr:${REGION}:${VENDOR}:repository/*`,
    }),
  }));
  const app = ground.synth(scope => {
    const owner = new Stack(scope, 'Owner', { env: { account: OWNER, region: REGION } });
    const pullers = [CachePullers.account(PULLERS, { roles: ['allowed-*'] })];
    const echo = new PullThroughCache(owner, 'Echo', { upstream: UpstreamRegistry.echo({ account: VENDOR }), repositoryTemplate: { pullers } });
    new RegistryPolicy(owner, 'RegistryPolicy').allowFirstPull(echo, { pullers, images: ['team/*', 'web'] });
    echo.grants.pull(role(owner, 'whole'));
    echo.grants.pullImages(role(owner, 'listed'), ['web', 'team/*']);
    echo.grants.pullCached(role(owner, 'cached-only'));

    const others = new Stack(scope, 'Pullers', { env: { account: PULLERS, region: REGION } });
    echo.grants.pull(role(others, 'allowed-puller'));
    echo.grants.pull(role(others, 'stranger'));
    role(others, 'allowed-without-grant').addToPolicy(new iam.PolicyStatement({ actions: [...CacheActions.LOG_IN], resources: ['*'] }));
  });
  for (const [account, stack] of [[OWNER, 'Owner'], [PULLERS, 'Pullers']]) {
    const { code, output } = await ground.cdk(account).deploy(stack, { app });
    if (code !== 0) {
      throw new Error(output);
    }
    developers[account] = await ground.developer(account);
  }
});

beforeEach(async () => ground.engine.forgetDenials());

afterAll(async () => ground?.end());

/** What a role was refused. */
async function deniedTo(name: string): Promise<string[]> {
  return (await ground.engine.denials()).filter(({ principal }) => principal.includes(name)).map(({ action, resource }) => `${action} ${resource.split(':').pop()}`);
}

describe('a role that may pull what is listed', () => {
  test.each(['web', 'team/app'])('makes a first pull of %s', async image => {
    expect((await pull(OWNER, 'listed', image)).platforms).toHaveLength(2);
  });

  test.each(['webs', 'worker'])('is refused %s', async image => {
    expect((await refused(pull(OWNER, 'listed', image))).code).toBe('DENIED');
    expect(await deniedTo('listed')).toEqual([`ecr:BatchGetImage repository/echo/${image}`]);
  });
});

describe('a role that may pull what is cached', () => {
  test('is refused a first pull', async () => {
    expect((await refused(pull(OWNER, 'cached-only', 'late'))).status).toBe(404);
    expect(await deniedTo('cached-only')).toContain('ecr:CreateRepository repository/echo/late');
  });

  test('pulls it after somebody else did', async () => {
    const { digest } = await pull(OWNER, 'whole', 'late');
    expect((await pull(OWNER, 'cached-only', 'late')).digest).toBe(digest);
  });
});

describe('a role of another account', () => {
  test('makes a first pull', async () => {
    expect((await pull(PULLERS, 'allowed-puller', 'team/other')).platforms).toHaveLength(2);
    expect(await deniedTo('allowed-puller')).toEqual([]);
  });

  test('pulls what the owner cached', async () => {
    const { digest } = await pull(OWNER, 'whole', 'web');
    expect((await pull(PULLERS, 'allowed-puller', 'web')).digest).toBe(digest);
  });

  test('is refused a first pull of what the owner does not list', async () => {
    expect((await refused(pull(PULLERS, 'allowed-puller', 'worker'))).code).toBe('DENIED');
    expect(await deniedTo('allowed-puller')).toEqual(['ecr:BatchGetImage repository/echo/worker']);
  });

  test.each(['stranger', 'allowed-without-grant'])('is refused when one side is missing: %s', async name => {
    await pull(OWNER, 'whole', 'web');
    expect((await refused(pull(PULLERS, name, 'web'))).code).toBe('DENIED');
    expect(await deniedTo(name)).toEqual(['ecr:BatchGetImage repository/echo/web']);
  });
});
