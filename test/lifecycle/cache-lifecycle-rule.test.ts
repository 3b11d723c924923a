import { Duration, Lazy } from 'aws-cdk-lib';
import { TagStatus } from 'aws-cdk-lib/aws-ecr';
import { CacheLifecycleRule } from '../../src/lifecycle/cache-lifecycle-rule';

function policyOf(...rules: CacheLifecycleRule[]) {
  return JSON.parse(CacheLifecycleRule.toPolicyText(rules)!);
}

function ruleOf(rule: CacheLifecycleRule) {
  const { rules } = policyOf(rule);
  expect(rules).toHaveLength(1);
  return rules[0];
}

describe('the default rules', () => {
  test('keep the newest 10 tagged images and expire untagged ones after 30 days', () => {
    expect(policyOf(...CacheLifecycleRule.defaults())).toEqual({
      rules: [
        {
          rulePriority: 1,
          description: 'keep the newest 10 tagged images',
          selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 10 },
          action: { type: 'expire' },
        },
        {
          rulePriority: 2,
          description: 'expire untagged images 30 days after their push',
          selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 30 },
          action: { type: 'expire' },
        },
      ],
    });
  });

  test('are a new list each time, so that changing one changes no other', () => {
    CacheLifecycleRule.defaults().pop();
    expect(CacheLifecycleRule.defaults()).toHaveLength(2);
  });
});

describe('one rule', () => {
  const days = Duration.days(7);
  const pushed = { countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 };
  const allTagged = { tagStatus: 'tagged', tagPatternList: ['*'] };
  const expire = { type: 'expire' };
  const archive = { type: 'transition', targetStorageClass: 'archive' };

  test.each<[string, () => CacheLifecycleRule, object, object, string]>([
    ['keepNewest', () => CacheLifecycleRule.keepNewest(3), { ...allTagged, countType: 'imageCountMoreThan', countNumber: 3 }, expire,
      'keep the newest 3 tagged images'],
    ['keepNewestUntagged', () => CacheLifecycleRule.keepNewestUntagged(3), { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 3 }, expire,
      'keep the newest 3 untagged images'],
    ['keepNewestOfAny', () => CacheLifecycleRule.keepNewestOfAny(3), { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 3 }, expire,
      'keep the newest 3 images, tagged or not'],
    ['expireAfter', () => CacheLifecycleRule.expireAfter(days), { ...allTagged, ...pushed }, expire, 'expire tagged images 7 days after their push'],
    ['expireUntaggedAfter', () => CacheLifecycleRule.expireUntaggedAfter(days), { tagStatus: 'untagged', ...pushed }, expire,
      'expire untagged images 7 days after their push'],
    ['archiveAfter', () => CacheLifecycleRule.archiveAfter(days), { ...allTagged, ...pushed }, archive, 'archive tagged images 7 days after their push'],
    ['archiveAllButNewest', () => CacheLifecycleRule.archiveAllButNewest(3), { ...allTagged, countType: 'imageCountMoreThan', countNumber: 3 }, archive,
      'archive all but the newest 3 tagged images'],
    ['archiveUnpulledAfter', () => CacheLifecycleRule.archiveUnpulledAfter(days), { ...allTagged, ...pushed, countType: 'sinceImagePulled' }, archive,
      'archive tagged images 7 days after their last pull'],
    ['expireArchivedAfter', () => CacheLifecycleRule.expireArchivedAfter(Duration.days(90)),
      { ...allTagged, storageClass: 'archive', countType: 'sinceImageTransitioned', countUnit: 'days', countNumber: 90 }, expire,
      'expire archived tagged images 90 days after their archival'],
  ])('%s renders as ECR writes it and says what it does', (_, rule, selection, action, description) => {
    expect(ruleOf(rule())).toEqual({ rulePriority: 1, description, selection, action });
  });

  test('has the description that the user gives', () => {
    expect(ruleOf(CacheLifecycleRule.keepNewest(3, { description: 'three "golden" images' })).description).toBe('three "golden" images');
  });

  test('selects by patterns', () => {
    const rule = ruleOf(CacheLifecycleRule.keepNewest(3, { tagPatterns: ['v1.*', '*-slim'] }));
    expect(rule.selection).toMatchObject({ tagStatus: 'tagged', tagPatternList: ['v1.*', '*-slim'] });
    expect(rule.description).toBe('keep the newest 3 images tagged v1.* and *-slim');
  });

  test('is told by its patterns when only one of them is for all tags', () => {
    expect(ruleOf(CacheLifecycleRule.keepNewest(3, { tagPatterns: ['*', 'v1.*'] })).description).toBe('keep the newest 3 images tagged * and v1.*');
  });

  test('selects by prefixes', () => {
    const rule = ruleOf(CacheLifecycleRule.expireAfter(days, { tagPrefixes: ['nightly-'] }));
    expect(rule.selection).toMatchObject({ tagStatus: 'tagged', tagPrefixList: ['nightly-'] });
    expect(rule.selection).not.toHaveProperty('tagPatternList');
    expect(rule.description).toBe('expire images tagged nightly-* 7 days after their push');
  });

  test.each([[TagStatus.ANY, 'any'], [TagStatus.UNTAGGED, 'untagged']])('selects by the tag status %s', (tagStatus, rendered) => {
    const { selection } = ruleOf(CacheLifecycleRule.archiveUnpulledAfter(days, { tagStatus }));
    expect(selection).toEqual({ tagStatus: rendered, countType: 'sinceImagePulled', countUnit: 'days', countNumber: 7 });
  });

  test('selects all tagged images by TagStatus.TAGGED', () => {
    expect(ruleOf(CacheLifecycleRule.keepNewest(3, { tagStatus: TagStatus.TAGGED })).selection).toMatchObject(allTagged);
  });

  test('takes an age in other units that makes whole days', () => {
    expect(ruleOf(CacheLifecycleRule.expireAfter(Duration.hours(48))).selection.countNumber).toBe(2);
  });

  test.each([
    [Duration.hours(36), 'got an age of 1.5 days in expireAfter, expected whole days, which ECR counts in: round it up to the next day'],
    [Duration.days(0), 'got the countNumber 0 in expireAfter, expected a whole number above 0: count at least 1 of the days'],
  ])('fails for an age of %s', (age, message) => {
    expect(() => CacheLifecycleRule.expireAfter(age)).toThrow(message);
  });

  test.each([0, -1, 1.5, NaN, Infinity])('fails for a count of %s', (count) => {
    expect(() => CacheLifecycleRule.keepNewest(count))
      .toThrow(`got the countNumber ${count} in keepNewest, expected a whole number above 0: count at least 1 of the images`);
  });

  test.each<[string, () => CacheLifecycleRule]>([
    ['keepNewestUntagged', () => CacheLifecycleRule.keepNewestUntagged(0)],
    ['keepNewestOfAny', () => CacheLifecycleRule.keepNewestOfAny(0)],
    ['archiveAllButNewest', () => CacheLifecycleRule.archiveAllButNewest(0)],
    ['expireUntaggedAfter', () => CacheLifecycleRule.expireUntaggedAfter(Duration.days(0))],
    ['archiveAfter', () => CacheLifecycleRule.archiveAfter(Duration.days(0))],
    ['archiveUnpulledAfter', () => CacheLifecycleRule.archiveUnpulledAfter(Duration.days(0))],
    ['expireArchivedAfter', () => CacheLifecycleRule.expireArchivedAfter(Duration.days(0))],
  ])('fails by its name for a number of 0: %s', (name, rule) => {
    expect(rule).toThrow(`got the countNumber 0 in ${name}, expected a whole number above 0`);
  });

  test.each<[string, () => CacheLifecycleRule]>([
    ['expireUntaggedAfter', () => CacheLifecycleRule.expireUntaggedAfter(Duration.hours(36))],
    ['archiveAfter', () => CacheLifecycleRule.archiveAfter(Duration.hours(36))],
    ['archiveUnpulledAfter', () => CacheLifecycleRule.archiveUnpulledAfter(Duration.hours(36))],
    ['expireArchivedAfter', () => CacheLifecycleRule.expireArchivedAfter(Duration.hours(36))],
  ])('fails by its name for a part of a day: %s', (name, rule) => {
    expect(rule).toThrow(`got an age of 1.5 days in ${name}, expected whole days`);
  });

  test('fails for archived images that expire before 90 days', () => {
    expect(() => CacheLifecycleRule.expireArchivedAfter(Duration.days(89))).toThrow(
      'got an expiry of archived images after 89 days in expireArchivedAfter, expected at least 90 days, the least that an image stays archived: '
      + 'expire them after 90 days or more, or expire them instead of archiving them');
  });
});

describe('protect', () => {
  test('makes a rule of each pattern, since ECR selects by all patterns of a rule at once', () => {
    const { rules } = policyOf(CacheLifecycleRule.protect('v1.*', 'stable'), CacheLifecycleRule.keepNewest(5));
    expect(rules.map((rule: any) => [rule.rulePriority, rule.selection.tagPatternList])).toEqual([[1, ['v1.*']], [2, ['stable']], [3, ['*']]]);
  });

  test('counts to what no repository holds', () => {
    expect(ruleOf(CacheLifecycleRule.protect('v1.*'))).toEqual({
      rulePriority: 1,
      description: 'protect images tagged v1.* from the rules below',
      selection: { tagStatus: 'tagged', tagPatternList: ['v1.*'], countType: 'imageCountMoreThan', countNumber: 100_000 },
      action: { type: 'expire' },
    });
  });

  test('fails without a pattern', () => {
    expect(() => CacheLifecycleRule.protect())
      .toThrow('got no tag pattern in protect, expected at least one: name the tags that shall stay, as in v1.*');
  });

  test('fails for a pattern that ECR refuses', () => {
    expect(() => CacheLifecycleRule.protect('v1.*', '*a*b*c*d*')).toThrow("got 5 wildcards in the tag pattern '*a*b*c*d*' in protect");
  });

  test('fails after a rule that would already have expired the images', () => {
    expect(() => policyOf(CacheLifecycleRule.keepNewest(5), CacheLifecycleRule.protect('v1.*'))).toThrow(
      'got lifecycle rule 2 (keep the newest 100000 images tagged v1.*), which can never act: each of its images also matches '
      + 'lifecycle rule 1 (keep the newest 5 tagged images), which comes first, expected the narrower rule first, since ECR lets no later rule '
      + 'expire or archive an image whose tags match an earlier one: move rule 2 before rule 1, or remove it');
  });
});

describe('keepEverything', () => {
  test('is no policy at all', () => {
    expect(CacheLifecycleRule.toPolicyText([CacheLifecycleRule.keepEverything()])).toBeUndefined();
  });

  test.each<[string, () => CacheLifecycleRule[]]>([
    ['before', () => [CacheLifecycleRule.keepEverything(), CacheLifecycleRule.keepNewest(3)]],
    ['after', () => [CacheLifecycleRule.keepNewest(3), CacheLifecycleRule.keepEverything()]],
    ['twice', () => [CacheLifecycleRule.keepEverything(), CacheLifecycleRule.keepEverything()]],
  ])('fails %s another rule', (_, rules) => {
    expect(() => CacheLifecycleRule.toPolicyText(rules()))
      .toThrow('got other rules beside keepEverything(), expected it to stand alone: remove it, or the other rules');
  });
});

describe('rules from a policy text', () => {
  const shared = JSON.stringify({
    rules: [
      { rulePriority: 20, selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 }, action: { type: 'expire' } },
      { rulePriority: 10, selection: { tagStatus: 'tagged', tagPrefixList: ['v'], countType: 'imageCountMoreThan', countNumber: 9 }, action: { type: 'expire' } },
    ],
  });

  test('keep the order of their priorities', () => {
    const { rules } = policyOf(...CacheLifecycleRule.fromPolicyText(shared));
    expect(rules.map((rule: any) => [rule.rulePriority, rule.selection.countNumber])).toEqual([[1, 9], [2, 1]]);
  });

  test('go together with other rules', () => {
    const { rules } = policyOf(CacheLifecycleRule.protect('stable'), ...CacheLifecycleRule.fromPolicyText(shared));
    expect(rules.map((rule: any) => rule.selection.countNumber)).toEqual([100_000, 9, 1]);
  });

  test('stay without a description when they have none', () => {
    expect(policyOf(...CacheLifecycleRule.fromPolicyText(shared)).rules[0]).not.toHaveProperty('description');
  });
});

describe('an unchecked policy text', () => {
  const future = '{"rules": [{"rulePriority": 7, "selection": {"tagStatus": "signed", "countType": "sinceImageScanned"}, "action": {"type": "quarantine"}}]}';

  test('is the policy as it is written', () => {
    expect(CacheLifecycleRule.toPolicyText(CacheLifecycleRule.fromUncheckedPolicyText(future))).toBe(future);
  });

  test('may hold more rules than this version takes, and more characters', () => {
    const long = JSON.stringify({ rules: Array.from({ length: 51 }, () => 'x'.repeat(1000)) });

    expect(CacheLifecycleRule.toPolicyText(CacheLifecycleRule.fromUncheckedPolicyText(long))).toBe(long);
  });

  test('is taken when it is known at deployment only', () => {
    const token = Lazy.string({ produce: () => future });

    expect(CacheLifecycleRule.toPolicyText(CacheLifecycleRule.fromUncheckedPolicyText(token))).toBe(token);
  });

  test('fails beside other rules', () => {
    expect(() => CacheLifecycleRule.toPolicyText([...CacheLifecycleRule.fromUncheckedPolicyText(future), CacheLifecycleRule.keepNewest(3)])).toThrow(
      'got other rules beside a policy text that is taken as it is, expected it to stand alone: remove it, or the other rules');
  });

  test.each([['no JSON', 'got a lifecycle policy that is no JSON'], ['[]', 'got a list as the lifecycle policy, expected an object'],
    ['null', 'got null as the lifecycle policy, expected an object']])('fails as %s', (text, message) => {
    expect(() => CacheLifecycleRule.fromUncheckedPolicyText(text)).toThrow(message);
  });

  const one = (selection: object, action: object = { type: 'expire' }) => JSON.stringify({ rules: [{ rulePriority: 1, selection, action }] });
  const untagged = { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 };

  test.each<[string, () => unknown]>([
    ['an unknown key', () => CacheLifecycleRule.fromPolicyText(one({ ...untagged, signed: true }))],
    ['an unknown kind of count', () => CacheLifecycleRule.fromPolicyText(one({ ...untagged, countType: 'sinceImageScanned' }))],
    ['an unknown action', () => CacheLifecycleRule.fromPolicyText(one(untagged, { type: 'quarantine' }))],
    ['a combination', () => CacheLifecycleRule.fromPolicyText(one({ ...untagged, countUnit: 'days' }))],
    ['five wildcards', () => CacheLifecycleRule.protect('*a*b*c*d*')],
    ['an early expiry of archived images', () => CacheLifecycleRule.expireArchivedAfter(Duration.days(89))],
    ['51 rules', () => CacheLifecycleRule.toPolicyText([CacheLifecycleRule.protect(...Array.from({ length: 51 }, (_, at) => `v${at}`))])],
    ['30,721 characters', () => CacheLifecycleRule.toPolicyText([CacheLifecycleRule.keepNewest(3, { description: 'd'.repeat(30_721) })])],
  ])('is named as the way round where ECR is known to refuse %s', (_, refused) => {
    expect(refused).toThrow(/; if ECR takes it by now, write the whole policy in CacheLifecycleRule\.fromUncheckedPolicyText\(\)$/);
  });
});
