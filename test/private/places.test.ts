import { App, Aws, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { addPlaced, comparePlacement, differ, placedAt, Placement } from '../../src/private/places';
import type { Placed } from '../../src/private/places';
import { agnosticStack, ENV, newStack } from '../app';

const OTHER_ACCOUNT = { ...ENV, account: '444455556666' };
const OTHER_REGION = { ...ENV, region: 'us-east-1' };

describe('two constructs', () => {
  let app: App;
  beforeEach(() => {
    app = new App();
  });

  test('of one stack go to the same place, also when nobody knows where', () => {
    const stack = agnosticStack(app);
    expect(comparePlacement(stack, stack)).toBe(Placement.SAME);
  });

  test('of a stack and a stack nested in its nested stack go to the same place', () => {
    const stack = agnosticStack(app);
    const inner = new NestedStack(new NestedStack(stack, 'Outer'), 'Inner');
    expect(comparePlacement(stack, inner)).toBe(Placement.SAME);
  });

  test('of two stacks with the same env go to the same place', () => {
    expect(comparePlacement(newStack(app, 'A'), newStack(app, 'B'))).toBe(Placement.SAME);
  });

  test('of two stages with the same env go to the same place', () => {
    const [one, two] = ['Dev', 'Prod'].map(id => new Stack(new Stage(app, id, { env: ENV }), 'Stack'));
    expect(comparePlacement(one, two)).toBe(Placement.SAME);
  });

  test.each([['account', OTHER_ACCOUNT], ['Region', OTHER_REGION]])('of stacks with another %s go to different places', (_, env) => {
    expect(comparePlacement(newStack(app, 'A'), newStack(app, 'B', env))).toBe(Placement.DIFFERENT);
  });

  test('of stacks of which one is agnostic go to who knows where', () => {
    expect(comparePlacement(newStack(app, 'A'), agnosticStack(app, 'B'))).toBe(Placement.UNKNOWN);
  });

  test('of two agnostic stacks go to who knows where', () => {
    expect(comparePlacement(agnosticStack(app, 'A'), agnosticStack(app, 'B'))).toBe(Placement.UNKNOWN);
  });

  test('of stacks with different accounts go to different places without a Region', () => {
    const [one, two] = [ENV, OTHER_ACCOUNT].map(({ account }) => newStack(app, `In${account}`, { account }));
    expect(comparePlacement(one, two)).toBe(Placement.DIFFERENT);
  });

  test('of stacks with one account and no Region go to who knows where', () => {
    const [one, two] = ['A', 'B'].map(id => newStack(app, id, { account: ENV.account, region: Aws.REGION }));
    expect(comparePlacement(one, two)).toBe(Placement.UNKNOWN);
  });
});

describe('what is kept by places', () => {
  test('is found by how its construct relates to another one, in the order of the stacks', () => {
    const app = new App();
    const [here, alsoHere, elsewhere] = [newStack(app, 'Here'), newStack(app, 'AlsoHere'), newStack(app, 'Elsewhere', OTHER_ACCOUNT)];
    const nested = new NestedStack(here, 'Nested');
    const anywhere = agnosticStack(app, 'Anywhere');
    const placed: Placed<string> = new Map();
    [here, elsewhere, nested, alsoHere, anywhere].forEach(stack => addPlaced(placed, stack, stack.node.id));

    expect(placedAt(placed, newStack(app, 'New'), Placement.SAME)).toEqual(['Here', 'Nested', 'AlsoHere']);
    expect(placedAt(placed, here, Placement.DIFFERENT)).toEqual(['Elsewhere']);
    expect(placedAt(placed, here, Placement.UNKNOWN)).toEqual(['Anywhere']);
  });

  test('is nothing at first', () => {
    expect(placedAt(new Map(), newStack(), Placement.SAME)).toEqual([]);
  });
});

describe('two accounts or Regions', () => {
  test.each([
    ['one is another than the other', 'us-east-1', 'eu-west-1', true],
    ['both are the same', 'us-east-1', 'us-east-1', false],
    ['the first is not known', undefined, 'us-east-1', false],
    ['the second is not known', 'us-east-1', undefined, false],
    ['the first is a token', Aws.REGION, 'us-east-1', false],
    ['the second is a token', 'us-east-1', Aws.REGION, false],
  ])('differ only when both are known: %s', (_, one, other, expected) => {
    expect(differ(one, other)).toBe(expected);
  });
});
