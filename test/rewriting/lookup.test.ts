import { caches, newStack, rewritten } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';
import { ImageOutcome } from '../../src/rewriting/lookup';

describe('an image of a registry that only looks like private ECR', () => {
  const LOOK_ALIKES = ['111111111111.dkr.ecr.evil.example/backdoor:1', '123456789012.dkr.ecr.us-east-1.amazonaws.com.evil.com/a:1'];

  test.each(LOOK_ALIKES)('is not served: %s', image => {
    const { images, after } = rewritten([image]);

    expect(after).toEqual([image]);
    expect(images.found.map(({ outcome }) => outcome)).toEqual([ImageOutcome.NOT_SERVED]);
  });

  test.each(LOOK_ALIKES)('fails where images of the caches only may be: %s', image => {
    expect(() => rewritten([image], { requireCached: true })).toThrow(`got the image '${image}', which is not pulled through a cache`);
  });

  test.each(LOOK_ALIKES)('fails in a manifest and in values of a chart, too: %s', image => {
    const stack = newStack();
    const images = CachedImages.of(stack);
    images.configure({ requireCached: true });
    images.use(caches(stack).quay);
    images.manifest({ spec: { image } });
    images.helmValues({ image });

    expect(images.found.map(({ outcome }) => outcome)).toEqual([ImageOutcome.NOT_SERVED, ImageOutcome.NOT_SERVED]);
    expect(() => stack.node.validate().forEach(problem => { throw new Error(problem); })).toThrow(
      `got the image '${image}', which is not pulled through a cache`);
  });
});
