import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { startDockerRegistry } from './docker-registry';
import { Ground, pullAs, refused } from './ground';
import { Skopeo } from './skopeo';
import type { Aws } from '../../local/harness/aws';
import { inbox } from '../../local/harness/inbox';
import type { Inbox } from '../../local/harness/inbox';
import { resourcesOf } from '../../local/harness/stack';
import { eventually } from '../../local/harness/wait';
import { CacheMonitoring, PullThroughCache, UpstreamRegistry } from '../../src';

const ACCOUNT = '111122223333', STACK = 'Cache';

let ground: Ground;
let aws: Aws;
let developer: Aws;
let messages: Inbox;
let alarm: string, rule: string, log: string;

beforeAll(async () => {
  ground = await Ground.prepare([ACCOUNT]);
  aws = ground.aws(ACCOUNT);
  developer = await ground.developer(ACCOUNT);
  const upstream = await startDockerRegistry(ground);
  await ground.engine.upstream('quay.io', { url: `http://${upstream}` });
  const { layout } = await ground.image('app', '1.0');
  await new Skopeo(ground).push(layout, '1.0', `${upstream}/app:1.0`);

  const app = ground.synth(scope => {
    const stack = new Stack(scope, STACK);
    const topic = new sns.Topic(stack, 'Topic');
    const cache = new PullThroughCache(stack, 'Quay', {
      upstream: UpstreamRegistry.QUAY,
      monitoring: CacheMonitoring.standard({ alarmActions: [new SnsAction(topic)] }),
    });
    cache.grants.pull(new iam.Role(stack, 'Puller', { roleName: 'puller', assumedBy: new iam.AccountRootPrincipal() }));
    new iam.Role(stack, 'Stranger', { roleName: 'stranger', assumedBy: new iam.AccountRootPrincipal() })
      .addToPolicy(new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
  });
  const { code, output } = await ground.cdk(ACCOUNT).deploy(STACK, { app });
  expect([code, output]).toEqual([0, expect.anything()]);
  const resources = await resourcesOf(aws, STACK);
  [alarm] = resources['AWS::CloudWatch::Alarm'];
  [rule] = resources['AWS::Events::Rule'];
  [log] = resources['AWS::Logs::LogGroup'];
  messages = await inbox(aws, 'on-call', resources['AWS::SNS::Topic'][0]);
});

// whatever failed is past, and was told
beforeEach(async () => {
  await ground.engine.advance({ hours: 5 });
  await ground.engine.alarms();
  await messages.rest();
  expect(await state()).toBe('OK');
});

afterAll(async () => ground?.end());

async function state(): Promise<string | undefined> {
  const { MetricAlarms: [found] = [] } = await aws.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [alarm] }));
  return found?.StateValue;
}

const becomes = async (wanted: string) => eventually(`the alarm becomes ${wanted}`, async () => await state() === wanted);

const pull = async (role: string, image: string) => pullAs(developer, `arn:aws:iam::${ACCOUNT}:role/${role}`, `quay/${image}`, '1.0');

async function logged(image: string): Promise<number> {
  const { events = [] } = await aws.logs.send(new FilterLogEventsCommand({ logGroupName: log }));
  return events.filter(({ message }) => message!.includes(`"quay/${image}"`)).length;
}

/** Somebody asks again and again for what the upstream doesn't have. */
async function failing(image: string, times: number, minutes: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await refused(pull('puller', image));
    await ground.engine.alarms();
    await ground.engine.advance({ minutes });
  }
}

describe('the alarm of a cache', () => {
  test('goes to ALARM when imports keep failing, tells the topic, logs the reasons, and returns to OK', async () => {
    // when
    await failing('missing', 3, 16);
    // then
    await becomes('ALARM');
    expect(await messages.next()).toMatchObject({ AlarmName: alarm, OldStateValue: 'OK', NewStateValue: 'ALARM' });
    await eventually('the reasons are logged', async () => await logged('missing') === 3);

    // when
    await ground.engine.advance({ hours: 4 });
    // then
    await becomes('OK');
  });

  test('stays OK while a mistyped name is tried for some minutes', async () => {
    // when
    await failing('mistyped', 4, 3);
    // then
    expect(await state()).toBe('OK');
    expect(await messages.rest()).toEqual([]);
  });

  test.each([10, 60])('tells once of failures every %d minutes for six hours', async minutes => {
    // when
    await failing(`every-${minutes}`, 360 / minutes, minutes);
    // then
    expect(await messages.next()).toMatchObject({ NewStateValue: 'ALARM' });
    expect(await messages.rest()).toEqual([]);
  });

  test('tells once when ECR sends several events of one failure', async () => {
    await ground.engine.switches({ failure_events: 3 });
    // when
    await failing('missing-thrice', 3, 16);
    await becomes('ALARM');
    // then
    await eventually('the events are logged', async () => await logged('missing-thrice') === 9);
    await messages.next();
    expect(await messages.rest()).toEqual([]);
    await ground.engine.switches({ failure_events: 1 });
  });

  test('stays OK while images come', async () => {
    // when
    await pull('puller', 'app');
    await ground.engine.alarms();
    // then
    expect(await state()).toBe('OK');
    expect(await logged('app')).toBe(0);
  });

  test('stays OK when a caller is denied, as it says', async () => {
    // when
    expect((await refused(pull('stranger', 'app'))).code).toBe('DENIED');
    await ground.engine.alarms();
    // then
    expect(await state()).toBe('OK');
  });

  test('fails to fire when its rule is disabled, and fires when it is enabled', async () => {
    await aws.eventBridge.send(new DisableRuleCommand({ Name: rule }));
    // when
    await failing('unseen', 3, 16);
    await ground.engine.alarms();
    // then
    expect(await state()).toBe('OK');
    expect(await messages.rest()).toEqual([]);
    expect(await logged('unseen')).toBe(0);

    // when
    await aws.eventBridge.send(new EnableRuleCommand({ Name: rule }));
    await failing('seen', 3, 16);
    // then
    await becomes('ALARM');
  });
});
