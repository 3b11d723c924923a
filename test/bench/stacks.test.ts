import { Template } from 'aws-cdk-lib/assertions';
import { roomFor, Stacks } from '../../bench/templates/stacks';
import { newStack } from '../app';
import { monthlyCost } from '../monitoring/cost/template-cost';
import { watchedCaches } from '../monitoring/watched';

function templateOf(caches: number): any {
  const stack = newStack();
  watchedCaches(stack, Array.from({ length: caches }, (_, at) => `team-${at}`));
  return Template.fromStack(stack).toJSON();
}

function stacksOf(caches: number, ...templates: object[]): Stacks {
  return new Stacks(caches, templates.map((template) => JSON.stringify(template, undefined, 1)));
}

const one = templateOf(1);
const two = templateOf(2);

test('a single cache costs what the model says of its template', () => {
  const repositories = 700;

  expect(stacksOf(1, one).monthlyCost(repositories)).toBeCloseTo(monthlyCost(one, { repositories, importsPerRepository: 20, failures: 100 }), 10);
});

test('caches that share functions pay for the repositories of all of them', () => {
  const perCache = (stacks: Stacks) => stacks.monthlyCost(10_000) - stacks.monthlyCost(0);

  expect(perCache(stacksOf(2, two))).toBeCloseTo(2 * perCache(stacksOf(1, one)), 10);
});

test('stacks cost the sum of what each costs', () => {
  expect(stacksOf(4, two, two).monthlyCost(100)).toBeCloseTo(2 * stacksOf(2, two).monthlyCost(100), 10);
});

test('of several stacks the largest one is weighed', () => {
  const stacks = stacksOf(3, one, two);

  expect(stacks.count).toBe(2);
  expect(stacks.resources).toBe(Object.keys(two.Resources).length);
  expect(stacks.bytes).toBe(JSON.stringify(two, undefined, 1).length);
  expect(stacks.minified).toBe(JSON.stringify(two).length);
});

test('there is room for as many as fit by what each adds', () => {
  const by = ({ resources }: Stacks) => resources;
  const [few, many] = [stacksOf(1, one), stacksOf(2, two)];
  const each = many.resources - few.resources;

  expect(roomFor(few, many, by, many.resources)).toBe(2);
  expect(roomFor(few, many, by, many.resources + 3 * each - 1)).toBe(4);
  expect(roomFor(few, many, by, many.resources + 3 * each)).toBe(5);
});
