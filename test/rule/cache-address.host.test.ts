import { App, Aws } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { CacheAddress, literalHostOf } from '../../src/rule/cache-address';
import { ENV, newStack } from '../app';

/** The host of a cache in a stack of an environment. */
function hostIn(env: Partial<typeof ENV>): string | undefined {
  const stack = newStack(new App(), 'Stack', env);
  return literalHostOf(CacheAddress.fromRule(new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'echo' })));
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
