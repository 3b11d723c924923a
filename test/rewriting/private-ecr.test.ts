import { RegionInfo } from 'aws-cdk-lib/region-info';
import { caches, newStack, rewritten } from './fixture';
import { CachedImages } from '../../src/rewriting/cached-images';
import { ImageOutcome } from '../../src/rewriting/lookup';
import { isPrivateEcr } from '../../src/rewriting/private-ecr';

const ACCOUNT = '111111111111';

describe('the host of a private ECR registry', () => {
  test.each(RegionInfo.regions.map(({ name, domainSuffix }) => [name, domainSuffix!]))('is known in %s', (region, suffix) => {
    expect(isPrivateEcr(`${ACCOUNT}.dkr.ecr.${region}.${suffix}`)).toBe(true);
  });

  test.each(RegionInfo.regions.map(({ name, domainSuffix }) => [name, domainSuffix]))('ends with no suffix but that of its partition in %s', (region, own) => {
    const others = [...new Set(RegionInfo.regions.map(({ domainSuffix }) => domainSuffix))].filter(suffix => suffix !== own);

    expect(others.filter(suffix => isPrivateEcr(`${ACCOUNT}.dkr.ecr.${region}.${suffix}`))).toEqual([]);
  });

  test.each([
    ['a Region that is newer than aws-cdk', 'dkr.ecr.eu-north-9.amazonaws.com'],
    ['a newer Region of China', 'dkr.ecr.cn-south-9.amazonaws.com.cn'],
    ['FIPS', 'dkr.ecr-fips.us-gov-west-1.amazonaws.com'],
    ['dual-stack', 'dkr-ecr.us-east-1.on.aws'],
    ['dual-stack in China', 'dkr-ecr.cn-north-1.on.amazonwebservices.com.cn'],
    ['dual-stack with FIPS', 'dkr-ecr-fips.us-east-1.on.aws'],
  ])('is known for %s', (_, host) => {
    expect(isPrivateEcr(`${ACCOUNT}.${host}`)).toBe(true);
  });

  test.each([
    '111111111111.dkr.ecr.evil.example',
    '111111111111.dkr.ecr.us-east-1.amazonaws.com.evil.com',
    '111111111111.dkr.ecr.us-east-1.evil.com',
    '111111111111.dkr.ecr.us-east-1.amazonaws.community',
    '111111111111.dkr.ecr.us-east-1.amazonaws-com',
    '111111111111.dkr.ecr.us-east-1.on.aws',
    '111111111111.dkr-ecr.us-east-1.amazonaws.com',
    '111111111111.dkr-ecr.us-east-1.on.aws.evil.com',
    '111111111111.dkr-ecr.eu-isoe-west-1.undefined',
    '111111111111.dkr-ecr.eu-isoe-west-1.',
    '111111111111.dkr.ecr.us-east-1.x.amazonaws.com',
    '111111111111.dkr.ecr.amazonaws.com',
    '111111111111.dkr.ecr-evil.us-east-1.amazonaws.com',
    '111111111111.dkrxecr.us-east-1.amazonaws.com',
    '1111111111112.dkr.ecr.us-east-1.amazonaws.com',
    'x111111111111.dkr.ecr.us-east-1.amazonaws.com',
    'evil.111111111111.dkr.ecr.us-east-1.amazonaws.com',
    '111111111111.dkr.ecr.us-east-1.amazonaws.com:5000',
    '11111111111.dkr.ecr.us-east-1.amazonaws.com',
  ])('is not %s', host => {
    expect(isPrivateEcr(host)).toBe(false);
  });
});

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
