import { DeleteRegistryPolicyCommand, DescribePullThroughCacheRulesCommand, DescribeRepositoriesCommand, PutRegistryPolicyCommand } from '@aws-sdk/client-ecr';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { Duration, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { startDockerHub } from './docker-hub';
import { Ground, REGION } from './ground';
import { policy } from '../../local/harness/aws';
import { tool } from '../../local/harness/paths';
import { failuresOf, statusOf } from '../../local/harness/stack';
import { PullThroughCache, UpstreamCredential, UpstreamRegistry } from '../../src';
import type { VerifyOnDeployOptions } from '../../src';
import { CacheActions } from '../../src/rule/cache-actions';

const ACCOUNT = '111122223333', VENDOR = '123456789012', STACK = 'Cache';
const LOGIN = { username: 'my-team', accessToken: 'right' };

let ground: Ground;

beforeAll(async () => {
  // the functions take the SDK that AWS has in its runtime from here
  ground = await Ground.prepare([ACCOUNT], { args: ['--node-path', tool()] });
  for (const repository of ['web', 'worker']) {
    const { layout } = await ground.image(repository, '1.0');
    await ground.engine.seed({ layout, account: VENDOR, region: REGION, repository, tag: '1.0' });
  }
});

afterAll(async () => ground?.end());

async function vendorAllows(): Promise<void> {
  await ground.aws(VENDOR).ecr.send(new PutRegistryPolicyCommand({
    policyText: policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` },
      Action: CacheActions.READ_UPSTREAM,
      Resource: `arn:aws:ecr:${REGION}:${VENDOR}:repository/*`,
    }),
  }));
}

async function deploy(options: VerifyOnDeployOptions) {
  const app = ground.synth(scope => {
    const stack = new Stack(scope, STACK, { env: { account: ACCOUNT, region: REGION } });
    new PullThroughCache(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: VENDOR }) })
      .verifyOnDeploy({ retryFor: Duration.seconds(0), ...options });
  });
  return ground.cdk(ACCOUNT).deploy(STACK, { app });
}

async function prefixes(): Promise<string[]> {
  const { pullThroughCacheRules = [] } = await ground.aws(ACCOUNT).ecr.send(new DescribePullThroughCacheRulesCommand({}));
  return pullThroughCacheRules.map(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix!);
}

async function cached(): Promise<string[]> {
  const { repositories = [] } = await ground.aws(ACCOUNT).ecr.send(new DescribeRepositoriesCommand({}));
  return repositories.map(({ repositoryName }) => repositoryName!).filter(name => !name.startsWith('cdk-')).sort();
}

async function destroy(stack: string): Promise<number | null> {
  return (await ground.cdk(ACCOUNT).destroy(stack, { app: ground.synth(scope => new Stack(scope, stack)) })).code;
}

describe('a deployment that verifies a cache', () => {
  test('fails with the reason while the vendor lets nobody in, and leaves nothing', async () => {
    // when
    const { code } = await deploy({ images: ['web:1.0'] });
    // then
    expect(code).not.toBe(0);
    expect((await failuresOf(ground.aws(ACCOUNT), STACK)).join('\n')).toMatch(
      /the pull-through cache 'echo' does not work: echo\/web:1\.0: UnableToGetUpstreamImageException: .*\(log group /);
    expect(await statusOf(ground.aws(ACCOUNT), STACK)).toBe('ROLLBACK_COMPLETE');
    expect(await prefixes()).toEqual([]);
    expect(await cached()).toEqual([]);
    expect(await destroy(STACK)).toBe(0);
  });

  test('succeeds once the vendor does, and has the image in the cache', async () => {
    await vendorAllows();
    // when
    const { code, output } = await deploy({ images: ['web:1.0'] });
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(await prefixes()).toEqual(['echo']);
    expect(await cached()).toEqual(['echo/web']);
  });

  test('succeeds with an image more, and pulls it', async () => {
    // when
    const { code } = await deploy({ images: ['web:1.0', 'worker:1.0'] });
    // then
    expect(code).toBe(0);
    expect(await cached()).toEqual(['echo/web', 'echo/worker']);
  });

  test('fails with an image that does not exist, and goes back', async () => {
    // when
    const { code } = await deploy({ images: ['web:2.0'] });
    // then
    expect(code).not.toBe(0);
    expect((await failuresOf(ground.aws(ACCOUNT), STACK)).join('\n')).toContain('echo/web:2.0: ');
    expect(await statusOf(ground.aws(ACCOUNT), STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await prefixes()).toEqual(['echo']);
  });

  test('goes back although the cache does not work any more, which its old images would show too', async () => {
    await ground.aws(VENDOR).ecr.send(new DeleteRegistryPolicyCommand({}));
    await ground.engine.upstream(`${VENDOR}.dkr.ecr.${REGION}.amazonaws.com`, { state: 'down' });
    // when
    const { code } = await deploy({ images: ['worker:3.0'], trigger: 'again' });
    // then
    expect(code).not.toBe(0);
    expect(await statusOf(ground.aws(ACCOUNT), STACK)).toBe('UPDATE_ROLLBACK_COMPLETE');
  });

  test('leaves images and repositories when it is destroyed', async () => {
    // when
    expect(await destroy(STACK)).toBe(0);
    // then
    expect(await prefixes()).toEqual([]);
    expect(await cached()).toEqual(['echo/web', 'echo/worker']);
  });
});

describe('a deployment that verifies a cache with a credential', () => {
  beforeAll(async () => {
    await startDockerHub(ground, LOGIN, ['library/nginx']);
  });

  async function deployHub(accessToken: string) {
    const { ARN } = await ground.aws(ACCOUNT).secretsManager.send(new CreateSecretCommand({
      Name: `ecr-pullthroughcache/${accessToken}`, SecretString: JSON.stringify({ ...LOGIN, accessToken }),
    }));
    const app = ground.synth(scope => {
      const stack = new Stack(scope, 'Hub', { env: { account: ACCOUNT, region: REGION } });
      const credential = UpstreamCredential.fromSecret(secretsmanager.Secret.fromSecretCompleteArn(stack, 'Login', ARN!));
      new PullThroughCache(stack, 'Hub', { upstream: UpstreamRegistry.dockerHub(credential) }).verifyOnDeploy({ retryFor: Duration.seconds(0) });
    });
    return ground.cdk(ACCOUNT).deploy('Hub', { app });
  }

  test('fails with a wrong token', async () => {
    // when
    const { code } = await deployHub('wrong');
    // then
    expect(code).not.toBe(0);
    expect((await failuresOf(ground.aws(ACCOUNT), 'Hub')).join('\n')).toMatch(/the credential: InvalidCredential: .*401/);
    expect(await prefixes()).toEqual([]);
    expect(await destroy('Hub')).toBe(0);
  });

  test('succeeds with the right one, and needs no image', async () => {
    // when
    const { code, output } = await deployHub('right');
    // then
    expect([code, output]).toEqual([0, expect.anything()]);
    expect(await prefixes()).toEqual(['docker-hub']);
  });
});
