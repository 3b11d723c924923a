import { App, CfnParameter, Duration, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import { CacheLifecycleRule } from '../../src/lifecycle/cache-lifecycle-rule';
import { RepositoryTemplate } from '../../src/repository/repository-template';

interface ParameterValues { [name: string]: string | string[] }

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack');
});

/** The policy that CloudFormation makes of the synthesized template with these parameters. */
function deployed(lifecyclePolicy: string | undefined, parameters: ParameterValues = {}) {
  new CfnRepositoryCreationTemplate(stack, 'Template', { prefix: 'echo', appliedFor: ['PULL_THROUGH_CACHE'], lifecyclePolicy });
  const { Resources } = app.synth().getStackByName('Stack').template;
  expect(Object.keys(Resources)).toEqual(['Template']);
  return JSON.parse(evaluate(Resources.Template.Properties.LifecyclePolicy, parameters) as string);
}

/** The two intrinsic functions that such a policy consists of. */
function evaluate(value: any, parameters: ParameterValues): string | string[] {
  if (typeof value === 'string') return value;
  if (value.Ref) return parameters[value.Ref];
  const [delimiter, parts] = value['Fn::Join'];
  const texts = Array.isArray(parts) ? parts.map(part => evaluate(part, parameters)) : evaluate(parts, parameters) as string[];
  return texts.join(delimiter);
}

function numberParameter(id: string): number {
  return new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
}

describe('a value that is known only at deployment', () => {
  test('stays a number as a count, and shows in the description', () => {
    const { rules } = deployed(CacheLifecycleRule.toPolicyText([CacheLifecycleRule.keepNewest(numberParameter('Count'))]), { Count: '12' });
    expect(rules[0]).toMatchObject({ description: 'keep the newest 12 tagged images', selection: { countNumber: 12 } });
  });

  test('stays a number as an age in days', () => {
    const rule = CacheLifecycleRule.expireArchivedAfter(Duration.days(numberParameter('Days')));
    expect(deployed(CacheLifecycleRule.toPolicyText([rule]), { Days: '365' }).rules[0].selection.countNumber).toBe(365);
  });

  test('may be lazy', () => {
    const rule = CacheLifecycleRule.keepNewest(Lazy.number({ produce: () => 4 }), { description: Lazy.string({ produce: () => 'keep "four"' }) });
    expect(deployed(CacheLifecycleRule.toPolicyText([rule])).rules[0]).toMatchObject({ description: 'keep "four"', selection: { countNumber: 4 } });
  });

  test('stays a string as a pattern', () => {
    const pattern = new CfnParameter(stack, 'Stable').valueAsString;
    const { rules } = deployed(CacheLifecycleRule.toPolicyText([CacheLifecycleRule.protect(pattern)]), { Stable: 'v1.*' });
    expect(rules[0]).toMatchObject({ description: 'protect images tagged v1.* from the rules below', selection: { tagPatternList: ['v1.*'] } });
  });

  test.each(['tagPatterns', 'tagPrefixes'])('stays a list as %s, without a resource of its own', (option) => {
    const tags = new CfnParameter(stack, 'Tags', { type: 'CommaDelimitedList' }).valueAsList;
    const { rules } = deployed(CacheLifecycleRule.toPolicyText([CacheLifecycleRule.keepNewest(2, { [option]: tags })]), { Tags: ['v1.', 'rc'] });
    expect(rules[0].description).toBe('keep the newest 2 images with the given tags');
    expect(rules[0].selection.tagPatternList ?? rules[0].selection.tagPrefixList).toEqual(['v1.', 'rc']);
  });

  test('leaves the checks of the other values in place', () => {
    const tags = Fn.split(',', Token.asString({ Ref: 'Tags' }));
    expect(() => CacheLifecycleRule.keepNewest(0, { tagPatterns: tags })).toThrow('got the countNumber 0 in keepNewest');
    expect(() => CacheLifecycleRule.keepNewest(numberParameter('Count'), { tagPatterns: ['a b'] })).toThrow("got the tag pattern 'a b' in keepNewest");
  });

  test('leaves the length of the policy unchecked', () => {
    const rule = CacheLifecycleRule.keepNewest(numberParameter('Count'), { description: 'x'.repeat(40_000) });
    expect(() => CacheLifecycleRule.toPolicyText([rule])).not.toThrow();
  });

  test('leaves two rules unchecked that may select the same tags', () => {
    const tagPatterns = Fn.split(',', Token.asString({ Ref: 'Tags' }));
    expect(() => CacheLifecycleRule.toPolicyText([
      CacheLifecycleRule.keepNewest(1, { tagPatterns }), CacheLifecycleRule.keepNewest(2, { tagPatterns: ['v*'] }),
    ])).not.toThrow();
    expect(() => CacheLifecycleRule.toPolicyText([
      CacheLifecycleRule.protect(Token.asString({ Ref: 'Tag' })), CacheLifecycleRule.keepNewest(2, { tagPatterns: ['v*'] }),
    ])).not.toThrow();
  });

  test('leaves two rules unchecked whatever the name of the value', () => {
    const tag = Token.asString({ Ref: 'Tag' }, { displayHint: 'tag-A' });
    expect(() => CacheLifecycleRule.toPolicyText([
      CacheLifecycleRule.keepNewest(1, { tagPatterns: ['v*', tag] }), CacheLifecycleRule.keepNewest(2, { tagPatterns: ['v1.*'] }),
    ])).not.toThrow();
  });

  test('fails after a rule about all tagged images, whatever the tags will be', () => {
    const tagPatterns = Fn.split(',', Token.asString({ Ref: 'Tags' }));
    expect(() => CacheLifecycleRule.toPolicyText([CacheLifecycleRule.keepNewest(2), CacheLifecycleRule.keepNewest(1, { tagPatterns })]))
      .toThrow('which can never act');
  });

  test('fails as an age in another unit than days', () => {
    expect(() => CacheLifecycleRule.expireAfter(Duration.hours(numberParameter('Hours')))).toThrow(
      'got an age in hours that is known only at deployment in expireAfter, expected such an age in days, which ECR counts in: make it with Duration.days()');
  });

  test('fails as the whole list of what is protected', () => {
    expect(() => CacheLifecycleRule.protect(...Fn.split(',', Token.asString({ Ref: 'Tags' })))).toThrow(
      'got a list of tag patterns that is known only at deployment in protect, expected patterns one by one, since each becomes a rule of its own: '
      + 'pass each pattern as an argument; a single one may be known only at deployment');
  });
});

describe('a policy text with values that are known only at deployment', () => {
  function policyText(countNumber: unknown, rulePriority: unknown = 1): string {
    return JSON.stringify({
      rules: [{ rulePriority, selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber }, action: { type: 'expire' } }],
    });
  }

  test('keeps a number', () => {
    const rules = CacheLifecycleRule.fromPolicyText(policyText(numberParameter('Count')));
    expect(deployed(CacheLifecycleRule.toPolicyText(rules), { Count: '5' }).rules[0].selection.countNumber).toBe(5);
  });

  test('fails for such a priority, whose order is unknown', () => {
    expect(() => CacheLifecycleRule.fromPolicyText(policyText(1, numberParameter('Priority')))).toThrow(
      'got a value known only at deployment as rules[0].rulePriority, expected a whole number above 0 that is known now');
  });

  test('is passed on as it is when it can only be read at deployment', () => {
    const text = new CfnParameter(stack, 'Policy').valueAsString;
    const passedOn = CacheLifecycleRule.toPolicyText(CacheLifecycleRule.fromPolicyText(text));
    expect(deployed(passedOn, { Policy: policyText(5) })).toEqual(JSON.parse(policyText(5)));
  });

  test('fails beside other rules when it can only be read at deployment', () => {
    const rules = CacheLifecycleRule.fromPolicyText(Token.asString({ Ref: 'Policy' }));
    expect(() => CacheLifecycleRule.toPolicyText([...rules, CacheLifecycleRule.keepNewest(1)])).toThrow(
      'got other rules beside a policy text that is taken as it is, expected it to stand alone: remove it, or the other rules');
  });
});

const nothing = () => Lazy.string({ produce: () => undefined });

test.each<[string, string, () => CacheLifecycleRule]>([
  ['a protected pattern', 'description', () => CacheLifecycleRule.protect(nothing())],
  ['an empty protected pattern', 'tagPatternList', () => CacheLifecycleRule.keepNewest(3, { description: 'mine', tagPatterns: [Lazy.string({ produce: () => '' })] })],
  ['a prefix', 'tagPrefixList', () => CacheLifecycleRule.keepNewest(3, { description: 'mine', tagPrefixes: [nothing()] })],
  ['a part of a prefix', 'tagPrefixList', () => CacheLifecycleRule.keepNewest(3, { description: 'mine', tagPrefixes: [`v${nothing()}`] })],
  ['a list of patterns', 'tagPatternList', () => CacheLifecycleRule.keepNewest(3, { tagPatterns: Lazy.list({ produce: () => [] }) })],
  ['a count', 'countNumber', () => CacheLifecycleRule.keepNewest(Lazy.number({ produce: () => undefined as never }), { description: 'mine' })],
])('%s that comes out empty is refused, on a template and in the policy text', (_, key, make) => {
  const message = `got the ${key} of a lifecycle rule that came out empty, expected a value: look for what the token gives, such as a variable that is not set`;
  new RepositoryTemplate(stack, 'Template', { prefix: 'echo', lifecycleRules: [make()] });
  expect(() => app.synth()).toThrow(message);
  const other = new Stack();
  expect(() => other.resolve(CacheLifecycleRule.toPolicyText([make()]))).toThrow(message);
});

test.each<[string, unknown, string]>([
  ['a symbol', Symbol('x'), 'an object'], ['an object without prototype', Object.create(null), 'an object'], ['a big number', 3n, 'the number 3'],
])('what can\'t be counted or printed is refused in words: %s', (_, value: any, kind) => {
  expect(() => CacheLifecycleRule.keepNewest(value)).toThrow(`got ${kind} as countNumber in keepNewest, expected a whole number above 0: `);
  expect(() => CacheLifecycleRule.keepNewestUntagged(value)).toThrow(`got ${kind} as countNumber in keepNewestUntagged`);
  expect(() => CacheLifecycleRule.keepNewestOfAny(value)).toThrow(`got ${kind} as countNumber in keepNewestOfAny`);
  expect(() => CacheLifecycleRule.archiveAllButNewest(value)).toThrow(`got ${kind} as countNumber in archiveAllButNewest`);
  expect(() => CacheLifecycleRule.protect(value)).toThrow(`got ${kind} as tag in protect, expected a text: write it such as 'v1.*'`);
  expect(() => CacheLifecycleRule.keepNewest(3, { description: value })).toThrow(`got ${kind} as description in keepNewest, expected a text: `);
});
