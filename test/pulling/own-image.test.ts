import { App, Aws, Stack } from 'aws-cdk-lib';
import { PullThroughCache } from '../../src';
import { pathInCache } from '../../src/pulling/own-image';

const ACCOUNT = '111122223333';

function cacheOf(region: string, account = ACCOUNT) {
  return PullThroughCache.fromPullThroughCacheAttributes(new Stack(new App(), 'Stack'), 'Echo', { repositoryPrefix: 'echo', account, region });
}

test.each([
  ['eu-west-1', `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/echo/team/app:1`, 'team/app:1'],
  ['us-iso-east-1', `${ACCOUNT}.dkr.ecr.us-iso-east-1.c2s.ic.gov/echo/app:1`, 'app:1'],
  ['xx-west-1', `${ACCOUNT}.dkr.ecr.xx-west-1.amazonaws.com/echo/app:1`, 'app:1'],
  ['eu-west-1', `${ACCOUNT}.dkr.ecr.eu-west-1.${Aws.URL_SUFFIX}/echo/app:1`, 'app:1'],
])('an image of a cache in %s has a path in it', (region, image, path) => {
  expect(pathInCache(cacheOf(region), image)).toBe(path);
});

test('so has one whose account is a token, as far as it is spelt so', () => {
  expect(pathInCache(cacheOf('eu-west-1', Aws.ACCOUNT_ID), `${Aws.ACCOUNT_ID}.dkr.ecr.eu-west-1.${Aws.URL_SUFFIX}/echo/app:1`)).toBe('app:1');
});

test.each([
  ['another account', '222233334444.dkr.ecr.eu-west-1.amazonaws.com/echo/app:1'],
  ['another Region', `${ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com/echo/app:1`],
  ['another prefix', `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/echoes/app:1`],
  ['another domain', `${ACCOUNT}.dkr.ecr.eu-west-1.example.com/echo/app:1`],
  ['no registry', 'echo/app:1'],
])('an image of %s has none', (_, image) => {
  expect(pathInCache(cacheOf('eu-west-1'), image)).toBeUndefined();
});

test.each([
  ['account', Aws.ACCOUNT_ID, 'eu-west-1'],
  ['Region', ACCOUNT, Aws.REGION],
])('nor has one that spells out an %s which is a token', (_, account, region) => {
  expect(pathInCache(cacheOf(region, account), `${ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/echo/app:1`)).toBeUndefined();
});
