import { Lazy, Token } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { cached, caches, imagesOf, newStack, plain, taskOf } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';
import type { CachedImagesOptions } from '../../src/rewriting/options';
import { CacheRule } from '../../src/rule/cache-rule';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';

/** What a caller without types gives. */
const untyped = <T>(value: unknown) => value as T;

function setting() {
  const stack = newStack();
  return { stack, images: CachedImages.of(stack), ...caches(stack) };
}

describe('a scope', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'nothing'],
    ['a null', null, 'nothing'],
    ['a text', 'Stack', "the text 'Stack'"],
    ['an object', {}, 'an object'],
    ['a function', newStack, 'a function that was not called'],
  ])('is refused when it is %s', (_, scope, got) => {
    expect(() => CachedImages.of(untyped(scope))).toThrow(
      `got ${got} as the scope of CachedImages.of(), expected a construct, such as an app, a stage or a stack: `
      + 'pass the construct whose image names are rewritten');
  });
});

describe('a cache', () => {
  const leave = 'pass the cache itself, and leave it out where there is none';

  test.each<[string, (parts: ReturnType<typeof setting>) => unknown, string, string]>([
    ['nothing', () => undefined, 'nothing', leave],
    ['a null', () => null, 'nothing', leave],
    ['a text', () => 'hub', "the text 'hub'", leave],
    ['a number', () => 1, 'the number 1', leave],
    ['an upstream', () => UpstreamRegistry.QUAY, 'an object of UpstreamRegistry', leave],
    ['a list', ({ dockerHub, quay }) => [dockerHub, quay], 'a list', 'pass each cache of the list as an argument of its own'],
    ['an empty list', () => [], 'a list', 'pass each cache of the list as an argument of its own'],
    ['another construct', ({ stack }) => new Construct(stack, 'Other'), "the construct 'Stack/Other'", leave],
    ['a rule of aws-cdk itself', ({ stack }) => new CfnPullThroughCacheRule(stack, 'L1', { ecrRepositoryPrefix: 'quay' }), "the construct 'Stack/L1'", leave],
  ])('is refused when it is %s', (_, cacheOf, got, fix) => {
    const parts = setting();
    const cache = untyped<CacheRule>(cacheOf(parts));
    const message = (call: string) => `got ${got} as a cache for CachedImages.${call}, expected a cache: a PullThroughCache, an import of one, or a `
      + `CacheRule: ${fix} [at Stack]`;

    expect(() => parts.images.use(cache)).toThrow(message('use()'));
    expect(() => parts.images.useWith(cache, { replaces: ['ghcr.io/team/*'] })).toThrow(message('useWith()'));
  });

  test('is refused with the others of its call, of which none is used', () => {
    const { stack, images, quay } = setting();
    taskOf(stack, 'quay.io/a/b:1');

    expect(() => images.use(quay, untyped(undefined))).toThrow('got nothing as a cache for CachedImages.use()');
    expect(imagesOf(stack)).toEqual(['quay.io/a/b:1']);
  });

  test('may be a rule alone', () => {
    const { stack, images } = setting();
    taskOf(stack, 'quay.io/a/b:1');

    images.use(new CacheRule(stack, 'Rule', { upstream: UpstreamRegistry.QUAY }));

    expect(imagesOf(stack)).toEqual([cached('quay/a/b:1')]);
  });
});

describe('the options of a call', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'nothing'],
    ['a text', 'quay.io/*', "the text 'quay.io/*'"],
    ['a list', ['quay.io/*'], 'a list'],
    ['a construct', newStack(), "the construct 'Stack'"],
    ['a token', Lazy.any({ produce: () => ({}) }), 'a value that is known only at deployment'],
  ])('are refused when they are %s', (_, options, got) => {
    const { images, quay } = setting();
    const message = (call: string, names: string) => `got ${got} as the options of CachedImages.${call}, expected an object with ${names}: `
      + 'say what is to be set, or leave the call out [at Stack]';

    expect(() => images.configure(untyped(options))).toThrow(message('configure()', "'exceptions', 'digests', 'requireCached', 'pullers'"));
    expect(() => images.useWith(quay, untyped(options))).toThrow(message('useWith()', "'replaces', 'replacementPrefix'"));
    expect(() => images.addImageProperty(untyped(options))).toThrow(
      message('addImageProperty()', "'resourceType', 'imagePath', 'rolePath', 'removes'"));
  });

  test('are refused with a name that is not known', () => {
    const { images, quay } = setting();
    const message = (name: string, call: string, names: string) => `got the unknown name '${name}' among the options of CachedImages.${call}, expected `
      + `${names}: look at its spelling, or leave it out [at Stack]`;

    expect(() => images.configure(untyped({ exception: ['quay.io/a/*'] }))).toThrow(
      message('exception', 'configure()', "'exceptions', 'digests', 'requireCached', 'pullers'"));
    expect(() => images.configure(untyped({ toString: true }))).toThrow("the unknown name 'toString'");
    expect(() => images.useWith(quay, untyped({ replaces: ['ghcr.io/a/*'], digests: true }))).toThrow(message('digests', 'useWith()', "'replaces', 'replacementPrefix'"));
    expect(() => images.addImageProperty(untyped({ resourceType: 'AWS::A::B', imagePath: 'Image', ownImages: 'aws/' }))).toThrow(
      message('ownImages', 'addImageProperty()', "'resourceType', 'imagePath', 'rolePath', 'removes'"));
  });

  test('may have a name that is not known without a value', () => {
    expect(() => setting().images.configure(untyped({ other: undefined, exceptions: null }))).not.toThrow();
  });

  test('may be an object of a class, whose getters are read and which may have more in it', () => {
    class Options implements CachedImagesOptions {
      public readonly more = 1;
      public get exceptions() { return ['quay.io/a/*']; }
    }
    const { stack, images, quay } = setting();
    taskOf(stack, 'quay.io/a/b:1', 'quay.io/b/b:1');

    images.configure(new Options());
    images.use(quay);

    expect(imagesOf(stack)).toEqual(['quay.io/a/b:1', cached('quay/b/b:1')]);
  });

  const role = 'expected a role or another principal that permissions are granted to: pass the construct of the role, not its name or ARN';
  test.each<[object, string]>([
    [{ requireCached: 'false' }, "the text 'false' as 'requireCached' of CachedImages.configure(), expected true or false: write true or false, not a text"],
    [{ digests: 0 }, "the number 0 as 'digests' of CachedImages.configure(), expected true or false: write true or false, not a text"],
    [{ exceptions: 'quay.io/*' }, "the text 'quay.io/*' as 'exceptions' of CachedImages.configure(), expected a list of image names: put it into a list"],
    [{ exceptions: [undefined] }, "nothing in the list 'exceptions' of CachedImages.configure(), expected a text: write it such as 'quay.io/team/*'"],
    // eslint-disable-next-line no-sparse-arrays
    [{ exceptions: ['quay.io/a/*', , 'quay.io/b/*'] }, "nothing in the list 'exceptions' of CachedImages.configure(), expected a text"],
    [{ exceptions: [['quay.io/*']] }, "a list in the list 'exceptions' of CachedImages.configure(), expected a text"],
    [{ pullers: [undefined] }, `nothing in the list 'pullers' of CachedImages.configure(), ${role}`],
    [{ pullers: [null] }, `nothing in the list 'pullers' of CachedImages.configure(), ${role}`],
    [{ pullers: ['arn:aws:iam::111122223333:role/nodes'] }, `the text 'arn:aws:iam::111122223333:role/nodes' in the list 'pullers' of CachedImages.configure(), ${role}`],
    [{ pullers: iam.Role.fromRoleName(newStack(), 'Nodes', 'nodes') },
      "the construct 'Stack/Nodes' as 'pullers' of CachedImages.configure(), expected a list of roles or other principals: put it into a list"],
  ])('are refused with a wrong value: %#', (options, got) => {
    expect(() => setting().images.configure(options)).toThrow(`got ${got}`);
  });

  test.each<[unknown, string]>([
    ['docker.io/library/*', "the text 'docker.io/library/*' as 'replaces' of CachedImages.useWith(), expected a list of image names: put it into a list"],
    [[undefined], "nothing in the list 'replaces' of CachedImages.useWith(), expected a text: write it such as 'quay.io/team/*'"],
  ])('are refused with a wrong list of replacements: %#', (replaces, got) => {
    const { images, echo } = setting();

    expect(() => images.useWith(echo, { replaces: untyped(replaces) })).toThrow(`got ${got}`);
  });

  test.each<[object, string]>([
    [{ imagePath: 'Image' }, "no 'resourceType' for CachedImages.addImageProperty(), expected the type of a resource and the path to its image: write them "
      + "such as 'AWS::ECS::TaskDefinition' and 'ContainerDefinitions.*.Image' [at Stack]"],
    [{ resourceType: 'AWS::A::B' }, "no 'imagePath' for CachedImages.addImageProperty()"],
    [{ resourceType: 'AWS::A::B', imagePath: ['Image'] }, "a list as 'imagePath' of CachedImages.addImageProperty(), expected a text"],
    [{ resourceType: 'SageMaker', imagePath: 'Image' },
      "the resource type 'SageMaker', expected CloudFormation's name of a resource type: write it such as 'AWS::ECS::TaskDefinition'"],
    [{ resourceType: 'AWS::A::B', imagePath: 'Image', removes: 'Credentials' },
      "the text 'Credentials' as 'removes' of CachedImages.addImageProperty(), expected a list of names of properties: put it into a list"],
    [{ resourceType: 'AWS::A::B', imagePath: 'Image', removes: [undefined] }, "nothing in the list 'removes' of CachedImages.addImageProperty(), expected a text"],
  ])('are refused with a wrong property: %#', (property, got) => {
    expect(() => setting().images.addImageProperty(untyped(property))).toThrow(`got ${got}`);
  });

  test('are copied, so that what becomes of a list afterwards has no effect', () => {
    const { stack, images, quay } = setting();
    taskOf(stack, 'quay.io/a/b:1', 'quay.io/b/b:1');
    const exceptions = ['quay.io/a/*'];

    images.configure({ exceptions });
    exceptions.push('quay.io/b/*');
    images.use(quay);

    expect(imagesOf(stack)).toEqual(['quay.io/a/b:1', cached('quay/b/b:1')]);
  });

  test('may be a property that an object describes which changes afterwards', () => {
    const { images } = setting();
    const property = { resourceType: 'AWS::A::B', imagePath: 'Image', removes: ['Credentials'] };

    images.addImageProperty(property);
    property.removes.push('Other');

    expect(() => images.addImageProperty({ ...property, removes: ['Credentials'] })).not.toThrow();
  });
});

describe('manifests and values', () => {
  test.each<[string, unknown, string, (call: string) => string]>([
    ['a list', [{ kind: 'Pod' }, { kind: 'Pod' }], 'a list',
      call => `call ${call} for each element of the list, and give all of the results to the construct that takes them`],
    ...([
      ['nothing', undefined, 'nothing'],
      ['a text', 'kind: Pod', "the text 'kind: Pod'"],
      ['a token', Token.asAny({ Ref: 'Manifest' }), 'a value that is known only at deployment'],
      ['a map', new Map(), 'an object of Map'],
      ['a construct', newStack(), "the construct 'Stack'"],
    ] as const).map(([name, value, got]): [string, unknown, string, () => string] =>
      [name, value, got, () => 'pass the object itself, before it becomes a text, a token or part of a construct']),
  ])('are refused when they are %s', (_, tree, got, fix) => {
    const { images, quay } = setting();
    images.use(quay);
    const message = (call: string, what: string) => `got ${got} for CachedImages.${call}, expected ${what}, an object with keys that are known at synthesis: `
      + `${fix(call)} [at Stack]`;

    expect(() => images.manifest(untyped(tree))).toThrow(message('manifest()', 'one Kubernetes manifest'));
    expect(() => images.helmValues(untyped(tree))).toThrow(message('helmValues()', 'the values of one Helm chart'));
  });

  test('are refused when they are around themselves', () => {
    const { images, quay } = setting();
    images.use(quay);
    const values: { [key: string]: any } = { sidecars: [{}] };
    values.sidecars[0].parent = values;
    const message = (call: string) => `got 'sidecars.0.parent', which is an object around itself, for CachedImages.${call}, expected `;

    expect(() => images.manifest(values)).toThrow(message('manifest()'));
    expect(() => images.helmValues(values)).toThrow(message('helmValues()'));
    expect(() => images.helmValues({}, { defaults: values })).toThrow(message('helmValues()'));
  });

  test('may have one object in several places', () => {
    const { stack, images, quay } = setting();
    images.use(quay);
    const shared = { image: 'quay.io/a/b:1' };

    expect(plain(stack.resolve(images.helmValues({ one: shared, other: [shared] })))).toEqual({
      one: { image: cached('quay/a/b:1') }, other: [{ image: cached('quay/a/b:1') }],
    });
  });

  test('may be objects without a prototype', () => {
    const { stack, images, quay } = setting();
    images.use(quay);

    expect(plain(stack.resolve(images.manifest(Object.assign(Object.create(null), { image: 'quay.io/a/b:1' }))))).toEqual({ image: cached('quay/a/b:1') });
  });
});
