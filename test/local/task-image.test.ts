import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { CfnOutput, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { startDockerHub } from './docker-hub';
import { Ground, pullAs, refused } from './ground';
import type { Aws } from '../../local/harness/aws';
import { CachedImages, PullThroughCache, UpstreamRegistry, UpstreamSecret } from '../../src';

const ACCOUNT = '111122223333', STACK = 'Service';
const LOGIN = { username: 'my-team', accessToken: 'right' };

let ground: Ground;
let developer: Aws;
let digests: Record<string, string>;
let outputs: Record<string, string>;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT]);
  developer = await ground.developer(ACCOUNT);
  digests = await startDockerHub(ground, LOGIN, ['library/nginx', 'library/redis']);
  const app = ground.synth(scope => {
    const stack = new Stack(scope, STACK);
    const login = new UpstreamSecret(stack, 'Login', { secretName: 'ecr-pullthroughcache/docker-hub', username: LOGIN.username });
    const cache = new PullThroughCache(stack, 'Hub', { upstream: UpstreamRegistry.dockerHub(login.credential) });
    // ECS doesn't run here, so that the tests pull as its execution role
    const executionRole = new iam.Role(stack, 'ExecutionRole', {
      assumedBy: new iam.CompositePrincipal(new iam.ServicePrincipal('ecs-tasks.amazonaws.com'), new iam.AccountRootPrincipal()),
    });
    const task = new ecs.FargateTaskDefinition(stack, 'Task', { executionRole });
    task.addContainer('Web', { image: ecs.ContainerImage.fromRegistry('nginx:1.0') });
    CachedImages.of(stack).use(cache);

    const written = task.node.defaultChild as ecs.CfnTaskDefinition;
    const image = Lazy.uncachedAny({ produce: () => (stack.resolve(written.containerDefinitions) as { image: string }[])[0].image });
    new CfnOutput(stack, 'Image', { value: Token.asString(image) });
    new CfnOutput(stack, 'Role', { value: executionRole.roleArn });
    new CfnOutput(stack, 'Secret', { value: login.secret.secretArn });
  });
  const { code, output } = await ground.cdk(ACCOUNT).deploy(STACK, { app });
  expect([code, output]).toEqual([0, expect.anything()]);
  outputs = ground.cdk(ACCOUNT).outputs(STACK);
  await ground.aws(ACCOUNT).secretsManager.send(new PutSecretValueCommand({ SecretId: outputs.Secret, SecretString: JSON.stringify(LOGIN) }));
});

afterAll(async () => ground?.end());

describe('a task whose image was rewritten', () => {
  test('names the cached image, which its execution role pulls for the first time', async () => {
    const [, repository, tag] = /^111122223333\.dkr\.ecr\.us-east-1\.amazonaws\.com\/(.+):(.+)$/.exec(outputs.Image)!;
    expect([repository, tag]).toEqual(['docker-hub/library/nginx', '1.0']);
    // when
    const { digest, platforms } = await pullAs(developer, outputs.Role, repository, tag);
    // then
    expect(digest).toBe(digests['library/nginx']);
    expect(platforms).toHaveLength(2);
    expect(await ground.engine.denials()).toEqual([]);
  });

  test('fails for an image that no task names: the role may pull what it runs', async () => {
    expect((await refused(pullAs(developer, outputs.Role, 'docker-hub/library/redis', '1.0'))).code).toBe('DENIED');
  });
});
