import { App, Stack } from 'aws-cdk-lib';
import { refusals, refuse } from '../../src/private/accepted';
import { CheckId } from '../../src/private/errors';

const PROBLEM = { got: '51 rules', expected: 'at most 50', fix: 'make fewer' };
const KEY = 'cdk-ecr-pull-through-cache:accept';

function stackWith(accepted?: unknown): Stack {
  return new Stack(new App({ context: accepted === undefined ? {} : { [KEY]: accepted } }), 'Stack');
}

describe('what AWS refuses as far as this version knows', () => {
  test('fails with the way round it', () => {
    expect(() => refuse(stackWith(), CheckId.RULE_COUNT, PROBLEM)).toThrow(
      'got 51 rules, expected at most 50: make fewer; if AWS takes it by now, set the context "cdk-ecr-pull-through-cache:accept": ["ruleCount"] [at Stack]');
  });

  test('is accepted by the context of the app', () => {
    expect(() => refuse(stackWith(['tagCount', 'ruleCount']), CheckId.RULE_COUNT, PROBLEM)).not.toThrow();
  });

  test('is accepted by the context of a construct above', () => {
    const stack = stackWith();
    stack.node.setContext(KEY, ['ruleCount']);

    expect(() => refuse(new Stack(stack, 'Below'), CheckId.RULE_COUNT, PROBLEM)).not.toThrow();
  });

  test('fails when the context accepts something else', () => {
    expect(() => refuse(stackWith(['tagCount']), CheckId.RULE_COUNT, PROBLEM)).toThrow('got 51 rules');
  });

  test('is one problem of a synthesis, or none when it is accepted', () => {
    expect(refusals(stackWith(), CheckId.RULE_COUNT, PROBLEM)).toEqual([
      'got 51 rules, expected at most 50: make fewer; if AWS takes it by now, set the context "cdk-ecr-pull-through-cache:accept": ["ruleCount"] [at Stack]',
    ]);
    expect(refusals(stackWith(['ruleCount']), CheckId.RULE_COUNT, PROBLEM)).toEqual([]);
  });

  test.each(['ruleCount', { ruleCount: true }])('fails for a context that is no list: %j', (accepted) => {
    expect(() => refuse(stackWith(accepted), CheckId.RULE_COUNT, PROBLEM)).toThrow(
      `got '${JSON.stringify(accepted)}' as the context 'cdk-ecr-pull-through-cache:accept', expected a list of ids of checks: `
      + 'write it in cdk.json as "cdk-ecr-pull-through-cache:accept": ["ruleCount"]');
  });
});
