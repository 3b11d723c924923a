import { TagStatus } from 'aws-cdk-lib/aws-ecr';
import { CacheLifecycleRule, CacheLifecycleSelectionOptions } from '../../src/lifecycle/cache-lifecycle-rule';
import { covers, TagSelection } from '../../src/lifecycle/lifecycle-selection';

function keepOne(options: CacheLifecycleSelectionOptions) {
  return () => CacheLifecycleRule.keepNewest(1, options);
}

describe('a selection by tags', () => {
  test.each(['*', 'latest', 'v1.2.3-alpine_3', '*test*1*2*3', 'test*1*2*3*', 'a'.repeat(128)])('takes the pattern %s', (pattern) => {
    expect(keepOne({ tagPatterns: [pattern] })).not.toThrow();
  });

  test.each([
    ['', "''"], ['v1.?', "'v1.?'"], ['^v1$', "'^v1$'"], ['v1,v2', "'v1,v2'"], ['v 1', "'v 1'"], ['v1\n', "'v1\\u000a'"],
    ['a'.repeat(129), `'${'a'.repeat(80)}...' (129 characters)`],
  ])('fails for the pattern %j, which matches no tag', (pattern, shown) => {
    expect(keepOne({ tagPatterns: [pattern] })).toThrow(
      `got the tag pattern ${shown} in keepNewest, expected 1 to 128 letters, digits, underscores, dots, hyphens and the wildcard *: `
      + 'use * for any run of characters, as in v1.*; regular expressions and other wildcards match no tag');
  });

  test('fails for a fifth wildcard', () => {
    expect(keepOne({ tagPatterns: ['test*1*2*3*4*'] })).toThrow(
      "got 5 wildcards in the tag pattern 'test*1*2*3*4*' in keepNewest, expected at most 4: write a shorter pattern, or several rules");
  });

  test('takes prefixes', () => {
    expect(keepOne({ tagPrefixes: ['v1.', 'rc_'] })).not.toThrow();
  });

  test.each(['', 'v*', 'v/1'])('fails for the prefix %j', (prefix) => {
    expect(keepOne({ tagPrefixes: [prefix] })).toThrow(
      `got the tag prefix '${prefix}' in keepNewest, expected 1 to 128 letters, digits, underscores, dots and hyphens: `
      + 'write how the tags begin, or use tag patterns where you need the wildcard *');
  });

  test('fails for patterns together with prefixes', () => {
    expect(keepOne({ tagPatterns: ['v*'], tagPrefixes: ['v'] })).toThrow(
      'got tag patterns and tag prefixes in keepNewest, expected one of the two: write a prefix as a pattern that ends in *, or make two rules of it');
  });

  test.each([[TagStatus.UNTAGGED, { tagPatterns: ['v*'] }], [TagStatus.ANY, { tagPrefixes: ['v'] }]])('fails for %s images with tags', (tagStatus, tags) => {
    expect(keepOne({ tagStatus, ...tags })).toThrow(
      `got tag patterns or prefixes in keepNewest, whose tagStatus is '${tagStatus}', expected them only with the tagStatus 'tagged': `
      + 'leave the patterns and prefixes out, or select tagged images');
  });

  test.each([{ tagPatterns: [] }, { tagPrefixes: [] }])('fails for %j', (options) => {
    expect(keepOne(options)).toThrow(
      'got an empty list of tags in keepNewest, expected at least one pattern or prefix: name the tags, or leave the list out to select all tagged images');
  });

  test.each([{ tagPatterns: ['v*', 'v*'] }, { tagPrefixes: ['v*', 'v*'] }])('fails for %j', (options) => {
    expect(keepOne(options)).toThrow("got 'v*' twice in keepNewest, expected each pattern or prefix once: remove one of the two");
  });
});

describe('a selection covers another', () => {
  const patterns = (...tagPatternList: string[]): TagSelection => ({ tagStatus: 'tagged', tagPatternList });
  const prefixes = (...tagPrefixList: string[]): TagSelection => ({ tagStatus: 'tagged', tagPrefixList });

  test.each<[string, TagSelection, TagSelection]>([
    ['the same', patterns('v1'), patterns('v1')],
    ['all tagged and one tag', patterns('*'), patterns('v1')],
    ['wider and narrower wildcards', patterns('v*'), patterns('v1.*')],
    ['a wildcard for nothing', patterns('v*1'), patterns('v1')],
    ['a prefix and a tag', prefixes('v'), patterns('v1')],
    ['a prefix and a longer one', prefixes('v'), prefixes('v1')],
    ['a pattern and a prefix', patterns('*v*'), prefixes('v')],
    ['one entry and that with another', patterns('v*'), patterns('v*', '*-slim')],
  ])('when it is %s', (_, first, second) => {
    expect(covers(first, second)).toBe(true);
  });

  test.each<[string, TagSelection, TagSelection]>([
    ['narrower', patterns('v1.*'), patterns('v*')],
    ['a plain tag beside a wildcard', patterns('v1'), patterns('v*')],
    ['like a dot for any character', patterns('v.1'), patterns('vx1')],
    ['more entries', patterns('v*', '*-slim'), patterns('v*')],
    ['about other tags', prefixes('v'), prefixes('w')],
    ['untagged', { tagStatus: 'untagged' }, { tagStatus: 'untagged' }],
    ['about all tags beside any image', patterns('*'), { tagStatus: 'any' }],
  ])('not when it is %s', (_, first, second) => {
    expect(covers(first, second)).toBe(false);
  });
});
