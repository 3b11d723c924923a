import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as batch from 'aws-cdk-lib/aws-batch';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { cached, caches, DIGEST, ENV, imagesOf, newStack, plain, propertiesOf, pullable, registry, taskOf, warnings } from './fixture';
import { PullThroughCache } from '../../src/pull-through-cache';
import { CachedImages } from '../../src/rewriting/cached-images';
import { ImageOutcome } from '../../src/rewriting/lookup';
import type { CachedImagesOptions } from '../../src/rewriting/options';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';

/** An app with a stack, both with caches, in one order and in the other. */
function nested(...images: string[]) {
  const app = new App();
  const stack = newStack(app);
  taskOf(stack, ...images);
  const other = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Other', { repositoryPrefix: 'other', upstream: UpstreamRegistry.QUAY });
  return { app, stack, other, ...caches(stack) };
}

type Nested = ReturnType<typeof nested>;
const useInApp = ({ app, quay, dockerHub }: Nested) => CachedImages.of(app).use(quay, dockerHub);
const useInStack = ({ stack, other }: Nested) => CachedImages.of(stack).use(other);

describe.each([
  ['the wider scope first', [useInApp, useInStack]],
  ['the narrower scope first', [useInStack, useInApp]],
])('an app and a stack with caches, %s', (_, uses) => {
  function both(...images: string[]) {
    const parts = nested(...images);
    uses.forEach(use => use(parts));
    return parts;
  }

  test('take the cache of the narrower scope, where none of it serves a name that of the wider one', () => {
    expect(imagesOf(both('quay.io/a/b:1', 'nginx:1', 'ghcr.io/team/app:1').stack))
      .toEqual([cached('other/a/b:1'), cached('docker-hub/library/nginx:1'), 'ghcr.io/team/app:1']);
  });

  test('grant what is pulled, and nothing of the other cache', () => {
    expect(pullable(both('quay.io/a/b:1', 'nginx:1').stack, /TaskExecutionRole/)).toEqual(['docker-hub/library/nginx', 'other/a/b']);
  });

  test('find each name once, and both show it', () => {
    const { app, stack } = both('quay.io/a/b:1', 'ghcr.io/team/app:1');
    imagesOf(stack);

    expect(CachedImages.of(app).found.map(({ before, outcome }) => [before, outcome]))
      .toEqual([['quay.io/a/b:1', ImageOutcome.CACHED], ['ghcr.io/team/app:1', ImageOutcome.NOT_SERVED]]);
    expect(CachedImages.of(stack).found).toEqual(CachedImages.of(app).found);
  });

  test('warn of each name once', () => {
    const { stack } = both(`quay.io/a/b@${DIGEST}`);
    imagesOf(stack);

    expect(warnings(stack).filter(text => text.includes('is not pulled through a cache'))).toHaveLength(1);
  });

  test('leave what leads to a cache of the other scope already', () => {
    const { app, stack } = both('111122223333.dkr.ecr.eu-west-1.amazonaws.com/quay/a/b:1', '111122223333.dkr.ecr.eu-west-1.amazonaws.com/other/a/b:1');
    imagesOf(stack);

    expect(CachedImages.of(app).found.map(({ outcome }) => outcome)).toEqual([ImageOutcome.ALREADY_CACHED, ImageOutcome.ALREADY_CACHED]);
  });

  test('take a cache of the narrower scope before a replacement of the wider one', () => {
    const parts = both('quay.io/a/b:1', 'nginx:1');
    CachedImages.of(parts.app).useWith(parts.echo, { replaces: ['quay.io/a/*', 'docker.io/library/*'] });

    expect(imagesOf(parts.stack)).toEqual([cached('other/a/b:1'), cached('echo/nginx:1')]);
  });

  test('leave a sibling of the narrower scope to the wider one', () => {
    const { app } = both();
    const sibling = new Stack(app, 'Sibling', { env: ENV });
    taskOf(sibling, 'quay.io/a/b:1');

    expect(imagesOf(sibling)).toEqual([cached('quay/a/b:1')]);
    expect(CachedImages.of(sibling).found).toHaveLength(1);
  });
});

describe('options of a narrower scope', () => {
  function configured(wider: CachedImagesOptions, narrower: CachedImagesOptions, ...images: string[]) {
    const parts = nested(...images);
    CachedImages.of(parts.stack).configure(narrower);
    useInApp(parts);
    CachedImages.of(parts.app).configure(wider);
    return parts;
  }

  test('keep its exceptions from the caches of a wider scope', () => {
    const { stack } = configured({ exceptions: ['docker.io/library/nginx'] }, { exceptions: ['quay.io/a/*'] }, 'quay.io/a/b:1', 'nginx:1');

    expect(imagesOf(stack)).toEqual(['quay.io/a/b:1', cached('docker-hub/library/nginx:1')]);
  });

  test('are those of the wider scope where it has none', () => {
    const { stack } = configured({ exceptions: ['docker.io/library/nginx'] }, { digests: true }, `quay.io/a/b@${DIGEST}`, 'nginx:1');

    expect(imagesOf(stack)).toEqual([cached(`quay/a/b@${DIGEST}`), 'nginx:1']);
  });

  test('say whether digests are rewritten', () => {
    const { stack } = configured({ digests: true }, { digests: false }, `quay.io/a/b@${DIGEST}`);

    expect(imagesOf(stack)).toEqual([`quay.io/a/b@${DIGEST}`]);
  });

  test.each([[true, false], [false, true]])('say whether images have to be cached: %s above, %s below', (wider, narrower) => {
    const { stack } = configured({ requireCached: wider }, { requireCached: narrower }, 'ghcr.io/team/app:1');
    const synthesized = expect(() => Template.fromStack(stack));

    if (narrower) {
      synthesized.toThrow("got the image 'ghcr.io/team/app:1', which is not pulled through a cache");
    } else {
      synthesized.not.toThrow();
    }
  });

  test('leave images that have to be cached to each scope once', () => {
    const { app, stack } = configured({ requireCached: true }, { requireCached: true }, 'ghcr.io/team/app:1');
    CachedImages.of(stack).manifest({ image: 'ghcr.io/team/app:2' });

    let message = '';
    try { app.synth(); } catch (error) { message = (error as Error).message; }
    expect(message.match(/ghcr[.]io\/team\/app:\d/g)).toEqual(['ghcr.io/team/app:1', 'ghcr.io/team/app:2']);
  });

  test('name who pulls', () => {
    const parts = nested();
    const [theirs, mine] = ['Theirs', 'Mine'].map(id => new iam.Role(parts.stack, id, { assumedBy: new iam.AccountRootPrincipal() }));
    new batch.EksJobDefinition(parts.stack, 'Job', { container: new batch.EksContainerDefinition(parts.stack, 'Container', { image: registry('nginx:1') }) });
    CachedImages.of(parts.app).configure({ pullers: [theirs] });
    useInApp(parts);
    CachedImages.of(parts.stack).configure({ pullers: [mine] });

    expect(pullable(parts.stack, /^Mine/)).toEqual(['docker-hub/library/nginx']);
    expect(pullable(parts.stack, /^Theirs/)).toEqual([]);
  });
});

describe('manifests and values of a narrower scope', () => {
  const manifestOf = (scope: Construct, image: string) => plain(Stack.of(scope).resolve(CachedImages.of(scope).manifest({ image })));

  test('use the caches of its own, then those of the scopes above', () => {
    const parts = nested();
    useInApp(parts);
    useInStack(parts);
    const inner = new Construct(parts.stack, 'Inner');

    expect(manifestOf(inner, 'quay.io/a/b:1')).toEqual({ image: cached('other/a/b:1') });
    expect(plain(parts.stack.resolve(CachedImages.of(inner).helmValues({ image: 'nginx:1' })))).toEqual({ image: cached('docker-hub/library/nginx:1') });
    expect(warnings(parts.app).filter(text => text.includes('noCacheInUse'))).toEqual([]);
  });

  test('use a cache that a wider scope got after the narrower one was asked for', () => {
    const parts = nested();
    const images = CachedImages.of(parts.stack);
    useInApp(parts);

    expect(plain(parts.stack.resolve(images.manifest({ image: 'quay.io/a/b:1' })))).toEqual({ image: cached('quay/a/b:1') });
  });

  test('use the caches that are there when they are given', () => {
    const parts = nested();
    useInApp(parts);
    const first = manifestOf(parts.stack, 'quay.io/a/b:1');
    useInStack(parts);

    expect([first, manifestOf(parts.stack, 'quay.io/a/b:1')]).toEqual([{ image: cached('quay/a/b:1') }, { image: cached('other/a/b:1') }]);
  });

  test('keep to its exceptions', () => {
    const parts = nested();
    useInApp(parts);
    CachedImages.of(parts.stack).configure({ exceptions: ['quay.io/a/*'] });

    expect(manifestOf(parts.stack, 'quay.io/a/b:1')).toEqual({ image: 'quay.io/a/b:1' });
  });

  test('grant the pullers of the scope above', () => {
    const parts = nested();
    const nodes = new iam.Role(parts.stack, 'Nodes', { assumedBy: new iam.AccountRootPrincipal() });
    CachedImages.of(parts.app).configure({ pullers: [nodes] });
    useInApp(parts);
    manifestOf(parts.stack, 'quay.io/a/b:1');

    expect(pullable(parts.stack, /^Nodes/)).toEqual(['quay/a/b']);
  });

  test.each<[string, (images: CachedImages) => object]>([
    ['manifest()', images => images.manifest({ image: 'quay.io/a/b:1' })],
    ['helmValues()', images => images.helmValues({ image: 'quay.io/a/b:1' })],
  ])('warn without a cache in any scope: %s', (call, rewrite) => {
    const { stack } = nested();

    expect(rewrite(CachedImages.of(stack))).toEqual({ image: 'quay.io/a/b:1' });
    expect(warnings(stack)).toEqual([expect.stringContaining(
      `${call} was called before this scope or a wider one has any cache, so all of its images stay. Call use() of CachedImages before, for the scope or `
      + 'one above it, or acknowledge this warning.')]);
  });

  test('fail without a cache in any scope when images have to be cached', () => {
    const { stack } = nested();
    CachedImages.of(stack).configure({ requireCached: true });
    CachedImages.of(stack).manifest({ image: 'quay.io/a/b:1' });

    expect(() => Template.fromStack(stack)).toThrow("got the image 'quay.io/a/b:1', which is not pulled through a cache");
  });
});

describe('another property', () => {
  const MODEL = { resourceType: 'AWS::SageMaker::Model', imagePath: 'PrimaryContainer.Image', rolePath: 'ExecutionRoleArn' };

  function model() {
    const parts = nested();
    const role = new iam.Role(parts.stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    new sagemaker.CfnModel(parts.stack, 'Model', { primaryContainer: { image: 'quay.io/team/model:1' }, executionRoleArn: role.roleArn });
    return parts;
  }

  test('that a wider scope has is looked for in a narrower one', () => {
    const parts = model();
    useInStack(parts);
    CachedImages.of(parts.app).addImageProperty(MODEL);

    expect(propertiesOf(parts.stack, 'AWS::SageMaker::Model')[0].PrimaryContainer.Image).toBe(cached('other/team/model:1'));
  });

  test('is looked for once, when several files and scopes add it', () => {
    const parts = model();
    useInStack(parts);
    [parts.app, parts.stack, parts.stack].forEach(scope => CachedImages.of(scope).addImageProperty({ ...MODEL }));
    parts.app.synth();

    expect(CachedImages.of(parts.app).found.map(({ before, outcome }) => [before, outcome])).toEqual([['quay.io/team/model:1', ImageOutcome.CACHED]]);
    expect(pullable(parts.stack, /^Role/)).toEqual(['other/team/model']);
  });

  test.each([{ rolePath: 'OtherRoleArn' }, { rolePath: undefined }, { removes: ['ImageConfig'] }])('fails when it is added to a scope in another way: %j', (other) => {
    const { stack } = model();
    CachedImages.of(stack).addImageProperty(MODEL);

    expect(() => CachedImages.of(stack).addImageProperty({ ...MODEL, ...other })).toThrow(
      "got the property 'PrimaryContainer.Image' of AWS::SageMaker::Model with another 'rolePath' or 'removes' than before, "
      + 'expected one description of a property for a scope, wherever it is added: add it in one place, or to a narrower scope [at Stack]');
  });

  test("that this library knows keeps what it says of the service's own images", () => {
    const parts = nested();
    useInApp(parts);
    CachedImages.of(parts.app).addImageProperty({ resourceType: 'AWS::CodeBuild::Project', imagePath: 'Environment.Image' });
    new codebuild.Project(parts.stack, 'Project', { buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }) });
    parts.app.synth();

    expect(CachedImages.of(parts.app).found.map(({ outcome }) => outcome)).toEqual([ImageOutcome.OF_SERVICE]);
  });
});
