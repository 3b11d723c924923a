import { App, Aws, Lazy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { excerpt, InvalidInputError, place, warn, WarningId } from '../../src/private/errors';
import { newStack, warningsOf } from '../app';

const problem = { got: "the count '0'", expected: 'a whole number above 0', fix: 'count at least 1' };

describe('an error message', () => {
  test('says what was got, what is expected and what to do', () => {
    expect(new InvalidInputError(problem).message).toBe("got the count '0', expected a whole number above 0: count at least 1");
  });

  test('has a class that logs name', () => {
    expect(String(new InvalidInputError(problem))).toMatch(/^InvalidInputError: got the count/);
  });

  test('names the construct it is about', () => {
    const stack = new Stack(new App(), 'Stack');
    expect(new InvalidInputError(problem, stack).message).toMatch(/: count at least 1 \[at Stack\]$/);
  });

  test('names the app when there is no path', () => {
    expect(new InvalidInputError(problem, new App()).message).toMatch(/\[at the app\]$/);
  });

  test('says of a token that its value comes later', () => {
    expect(new InvalidInputError({ ...problem, got: `the Region '${Aws.REGION}'` }).message)
      .toMatch(/^got the Region '<known at deployment>', expected/);
  });
});

describe('the place of a construct', () => {
  test('is its path', () => {
    expect(place(new Construct(new Stack(new App(), 'Stack'), 'Echo'))).toBe('Stack/Echo');
  });

  test.each(['Default', 'Resource'])('leaves out the id %s, which a library chose', (id) => {
    expect(place(new Construct(new Construct(new Stack(new App(), 'Stack'), 'Echo'), id))).toBe('Stack/Echo');
  });

  test('leaves out several such ids at its end', () => {
    expect(place(new Construct(new Construct(new Construct(new Stack(new App(), 'Stack'), 'Echo'), 'Default'), 'Resource'))).toBe('Stack/Echo');
  });

  test('keeps such an id in front of another', () => {
    expect(place(new Construct(new Construct(new Stack(new App(), 'Stack'), 'Default'), 'Echo'))).toBe('Stack/Default/Echo');
  });
});

describe('an excerpt', () => {
  test('quotes a short text as it is', () => {
    expect(excerpt('nginx:1.27')).toBe("'nginx:1.27'");
  });

  test('shows what cannot be seen or mistaken as an escape', () => {
    expect(excerpt('ngіnx\n\u200b')).toBe("'ng\\u0456nx\\u000a\\u200b'");
  });

  test('shows 80 characters in full', () => {
    expect(excerpt('a'.repeat(80))).toBe(`'${'a'.repeat(80)}'`);
  });

  test('cuts a longer text and names its length', () => {
    expect(excerpt('a'.repeat(81))).toBe(`'${'a'.repeat(80)}...' (81 characters)`);
  });
});

test('the ids of warnings are those by which users acknowledge them', () => {
  expect(Object.values(WarningId)).toEqual(expect.arrayContaining([
    'overlappingPrefixes', 'possiblySamePrefix', 'immutableTemplate', 'wholeRegistryGrant', 'upstreamIsOwnRegistry', 'grantHalfMissing', 'upstreamNotKnown',
    'digestFirstPull',
  ]));
});

test('no two warnings have one id', () => {
  expect(new Set(Object.values(WarningId)).size).toBe(Object.values(WarningId).length);
});

test('a warning says of a token that its value comes later', () => {
  const stack = newStack();

  warn(stack, WarningId.IMMUTABLE_TEMPLATE, `the Region '${Aws.REGION}'`);

  expect(warningsOf(stack)).toEqual(["/Stack immutableTemplate: the Region '<known at deployment>'"]);
});

test('an excerpt shows a token as what is known at deployment, also one that a cut would go through', () => {
  const token = Lazy.string({ produce: () => 'app' });
  expect(excerpt(`${'x'.repeat(70)}/${token}`)).toBe(`'${'x'.repeat(70)}/<known at...' (92 characters)`);
});
