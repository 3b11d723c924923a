import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { caches, newStack, warnings } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';

const late = (stack: Stack) => warnings(stack).filter(text => text.includes('setTooLate'));

function read(app = new App()) {
  const stack = newStack(app);
  const all = caches(stack);
  const images = CachedImages.of(stack);
  images.use(all.quay);
  images.helmValues({ image: 'quay.io/a/b:1' });
  return { app, stack, images, ...all };
}

type Setting = ReturnType<typeof read>;

describe('what helmValues() gave before warns', () => {
  test.each<[string, string, (setting: Setting) => void]>([
    ['an exception', "'exceptions'", ({ images }) => images.configure({ exceptions: ['quay.io/a/*'] })],
    ['digests', "'digests'", ({ images }) => images.configure({ digests: true })],
    ['who pulls', "'pullers'", ({ images, stack }) => images.configure({ pullers: [new iam.Role(stack, 'R', { assumedBy: new iam.AnyPrincipal() })] })],
    ['a cache', 'caches', ({ images, dockerHub }) => images.use(dockerHub)],
    ['a replacement', 'replacements', ({ images, quay }) => images.useWith(quay, { replaces: ['ghcr.io/a/*'] })],
  ])('of %s that the scope gets later', (_, name, change) => {
    const setting = read();
    change(setting);

    expect(late(setting.stack)).toEqual([expect.stringContaining(`helmValues() was called before CachedImages of 'Stack' got ${name}, and what it gave doesn't know`)]);
  });

  test('of what a wider scope gets later', () => {
    const setting = read();
    CachedImages.of(setting.app).configure({ exceptions: ['quay.io/a/*'] });

    expect(late(setting.stack)).toEqual([expect.stringContaining("helmValues() was called before CachedImages of the app got 'exceptions'")]);
  });
});

test('manifest() warns as well', () => {
  const setting = read();
  setting.images.manifest({ image: 'quay.io/a/b:1' });
  setting.images.use(setting.dockerHub);

  expect(late(setting.stack)).toHaveLength(2);
});

describe('nothing is late', () => {
  test.each<[string, (setting: Setting) => void]>([
    ['that was known before', ({ images, quay }) => images.use(quay)],
    ['that templates are judged by alone', ({ images }) => images.configure({ requireCached: false })],
    ['that another scope gets', ({ app, dockerHub }) => CachedImages.of(new Stack(app, 'Other')).use(dockerHub)],
  ])('%s', (_, change) => {
    const setting = read();
    change(setting);

    expect(late(setting.stack)).toEqual([]);
  });
});
