import { Duration } from 'aws-cdk-lib';
import { TagStatus } from 'aws-cdk-lib/aws-ecr';
import { CacheLifecycleRule } from '../../src/lifecycle/cache-lifecycle-rule';

/** What a language without types takes for anything. */
const untyped = <T>(value: unknown) => value as T;

describe('a lifecycle rule from a language without types', () => {
  test('may leave out what is optional by null', () => {
    const options = { tagStatus: null, tagPatterns: null, tagPrefixes: null, description: null };

    expect(CacheLifecycleRule.toPolicyText([CacheLifecycleRule.keepNewest(5, untyped(options))]))
      .toBe(CacheLifecycleRule.toPolicyText([CacheLifecycleRule.keepNewest(5, untyped(null))]));
  });

  test('still takes what is right', () => {
    expect(() => CacheLifecycleRule.expireAfter(Duration.days(5), { tagStatus: TagStatus.TAGGED, tagPatterns: ['v1.*'] })).not.toThrow();
  });

  const TEXT = 'expected a text: write it such as {"rules": [...]}, or write an object as JSON';
  test.each<[string, () => unknown, string]>([
    ['an unchecked policy that is missing', () => CacheLifecycleRule.fromUncheckedPolicyText(untyped(undefined)), `got no lifecycle policy, ${TEXT}`],
    ['a policy that is null', () => CacheLifecycleRule.fromPolicyText(untyped(null)), `got no lifecycle policy, ${TEXT}`],
    ['a policy that is an object', () => CacheLifecycleRule.fromPolicyText(untyped({ rules: [] })), `got an object as lifecycle policy, ${TEXT}`],
    ['no count', () => CacheLifecycleRule.keepNewest(untyped(undefined)), 'got no countNumber in keepNewest, expected a whole number above 0'],
    ['no age', () => CacheLifecycleRule.expireAfter(untyped(undefined)), 'got no age in expireAfter, expected a Duration: make it with Duration.days()'],
    ['a number as age', () => CacheLifecycleRule.archiveAfter(untyped(5)), 'got the number 5 as age in archiveAfter, expected a Duration'],
    ['a missing pattern', () => CacheLifecycleRule.protect(untyped(undefined)), "got no tag in protect, expected a text: write it such as 'v1.*'"],
    ['a text as patterns', () => CacheLifecycleRule.keepNewest(5, untyped({ tagPatterns: 'v1' })),
      "got the text 'v1' as the tags in keepNewest, expected a list of patterns or prefixes: put it into a list"],
    ['a number as prefix', () => CacheLifecycleRule.keepNewest(5, untyped({ tagPrefixes: [5] })), 'got the number 5 as tag in keepNewest'],
    ['no rules', () => CacheLifecycleRule.toPolicyText(untyped(undefined)), 'got no lifecycle rules, expected a list of them'],
    ['one rule as rules', () => CacheLifecycleRule.toPolicyText(untyped(CacheLifecycleRule.keepNewest(1))), 'got an object of CacheLifecycleRule as lifecycle rules'],
    ['a rule of another library', () => CacheLifecycleRule.toPolicyText(untyped([{ maxImageCount: 5 }])),
      'write CacheLifecycleRule.keepNewest(10) or another of its methods'],
    ['a list of rules in the list', () => CacheLifecycleRule.toPolicyText(untyped([CacheLifecycleRule.defaults()])),
      'write CacheLifecycleRule.keepNewest(10) or another of its methods'],
  ])('fails for %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});
