import {
  DeleteRepositoryCreationTemplateCommand, DescribeRepositoriesCommand, GetLifecyclePolicyCommand, ListTagsForResourceCommand,
} from '@aws-sdk/client-ecr';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { startDockerRegistry } from './docker-registry';
import { Ground } from './ground';
import { Skopeo } from './skopeo';
import type { Aws } from '../../local/harness/aws';
import { RegistryClient } from '../../local/harness/registry-client';
import { CacheLifecycleRule, PullThroughCache, UpstreamRegistry } from '../../src';

const ACCOUNT = '111122223333', STACK = 'Cache';

let ground: Ground;
let skopeo: Skopeo;
let upstream: string;
let developer: Aws;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT]);
  skopeo = new Skopeo(ground);
  upstream = await startDockerRegistry(ground);
  await ground.engine.upstream('quay.io', { url: `http://${upstream}` });
  developer = await ground.developer(ACCOUNT);
  await deploy();
});

afterAll(async () => ground?.end());

/** Deploys the cache, and a role that may pull through it unless the grant is dropped. */
async function deploy({ granted = true } = {}): Promise<void> {
  const app = ground.synth(scope => {
    const stack = new Stack(scope, STACK);
    const cache = new PullThroughCache(stack, 'Quay', {
      upstream: UpstreamRegistry.QUAY,
      repositoryTemplate: { lifecycleRules: [CacheLifecycleRule.keepNewest(4)], tags: { team: 'web' } },
    });
    const puller = new iam.Role(stack, 'Puller', { roleName: 'puller', assumedBy: new iam.AccountRootPrincipal() });
    if (granted) {
      cache.grants.pull(puller);
    } else {
      puller.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
    }
  });
  const { code, output } = await ground.cdk(ACCOUNT).deploy(STACK, { app });
  expect([code, output]).toEqual([0, expect.anything()]);
}

/** Pushes an image for two platforms to the upstream. The digest that the upstream has for it. */
async function publish(repository: string, tag: string, content?: string): Promise<string> {
  const { layout } = await ground.image(repository, tag, content);
  await skopeo.push(layout, tag, `${upstream}/${repository}:${tag}`);
  return skopeo.digestOf(`${upstream}/${repository}:${tag}`);
}

async function pull(image: string) {
  const { userAndPassword } = await RegistryClient.login(await developer.assume(`arn:aws:iam::${ACCOUNT}:role/puller`));
  return skopeo.pull(`127.0.0.1:${ground.engine.port}/${image}`, userAndPassword);
}

const ecr = () => ground.aws(ACCOUNT).ecr;

async function denied(): Promise<string[]> {
  return (await ground.engine.denials()).map(({ action, resource }) => `${action} ${resource.split(':').pop()}`);
}

describe('skopeo pulls what docker-registry has', () => {
  test('with its digest, into a repository that is born as the template says', async () => {
    const digest = await publish('team/app', '1.0');
    // when
    const pulled = await pull('quay/team/app:1.0');
    // then
    expect(pulled).toEqual({ digest });
    const { repositories: [repository] = [] } = await ecr().send(new DescribeRepositoriesCommand({ repositoryNames: ['quay/team/app'] }));
    const { lifecyclePolicyText } = await ecr().send(new GetLifecyclePolicyCommand({ repositoryName: 'quay/team/app' }));
    const { tags } = await ecr().send(new ListTagsForResourceCommand({ resourceArn: repository.repositoryArn }));
    expect(lifecyclePolicyText).toContain('keep the newest 4 tagged images');
    expect(tags).toEqual([{ Key: 'team', Value: 'web' }]);
  });

  test('again after a day, when the tag has moved', async () => {
    const first = await publish('team/moving', 'latest', 'old');
    expect(await pull('quay/team/moving:latest')).toEqual({ digest: first });
    const second = await publish('team/moving', 'latest', 'new');
    expect(await pull('quay/team/moving:latest')).toEqual({ digest: first });
    // when
    await ground.engine.advance({ hours: 25 });
    // then
    expect(second).not.toBe(first);
    expect(await pull('quay/team/moving:latest')).toEqual({ digest: second });
  });

  test('fails for an image that the upstream lacks', async () => {
    expect((await pull('quay/team/nothing:1.0')).failure).toContain("The repository with name 'quay/team/nothing' does not exist");
  });

  test('fails without a login', async () => {
    const { failure } = await skopeo.pull(`127.0.0.1:${ground.engine.port}/quay/team/app:1.0`);
    expect(failure).toMatch(/unauthorized|authentication required/);
  });

  test('fails outside of the prefix', async () => {
    await ground.engine.forgetDenials();
    // when
    const { failure } = await pull('other/team/app:1.0');
    // then
    expect(failure).toContain('not authorized to perform: ecr:BatchGetImage');
    expect(await denied()).toContain('ecr:BatchGetImage repository/other/team/app');
  });
});

describe('the claims fail without their cause', () => {
  test('fails to pull when the grant is dropped, and pulls when it is back', async () => {
    const digest = await publish('team/granted', '1.0');
    await deploy({ granted: false });
    await ground.engine.forgetDenials();
    // when
    const { failure } = await pull('quay/team/granted:1.0');
    // then
    expect(failure).toContain('not authorized to perform: ecr:BatchGetImage');
    expect(await denied()).toContain('ecr:BatchGetImage repository/quay/team/granted');

    // when
    await deploy();
    // then
    expect(await pull('quay/team/granted:1.0')).toEqual({ digest });
  });

  test('fails to give a repository its lifecycle and tags when the template is gone', async () => {
    await publish('team/orphan', '1.0');
    await ecr().send(new DeleteRepositoryCreationTemplateCommand({ prefix: 'quay' }));
    // when
    await pull('quay/team/orphan:1.0');
    // then
    await expect(ecr().send(new GetLifecyclePolicyCommand({ repositoryName: 'quay/team/orphan' }))).rejects.toThrow('Lifecycle policy does not exist');
    const { repositories: [repository] = [] } = await ecr().send(new DescribeRepositoriesCommand({ repositoryNames: ['quay/team/orphan'] }));
    expect((await ecr().send(new ListTagsForResourceCommand({ resourceArn: repository.repositoryArn }))).tags).toEqual([]);
  });
});
