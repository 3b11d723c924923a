import { CacheAlarm, CacheFunctionDefaults, CacheLifecycleRule, CachedImages, CacheMonitoring, CachePullers, Customer, ImageInCache, PullThroughCacheGrants, UpstreamRegistry, UpstreamRole } from '../../src';
import { newStack } from '../app';

test.each<[string, () => object]>([
  ['CachePullers', () => CachePullers.account('444455556666', { roles: ['builder'] })],
  ['Customer', () => Customer.account('444455556666', { roles: ['builder'] })],
  ['UpstreamRole', () => UpstreamRole.scopedToRepositories()],
  ['UpstreamRegistry', () => UpstreamRegistry.QUAY],
  ['CacheMonitoring', () => CacheMonitoring.standard({ alarmActions: [{ bind: () => ({ alarmActionArn: 'arn:aws:sns:us-east-1:111122223333:topic' }) }] })],
  ['CacheLifecycleRule', () => CacheLifecycleRule.keepNewest(3)],
  ['CacheAlarm', () => CacheAlarm.pullsDenied()],
])('a value of %s stays as it was made, and can be noted by jsii', (_, make) => {
  const value = make() as Record<string, unknown>;
  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    expect(Reflect.set(value, name, 'another')).toBe(false);
    if (Array.isArray(property.value)) { expect(Object.isFrozen(property.value)).toBe(true); }
  }
  expect(() => Object.defineProperty(value, Symbol('jsii'), { value: 1 })).not.toThrow();
});

test.each<[string, Function]>([
  ['CachedImages', CachedImages], ['CacheFunctionDefaults', CacheFunctionDefaults], ['PullThroughCacheGrants', PullThroughCacheGrants], ['ImageInCache', ImageInCache],
])('the private constructor of %s is refused, which JavaScript can call', (name, type) => {
  expect(() => Reflect.construct(type, [newStack()])).toThrow(`got a value of ${name} that was made by its constructor`);
});
