import { App, Aws, CfnCondition, CfnParameter, Fn, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { Construct } from 'constructs';
import { CacheRule } from '../../src/rule/cache-rule';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { agnosticStack, ENV, newStack, warningsOf } from '../app';

const upstream = UpstreamRegistry.QUAY;
const ruleFor = (scope: Construct, id: string, repositoryPrefix = 'echo') => new CacheRule(scope, id, { upstream, repositoryPrefix });
const l1RuleFor = (scope: Construct, id: string, ecrRepositoryPrefix = 'echo') =>
  new CfnPullThroughCacheRule(scope, id, { ecrRepositoryPrefix, upstreamRegistryUrl: 'quay.io' });

let app: App;
beforeEach(() => {
  app = new App();
});

/** What is refused at synthesis only, since a condition may be set until then. */
function synthesized(make: () => unknown): () => void {
  return () => {
    make();
    app.synth();
  };
}

describe('the same prefix twice', () => {
  const message = "got the repository prefix 'echo' a second time for one account and Region (A/One has it), expected a prefix for each rule: "
    + 'set another repositoryPrefix, or use the cache that is there';

  test('fails in one stack', () => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'One');
    expect(synthesized(() => ruleFor(stack, 'Two'))).toThrow(`${message} [at A/Two]`);
  });

  test('fails in one stack that goes anywhere', () => {
    const stack = agnosticStack(app, 'A');
    ruleFor(stack, 'One');
    expect(synthesized(() => ruleFor(stack, 'Two'))).toThrow(message);
  });

  test('fails in two stacks of one account and Region', () => {
    ruleFor(newStack(app, 'A'), 'One');
    expect(synthesized(() => ruleFor(newStack(app, 'B'), 'Two'))).toThrow(`${message} [at B/Two]`);
  });

  test('fails in a nested stack', () => {
    const stack = agnosticStack(app, 'A');
    ruleFor(stack, 'One');
    expect(synthesized(() => ruleFor(new NestedStack(stack, 'Nested'), 'Two'))).toThrow(`${message} [at A/Nested/Two]`);
  });

  test('fails in two stages of one account and Region', () => {
    const [dev, prod] = ['Dev', 'Prod'].map(id => new Stack(new Stage(app, id, { env: ENV }), 'A'));
    ruleFor(dev, 'One');
    expect(synthesized(() => ruleFor(prod, 'One'))).toThrow('(Dev/A/One has it)');
  });

  test('fails for ROOT', () => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'One', 'ROOT');
    expect(synthesized(() => ruleFor(stack, 'Two', 'ROOT'))).toThrow("got the repository prefix 'ROOT' a second time");
  });

  test('fails for one and the same token, without its cryptic name', () => {
    const stack = newStack(app, 'A');
    const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
    ruleFor(stack, 'One', prefix);
    expect(synthesized(() => ruleFor(stack, 'Two', prefix))).toThrow(
      'got this repository prefix, which is known at deployment only, a second time for one account and Region (A/One has it)');
  });

  test('is fine under conditions, which may exclude each other', () => {
    const stack = newStack(app, 'A');
    for (const id of ['One', 'Two']) {
      (ruleFor(stack, id).node.defaultChild as CfnPullThroughCacheRule).cfnOptions.condition = new CfnCondition(stack, `${id}Condition`);
    }
    expect(() => app.synth()).not.toThrow();
  });

  test('is fine for two tokens, which may differ', () => {
    const stack = newStack(app, 'A');
    ['One', 'Two'].forEach(id => ruleFor(stack, id, new CfnParameter(stack, `${id}Prefix`).valueAsString));
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each([
    ['accounts', { ...ENV, account: '444455556666' }],
    ['Regions', { ...ENV, region: 'us-east-1' }],
  ])('is fine in different %s', (_, env) => {
    const [one, two] = [newStack(app, 'A'), newStack(app, 'B', env)];
    [one, two].forEach(stack => ruleFor(stack, 'One'));
    expect([...warningsOf(one), ...warningsOf(two)]).toEqual([]);
  });

  test('is fine in different apps', () => {
    ruleFor(newStack(app, 'A'), 'One');
    expect(() => ruleFor(newStack(new App(), 'A'), 'One')).not.toThrow();
  });

  test('is fine when the first was removed from the tree', () => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'One');
    stack.node.tryRemoveChild('One');
    expect(() => ruleFor(stack, 'Two')).not.toThrow();
  });
});

describe('the same prefix in stacks that may go to one place', () => {
  const warning = "possiblySamePrefix: another rule (A/One) has the repository prefix 'echo' too, and at least one of the two stacks doesn't say where it "
    + 'goes: in one account and Region the second rule fails. Give the stacks an env, or deploy them to different places.';

  test('gets a warning when neither says where', () => {
    const [one, two] = [agnosticStack(app, 'A'), agnosticStack(app, 'B')];
    [one, two].forEach(stack => ruleFor(stack, 'One'));
    expect(warningsOf(one)).toEqual([]);
    expect(warningsOf(two)).toEqual([`/B/One ${warning}`]);
  });

  test('gets a warning when one says where', () => {
    const [one, two] = [newStack(app, 'A'), agnosticStack(app, 'B')];
    [one, two].forEach(stack => ruleFor(stack, 'One'));
    expect(warningsOf(two)).toEqual([`/B/One ${warning}`]);
  });

  test('gets no warning when the accounts differ and the Regions are not known', () => {
    const [one, two] = [ENV.account, '444455556666'].map((account, index) => newStack(app, 'AB'[index], { account }));
    [one, two].forEach(stack => ruleFor(stack, 'One'));
    expect(warningsOf(two)).toEqual([]);
  });

  test('gets a warning in stages without an env', () => {
    const [dev, prod] = ['Dev', 'Prod'].map(id => new Stack(new Stage(app, id), 'A'));
    [dev, prod].forEach(stack => ruleFor(stack, 'One'));
    expect(warningsOf(prod)).toEqual([expect.stringContaining('possiblySamePrefix: another rule (Dev/A/One)')]);
  });

  test('gets no warning for another prefix', () => {
    const [one, two] = [agnosticStack(app, 'A'), agnosticStack(app, 'B')];
    ruleFor(one, 'One', 'echo-dev');
    ruleFor(two, 'One', 'echo-prod');
    expect(warningsOf(two)).toEqual([]);
  });

  test('gets a warning when the account is a pseudo parameter', () => {
    const [one, two] = ['A', 'B'].map(id => newStack(app, id, { account: Aws.ACCOUNT_ID, region: ENV.region }));
    [one, two].forEach(stack => ruleFor(stack, 'One'));
    expect(warningsOf(two)).toHaveLength(1);
  });
});

describe('prefixes that overlap', () => {
  test.each([['team', 'team/app'], ['team/app', 'team'], ['a/b', 'a/b/c/d']])('get a warning: %s and %s', (first, second) => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'One', first);
    ruleFor(stack, 'Two', second);
    expect(warningsOf(stack)).toEqual([`/A/Two overlappingPrefixes: the prefixes '${second}' and '${first}' (A/One) overlap: which rule ECR follows for `
      + 'a name below both is not documented. Choose prefixes of which none starts another.']);
  });

  test('get one for each that they overlap with', () => {
    const stack = newStack(app, 'A');
    ['team/a', 'team/b', 'team'].forEach((prefix, index) => ruleFor(stack, `Rule${index}`, prefix));
    expect(warningsOf(stack)).toHaveLength(2);
  });

  test.each([['echo', 'echo2'], ['echo', 'echo-dev'], ['team/a', 'team/b'], ['ROOT', 'echo'], ['app', 'team/app']])('are not %s and %s', (first, second) => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'One', first);
    ruleFor(stack, 'Two', second);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('are not a token and another', () => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'One', 'team');
    ruleFor(stack, 'Two', `team/${new CfnParameter(stack, 'Prefix').valueAsString}`);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('are not that of a rule which was removed from the tree', () => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'One', 'team');
    stack.node.tryRemoveChild('One');
    ruleFor(stack, 'Two', 'team/app');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('are not those of different Regions', () => {
    ruleFor(newStack(app, 'A'), 'One', 'team');
    const elsewhere = newStack(app, 'B', { ...ENV, region: 'us-east-1' });
    ruleFor(elsewhere, 'Two', 'team/app');
    expect(warningsOf(elsewhere)).toEqual([]);
  });
});

describe('the number of rules in one account and Region', () => {
  const fill = (scope: Construct, count: number) => Array.from({ length: count }, (_, index) => ruleFor(scope, `Rule${index}`, `cache-${index}`));

  test('may be 50', () => {
    expect(synthesized(() => fill(newStack(app, 'A'), 50))).not.toThrow();
  });

  test('fails for the 51st, in whichever stack it is', () => {
    fill(newStack(app, 'A'), 50);
    expect(synthesized(() => ruleFor(newStack(app, 'B'), 'Last'))).toThrow('got 51 pull-through cache rules for one account and Region, expected at most 50, a quota of '
      + "ECR that can't be raised: put some of the caches into another account or Region");
  });

  test('counts no rule that was removed from the tree', () => {
    const stack = newStack(app, 'A');
    fill(stack, 50);
    stack.node.tryRemoveChild('Rule7');
    ruleFor(stack, 'Next', 'next');
    expect(synthesized(() => ruleFor(stack, 'Last', 'last'))).toThrow('got 51 pull-through cache rules');
  });

  test('starts again in another Region', () => {
    fill(newStack(app, 'A'), 50);
    expect(synthesized(() => ruleFor(newStack(app, 'B', { ...ENV, region: 'us-east-1' }), 'Last'))).not.toThrow();
  });

  test('fails at synthesis when L1 rules make it more', () => {
    const stack = newStack(app, 'A');
    fill(stack, 49);
    l1RuleFor(stack, 'L1', 'first');
    l1RuleFor(stack, 'L1Too', 'second');
    expect(() => app.synth()).toThrow('got 51 pull-through cache rules for one account and Region, expected at most 50');
  });

  test('counts no L1 rule under a condition, which may be false', () => {
    const stack = newStack(app, 'A');
    fill(stack, 50);
    l1RuleFor(stack, 'L1', 'first').cfnOptions.condition = new CfnCondition(stack, 'Condition', { expression: Fn.conditionEquals(Aws.REGION, 'x') });
    expect(() => app.synth()).not.toThrow();
  });
});

describe('an L1 rule', () => {
  test('fails at synthesis with the prefix of an L2 rule', () => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'One');
    l1RuleFor(stack, 'L1');
    expect(() => app.synth()).toThrow("got the repository prefix 'echo' a second time for one account and Region (A/One has it), expected a prefix for each "
      + 'rule: set another repositoryPrefix, or use the cache that is there [at A/L1]');
  });

  test('fails in a stage of the same account and Region', () => {
    ruleFor(newStack(app, 'A'), 'One');
    l1RuleFor(new Stack(new Stage(app, 'Stage', { env: ENV }), 'Stack'), 'L1');
    expect(() => app.synth()).toThrow('[at Stage/Stack/L1]');
  });

  test('is fine beside another one when neither has a prefix', () => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'L2');
    ['One', 'Two'].forEach(id => new CfnPullThroughCacheRule(stack, id, { upstreamRegistryUrl: 'quay.io' }));
    expect(() => app.synth()).not.toThrow();
  });

  test('is fine with another prefix', () => {
    const stack = newStack(app, 'A');
    ruleFor(stack, 'One');
    l1RuleFor(stack, 'L1', 'quay');
    expect(() => app.synth()).not.toThrow();
  });

  test('is fine in another Region', () => {
    ruleFor(newStack(app, 'A'), 'One');
    l1RuleFor(newStack(app, 'B', { ...ENV, region: 'us-east-1' }), 'L1');
    expect(() => app.synth()).not.toThrow();
  });
});
