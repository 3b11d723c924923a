import { Lazy, Stack } from 'aws-cdk-lib';
import { sortedByKey, sortedEntries } from '../../src/private/sorted';

describe('the entries of a map', () => {
  test('are sorted by their keys, capitals first, whatever the language of the machine', () => {
    expect(sortedEntries({ b: 1, a: 2, B: 3 })).toEqual([['B', 3], ['a', 2], ['b', 1]]);
  });

  test('stay as they are when they are sorted', () => {
    expect(sortedEntries({ a: 1, b: 2, c: 3 })).toEqual([['a', 1], ['b', 2], ['c', 3]]);
  });
});

describe('a value', () => {
  test('has every map in it sorted and every list as it was', () => {
    expect(JSON.stringify(sortedByKey({ b: [{ d: 1, c: 2 }, 'x'], a: null }))).toBe('{"a":null,"b":[{"c":2,"d":1},"x"]}');
  });

  test('keeps its tokens', () => {
    const token = Lazy.any({ produce: () => 'later' });

    expect(sortedByKey({ a: token })).toEqual({ a: token });
  });

  test('keeps what CloudFormation fills in, so that it can still be put into a text', () => {
    const stack = new Stack();
    const text = stack.toJsonString(sortedByKey(stack.resolve({ b: stack.account, a: 1 })));

    expect(stack.resolve(text)).toEqual({ 'Fn::Join': ['', ['{"a":1,"b":"', { Ref: 'AWS::AccountId' }, '"}']] });
  });

  describe('with one key', () => {
    const memberOf = (value: { [key: string]: object }) => JSON.stringify(Object.values(sortedByKey(value) as object)[0]);

    test.each(['Ref', 'Fn::Sub'])('stays as it is for CloudFormation: %s', (key) => {
      expect(memberOf({ [key]: { b: 1, a: 2 } })).toBe('{"b":1,"a":2}');
    });

    test.each(['a', 'Reference', 'a-Ref', 'Not-Fn::Sub'])('is sorted when the key only looks like one of CloudFormation: %s', (key) => {
      expect(memberOf({ [key]: { b: 1, a: 2 } })).toBe('{"a":2,"b":1}');
    });
  });

  test('is sorted when a key of CloudFormation is one of several', () => {
    expect(JSON.stringify(sortedByKey({ 'Fn::Sub': 1, 'A': 2 }))).toBe('{"A":2,"Fn::Sub":1}');
  });
});
