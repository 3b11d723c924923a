import { DescribePullThroughCacheRulesCommand } from '@aws-sdk/client-ecr';
import { CfnParameter, SecretValue, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { startDockerHub } from './docker-hub';
import { Ground, pullAs, REGION } from './ground';
import { PullThroughCache, UpstreamRegistry, UpstreamSecret } from '../../src';

const ACCOUNT = '111122223333';
const LOGIN = { username: 'my-team', accessToken: 'right' };

let ground: Ground;
beforeAll(async () => { ground = await Ground.prepare([ACCOUNT]); });
afterAll(async () => ground?.end());

const deploy = async (name: string, build: (stack: Stack) => void) => {
  const app = ground.synth((scope: App) => build(new Stack(scope, name, { env: { account: ACCOUNT, region: REGION } })));
  const { code, output } = await ground.cdk(ACCOUNT).deploy(name, { app });
  expect([code, output]).toEqual([0, expect.anything()]);
};

test('a cache of Docker Hub pulls after one deployment, by a token that is a parameter', async () => {
  const developer = await ground.developer(ACCOUNT);
  const digests = await startDockerHub(ground, LOGIN, ['library/nginx']);

  await deploy('DockerHub', stack => {
    // the command line would give it
    const token = new CfnParameter(stack, 'HubToken', { noEcho: true, default: LOGIN.accessToken });
    const login = new UpstreamSecret(stack, 'HubLogin', { username: LOGIN.username, accessToken: SecretValue.cfnParameter(token) });
    const hub = new PullThroughCache(stack, 'DockerHub', { upstream: UpstreamRegistry.dockerHub(login.credential) });
    hub.grants.pull(new iam.Role(stack, 'Puller', { roleName: 'puller', assumedBy: new iam.AccountRootPrincipal() }));
  });

  const { digest } = await pullAs(developer, `arn:aws:iam::${ACCOUNT}:role/puller`, 'docker-hub/library/nginx', '1.0');
  expect(digest).toBe(digests['library/nginx']);
});

test('a bare L1 without the name of the registry becomes a cache in place', async () => {
  await deploy('Moved', stack => new CfnPullThroughCacheRule(stack, 'Quay', { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io' }));
  await deploy('Moved', stack => new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY.withoutRegistryName() }));
});

test('another prefix is deployed, and takes the rule of the old one away', async () => {
  await deploy('Prefix', stack => new PullThroughCache(stack, 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES }));
  await deploy('Prefix', stack => new PullThroughCache(stack, 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES, repositoryPrefix: 'k8s' }));

  const { pullThroughCacheRules } = await ground.aws(ACCOUNT).ecr.send(new DescribePullThroughCacheRulesCommand({}));
  const prefixes = pullThroughCacheRules!.map(rule => rule.ecrRepositoryPrefix);
  expect(prefixes).toContain('k8s');
  expect(prefixes).not.toContain('kubernetes');
});
