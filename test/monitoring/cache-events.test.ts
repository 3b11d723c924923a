import { App } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import { CacheEvents, FindingSeverity } from '../../src/monitoring/cache-events';
import { newStack, propertiesOf } from '../app';

const eventsOf = (ecrRepositoryPrefix: string, stack = newStack()) =>
  CacheEvents.fromRule(new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix, upstreamRegistryUrl: 'quay.io' }));

describe('the pattern of imports', () => {
  test.each([
    ['all', 'cacheEventPattern', {}],
    ['that succeeded', 'imageCachedPattern', { 'sync-status': ['SUCCESS'] }],
    ['that failed, whatever AWS calls it', 'pullFailedPattern', { 'sync-status': [{ 'anything-but': 'SUCCESS' }] }],
  ] as const)('%s', (_, method, detail) => {
    expect(eventsOf('echo')[method]()).toEqual({
      source: ['aws.ecr'], detailType: ['ECR Pull Through Cache Action'], detail: { 'ecr-repository-prefix': ['echo'], ...detail },
    });
  });

  test('is a new object each time, so that changing one changes no other', () => {
    const one = eventsOf('echo');
    expect(one.pullFailedPattern()).not.toBe(one.pullFailedPattern());
  });

  test('of an L1 rule names its prefix as it was written, without an export for another stack', () => {
    const app = new App();
    const pattern = eventsOf('echo', newStack(app, 'Caches')).pullFailedPattern();
    const stack = newStack(app);
    new events.Rule(stack, 'Failed', { eventPattern: pattern });
    expect(propertiesOf(stack, 'AWS::Events::Rule').EventPattern).toMatchObject({ detail: { 'ecr-repository-prefix': ['echo'] } });
  });
});

describe('the rules of an L1 rule', () => {
  test.each([
    ['onCacheEvent', {}],
    ['onImageCached', { 'sync-status': ['SUCCESS'] }],
    ['onPullFailed', { 'sync-status': [{ 'anything-but': 'SUCCESS' }] }],
  ] as const)('%s catches its events', (method, detail) => {
    const stack = newStack();
    const rule = eventsOf('echo', stack)[method]('Caught', { description: 'mine' });
    expect(rule.node.path).toBe('Stack/Rule/Caught');
    expect(propertiesOf(stack, 'AWS::Events::Rule')).toMatchObject({
      Description: 'mine', EventPattern: { detail: { 'ecr-repository-prefix': ['echo'], ...detail } },
    });
  });

  test('onImageScanned catches what is at least so bad', () => {
    const stack = newStack();
    eventsOf('echo', stack).onImageScanned('Scanned', { minimumSeverity: FindingSeverity.CRITICAL });
    expect(propertiesOf(stack, 'AWS::Events::Rule').EventPattern).toMatchObject({
      detail: { 'repository-name': [{ prefix: 'echo/' }], 'finding-severity-counts': { CRITICAL: [{ numeric: ['>', 0] }] } },
    });
  });

  test('onPullDenied receives read-only events', () => {
    const stack = newStack();
    eventsOf('echo', stack).onPullDenied('Denied');
    expect(propertiesOf(stack, 'AWS::Events::Rule').State).toBe('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
  });
});
