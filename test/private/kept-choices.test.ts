import { Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import {
  BuildImages, CacheAlarm, CacheAlarmActions, CacheAlerting, CachedImages, CacheEvents, CacheFunctionDefaults, CacheLifecycleRule,
  CacheMetrics, CacheMonitoring, CachePullers, CacheProbe, CacheVpcAccess, Customer, CustomerAccess, EndpointPolicies, ImageInCache,
  NodeMirrors, PullThroughCache, PullThroughCacheGrants, RegistryPolicy, RepositoryTemplate, UpstreamCredential, UpstreamRegistry,
  UpstreamRole,
} from '../../src';
import { ECHO, newStack } from '../app';

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
  ['UpstreamRegistry', UpstreamRegistry], ['UpstreamCredential', UpstreamCredential], ['UpstreamRole', UpstreamRole],
  ['CacheLifecycleRule', CacheLifecycleRule], ['CacheMonitoring', CacheMonitoring], ['CacheAlarm', CacheAlarm], ['CachePullers', CachePullers],
  ['Customer', Customer], ['CustomerAccess', CustomerAccess], ['EndpointPolicies', EndpointPolicies], ['NodeMirrors', NodeMirrors],
  ['BuildImages', BuildImages], ['CacheMetrics', CacheMetrics], ['CacheEvents', CacheEvents], ['CacheAlarmActions', CacheAlarmActions],
  ['CachedImages', CachedImages], ['CacheFunctionDefaults', CacheFunctionDefaults], ['PullThroughCacheGrants', PullThroughCacheGrants], ['ImageInCache', ImageInCache],
])('the private constructor of %s is refused, which JavaScript can call', (name, type) => {
  expect(() => Reflect.construct(type, [newStack()])).toThrow(`got a value of ${name} that was made by its constructor`);
});

describe('a value that is made around the constructor is refused as', () => {
  const scope = () => newStack();
  const cacheOf = (stack: Construct) => PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'echo');

  test.each<[string, { readonly prototype: object; readonly name: string }, (forged: any, stack: Construct) => unknown]>([
    ['the upstream of a cache', UpstreamRegistry, (upstream, stack) => new PullThroughCache(stack, 'Echo', { upstream })],
    ['the upstream of an import', UpstreamRegistry,
      (upstream, stack) => PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', upstream })],
    ['an upstream that asks to go without its name', UpstreamRegistry, forged => forged.withoutRegistryName()],
    ['a credential', UpstreamCredential, credential => UpstreamRegistry.dockerHub(credential)],
    ['the credential of another registry', UpstreamCredential,
      credential => UpstreamRegistry.of({ registryName: 'new', url: 'new.example', defaultRepositoryPrefix: 'new', credential })],
    ['an upstream role', UpstreamRole, (upstreamRole, stack) => new PullThroughCache(stack, 'Echo', { upstream: ECHO, upstreamRole })],
    ['a lifecycle rule of a template', CacheLifecycleRule, (rule, stack) => new RepositoryTemplate(stack, 'Echo', { prefix: 'echo', lifecycleRules: [rule] })],
    ['a lifecycle rule of a text', CacheLifecycleRule, rule => CacheLifecycleRule.toPolicyText([rule])],
    ['monitoring', CacheMonitoring, (monitoring, stack) => new PullThroughCache(stack, 'Echo', { upstream: ECHO, monitoring })],
    ['the alarm of standard monitoring', CacheAlarm,
      (alarm, stack) => new PullThroughCache(stack, 'Echo', { upstream: ECHO, monitoring: CacheMonitoring.standard({ alarm }) })],
    ['an alarm', CacheAlarm, (alarm, stack) => new CacheAlerting(stack, 'It', { caches: [cacheOf(stack)], alarms: [alarm] })],
    ['pullers', CachePullers, (who, stack) => new RepositoryTemplate(stack, 'Echo', { prefix: 'echo', pullers: [who] })],
    ['a customer', Customer, customer => CustomerAccess.forCustomers([customer])],
    ['access for customers', CustomerAccess, (access, stack) => access.allowOnRegistry(new RegistryPolicy(stack, 'Policy'))],
    ['policies of endpoints', EndpointPolicies, (endpointPolicies, stack) => new CacheVpcAccess(stack, 'It', { vpc: new Vpc(stack, 'Vpc'), endpointPolicies })],
  ])('%s', (_, choices, use) => {
    expect(() => use(Object.create(choices.prototype), scope())).toThrow(new RegExp(`^got something else as .* than what ${choices.name} gives, expected a value of `));
  });

  test.each<[string, (forged: any, stack: ReturnType<typeof newStack>) => unknown]>([
    ['an image of builds', (image, stack) => BuildImages.forStack(stack, [image])],
    ['an image that replaces another', (image, stack) => BuildImages.forStack(stack, [cacheWithUpstream(stack).image('node:24')]).replace('nginx', image)],
    ['an image to probe', (image, stack) => new CacheProbe(stack, 'It', { images: [image] })],
  ])('%s', (_, use) => {
    const forged = Object.create(ImageInCache.prototype, { _rule: { value: {} } });

    expect(() => use(forged, scope())).toThrow(
      'got a copy of a cached image, or an object around one, expected the image itself, since its properties may say something else by now: '
      + "take the image that cache.image('nginx:1.27') gives");
  });

  test.each([['nothing', undefined], ['an object around them', Object.create(CachedImages.prototype)]])('images found by a scope: %s', (_, images) => {
    const probe = new CacheProbe(newStack(), 'It', {});

    expect(() => probe.addImagesFoundBy(images)).toThrow(/^got (nothing|an object of CachedImages) instead of what rewrites the images of a scope, expected CachedImages/);
  });
});

function cacheWithUpstream(stack: Construct): PullThroughCache {
  return new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
}
