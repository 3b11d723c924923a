import { App } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { watchOf } from '../../src/monitoring/cache-watch';
import { oncePerTree } from '../../src/private/tree';
import { newStack } from '../app';
import { watchedCaches } from './watched';

/** What a register holds, below its maps and plain objects. */
function heldBy(value: unknown): object[] {
  if (value instanceof Map) {
    return [...value.values()].flatMap(heldBy);
  }
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.getPrototypeOf(value) === Object.prototype ? Object.values(value).flatMap(heldBy) : [value];
}

test('the register holds plain data and constructs of aws-cdk, which two versions of this package can share', () => {
  const stack = newStack();
  watchedCaches(stack, ['echo']);

  const held = heldBy(oncePerTree(stack, 'CacheWatch', () => new Map()));

  expect(held.length).toBeGreaterThanOrEqual(7);
  held.forEach(one => {
    expect(one).toBeInstanceOf(Construct);
    expect((one.constructor as any)[Symbol.for('jsii.rtti')].fqn).toMatch(/^aws-cdk-lib[.](CustomResource|aws_(events[.]Rule|cloudwatch[.]Alarm|logs[.]LogGroup))$/);
  });
});

test('what another version of this package noted down is found', () => {
  const stack = newStack(new App());
  const [cache] = watchedCaches(stack, ['echo']);
  const key = Object.getOwnPropertySymbols(stack.node.root).find(symbol => symbol.description!.endsWith('.CacheWatch'))!;
  const register: Map<string, object> = (stack.node.root as any)[key];

  expect(key.description).toMatch(/^cdk-ecr-pull-through-cache@\d+[.]CacheWatch$/);
  expect(register.get('111122223333/eu-central-1 echo')).toBe(watchOf(cache));
});
