import { App, CfnCondition, CfnResource } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { claimRegistry } from '../../src/private/tree';
import { agnosticStack, ENV, newStack, warningsOf } from '../app';

const SETTING = { name: 'door policy', resourceType: 'Some::Door::Policy', fix: 'keep one door' };

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = newStack(app);
});

describe('a setting of a registry', () => {
  const OTHER_SETTING = { name: 'window policy', resourceType: 'Some::Window::Policy', fix: 'keep one window' };
  const claimed = (into: Stack, id = 'Doors', setting = SETTING) => {
    const construct = new Construct(into, id);
    claimRegistry(construct, setting);
    return new CfnResource(construct, 'Resource', { type: setting.resourceType });
  };

  test('is claimed once in one account and Region', () => {
    claimed(stack);
    claimed(newStack(app, 'Other'));
    expect(() => app.synth()).toThrow('got a second door policy for one account and Region (Stack/Doors is the first), '
      + 'expected one door policy, since ECR keeps one of an account and Region: keep one door [at Other/Doors]');
  });

  test('is claimed next to another setting', () => {
    claimed(stack);
    claimed(stack, 'Windows', OTHER_SETTING);
    expect(() => app.synth()).not.toThrow();
  });

  test('is claimed again in another Region, without a warning', () => {
    claimed(stack);
    const other = newStack(app, 'Other', { ...ENV, region: 'us-east-1' });
    claimed(other);
    expect(warningsOf(other)).toEqual([]);
  });

  test('is claimed again in another app', () => {
    claimed(stack);
    claimed(newStack());
    expect(() => app.synth()).not.toThrow();
  });

  test('is claimed again after the first claim has left the tree', () => {
    claimed(stack);
    stack.node.tryRemoveChild('Doors');
    claimed(stack);
    expect(() => app.synth()).not.toThrow();
  });

  test('stays claimed by the second construct after the first has left the tree', () => {
    claimed(stack);
    stack.node.tryRemoveChild('Doors');
    claimed(stack, 'NewDoors');
    claimed(stack);
    expect(() => app.synth()).toThrow('(Stack/NewDoors is the first)');
  });

  test('is claimed twice under conditions, which may exclude each other', () => {
    for (const id of ['Doors', 'MoreDoors']) {
      claimed(stack, id).cfnOptions.condition = new CfnCondition(stack, `${id}Condition`);
    }
    expect(() => app.synth()).not.toThrow();
  });

  test('is claimed with a warning where it may be the same account and Region', () => {
    claimed(stack);
    const anywhere = agnosticStack(app, 'Anywhere');
    claimed(anywhere);
    expect(warningsOf(anywhere)).toEqual([
      "/Anywhere/Doors possiblySameRegistry: another door policy (Stack/Doors) is in this app, and at least one of the two stacks doesn't say where it "
      + 'goes: in one account and Region the second fails. Give the stacks an env, or deploy them to different places.',
    ]);
  });

  test('names the one that may be in the same place, not an earlier one that is elsewhere', () => {
    claimed(newStack(app, 'Elsewhere', { region: 'us-east-1' }));
    claimed(agnosticStack(app, 'Anywhere'));
    claimed(stack);
    expect(warningsOf(stack)).toEqual([expect.stringContaining('another door policy (Anywhere/Doors)')]);
  });
});

describe('the resources of a setting of a registry', () => {
  const doors = (into: Stack, id: string, type = SETTING.resourceType) => new CfnResource(into, id, { type });
  const problems = () => app.node.validate();

  beforeEach(() => {
    const construct = new Construct(stack, 'Doors');
    claimRegistry(construct, SETTING);
    new CfnResource(construct, 'Resource', { type: SETTING.resourceType });
  });

  test('are fine when there is one', () => {
    expect(problems()).toEqual([]);
  });

  test('are reported when one is made without a claim', () => {
    doors(stack, 'More');
    expect(problems()).toEqual(['got a second door policy for one account and Region (Stack/Doors is the first), '
      + 'expected one door policy, since ECR keeps one of an account and Region: keep one door [at Stack/More]']);
  });

  test('are reported once, however many claims there are', () => {
    claimRegistry(newStack(app, 'Other', { ...ENV, region: 'us-east-1' }), SETTING);
    doors(stack, 'More');
    expect(problems()).toHaveLength(1);
  });

  test('are fine next to resources of another type', () => {
    doors(stack, 'Window', 'Some::Window::Policy');
    doors(stack, 'OtherWindow', 'Some::Window::Policy');
    expect(problems()).toEqual([]);
  });

  test('are fine in another Region', () => {
    doors(newStack(app, 'Other', { ...ENV, region: 'us-east-1' }), 'More');
    expect(problems()).toEqual([]);
  });
});
