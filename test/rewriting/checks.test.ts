import { App, Aspects, Aws, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import { cached, caches, DIGEST, ENV, imagesOf, newStack, registry, rewritten, taskOf } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';
import { ImageOutcome } from '../../src/rewriting/lookup';
import type { CachedImagesOptions } from '../../src/rewriting/options';
import type { ICacheRule } from '../../src/rule/cache-rule';

describe('requireCached', () => {
  const synth = (names: string[], options: CachedImagesOptions = {}) => () => rewritten(names, { requireCached: true, ...options });

  test('is content when every image is cached or may stay', () => {
    expect(synth(['nginx:1', 'quay.io/a/b:1', '444455556666.dkr.ecr.us-east-1.amazonaws.com/app:1', 'ghcr.io/mine/app:1'],
      { exceptions: ['ghcr.io/mine/*', '444455556666.dkr.ecr.us-east-1.amazonaws.com/*'] })).not.toThrow();
  });

  test("is content with CodeBuild's own images", () => {
    const stack = newStack();
    new codebuild.Project(stack, 'Project', { buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }) });
    const images = CachedImages.of(stack);
    images.configure({ requireCached: true });
    images.use(caches(stack).quay);

    expect(() => Template.fromStack(stack)).not.toThrow();
    expect(images.found.map(({ outcome }) => outcome)).toEqual([ImageOutcome.OF_SERVICE]);
  });

  test('is content with manifests and values whose images are cached', () => {
    const stack = newStack();
    const images = CachedImages.of(stack);
    images.configure({ requireCached: true });
    images.use(caches(stack).quay);
    images.manifest({ spec: { image: 'quay.io/a/b:1' } });
    images.helmValues({ image: { repository: 'quay.io/a/b', tag: '1' } });

    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('names each image once', () => {
    let message = '';
    try { synth(['ghcr.io/team/app:1'])(); } catch (error) { message = (error as Error).message; }

    expect(message.match(/ghcr[.]io/g)).toHaveLength(1);
  });

  test("fails for an image that is not CodeBuild's own", () => {
    const stack = newStack();
    new codebuild.Project(stack, 'Project', {
      buildSpec: codebuild.BuildSpec.fromObject({ version: '0.2' }),
      environment: { buildImage: codebuild.LinuxBuildImage.fromDockerRegistry('ghcr.io/team/app:1') },
    });
    const images = CachedImages.of(stack);
    images.configure({ requireCached: true });
    images.use(caches(stack).quay);

    expect(() => Template.fromStack(stack)).toThrow("got the image 'ghcr.io/team/app:1', which is not pulled through a cache");
  });

  test('fails for a registry without a cache, with the place', () => {
    expect(synth(['nginx:1', 'ghcr.io/team/app:1'])).toThrow(
      "got the image 'ghcr.io/team/app:1', which is not pulled through a cache, expected images of the caches only, as 'requireCached' asks: "
      + "use a cache of its registry, or name it in 'exceptions' [at Stack/Task]");
  });

  test('fails for a digest', () => {
    expect(synth([`nginx@${DIGEST}`])).toThrow("use a tag, or set 'digests' and pull a tag of the image once before");
  });

  test('fails for what is no name', () => {
    expect(synth(['Nginx'])).toThrow("got the image 'Nginx', which is not pulled through a cache");
  });

  test('fails for a container that a later Aspect adds', () => {
    const stack = newStack();
    const task = taskOf(stack, 'nginx:1');
    const images = CachedImages.of(stack);
    images.configure({ requireCached: true });
    images.use(caches(stack).dockerHub);
    Aspects.of(stack).add({
      visit: (node) => {
        if (node === task) { task.addContainer('Late', { image: registry('redis:7') }); }
      },
    }, { priority: 300 });

    expect(() => Template.fromStack(stack)).toThrow(
      "got the image 'redis:7', which is not pulled through a cache, expected images of the caches only, as 'requireCached' asks: "
      + 'it was added after the image names were rewritten, by an Aspect that runs later');
  });

  test('is not asked by default', () => {
    expect(() => rewritten(['ghcr.io/team/app:1'])).not.toThrow();
  });
});

describe('in Stages', () => {
  function staged() {
    const app = new App();
    const stage = new Stage(app, 'Prod', { env: ENV });
    const stack = new Stack(stage, 'Stack');
    taskOf(stack, 'nginx:1');
    return { app, stage, stack };
  }

  test('what is below a Stage is rewritten', () => {
    const { app, stack } = staged();

    CachedImages.of(app).use(caches(stack).dockerHub);
    app.synth();

    expect(imagesOf(stack)).toEqual([cached('docker-hub/library/nginx:1')]);
  });

  test('fails for a Stage that is made afterwards', () => {
    const { app, stack } = staged();
    CachedImages.of(app).use(caches(stack).dockerHub);
    const late = new Stage(app, 'Late', { env: ENV });
    new Stack(late, 'Stack');

    expect(() => app.synth()).toThrow(
      'got a Stage that was made after CachedImages got its caches, expected all Stages before, since their images are rewritten each by itself: '
      + 'call use() after the last Stage was made, or CachedImages.of() for something in that Stage [at Late]');
  });

  test('is content when use() is called again', () => {
    const { app, stack } = staged();
    const images = CachedImages.of(app);
    const { dockerHub, quay } = caches(stack);
    images.use(dockerHub);
    const late = new Stack(new Stage(app, 'Late', { env: ENV }), 'Stack');
    taskOf(late, 'nginx:1');
    images.use(quay);
    app.synth();

    expect(imagesOf(late)).toEqual([cached('docker-hub/library/nginx:1')]);
  });

  test.each<[string, (late: Stack) => Stage | Stack]>([
    ['the Stage', late => Stage.of(late)!],
    ['a stack in it', late => late],
  ])('is content when a Stage that is made afterwards has CachedImages of its own, of %s', (_, scopeIn) => {
    const { app, stack } = staged();
    CachedImages.of(app).use(caches(stack).dockerHub);
    const late = new Stack(new Stage(app, 'Late', { env: ENV }), 'Stack');
    taskOf(late, 'nginx:1');

    CachedImages.of(scopeIn(late));
    app.synth();

    expect(imagesOf(late)).toEqual([cached('docker-hub/library/nginx:1')]);
  });

  test('fails for a Stage that is made afterwards and has options of its own, once', () => {
    const { app, stage } = staged();
    CachedImages.of(stage).configure({ digests: true });
    const inner = new Stage(stage, 'Inner', { env: ENV });
    const { quay } = caches(new Stack(inner, 'Stack'));
    CachedImages.of(stage).use(quay);
    new Stack(new Stage(stage, 'Late', { env: ENV }), 'Stack');

    let message = '';
    try { app.synth(); } catch (error) { message = (error as Error).message; }
    expect(message.match(/got a Stage that was made after CachedImages got its caches/g)).toHaveLength(1);
    expect(message).toContain('[at Prod/Late]');
  });

  test.each<[string, (images: CachedImages, cache: ICacheRule) => void]>([
    ['use()', (images, cache) => images.use(cache)],
    ['useWith()', (images, cache) => images.useWith(cache, { replaces: ['ghcr.io/*'] })],
    ['configure()', images => images.configure({ digests: true })],
    ['addImageProperty()', images => images.addImageProperty({ resourceType: 'AWS::Test::Thing', imagePath: 'Image' })],
  ])('%s is refused once a Stage was synthesized, from above and from within it', (call, change) => {
    const { app, stage, stack } = staged();
    const { dockerHub } = caches(stack);
    // as pipeline.addStage() does
    stage.synth();

    for (const scope of [app, stage, stack]) {
      expect(() => change(CachedImages.of(scope), dockerHub)).toThrow(`got CachedImages.${call} after Prod was synthesized, expected it before, since the images `
        + 'of a Stage are rewritten while it is synthesized, once: call it before pipeline.addStage(), which synthesizes the Stage, and before synth() or a '
        + "test's Template.fromStack()");
    }
    expect(() => change(CachedImages.of(new Stage(app, 'Other', { env: ENV })), dockerHub)).not.toThrow();
  });

  test('requireCached sees images below them', () => {
    const { app, stack } = staged();
    const images = CachedImages.of(app);
    images.configure({ requireCached: true });
    images.use(caches(stack).quay);

    expect(() => app.synth()).toThrow("got the image 'nginx:1', which is not pulled through a cache");
  });
});

describe('the report', () => {
  test('tells what became of each name', () => {
    const { images } = rewritten(['nginx:1', 'ghcr.io/team/app:1']);

    expect(images.found).toEqual([
      {
        constructPath: 'Stack/Task',
        property: 'ContainerDefinitions.*.Image',
        before: 'nginx:1',
        after: '111122223333.dkr.ecr.eu-west-1.${AWS::URLSuffix}/docker-hub/library/nginx:1',
        outcome: ImageOutcome.CACHED,
      },
      {
        constructPath: 'Stack/Task',
        property: 'ContainerDefinitions.*.Image',
        before: 'ghcr.io/team/app:1',
        after: 'ghcr.io/team/app:1',
        outcome: ImageOutcome.NOT_SERVED,
      },
    ]);
    expect(images.renderReport()).toBe(
      'Stack/Task ContainerDefinitions.*.Image: nginx:1 -> 111122223333.dkr.ecr.eu-west-1.${AWS::URLSuffix}/docker-hub/library/nginx:1\n'
      + 'Stack/Task ContainerDefinitions.*.Image: ghcr.io/team/app:1 stays (NOT_SERVED)');
  });

  test('misses no Stage before use', () => {
    const app = new App();
    new Stack(new Stage(app, 'Prod', { env: ENV }), 'Stack');
    const images = CachedImages.of(app);

    expect(() => app.synth()).not.toThrow();
    expect(images.renderReport()).toBe('');
  });

  test('tells a private registry of ECR from a name that holds one', () => {
    const { images } = rewritten(['444455556666.dkr.ecr.us-east-1.amazonaws.com/app:1', 'x-444455556666.dkr.ecr.us-east-1.example.com/app:1']);

    expect(images.found.map(({ outcome }) => outcome)).toEqual([ImageOutcome.PRIVATE_ECR, ImageOutcome.NOT_SERVED]);
  });

  test.each<[string, (app: App, stack: Stack) => App | Stage]>([
    ['an app', app => app],
    ['a Stage', (_, stack) => Stage.of(stack)!],
  ])('tells what was found in manifests and values of %s', (_, scopeIn) => {
    const app = new App();
    const stack = new Stack(new Stage(app, 'Prod', { env: ENV }), 'Stack');
    const scope = scopeIn(app, stack);
    const images = CachedImages.of(scope);
    images.use(caches(stack).quay);
    images.manifest({ spec: { image: 'quay.io/a/b:1' } });
    images.helmValues({ image: new CfnParameter(stack, 'Image').valueAsString });

    const where = scope === app ? 'the app' : 'Prod';
    expect(images.found.map(({ constructPath, after }) => [constructPath, after])).toEqual([
      [scope.node.path, '111122223333.dkr.ecr.eu-west-1.${AWS::URLSuffix}/quay/a/b:1'],
      [scope.node.path, '${Image}'],
    ]);
    expect(images.renderReport()).toBe(
      `${where} manifest.spec.image: quay.io/a/b:1 -> 111122223333.dkr.ecr.eu-west-1.\${AWS::URLSuffix}/quay/a/b:1\n`
      + `${where} values.image: \${Image} stays (TOKEN)`);
  });

  test('shows no value of a token in an app without stacks', () => {
    const app = new App();
    const images = CachedImages.of(app);
    images.helmValues({ image: `nginx:${Aws.REGION}` });

    expect(images.renderReport()).toBe('the app values.image: nginx:${...} stays (NOT_SERVED)');
  });

  test('is empty before use', () => {
    const stack = newStack();
    taskOf(stack, 'nginx:1');
    const images = CachedImages.of(stack);

    expect(imagesOf(stack)).toEqual(['nginx:1']);
    expect(images.renderReport()).toBe('');
  });
});
