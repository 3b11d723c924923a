import { CacheLifecycleRule } from '../../src/repository/cache-lifecycle';
import { DEFAULT_LIFECYCLE_POLICY } from '../../src/repository/default-lifecycle';

test('the policy of a cache that asks for no rules is that of the default rules, to the letter', () => {
  expect(DEFAULT_LIFECYCLE_POLICY).toBe(CacheLifecycleRule.toPolicyText(CacheLifecycleRule.defaults()));
});
