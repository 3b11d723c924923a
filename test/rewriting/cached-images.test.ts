import { App, CfnParameter, Lazy, Stack, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { cached, caches, DIGEST, imagesOf, newStack, propertiesOf, pullable, registry, rewritten, taskOf, warnings } from './fixture';
import { PullThroughCache } from '../../src/pull-through-cache';
import { CachedImages } from '../../src/rewriting/cached-images';
import { ImageOutcome } from '../../src/rewriting/lookup';
import type { CachedImagesOptions } from '../../src/rewriting/options';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';

describe('a name that a cache serves', () => {
  test('is rewritten before a tag that is known at deployment only', () => {
    const stack = newStack();
    const tag = new CfnParameter(stack, 'Tag').valueAsString;
    taskOf(stack, `quay.io/a/b:${tag}`, `nginx:${tag}`);
    const { dockerHub, quay } = caches(stack);
    CachedImages.of(stack).use(dockerHub, quay);

    expect(imagesOf(stack)).toEqual([cached('quay/a/b:<Tag>'), cached('docker-hub/library/nginx:<Tag>')]);
    expect(pullable(stack, /ExecutionRole/)).toEqual(['docker-hub/library/nginx', 'quay/a/b']);
  });

  test.each([
    ['nginx', 'docker-hub/library/nginx:latest'],
    ['nginx:1.27', 'docker-hub/library/nginx:1.27'],
    ['docker.io/bitnami/redis:7', 'docker-hub/bitnami/redis:7'],
    ['registry-1.docker.io/library/nginx:1', 'docker-hub/library/nginx:1'],
    ['quay.io/prometheus/prometheus:v3', 'quay/prometheus/prometheus:v3'],
  ])('%s is rewritten', (name, after) => {
    expect(rewritten([name]).after).toEqual([cached(after)]);
  });

  test('is found beside others, in the order of the containers', () => {
    expect(rewritten(['nginx:1', 'ghcr.io/team/app:2', 'quay.io/a/b:3']).after)
      .toEqual([cached('docker-hub/library/nginx:1'), 'ghcr.io/team/app:2', cached('quay/a/b:3')]);
  });

  test('goes to the first cache for it', () => {
    const stack = newStack();
    taskOf(stack, 'quay.io/a/b:1');
    const { quay } = caches(stack);
    const second = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Second', { repositoryPrefix: 'second', upstream: UpstreamRegistry.QUAY });

    CachedImages.of(stack).use(second, quay);

    expect(imagesOf(stack)).toEqual([cached('second/a/b:1')]);
  });

  test('is below the part of the upstream that the cache serves', () => {
    const stack = newStack();
    taskOf(stack, 'quay.io/team-a/app:1', 'quay.io/team-b/app:1', 'quay.io/team-ab/app:1');

    CachedImages.of(stack).use(PullThroughCache.fromPullThroughCacheAttributes(stack, 'Part', {
      repositoryPrefix: 'part', upstream: UpstreamRegistry.QUAY, upstreamRepositoryPrefix: 'team-a',
    }));

    expect(imagesOf(stack)).toEqual([cached('part/app:1'), 'quay.io/team-b/app:1', 'quay.io/team-ab/app:1']);
  });

  test('is all of the upstream with its prefix ROOT', () => {
    const stack = newStack();
    taskOf(stack, 'quay.io/team-a/app:1');

    CachedImages.of(stack).use(PullThroughCache.fromPullThroughCacheAttributes(stack, 'All', {
      repositoryPrefix: 'all', upstream: UpstreamRegistry.QUAY, upstreamRepositoryPrefix: 'ROOT',
    }));

    expect(imagesOf(stack)).toEqual([cached('all/team-a/app:1')]);
  });

  test('lets the execution role pull exactly these images', () => {
    const { stack } = rewritten(['nginx:1', 'nginx:2', 'quay.io/a/b:3', 'ghcr.io/team/app:2']);

    expect(pullable(stack, /TaskExecutionRole/)).toEqual(['docker-hub/library/nginx', 'quay/a/b']);
  });

  test('makes the execution role that a task has not got, with the tags of the stack', () => {
    const stack = newStack();
    const task = new ecs.Ec2TaskDefinition(stack, 'Task');
    task.addContainer('Main', { image: registry('nginx'), memoryLimitMiB: 128 });
    Tags.of(stack).add('team', 'web');

    CachedImages.of(stack).use(caches(stack).dockerHub);

    const execution = propertiesOf(stack, 'AWS::IAM::Role').find(role => JSON.stringify(role).includes('ecs-tasks') && role.Tags);
    expect(execution?.Tags).toEqual([{ Key: 'team', Value: 'web' }]);
    expect(pullable(stack, /TaskExecutionRole/)).toEqual(['docker-hub/library/nginx']);
  });

  test('keeps containers that are added later', () => {
    const stack = newStack();
    const task = taskOf(stack, 'nginx:1');

    CachedImages.of(stack).use(caches(stack).dockerHub);
    task.addContainer('Later', { image: registry('redis:7') });

    expect(imagesOf(stack)).toEqual([cached('docker-hub/library/nginx:1'), cached('docker-hub/library/redis:7')]);
  });

  test('loses the credentials of another registry, other containers keep theirs', () => {
    const stack = newStack();
    const credentials = secretsmanager.Secret.fromSecretNameV2(stack, 'Login', 'login');
    taskOf(stack, ecs.ContainerImage.fromRegistry('team/app:1', { credentials }), ecs.ContainerImage.fromRegistry('ghcr.io/team/app:1', { credentials }));

    CachedImages.of(stack).use(caches(stack).dockerHub);

    const [first, second] = propertiesOf(stack, 'AWS::ECS::TaskDefinition')[0].ContainerDefinitions;
    expect(first.RepositoryCredentials).toBeUndefined();
    expect(second.RepositoryCredentials).toBeDefined();
  });
});

describe('a name that stays', () => {
  test.each([
    ['ghcr.io/team/app:1', ImageOutcome.NOT_SERVED],
    ['444455556666.dkr.ecr.us-east-1.amazonaws.com/app:1', ImageOutcome.PRIVATE_ECR],
    [`nginx@${DIGEST}`, ImageOutcome.PINNED_BY_DIGEST],
    [`nginx:1.27@${DIGEST}`, ImageOutcome.PINNED_BY_DIGEST],
    ['Nginx', ImageOutcome.NOT_A_NAME],
  ])('%s is %s', (name, outcome) => {
    const { images, after, stack } = rewritten([name]);

    expect(after).toEqual([name]);
    expect(images.found.map(one => one.outcome)).toEqual([outcome]);
    expect(pullable(stack, /./)).toEqual([]);
  });

  test.each([
    ['a parameter', (stack: Stack) => new CfnParameter(stack, 'Image').valueAsString],
    ['its repository', (stack: Stack) => `quay.io/${new CfnParameter(stack, 'Name').valueAsString}:1`],
    ['its digest', (stack: Stack) => `${new CfnParameter(stack, 'Name').valueAsString}@${DIGEST}`],
  ])('is known at deployment only: %s', (_, name) => {
    const stack = newStack();
    taskOf(stack, name(stack));

    const images = CachedImages.of(stack);
    images.use(caches(stack).dockerHub);

    expect(JSON.stringify(imagesOf(stack))).not.toContain('docker-hub');
    expect(images.found.map(one => one.outcome)).toEqual([ImageOutcome.TOKEN]);
  });

  test('is lazy, and told apart from one that is known at deployment only once the template is there', () => {
    const stack = newStack();
    taskOf(stack, Lazy.string({ produce: () => 'nginx:1' }));

    const images = CachedImages.of(stack);
    images.use(caches(stack).dockerHub);

    expect(imagesOf(stack)).toEqual(['nginx:1']);
    expect(images.found.map(one => one.outcome)).toEqual([ImageOutcome.TOKEN, ImageOutcome.NOT_REWRITTEN]);
  });

  test.each<[string, (stack: Stack) => ecs.ContainerImage | string]>([
    ['written by hand', () => '111122223333.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1'],
    ['of a repository of aws-cdk', stack => ecs.ContainerImage.fromEcrRepository(
      ecr.Repository.fromRepositoryName(stack, 'Repository', 'docker-hub/library/nginx'), '1')],
  ])('leads to a cache already, %s, and may be pulled for the first time', (_, image) => {
    const stack = newStack();
    taskOf(stack, image(stack));
    const images = CachedImages.of(stack);
    images.use(caches(stack).dockerHub);

    expect(imagesOf(stack)[0]).toMatch(/^111122223333.dkr.ecr.eu-west-1.*docker-hub\/library\/nginx:1$/);
    expect(images.found.map(one => one.outcome)).toEqual([ImageOutcome.ALREADY_CACHED]);
    expect(pullable(stack, /ExecutionRole/)).toEqual(['docker-hub/library/nginx']);
  });

  test("is aws-cdk's own, of a repository", () => {
    const stack = newStack();
    taskOf(stack, ecs.ContainerImage.fromEcrRepository(ecr.Repository.fromRepositoryName(stack, 'Repository', 'app')));

    CachedImages.of(stack).use(caches(stack).dockerHub);

    expect(imagesOf(stack)).toEqual([cached('app:latest')]);
  });

  test('is excepted', () => {
    const { after, images } = rewritten(['quay.io/mine/app:1', 'quay.io/mine2/app:1', 'nginx:1', 'library/redis:1'],
      { exceptions: ['quay.io/mine/*', 'docker.io/library/redis'] });

    expect(after).toEqual(['quay.io/mine/app:1', cached('quay/mine2/app:1'), cached('docker-hub/library/nginx:1'), 'library/redis:1']);
    expect(images.found.map(one => one.outcome)).toEqual(['EXCEPTED', 'CACHED', 'CACHED', 'EXCEPTED']);
  });

  test('is of a cache whose upstream is not known', () => {
    const stack = newStack();
    taskOf(stack, 'quay.io/a/b:1');

    const shared = PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'shared');
    CachedImages.of(stack).use(shared);
    CachedImages.of(stack).use(shared);

    expect(imagesOf(stack)).toEqual(['quay.io/a/b:1']);
    expect(warnings(stack).filter(text => text.includes(':upstreamNotKnown]') && text.includes("the upstream of the cache 'shared' is not known, so CachedImages rewrites no image name to it. "
      + "Import it by fromPullThroughCacheAttributes() with 'upstream', or acknowledge this warning.")))
      .toHaveLength(1);
  });

  test('is warned of only for a cache whose upstream is not known', () => {
    const stack = newStack();
    const { quay } = caches(stack);
    const images = CachedImages.of(stack);
    images.use(quay);
    images.useWith(PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'shared'), { replaces: ['ghcr.io/team/*'] });

    expect(warnings(stack).filter(text => text.includes('upstreamNotKnown'))).toEqual([]);
  });

  test('may be named by the start of its repository', () => {
    expect(rewritten(['quay.io/team-a/app:1', 'quay.io/other/app:1'], { exceptions: ['quay.io/team*'] }).after)
      .toEqual(['quay.io/team-a/app:1', cached('quay/other/app:1')]);
  });

  test.each([
    ['quay.io*', "write 'quay.io/*'"],
    ['localhost:5000*', "write 'localhost:5000/*'"],
    ['index.docker.io*', "write 'docker.io/*'"],
    ['localhost*', "write 'localhost/*'"],
    ['quay.*', "write them such as 'docker.io/library/*' or 'quay.io/team/app'"],
  ])("can't be named by the start of its registry, which others may have too: %s", (pattern, fix) => {
    const stack = newStack();
    const message = `got the image names '${pattern}', expected a name with its whole registry and without tag, perhaps with a '*' at its `
      + `end behind the first slash: ${fix}`;

    expect(() => CachedImages.of(stack).configure({ exceptions: [pattern] })).toThrow(message);
    expect(() => CachedImages.of(stack).useWith(caches(stack).echo, { replaces: [pattern] })).toThrow(message);
  });

  test.each([
    ['nginx', "write 'docker.io/library/nginx'"],
    ['docker.io/nginx', "write 'docker.io/library/nginx'"],
    ['quay.io/a/b:1', "write 'quay.io/a/b'"],
    ['docker.io/*/nginx', "write them such as 'docker.io/library/*' or 'quay.io/team/app'"],
    ['*', "write them such as 'docker.io/library/*'"],
    ['library/*', "write 'docker.io/library/*'"],
    ['team/app*', "write 'docker.io/team/app*'"],
    ['nginx*', "write 'docker.io/library/nginx*'"],
  ])('fails as an exception that is no complete name: %s', (pattern, fix) => {
    expect(() => CachedImages.of(newStack()).configure({ exceptions: [pattern] })).toThrow(
      `got the image names '${pattern}', expected a name with its whole registry and without tag, perhaps with a '*' at its `
      + `end behind the first slash: ${fix}`);
  });
});

describe('a digest', () => {
  test('warns when it keeps a name from the cache', () => {
    const { stack } = rewritten([`nginx@${DIGEST}`]);

    expect(warnings(stack).filter(text => text.includes('is pinned by a digest and is not pulled through a cache: a first pull by digest is reported to fail until '
      + "a tag of the image was pulled once, and a replaced image has another digest. Use a tag, set 'digests', or acknowledge this warning."))).toHaveLength(1);
  });

  test('is rewritten on request', () => {
    const { stack, after } = rewritten([`nginx:1@${DIGEST}`], { digests: true });

    expect(after).toEqual([cached(`docker-hub/library/nginx@${DIGEST}`)]);
    expect(pullable(stack, /TaskExecutionRole/)).toEqual(['docker-hub/library/nginx']);
    expect(warnings(stack).filter(text => text.includes('a first pull by digest is reported to fail'))).toHaveLength(1);
  });
});

describe('a cache in place of other registries', () => {
  function replacing(names: string[], replaces: string[], options?: CachedImagesOptions) {
    const stack = newStack();
    taskOf(stack, ...names);
    const { dockerHub, echo } = caches(stack);
    const images = CachedImages.of(stack);
    images.configure(options ?? {});
    images.use(dockerHub);
    images.useWith(echo, { replaces });
    return { stack, images, after: imagesOf(stack) };
  }

  test('gets what it stands in for, before the cache that serves the registry', () => {
    const { after, stack } = replacing(['nginx:1.27', 'bitnami/redis:7'], ['docker.io/library/*']);

    expect(after).toEqual([cached('echo/nginx:1.27'), cached('docker-hub/bitnami/redis:7')]);
    expect(pullable(stack, /TaskExecutionRole/)).toEqual(['docker-hub/bitnami/redis', 'echo/nginx']);
  });

  test('gets names that look like those of another registry', () => {
    expect(replacing(['ghcr.io/my.team/app:1'], ['ghcr.io/*']).after).toEqual([cached('echo/my.team/app:1')]);
  });

  test('gets single names by what follows the last slash', () => {
    expect(replacing(['nginx:1', 'redis:7', 'quay.io/keycloak/keycloak:26'], ['docker.io/library/nginx', 'quay.io/keycloak/keycloak']).after)
      .toEqual([cached('echo/nginx:1'), cached('docker-hub/library/redis:7'), cached('echo/keycloak:26')]);
  });

  test('gets a name without a tag as latest', () => {
    expect(replacing(['nginx'], ['docker.io/library/*']).after).toEqual([cached('echo/nginx:latest')]);
  });

  test.each([
    ['below the part of the upstream that it serves', { upstreamRepositoryPrefix: 'team-a' }],
    ['as it is when it serves the whole upstream', { upstreamRepositoryPrefix: 'ROOT' }],
    ['as it is when its upstream is not known', { upstream: undefined }],
  ])('gets a name %s', (_, attributes) => {
    const stack = newStack();
    taskOf(stack, 'nginx:1');
    CachedImages.of(stack).useWith(PullThroughCache.fromPullThroughCacheAttributes(stack, 'Part', {
      repositoryPrefix: 'part', upstream: UpstreamRegistry.echo({ account: '123456789012' }), ...attributes,
    }), { replaces: ['docker.io/library/*'] });

    expect(imagesOf(stack)).toEqual([cached('part/nginx:1')]);
  });

  test('still gets its own names', () => {
    expect(replacing(['123456789012.dkr.ecr.us-east-1.amazonaws.com/nginx:1'], ['docker.io/library/*']).after).toEqual([cached('echo/nginx:1')]);
  });

  test('never gets a digest, even on request', () => {
    const { after, images } = replacing([`nginx@${DIGEST}`], ['docker.io/library/*'], { digests: true });

    expect(after).toEqual([`nginx@${DIGEST}`]);
    expect(images.found.map(one => one.outcome)).toEqual([ImageOutcome.PINNED_BY_DIGEST]);
  });

  test('fails for names that are not complete', () => {
    expect(() => replacing([], ['nginx'])).toThrow("got the image names 'nginx'");
  });

  test.each([['an empty list', []], ['a list that is missing', undefined as unknown as string[]]])('fails for %s', (_, replaces) => {
    const stack = newStack();
    expect(() => CachedImages.of(stack).useWith(caches(stack).echo, { replaces })).toThrow(
      "got no names that the cache 'echo' replaces, expected at least one in 'replaces': write them such as 'docker.io/library/*', or call use() for a "
      + 'cache that serves its own upstream only [at Stack]');
  });
});

describe('used twice', () => {
  function template(times: number): unknown {
    const app = new App();
    const stack = newStack(app);
    taskOf(stack, 'nginx:1', 'quay.io/a/b:1');
    new codebuild.Project(stack, 'Project', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }),
      environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry('golang:1.23') },
    });
    const { dockerHub, quay } = caches(stack);
    for (let time = 0; time < times; time++) {
      CachedImages.of(time % 2 === 0 ? stack : app).use(dockerHub, quay);
    }
    return Template.fromStack(stack).toJSON();
  }

  test('gives the same template as once', () => {
    expect(template(2)).toEqual(template(1));
    expect(template(3)).toEqual(template(1));
  });

  test('with other caches adds theirs', () => {
    const stack = newStack();
    taskOf(stack, 'nginx:1', 'quay.io/a/b:1');
    const { dockerHub, quay } = caches(stack);

    CachedImages.of(stack).use(dockerHub);
    CachedImages.of(stack).use(quay);

    expect(imagesOf(stack)).toEqual([cached('docker-hub/library/nginx:1'), cached('quay/a/b:1')]);
  });

  test('is the same object', () => {
    const stack = newStack();

    expect(CachedImages.of(stack)).toBe(CachedImages.of(stack));
    expect(CachedImages.of(stack)).not.toBe(CachedImages.of(stack.node.root));
  });
});

test('no caches are refused', () => {
  expect(() => CachedImages.of(newStack()).use()).toThrow(
    'got no cache for CachedImages.use(), expected at least one, since without a cache no image name is rewritten: '
    + 'name the caches, or leave the call out where there are none [at Stack]');
});
