import { App, Aws } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { CacheAddress } from '../../src/rule/cache-address';
import { afterRegistryHost, isPrivateEcr, literalHostOf } from '../../src/rule/registry-host';
import { ENV, newStack } from '../app';

const OWNER = '111111111111';

function addressIn(env: Partial<typeof ENV>): CacheAddress {
  const stack = newStack(new App(), 'Stack', env);
  return CacheAddress.fromRule(new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'echo' }));
}

/** The host of a cache in a stack of an environment. */
function hostIn(env: Partial<typeof ENV>): string | undefined {
  return literalHostOf(addressIn(env));
}

describe('the host of a cache as text', () => {
  test('has the account and the Region of the cache', () => {
    expect(hostIn(ENV)).toBe('111122223333.dkr.ecr.eu-central-1.amazonaws.com');
  });

  test('has the suffix of the partition that the Region is in', () => {
    expect(hostIn({ ...ENV, region: 'cn-north-1' })).toBe('111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn');
  });

  test('has the usual suffix in a Region that this version of aws-cdk does not know', () => {
    expect(hostIn({ ...ENV, region: 'mars-north-1' })).toBe('111122223333.dkr.ecr.mars-north-1.amazonaws.com');
  });

  test.each<[string, Partial<typeof ENV>]>([
    ['the account', { ...ENV, account: Aws.ACCOUNT_ID }],
    ['the Region', { ...ENV, region: Aws.REGION }],
    ['both', {}],
  ])('is not known when this is known only at deployment: %s', (_, env) => {
    expect(hostIn(env)).toBeUndefined();
  });
});

test.each([
  ['eu-central-1', 'dkr.ecr.eu-central-1.amazonaws.com'],
  ['eu-central-1', 'dkr.ecr-fips.eu-central-1.amazonaws.com'],
  ['eu-central-1', 'dkr-ecr.eu-central-1.on.aws'],
  ['us-east-1', 'dkr-ecr-fips.us-east-1.on.aws'],
  ['cn-north-1', 'dkr.ecr.cn-north-1.amazonaws.com.cn'],
  ['cn-north-1', 'dkr-ecr.cn-north-1.on.amazonwebservices.com.cn'],
])('the registry in %s is known by its host %s', (region, host) => {
  expect(afterRegistryHost(addressIn({ ...ENV, region }), `111122223333.${host}/echo/nginx:1`)).toBe('echo/nginx:1');
});

test.each([
  '111122223333.dkr-ecr.eu-central-1.amazonaws.com/echo/nginx:1',
  '111122223333.dkr.ecr.eu-central-1.on.aws/echo/nginx:1',
  '111122223333.dkr-ecr.eu-central-1.on.aws.example.com/echo/nginx:1',
  '111122223333.dkr-ecr.us-east-1.on.aws/echo/nginx:1',
  '444455556666.dkr-ecr.eu-central-1.on.aws/echo/nginx:1',
  'quay.io/111122223333.dkr.ecr.eu-central-1.amazonaws.com/echo/nginx:1',
])('%s is of another registry', text => {
  expect(afterRegistryHost(addressIn(ENV), text)).toBeUndefined();
});

describe('the host of a private ECR registry', () => {
  test.each(RegionInfo.regions.map(({ name, domainSuffix }) => [name, domainSuffix!]))('is known in %s', (region, suffix) => {
    expect(isPrivateEcr(`${OWNER}.dkr.ecr.${region}.${suffix}`)).toBe(true);
  });

  test.each(RegionInfo.regions.map(({ name, domainSuffix }) => [name, domainSuffix]))('ends with no suffix but that of its partition in %s', (region, own) => {
    const others = [...new Set(RegionInfo.regions.map(({ domainSuffix }) => domainSuffix))].filter(suffix => suffix !== own);

    expect(others.filter(suffix => isPrivateEcr(`${OWNER}.dkr.ecr.${region}.${suffix}`))).toEqual([]);
  });

  test.each([
    ['a Region that is newer than aws-cdk', 'dkr.ecr.eu-north-9.amazonaws.com'],
    ['a newer Region of China', 'dkr.ecr.cn-south-9.amazonaws.com.cn'],
    ['FIPS', 'dkr.ecr-fips.us-gov-west-1.amazonaws.com'],
    ['dual-stack', 'dkr-ecr.us-east-1.on.aws'],
    ['dual-stack in China', 'dkr-ecr.cn-north-1.on.amazonwebservices.com.cn'],
    ['dual-stack with FIPS', 'dkr-ecr-fips.us-east-1.on.aws'],
  ])('is known for %s', (_, host) => {
    expect(isPrivateEcr(`${OWNER}.${host}`)).toBe(true);
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
