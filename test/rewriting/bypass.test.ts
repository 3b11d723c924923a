import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import { cached, caches, ENV, imagesOf, plain, propertiesOf, pullable, taskOf, warnings } from './fixture';
import { PullThroughCache } from '../../src/pull-through-cache';
import { CachedImages } from '../../src/rewriting/cached-images';
import { ImageOutcome } from '../../src/rewriting/lookup';

const stackWith = (bypass: unknown) => new Stack(new App({ context: { 'cdk-ecr-pull-through-cache:bypass': bypass } }), 'Stack', { env: ENV });

describe.each([[true], ['true']])('with the context bypass %j', bypass => {
  test('names stay, and who would pull through the caches may', () => {
    const stack = stackWith(bypass);
    taskOf(stack, 'nginx:1');
    const images = CachedImages.of(stack);
    images.use(caches(stack).dockerHub);

    expect(imagesOf(stack)).toEqual(['nginx:1']);
    expect(pullable(stack, /ExecutionRole/)).toEqual(['docker-hub/library/nginx']);
    expect(images.found.map(({ outcome }) => outcome)).toEqual([ImageOutcome.BYPASSED]);
  });

  test('values and manifests stay', () => {
    const stack = stackWith(bypass);
    const images = CachedImages.of(stack);
    images.use(caches(stack).quay);
    const values = { image: { repository: 'quay.io/a/b', tag: '1' }, args: ['--image=quay.io/a/c:1'] };

    expect(images.helmValues(values)).toEqual(values);
    expect(images.manifest({ spec: { image: 'quay.io/a/b:1' } })).toEqual({ spec: { image: 'quay.io/a/b:1' } });
  });

  test('toContainerImage() and build images are those of the upstream', () => {
    const stack = stackWith(bypass);
    const { dockerHub } = caches(stack);
    taskOf(stack, dockerHub.image('nginx:1').toContainerImage());
    new codebuild.Project(stack, 'Project', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }), environment: { buildImage: dockerHub.image('golang:1').toLinuxBuildImage() },
    });

    expect(imagesOf(stack)).toEqual(['docker.io/library/nginx:1']);
    expect(propertiesOf(stack, 'AWS::CodeBuild::Project')[0].Environment.Image).toBe('docker.io/library/golang:1');
    expect(pullable(stack, /ExecutionRole/)).toEqual(['docker-hub/library/nginx']);
  });

  test('toContainerImage() refuses an upstream that only the rule can read, and one that is not known', () => {
    const stack = stackWith(bypass);

    expect(() => taskOf(stack, caches(stack).echo.image('nginx:1').toContainerImage())).toThrow(
      "whose upstream is a private ECR registry, with the context 'cdk-ecr-pull-through-cache:bypass'");
    const shared = PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'shared');
    expect(() => taskOf(new Stack(stack, 'Other', { env: ENV }), shared.image('a/b:1').toContainerImage())).toThrow('whose upstream is not known');
  });

  test('requireCached warns instead of failing', () => {
    const stack = stackWith(bypass);
    taskOf(stack, 'nginx:1', 'ghcr.io/a/b:1');
    const images = CachedImages.of(stack);
    images.configure({ requireCached: true });
    images.use(caches(stack).dockerHub);

    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(warnings(stack)).toContainEqual(expect.stringContaining("'requireCached' would have failed for 2 of the images of this scope"));
  });
});

test.each([[false], ['false'], [undefined]])('the context bypass %j changes nothing', bypass => {
  const stack = stackWith(bypass);
  taskOf(stack, 'nginx:1');
  CachedImages.of(stack).use(caches(stack).dockerHub);

  expect(plain(imagesOf(stack))).toEqual([cached('docker-hub/library/nginx:1')]);
});

test('another context bypass is refused', () => {
  const stack = stackWith('yes');
  taskOf(stack, 'nginx:1');
  CachedImages.of(stack).use(caches(stack).dockerHub);

  expect(() => Template.fromStack(stack)).toThrow("got '\"yes\"' as the context 'cdk-ecr-pull-through-cache:bypass', expected true or false");
});
