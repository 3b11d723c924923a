import { App } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import { CacheEvents } from '../../src/monitoring/cache-events';
import { newStack, propertiesOf } from '../app';

const eventsOf = (ecrRepositoryPrefix: string, stack = newStack()) =>
  CacheEvents.fromRule(new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix, upstreamRegistryUrl: 'quay.io' }));

describe('the pattern of imports', () => {
  test.each([
    ['all', 'cacheEvent', {}],
    ['that succeeded', 'imageCached', { 'sync-status': ['SUCCESS'] }],
    ['that failed, whatever AWS calls it', 'pullFailed', { 'sync-status': [{ 'anything-but': 'SUCCESS' }] }],
  ] as const)('%s', (_, method, detail) => {
    expect(eventsOf('echo')[method]()).toEqual({
      source: ['aws.ecr'], detailType: ['ECR Pull Through Cache Action'], detail: { 'ecr-repository-prefix': ['echo'], ...detail },
    });
  });

  test('is a new object each time, so that changing one changes no other', () => {
    const one = eventsOf('echo');
    expect(one.pullFailed()).not.toBe(one.pullFailed());
  });

  test('of an L1 rule names its prefix as it was written, without an export for another stack', () => {
    const app = new App();
    const pattern = eventsOf('echo', newStack(app, 'Caches')).pullFailed();
    const stack = newStack(app);
    new events.Rule(stack, 'Failed', { eventPattern: pattern });
    expect(propertiesOf(stack, 'AWS::Events::Rule').EventPattern).toMatchObject({ detail: { 'ecr-repository-prefix': ['echo'] } });
  });
});
