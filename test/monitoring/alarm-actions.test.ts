import { App, Duration, Stage } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { CacheAlarm, CacheAlarmActions, CacheAlerting, CacheFindings, CacheMonitoring, PullThroughCache } from '../../src';
import { ECHO, newStack } from '../app';

const to = (name: string): cloudwatch.IAlarmAction => ({ bind: () => ({ alarmActionArn: `arn:aws:sns:eu-central-1:111122223333:${name}` }) });

/** Whom the alarm with this in its id tells. */
function told(stack: Stack, id: string): string[] {
  const found = Object.entries(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).filter(([key]) => key.includes(id));
  expect(found).toHaveLength(1);
  const { AlarmActions: actions = [], OKActions: over = [] } = found[0][1].Properties;
  expect(over).toEqual(actions);
  return actions.map((arn: string) => arn.split(':').pop());
}

const cacheIn = (stack: Stack, id = 'Echo', monitoring?: CacheMonitoring) => new PullThroughCache(stack, id, { upstream: ECHO, repositoryPrefix: id.toLowerCase(), monitoring });

test.each(['before', 'after'])('one call that is made %s tells of every alarm of an app', when => {
  const app = new App();
  const set = () => CacheAlarmActions.of(app).set({ alarmActions: [to('tickets')], pageActions: [to('pager')] });
  if (when === 'before') {
    set();
  }
  const stack = newStack(app);
  const cache = cacheIn(stack);
  new CacheAlerting(stack, 'Alerting', { caches: [cache], alarms: [CacheAlarm.eventsNotLogged(), CacheAlarm.callsNearQuota()] });
  new CacheFindings(stack, 'Findings', { cache });
  if (when === 'after') {
    set();
  }

  expect(['FailedPullsAlarm', 'EventsNotLogged', 'CallsNearQuota', 'FindingsAlarm'].map(id => told(stack, id))).toEqual([
    ['tickets', 'pager'], ['tickets'], ['tickets', 'pager'], ['tickets'],
  ]);
});

test('reaches into a Stage', () => {
  const app = new App();
  const stack = newStack(new Stage(app, 'Prod') as unknown as App);
  cacheIn(stack);
  CacheAlarmActions.of(app).set({ alarmActions: [to('tickets')] });

  expect(told(stack, 'FailedPullsAlarm')).toEqual(['tickets']);
});

test('the nearest scope wins, option by option, and what a construct says wins over all', () => {
  const app = new App();
  const stack = newStack(app);
  CacheAlarmActions.of(app).set({ alarmActions: [to('all')], pageActions: [to('pager')] });
  const echo = cacheIn(stack);
  CacheAlarmActions.of(echo).set({ alarmActions: [to('team')] });
  cacheIn(stack, 'Other', CacheMonitoring.standard({ alarmActions: [to('own')] }));
  cacheIn(stack, 'Third');

  expect(['Echo', 'Other', 'Third'].map(id => told(stack, `${id}MonitoringFailedPullsAlarm`))).toEqual([['team', 'pager'], ['own', 'pager'], ['all', 'pager']]);
});

test('an alarm in a page of its own does not page twice', () => {
  const stack = newStack();
  CacheAlarmActions.of(stack).set({ pageActions: [to('scope')] });
  const cache = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', probeInterval: Duration.hours(6) });
  new CacheAlerting(stack, 'Alerting', { caches: [cache], alarms: [CacheAlarm.probeFailing()], pageActions: [to('own')] });

  expect(told(stack, 'ProbeFailing')).toEqual([]);
});

test('notifies a target once, though both lists have it', () => {
  const stack = newStack();
  cacheIn(stack);
  CacheAlarmActions.of(stack).set({ alarmActions: [to('all')], pageActions: [to('all')] });

  expect(told(stack, 'FailedPullsAlarm')).toEqual(['all']);
});

test('is the same object for the same scope', () => {
  const stack = newStack();

  expect(CacheAlarmActions.of(stack)).toBe(CacheAlarmActions.of(stack));
});

test.each<[string, object, string]>([
  ['an empty list', { alarmActions: [] }, 'got an empty list of alarmActions, expected at least one'],
  ['an option that there is not', { actions: [to('all')] }, "got the option 'actions' of the alarms of a scope"],
  ['one action for a list', { pageActions: to('all') }, 'got an object instead of a list of pageActions'],
])('fails: %s', (_, options, message) => {
  expect(() => CacheAlarmActions.of(newStack()).set(options)).toThrow(message);
});

test('fails: a second value', () => {
  const actions = CacheAlarmActions.of(newStack());
  actions.set({ alarmActions: [to('all')] });
  actions.set({ pageActions: [to('pager')] });

  expect(() => actions.set({ alarmActions: [to('others')] })).toThrow(
    "got a second value of 'alarmActions' for the alarms of Stack, expected one list for a scope: set it once with all actions, or give the construct that differs its own");
});

test.each([[undefined, 'nothing'], ['x', "the text 'x'"]])('alarm actions of what is no construct are refused: %s', (scope, got) => {
  expect(() => CacheAlarmActions.of(scope as never)).toThrow(
    `got ${got} as the scope of CacheAlarmActions.of(), expected a construct, such as an app, a stage or a stack: pass the construct itself`);
});
