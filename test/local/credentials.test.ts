import { ValidatePullThroughCacheRuleCommand } from '@aws-sdk/client-ecr';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { startDockerHub } from './docker-hub';
import { Ground, pullAs, refused } from './ground';
import type { Aws } from '../../local/harness/aws';
import { PullThroughCache, UpstreamRegistry, UpstreamSecret } from '../../src';

const ACCOUNT = '111122223333', STACK = 'DockerHub', PREFIX = 'docker-hub';
const RIGHT = { username: 'my-team', accessToken: 'right' };

let ground: Ground;
let developer: Aws;
let secretArn: string;
let digests: Record<string, string>;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT]);
  developer = await ground.developer(ACCOUNT);
  digests = await startDockerHub(ground, RIGHT, ['library/nginx', 'library/redis', 'library/late', 'my-team/app']);
  const app = ground.synth(scope => {
    const stack = new Stack(scope, STACK);
    const login = new UpstreamSecret(stack, 'Login', { secretName: 'ecr-pullthroughcache/docker-hub', username: RIGHT.username });
    const cache = new PullThroughCache(stack, 'Hub', { upstream: UpstreamRegistry.dockerHub(login.credential), repositoryPrefix: PREFIX });
    cache.grants.pull(new iam.Role(stack, 'Puller', { roleName: 'puller', assumedBy: new iam.AccountRootPrincipal() }));
    new CfnOutput(stack, 'Secret', { value: login.secret.secretArn });
    for (const name of ['nginx', 'redis', 'late', 'my-team/app']) {
      new CfnOutput(stack, name.replace(/\W/g, ''), { value: cache.image(`${name}:1.0`).uri });
    }
  });
  const { code, output } = await ground.cdk(ACCOUNT).deploy(STACK, { app });
  expect([code, output]).toEqual([0, expect.anything()]);
  secretArn = ground.cdk(ACCOUNT).outputs(STACK).Secret;
});

afterAll(async () => ground?.end());

async function fill(value: Record<string, string>): Promise<void> {
  await ground.aws(ACCOUNT).secretsManager.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: JSON.stringify(value) }));
}

async function validate() {
  return ground.aws(ACCOUNT).ecr.send(new ValidatePullThroughCacheRuleCommand({ ecrRepositoryPrefix: PREFIX }));
}

/** Pulls what the construct says is the name of an image. */
async function pullImage(name: string) {
  const [, repository, tag] = /\.amazonaws\.com\/(.+):(.+)$/.exec(ground.cdk(ACCOUNT).outputs(STACK)[name])!;
  return pullAs(developer, `arn:aws:iam::${ACCOUNT}:role/puller`, repository, tag);
}

describe('a cache of Docker Hub', () => {
  test('fails with the placeholder that its secret is born with, and says so', async () => {
    expect(await refused(pullImage('nginx'))).toMatchObject({
      status: 403, code: 'DENIED', reason: expect.stringContaining('the upstream registry answered 401'),
    });
    expect((await validate()).isValid).toBe(false);
  });

  test('pulls official images below library/, and others as they are named, once the secret is filled', async () => {
    // when
    await fill(RIGHT);
    // then
    expect((await validate()).isValid).toBe(true);
    expect((await pullImage('nginx')).digest).toBe(digests['library/nginx']);
    expect((await pullImage('myteamapp')).digest).toBe(digests['my-team/app']);
  });

  test('fails for an official image without library/', async () => {
    expect(await refused(pullAs(developer, `arn:aws:iam::${ACCOUNT}:role/puller`, `${PREFIX}/nginx`, '1.0'))).toMatchObject({
      status: 403, code: 'DENIED', reason: expect.stringContaining('the upstream registry answered 403'),
    });
  });

  test('fails with a wrong token, and pulls when it is right again', async () => {
    await fill({ ...RIGHT, accessToken: 'wrong' });
    // when
    const refusal = await refused(pullImage('redis'));
    // then
    expect(refusal).toMatchObject({ status: 403, code: 'DENIED', reason: expect.stringContaining('the upstream registry answered 401') });
    const failed = (await ground.engine.events()).map(({ detail }) => detail).filter(detail => detail['repository-name'] === `${PREFIX}/library/redis`);
    expect(failed).toEqual([expect.objectContaining({ 'sync-status': 'FAILURE', 'failure-reason': expect.stringContaining('401') })]);

    // when
    await fill(RIGHT);
    // then
    expect((await pullImage('redis')).digest).toBe(digests['library/redis']);
  });

  test('fails with a secret that lacks a key', async () => {
    // when
    await fill({ username: RIGHT.username, token: RIGHT.accessToken });
    // then
    expect(await refused(pullImage('late'))).toMatchObject({
      status: 403, code: 'DENIED', reason: expect.stringContaining('keys username and accessToken'),
    });
  });
});
