import { Duration } from 'aws-cdk-lib';
import { TagStatus } from 'aws-cdk-lib/aws-ecr';
import { CacheLifecycleRule } from '../../src/lifecycle/cache-lifecycle-rule';

const month = Duration.days(30);
const quarter = Duration.days(90);

function render(...rules: CacheLifecycleRule[]): string {
  return CacheLifecycleRule.toPolicyText(rules)!;
}

function rulesFor(count: number, description?: string): CacheLifecycleRule[] {
  return [...Array(count).keys()].map(index => CacheLifecycleRule.keepNewest(1, { tagPrefixes: [`v${index}.`], description }));
}

describe('a set of rules', () => {
  test('gets priorities in the order of the list, from 1', () => {
    const { rules } = JSON.parse(render(...rulesFor(3)));
    expect(rules.map((rule: any) => [rule.rulePriority, rule.selection.tagPrefixList[0]])).toEqual([[1, 'v0.'], [2, 'v1.'], [3, 'v2.']]);
  });

  test('holds 50 rules', () => {
    expect(JSON.parse(render(...rulesFor(50))).rules).toHaveLength(50);
  });

  test('fails for the 51st', () => {
    expect(() => render(...rulesFor(51))).toThrow(
      'got 51 rules for a lifecycle policy, expected 1 to 50: join rules, and note that protect() makes one rule of each of its patterns');
  });

  test('fails without a rule', () => {
    expect(() => render()).toThrow('got 0 rules for a lifecycle policy, expected 1 to 50: '
      + 'give at least one rule; CacheLifecycleRule.keepEverything() says that nothing shall go');
  });

  test('may be as long as ECR takes, and no longer', () => {
    const bare = render(...rulesFor(1, '')).length;
    const fill = (length: number) => rulesFor(1, 'x'.repeat(length - bare));
    expect(render(...fill(30720))).toHaveLength(30720);
    expect(() => render(...fill(30721)))
      .toThrow('got a lifecycle policy of 30721 characters, expected at most 30720: shorten descriptions and tag lists, or use fewer rules');
  });

  test('is long enough for ECR with a single rule without a description', () => {
    const [rule] = CacheLifecycleRule.fromPolicyText(
      '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}');
    expect(render(rule).length).toBeGreaterThanOrEqual(100);
  });

  test('may end in a rule about any image', () => {
    expect(() => render(CacheLifecycleRule.keepNewest(1), CacheLifecycleRule.keepNewestOfAny(9))).not.toThrow();
  });

  test('fails for a rule about any image before others', () => {
    expect(() => render(CacheLifecycleRule.keepNewestOfAny(9), CacheLifecycleRule.keepNewest(1))).toThrow(
      'got lifecycle rule 2 (keep the newest 1 tagged images) after lifecycle rule 1 (keep the newest 9 images, tagged or not), '
      + 'expected a rule about any image, tagged or not, to be the last: move rule 1 to the end');
  });

  test('may have a rule about any image for each storage class', () => {
    const tagStatus = TagStatus.ANY;
    expect(() => render(
      CacheLifecycleRule.archiveUnpulledAfter(month, { tagStatus }), CacheLifecycleRule.expireArchivedAfter(quarter, { tagStatus }),
    )).not.toThrow();
  });

  test('fails for two rules about any image of one storage class', () => {
    expect(() => render(CacheLifecycleRule.keepNewestOfAny(9), CacheLifecycleRule.keepNewestOfAny(8))).toThrow(
      "got two rules about any image of the storage class 'standard', lifecycle rule 1 (keep the newest 9 images, tagged or not) and "
      + 'lifecycle rule 2 (keep the newest 8 images, tagged or not), expected one a storage class: remove one of the two');
  });

  test('may have a rule about untagged images for each storage class', () => {
    const archived = CacheLifecycleRule.expireArchivedAfter(quarter, { tagStatus: TagStatus.UNTAGGED });
    expect(() => render(CacheLifecycleRule.expireUntaggedAfter(month), archived)).not.toThrow();
  });

  test('fails for two rules about untagged images of one storage class', () => {
    expect(() => render(CacheLifecycleRule.expireUntaggedAfter(month), CacheLifecycleRule.keepNewestUntagged(5))).toThrow(
      "got two rules about untagged images of the storage class 'standard', lifecycle rule 1 (expire untagged images 30 days after their push) "
      + 'and lifecycle rule 2 (keep the newest 5 untagged images), expected one a storage class: remove one of the two');
  });

  test('may select the same tags in each storage class', () => {
    const tagPrefixes = ['v'];
    expect(() => render(
      CacheLifecycleRule.archiveUnpulledAfter(month, { tagPrefixes }), CacheLifecycleRule.expireArchivedAfter(quarter, { tagPrefixes }),
    )).not.toThrow();
  });

  test('fails for a tag prefix in two rules of one storage class', () => {
    expect(() => render(
      CacheLifecycleRule.keepNewest(1, { tagPrefixes: ['v', 'w'] }), CacheLifecycleRule.keepNewest(2, { tagPrefixes: ['x', 'w'] }),
    )).toThrow("got the tag prefix 'w' in two rules, lifecycle rule 1 (keep the newest 1 images tagged v* and w*) and lifecycle rule 2 "
      + '(keep the newest 2 images tagged x* and w*), expected each tag prefix in one rule of a storage class: '
      + 'join the two rules, or select the tags of one of them by a pattern');
  });

  test('may narrow down first', () => {
    expect(() => render(CacheLifecycleRule.keepNewest(9, { tagPatterns: ['v1.*'] }), CacheLifecycleRule.keepNewest(1))).not.toThrow();
  });

  test('fails for a rule whose images all belong to an earlier one', () => {
    expect(() => render(CacheLifecycleRule.keepNewest(9), CacheLifecycleRule.archiveUnpulledAfter(month))).toThrow(
      'got lifecycle rule 2 (archive tagged images 30 days after their last pull), which can never act');
  });
});
