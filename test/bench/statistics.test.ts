import { median, pairedRatio } from '../../bench/statistics';

test('the median of an odd number of values is the one in the middle, whatever their order', () => {
  expect(median([9, 1, 5])).toBe(5);
});

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([1, 10, 2, 4])).toBe(3);
});

test('values are compared as numbers', () => {
  expect(median([10, 9, 100])).toBe(10);
});

test('a spell in which the machine was slow for both of a pair does not change their ratio', () => {
  expect(pairedRatio([110, 220, 1100], [100, 200, 1000])).toBeCloseTo(1.1);
});

test('one pair that went wrong does not decide', () => {
  expect(pairedRatio([110, 900, 110], [100, 100, 100])).toBeCloseTo(1.1);
});
