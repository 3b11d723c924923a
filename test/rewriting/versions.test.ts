import { join } from 'path';
import { App } from 'aws-cdk-lib';
import { cached, caches, imagesOf, newStack, pullable, taskOf } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';
import { ImageOutcome } from '../../src/rewriting/lookup';

const MANIFEST = join(__dirname, '../../package.json');
/** Peers of the package, which an app has once, whichever versions of the package are in it. */
const PEERS = ['aws-cdk-lib', 'aws-cdk-lib/aws-ecr', 'aws-cdk-lib/aws-ecs', 'aws-cdk-lib/aws-iam', 'aws-cdk-lib/aws-secretsmanager',
  'aws-cdk-lib/region-info', 'constructs'];

/** A second copy of the code that says it is of another version. */
function versionOf(version: string): typeof CachedImages {
  const peers = PEERS.map(name => [name, jest.requireActual(name)] as const);
  let copy: typeof CachedImages | undefined;
  jest.isolateModules(() => {
    peers.forEach(([name, peer]) => jest.doMock(name, () => peer));
    jest.doMock(MANIFEST, () => ({ version }));
    copy = (jest.requireActual('../../src/rewriting/cached-images') as { CachedImages: typeof CachedImages }).CachedImages;
  });
  [MANIFEST, ...PEERS].forEach(name => jest.dontMock(name));
  return copy!;
}

describe.each([
  ['of the same major version', '0.0.0-older.1'],
  ['of another major version', '999.0.0'],
])('a second version of the package in one app, %s', (_, version) => {
  const Other = versionOf(version);

  test('has its own object for a scope', () => {
    const stack = newStack();

    expect(Other).not.toBe(CachedImages);
    expect(Other.of(stack)).toBe(Other.of(stack));
    expect(Other.of(stack)).not.toBe(CachedImages.of(stack));
  });

  test('knows nothing of the caches and options of this one', () => {
    const stack = newStack();
    CachedImages.of(stack).configure({ digests: true });
    CachedImages.of(stack).use(caches(stack).quay);

    expect(() => Other.of(stack).configure({ digests: false })).not.toThrow();
    expect(Other.of(stack).manifest({ image: 'quay.io/a/b:1' })).toEqual({ image: 'quay.io/a/b:1' });
  });

  test.each([
    ['the other one first', [Other, CachedImages]],
    ['this one first', [CachedImages, Other]],
  ])('rewrites beside it what only its own caches serve: %s', (__, [first, second]) => {
    const stack = newStack();
    taskOf(stack, 'nginx:1', 'quay.io/a/b:1', 'ghcr.io/team/app:1');
    const { dockerHub, quay } = caches(stack);

    first.of(stack).use(dockerHub);
    second.of(stack).use(quay);

    expect(imagesOf(stack)).toEqual([cached('docker-hub/library/nginx:1'), cached('quay/a/b:1'), 'ghcr.io/team/app:1']);
    expect(pullable(stack, /TaskExecutionRole/)).toEqual(['docker-hub/library/nginx', 'quay/a/b']);
  });
});

test('a name that an older version changed is neither changed, granted nor reported again', () => {
  const Older = versionOf('0.0.0-older.2');
  const app = new App();
  const stack = newStack(app);
  taskOf(stack, 'quay.io/a/b:1', 'nginx:1');
  const { dockerHub, quay, echo } = caches(stack);

  Older.of(app).use(quay);
  CachedImages.of(stack).useWith(echo, { replaces: ['quay.io/a/*'] });
  CachedImages.of(stack).use(dockerHub);

  expect(imagesOf(stack)).toEqual([cached('quay/a/b:1'), cached('docker-hub/library/nginx:1')]);
  expect(pullable(stack, /TaskExecutionRole/)).toEqual(['docker-hub/library/nginx', 'quay/a/b']);
  expect(CachedImages.of(stack).found.map(({ before, outcome }) => [before, outcome])).toEqual([['nginx:1', ImageOutcome.CACHED]]);
});
