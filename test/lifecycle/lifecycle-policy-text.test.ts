import { CacheLifecycleRule } from '../../src/lifecycle/cache-lifecycle-rule';
import { parsePolicyText } from '../../src/lifecycle/lifecycle-policy-text';

const selection = { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 30 };
const action = { type: 'expire' };
const rule = { rulePriority: 1, selection, action };

function read(...rules: unknown[]) {
  return () => parsePolicyText(JSON.stringify({ rules }));
}

function readSelection(changed: { [key: string]: unknown }, itsAction: unknown = action) {
  return read({ ...rule, selection: { ...selection, ...changed }, action: itsAction });
}

describe('a policy text', () => {
  test('gives the plain rules by priority', () => {
    const tagged = { ...selection, tagStatus: 'tagged', tagPatternList: ['*'] };
    expect(read({ ...rule, rulePriority: 7, description: 'last' }, { rulePriority: 3, selection: tagged, action })()).toEqual([
      { selection: tagged, action }, { description: 'last', selection, action },
    ]);
  });

  test('of ECR that selects every storage class, count and action is taken', () => {
    const archive = { type: 'transition', targetStorageClass: 'archive' };
    expect(read(
      { ...rule, selection: { tagStatus: 'tagged', tagPrefixList: ['v'], storageClass: 'standard', countType: 'imageCountMoreThan', countNumber: 1 } },
      { ...rule, rulePriority: 2, selection: { ...selection, countType: 'sinceImagePulled' }, action: archive },
      { ...rule, rulePriority: 3, selection: { ...selection, storageClass: 'archive', countType: 'sinceImageTransitioned', countNumber: 90 } },
    )).not.toThrow();
  });

  test('fails when it is no JSON, with the way out', () => {
    expect(() => parsePolicyText('{"rules": [')).toThrow(
      /^got a lifecycle policy that is no JSON \(.*JSON.*\), expected a JSON object such as \{"rules": \[\.\.\.\]\}: correct the text, or write an object as JSON$/);
  });

  test.each<[string, string, string]>([
    ['a list', '[]', 'got a list as the lifecycle policy, expected an object: correct the lifecycle policy'],
    ['null', 'null', 'got null as the lifecycle policy, expected an object'],
    ['nothing', '{}', "got no 'rules' in the lifecycle policy, expected rules: add 'rules'"],
    ['an unknown key', '{"rules": [], "Version": "1"}', "got the unknown key 'Version' in the lifecycle policy, expected rules: remove or rename it"],
    ['an inherited key', '{"rules": [], "__proto__": {}}', "got the unknown key '__proto__' in the lifecycle policy"],
    ['rules that are no list', '{"rules": {}}', 'got an object as rules, expected a list: correct rules'],
    ['no rule', '{"rules": []}', 'got 0 rules for a lifecycle policy, expected 1 to 50'],
  ])('fails for %s', (_, text, message) => {
    expect(() => parsePolicyText(text)).toThrow(message);
  });

  test.each<[string, unknown, string]>([
    ['no object', 'expire', "got 'expire' as rules[0], expected an object: correct rules[0]"],
    ['an unknown key', { ...rule, priority: 1 },
      "got the unknown key 'priority' in rules[0], expected rulePriority, selection, action, description: remove or rename it"],
    ['no priority', { selection, action }, "got no 'rulePriority' in rules[0], expected rulePriority, selection, action: add 'rulePriority'"],
    ['a priority of 0', { ...rule, rulePriority: 0 }, 'got 0 as rules[0].rulePriority, expected a whole number above 0 that is known now'],
    ['a fractional priority', { ...rule, rulePriority: 1.5 }, 'got 1.5 as rules[0].rulePriority, expected a whole number above 0'],
    ['a priority in quotes', { ...rule, rulePriority: '1' }, "got '1' as rules[0].rulePriority, expected a number"],
    ['a description that is no text', { ...rule, description: 7 }, 'got 7 as rules[0].description, expected a string'],
    ['no selection', { rulePriority: 1, action }, "got no 'selection' in rules[0]"],
    ['no action', { rulePriority: 1, selection }, "got no 'action' in rules[0]"],
    ['an unknown action', { ...rule, action: { type: 'delete' } }, "got 'delete' as rules[0].action.type, expected 'expire' or 'transition'"],
    ['an action without a type', { ...rule, action: {} }, "got no 'type' in rules[0].action"],
    ['another target', { ...rule, action: { type: 'transition', targetStorageClass: 'glacier' } },
      "got 'glacier' as rules[0].action.targetStorageClass, expected 'archive'"],
  ])('fails for a rule with %s', (_, wrong, message) => {
    expect(read(wrong)).toThrow(message);
  });

  test('fails for a priority that two rules have', () => {
    expect(read(rule, rule)).toThrow(
      'got the rulePriority 1 in both rules[0] and rules[1], expected each priority once: number the rules in the order in which they shall apply');
  });

  test.each<[string, { [key: string]: unknown }, string]>([
    ['an unknown key', { images: 1 }, "got the unknown key 'images' in rules[0].selection"],
    ['an unknown tagStatus', { tagStatus: 'TAGGED' }, "got 'TAGGED' as rules[0].selection.tagStatus, expected 'tagged' or 'untagged' or 'any'"],
    ['an unknown countType', { countType: 'age' }, "got 'age' as rules[0].selection.countType, expected 'imageCountMoreThan' or 'sinceImagePushed'"],
    ['an unknown countUnit', { countUnit: 'hours' }, "got 'hours' as rules[0].selection.countUnit, expected 'days'"],
    ['an unknown storageClass', { storageClass: 'cold' }, "got 'cold' as rules[0].selection.storageClass, expected 'standard' or 'archive'"],
    ['a count in quotes', { countNumber: '30' }, "got '30' as rules[0].selection.countNumber, expected a number"],
    ['a count of null', { countNumber: null }, 'got null as rules[0].selection.countNumber, expected a number'],
    ['no count', { countNumber: undefined }, "got no 'countNumber' in rules[0].selection"],
    ['a count of 0', { countNumber: 0 }, 'got the countNumber 0 in rules[0], expected a whole number above 0'],
    ['tags that are no list', { tagStatus: 'tagged', tagPatternList: '*' }, "got '*' as rules[0].selection.tagPatternList, expected a list"],
    ['a tag that is no text', { tagStatus: 'tagged', tagPrefixList: ['v', 1] }, 'got 1 as rules[0].selection.tagPrefixList[1], expected a string'],
    ['tagged images without tags', { tagStatus: 'tagged' },
      "got neither tagPatternList nor tagPrefixList in rules[0], whose tagStatus is 'tagged', expected exactly one of the two: "
      + 'give the tagPatternList ["*"] to select all tagged images'],
    ['both lists', { tagStatus: 'tagged', tagPatternList: ['*'], tagPrefixList: ['v'] }, 'got tag patterns and tag prefixes in rules[0]'],
    ['tags of untagged images', { tagPatternList: ['*'] }, "got tag patterns or prefixes in rules[0], whose tagStatus is 'untagged'"],
  ])('fails for a selection with %s', (_, changed, message) => {
    expect(readSelection(changed)).toThrow(message);
  });
});

describe('a combination in a policy text', () => {
  const archive = { type: 'transition', targetStorageClass: 'archive' };

  test.each<[string, { [key: string]: unknown }, unknown, string]>([
    ['a unit beside a number of images', { countType: 'imageCountMoreThan' }, action,
      "got a countUnit beside the countType 'imageCountMoreThan' in rules[0], expected none, since it counts images: leave the countUnit out"],
    ['an age without a unit', { countUnit: undefined }, action,
      "got no countUnit beside the countType 'sinceImagePushed' in rules[0], expected the countUnit 'days': add \"countUnit\": \"days\""],
    ['archived images by their push', { storageClass: 'archive' }, action,
      "got the storageClass 'archive' beside the countType 'sinceImagePushed' in rules[0], expected the storageClass 'standard'"],
    ['the archival of images in the standard class', { countType: 'sinceImageTransitioned', countNumber: 90 }, action,
      "got the storageClass 'standard' beside the countType 'sinceImageTransitioned' in rules[0], expected the storageClass 'archive': "
      + "select archived images with 'sinceImageTransitioned', all others in the standard class"],
    ['archived images below 90 days', { storageClass: 'archive', countType: 'sinceImageTransitioned', countNumber: 89 }, action,
      'got an expiry of archived images after 89 days in rules[0], expected at least 90 days'],
    ['an expiry by the last pull', { countType: 'sinceImagePulled' }, action,
      "got the action 'expire' beside the countType 'sinceImagePulled' in rules[0], expected the action 'transition', the only one that the time "
      + "since a pull can lead to: archive what isn't pulled, and expire archived images by a second rule"],
    ['a transition of archived images', { storageClass: 'archive', countType: 'sinceImageTransitioned', countNumber: 90 }, archive,
      "got the action 'transition' beside the countType 'sinceImageTransitioned' in rules[0], expected the action 'expire', "
      + "since these images are archived already: use the action 'expire'"],
    ['a transition to nowhere', {}, { type: 'transition' },
      "got no targetStorageClass beside the action 'transition' in rules[0], expected the targetStorageClass 'archive': add \"targetStorageClass\": \"archive\""],
    ['an expiry with a target', {}, { type: 'expire', targetStorageClass: 'archive' },
      "got a targetStorageClass beside the action 'expire' in rules[0], expected it only beside the action 'transition': "
      + "leave the targetStorageClass out, or use the action 'transition'"],
  ])('fails for %s', (_, changed, itsAction, message) => {
    expect(readSelection(changed, itsAction)).toThrow(message);
  });

  test('fails through fromPolicyText as well', () => {
    expect(() => CacheLifecycleRule.fromPolicyText('{}')).toThrow("got no 'rules' in the lifecycle policy");
  });
});
