import { App, Aws } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { CacheAddress } from '../../src/rule/cache-address';
import { afterRegistryHost, literalHostOf } from '../../src/rule/registry-host';
import { ENV, newStack } from '../app';

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
