import { Quotas } from '../../bench/functions/quotas';

let now: number;
let quotas: Quotas;

beforeEach(() => {
  now = 1_000_000;
  quotas = new Quotas({ DescribeImages: 5 }, () => now);
});

function allowed(calls: number, action = 'DescribeImages'): number {
  return Array.from({ length: calls }, () => quotas.allows(action)).filter(Boolean).length;
}

test('lets as many calls through at once as the rate is', () => {
  expect(allowed(20)).toBe(5);
});

test('lets calls through again as time brings them', () => {
  allowed(20);
  now += 400;

  expect(allowed(20)).toBe(2);
});

test('keeps no more than what a second brings', () => {
  now += 3600_000;

  expect(allowed(20)).toBe(5);
});

test('gives each action its own rate, and none to one without', () => {
  allowed(20);

  expect(allowed(20, 'DescribeRepositories')).toBe(20);
});

test('lets through what the rate says in the long run', () => {
  let through = 0;
  for (let tick = 0; tick < 1000; tick += 1) {
    through += allowed(1);
    now += 100;
  }

  expect(through).toBeGreaterThanOrEqual(500);
  expect(through).toBeLessThanOrEqual(506);
});
