import { App, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { CfnRule, EventBus } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { CacheMonitoring, PullThroughCache } from '../../src';
import { ECHO } from '../app';

const QUOTA = Match.stringLikeRegexp('EventBridge rules go to one account and Region');

function stackIn(scope: Construct, id: string, region = 'eu-central-1'): Stack {
  return new Stack(scope, id, { env: { account: '111122223333', region } });
}

/** A cache with its one rule, and so many others. */
function withRules(stack: Stack, others: number, eventBusName?: string): Stack {
  new PullThroughCache(stack, 'Echo', { upstream: ECHO, repositoryPrefix: stack.node.id.toLowerCase(), monitoring: CacheMonitoring.logged() });
  Array.from({ length: others }, (_, at) => new CfnRule(stack, `Rule${at}`, { eventBusName }));
  return stack;
}

function warnings(app: App, ...stacks: Stack[]): string[] {
  app.synth();
  return stacks.flatMap(stack => Annotations.fromStack(stack).findWarning('*', QUOTA)).map(({ entry }) => String(entry.data));
}

test('as many rules as a bus takes are fine', () => {
  const app = new App();

  expect(warnings(app, withRules(stackIn(app, 'One'), 299))).toEqual([]);
});

test('one more is a warning with the number, once for all stacks of the place, nested ones too', () => {
  const app = new App();
  const [one, two] = [withRules(stackIn(app, 'One'), 150), withRules(stackIn(app, 'Two'), 148)];
  new CfnRule(new NestedStack(two, 'Nested'), 'Rule');

  expect(warnings(app, one, two)).toEqual([expect.stringContaining('301 EventBridge rules go to one account and Region, whose default event bus takes 300')]);
});

test.each(['af-south-1', 'eu-south-1'])('the Region %s takes fewer', region => {
  const app = new App();

  expect(warnings(app, withRules(stackIn(app, 'One', region), 100))).toEqual([expect.stringContaining('takes 100')]);
});

test('rules of another Region, and of another bus, do not count', () => {
  const app = new App();
  const stack = withRules(stackIn(app, 'One'), 200, new EventBus(stackIn(app, 'Bus'), 'Bus', { eventBusName: 'own' }).eventBusName);

  expect(warnings(app, stack, withRules(stackIn(app, 'Two', 'us-east-1'), 299), withRules(stackIn(app, 'Three'), 200))).toEqual([]);
});

test('a Stage is warned of its own rules', () => {
  const app = new App();
  const stack = withRules(stackIn(new Stage(app, 'Prod'), 'One'), 300);

  expect(warnings(app, stack)).toHaveLength(1);
});

test('who has a higher quota acknowledges it', () => {
  const app = new App();
  const stack = withRules(stackIn(app, 'One'), 300);
  Validations.of(stack).acknowledge({ id: 'cdk-ecr-pull-through-cache:eventRuleQuota', reason: 'the quota was raised' });

  expect(warnings(app, stack)).toEqual([]);
});
