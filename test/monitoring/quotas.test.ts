import { App, Stack, Stage } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { warnOfQuotas } from '../../src/monitoring/quotas';
import { warningsOf } from '../app';

/** A stack with so many rules of EventBridge, which the app counts. */
function withRules(count: number, { app = new App() as Stage, id = 'Stack', region = 'eu-central-1', wildcard = false, onBus = false } = {}) {
  const stack = new Stack(app, id, { env: { account: '111122223333', region } });
  const eventBus: IEventBus | undefined = onBus ? new EventBus(stack, 'Bus') : undefined;
  const rules = new Construct(stack, 'Rules');
  for (let at = 0; at < count; at += 1) {
    new Rule(rules, `Rule${at}`, { eventBus, eventPattern: wildcard ? { detail: { errorMessage: [{ wildcard: `*${at}*` }] } } : { source: ['aws.ecr'] } });
  }
  warnOfQuotas(stack);
  return stack;
}

test('warns of more EventBridge rules than an account may have in a Region, once for both stacks', () => {
  const app = new App();
  const one = withRules(200, { app });
  const other = withRules(101, { app, id: 'Other' });

  expect([...warningsOf(one), ...warningsOf(other)]).toEqual([
    '/Stack quota: the app has 301 EventBridge rules of the default event bus in one account and Region, whose quota is 300 by default, and what is there '
    + 'already comes on top. Have the quota raised in Service Quotas, or put some of the caches into another account or Region.',
  ]);
});

test('warns of as few as a Region has', () => {
  expect(warningsOf(withRules(101, { region: 'af-south-1' }))).toEqual([expect.stringContaining('101 EventBridge rules of the default event bus')]);
});

test('warns of rules whose patterns have wildcards', () => {
  expect(warningsOf(withRules(31, { wildcard: true }))).toEqual([expect.stringContaining('31 EventBridge rules whose patterns have wildcards')]);
});

test.each([
  ['as many as there may be', 300, {}],
  ['those of an event bus of their own', 301, { onBus: true }],
  ['as many with wildcards as there may be', 30, { wildcard: true }],
])('does not warn of %s', (_, count, options) => {
  expect(warningsOf(withRules(count, options))).toEqual([]);
});

test('does not add up what goes to different Regions', () => {
  const app = new App();
  const one = withRules(200, { app });
  const other = withRules(200, { app, id: 'Other', region: 'us-east-1' });

  expect([...warningsOf(one), ...warningsOf(other)]).toEqual([]);
});

test('tells it of a stack in a Stage, where it is printed', () => {
  const app = new App();
  const prod = new Stage(app, 'Prod');
  const stack = withRules(301, { app: prod });

  const [artifact] = prod.synth().stacks;
  expect(artifact.messages.map(({ entry }) => entry.data)).toContainEqual(expect.stringContaining('301 EventBridge rules'));
  expect(stack.stackName).toBe('Prod-Stack');
});
