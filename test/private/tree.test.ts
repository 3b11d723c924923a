import { App, CfnCondition, CfnResource, Fn, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { accessorOf, isInTree, oncePerTree, sameNames } from '../../src/private/tree';
import type * as tree from '../../src/private/tree';
import { agnosticStack, newStack } from '../app';

describe('what a tree has once', () => {
  test('is the same from everywhere in the tree', () => {
    const app = new App();
    expect(oncePerTree(newStack(app, 'A'), 'thing', () => ({}))).toBe(oncePerTree(newStack(app, 'B'), 'thing', () => ({})));
  });

  test('is another in another tree', () => {
    expect(oncePerTree(newStack(), 'thing', () => ({}))).not.toBe(oncePerTree(newStack(), 'thing', () => ({})));
  });

  test('is another by another name', () => {
    const app = new App();
    expect(oncePerTree(app, 'thing', () => ({}))).not.toBe(oncePerTree(app, 'other thing', () => ({})));
  });

  test('does not show among the properties of the root', () => {
    const app = new App();
    oncePerTree(app, 'thing', () => ({}));
    expect(Reflect.ownKeys({ ...app }).map(String).join()).not.toContain('thing');
  });
});

describe('what an accessor gives', () => {
  test('is the same for the same scope', () => {
    const stack = newStack();
    expect(accessorOf(stack, 'thing', () => ({}))).toBe(accessorOf(stack, 'thing', () => ({})));
  });

  test('is another for a scope below', () => {
    const stack = newStack();
    expect(accessorOf(new Construct(stack, 'Child'), 'thing', () => ({}))).not.toBe(accessorOf(stack, 'thing', () => ({})));
  });

  test('is another by another name', () => {
    const stack = newStack();
    expect(accessorOf(stack, 'thing', () => ({}))).not.toBe(accessorOf(stack, 'other thing', () => ({})));
  });
});

describe('what a version of the package keeps', () => {
  const ofVersion = (version: string): typeof tree => {
    let other!: typeof tree;
    jest.isolateModules(() => {
      jest.doMock('../../package.json', () => ({ version }));
      other = jest.requireActual('../../src/private/tree');
      jest.dontMock('../../package.json');
    });
    return other;
  };
  const keptBy = (construct: object, key: string) => Reflect.get(construct, Symbol.for(key)) as unknown;

  test('once in a tree is found by its package, its major version and its name', () => {
    const stack = newStack();
    const thing = ofVersion('12.3.4').oncePerTree(stack, 'thing', () => ({}));
    expect(keptBy(stack.node.root, 'cdk-ecr-pull-through-cache@12.thing')).toBe(thing);
  });

  test('once in a tree is shared with another version of the same major version', () => {
    const stack = newStack();
    const thing = ofVersion('12.3.4').oncePerTree(stack, 'thing', () => ({}));
    expect(ofVersion('12.4.0').oncePerTree(stack, 'thing', () => ({}))).toBe(thing);
  });

  test('once in a tree is not shared with another major version', () => {
    const stack = newStack();
    const thing = ofVersion('12.3.4').oncePerTree(stack, 'thing', () => ({}));
    expect(ofVersion('13.0.0').oncePerTree(stack, 'thing', () => ({}))).not.toBe(thing);
  });

  test('for an accessor is found by its package, its whole version and its name', () => {
    const stack = newStack();
    const thing = ofVersion('12.3.4').accessorOf(stack, 'thing', () => ({}));
    expect(keptBy(stack, 'cdk-ecr-pull-through-cache@12.3.4.thing')).toBe(thing);
  });

  test('for an accessor is not shared with another version', () => {
    const stack = newStack();
    const thing = ofVersion('12.3.4').accessorOf(stack, 'thing', () => ({}));
    expect(ofVersion('12.3.5').accessorOf(stack, 'thing', () => ({}))).not.toBe(thing);
  });
});

describe('a construct', () => {
  test('is in its tree', () => {
    expect(isInTree(new Construct(newStack(), 'Child'))).toBe(true);
  });

  test('is not when it was removed', () => {
    const stack = newStack();
    const child = new Construct(stack, 'Child');
    stack.node.tryRemoveChild('Child');
    expect(isInTree(child)).toBe(false);
  });

  test('is not when something above it was replaced', () => {
    const stack = newStack();
    const child = new Construct(new Construct(stack, 'Parent'), 'Child');
    stack.node.tryRemoveChild('Parent');
    new Construct(stack, 'Parent');
    expect(isInTree(child)).toBe(false);
  });
});

describe('resources of one name', () => {
  const named = (stack: Stack, id: string) => new CfnResource(stack, id, { type: 'Some::Named::Thing' });
  const problemsOf = (...resources: CfnResource[]) => sameNames(resources, resource => resource.node.id[0],
    earlier => ({ got: `a second ${earlier.node.id}`, expected: 'one', fix: 'rename it' }));

  test('are reported where the later one is', () => {
    const stack = newStack();
    expect(problemsOf(named(stack, 'A1'), named(stack, 'B1'), named(stack, 'A2')))
      .toEqual(['got a second A1, expected one: rename it [at Stack/A2]']);
  });

  test('are fine in places that may differ', () => {
    const app = new App();
    expect(problemsOf(named(agnosticStack(app, 'S'), 'A1'), named(agnosticStack(app, 'T'), 'A2'))).toEqual([]);
  });

  test('are fine under conditions, of which perhaps one holds', () => {
    const stack = newStack();
    const condition = new CfnCondition(stack, 'Condition', { expression: Fn.conditionEquals('a', 'b') });
    const resources = [named(stack, 'A1'), named(stack, 'A2')];
    resources.forEach(resource => resource.cfnOptions.condition = condition);
    expect(problemsOf(...resources)).toEqual([]);
  });

  test.each([0, 1])('are reported when only one of them, %d, has a condition', (index) => {
    const stack = newStack();
    const resources = [named(stack, 'A1'), named(stack, 'A2')];
    resources[index].cfnOptions.condition = new CfnCondition(stack, 'Condition', { expression: Fn.conditionEquals('a', 'b') });
    expect(problemsOf(...resources)).toHaveLength(1);
  });
});
