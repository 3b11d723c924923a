import { App, Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CacheAlarm, CacheAlerting, CacheFindings, CacheMonitoring, CacheQueries, PullThroughCache } from '../../src';
import type { CacheMetricProducers, IPullThroughCache } from '../../src';
import { agnosticStack, ECHO, ENV, newStack, warningsOf } from '../app';

const FAR = { ...ENV, region: 'us-east-1' };

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = newStack(app);
});

function importOf(producers: CacheMetricProducers): IPullThroughCache {
  return PullThroughCache.fromPullThroughCacheAttributes(stack, 'Echo', { repositoryPrefix: 'echo', ...producers });
}

describe('a producer of an imported cache', () => {
  test.each<[string, () => CacheMetricProducers, RegExp]>([
    ['a rule of another Region', () => ({ failedPullsRule: events.Rule.fromEventRuleArn(stack, 'R', `arn:aws:events:us-east-1:${ENV.account}:rule/failed`) }),
      /got failedPullsRule Stack\/R of the account 111122223333 and Region us-east-1 for the cache 'echo' of 111122223333 and eu-central-1, expected one of the account and Region of the cache/],
    ['a rule of another account', () => ({ importsRule: events.Rule.fromEventRuleArn(stack, 'R', `arn:aws:events:${ENV.region}:444455556666:rule/imports`) }),
      /got importsRule Stack\/R of the account 444455556666/],
    ['an alarm of another Region', () => ({ failedPullsAlarm: cloudwatch.Alarm.fromAlarmArn(stack, 'A', `arn:aws:cloudwatch:us-east-1:${ENV.account}:alarm:failed`) }),
      /got failedPullsAlarm Stack\/A of the account 111122223333 and Region us-east-1/],
    ['a log of another Region', () => ({ eventLogGroup: logs.LogGroup.fromLogGroupArn(stack, 'L', `arn:aws:logs:us-east-1:${ENV.account}:log-group:events`) }),
      /got eventLogGroup Stack\/L of the account 111122223333 and Region us-east-1/],
    ['a rule that this app makes in another Region', () => ({ deniedPullsRule: new events.Rule(newStack(app, 'Far', FAR), 'R', { eventPattern: { source: ['aws.ecr'] } }) }),
      /got deniedPullsRule Far\/R of the account 111122223333 and Region us-east-1/],
    ['a log that this app makes in another Region', () => ({ eventLogGroup: new logs.LogGroup(newStack(app, 'Far', FAR), 'L') }), /got eventLogGroup Far\/L/],
    ['a text for a rule', () => ({ failedPullsRule: 'failed' as unknown as events.IRule }), /got the text 'failed' as failedPullsRule, expected an object that has the attribute ruleName/],
    ['a text for a log', () => ({ eventLogGroup: 'events' as unknown as logs.ILogGroup }), /got the text 'events' as eventLogGroup/],
    ['an interval that no count has', () => ({ statisticsInterval: Duration.minutes(90) }), /got an interval of 90 minutes|got an interval of 1 hour 30 minutes/],
    ['an interval that no probe has', () => ({ probeInterval: Duration.days(2) }), /got an interval of 2 days/],
  ])('is refused when it is %s', (_, producers, message) => {
    expect(() => importOf(producers())).toThrow(message);
  });

  test('may be a log by its name, also imported into a stack elsewhere', () => {
    const far = newStack(app, 'Far', FAR);
    expect(() => PullThroughCache.fromPullThroughCacheAttributes(far, 'Echo', {
      repositoryPrefix: 'echo', ...ENV, eventLogGroup: logs.LogGroup.fromLogGroupName(far, 'L', 'events'),
    })).not.toThrow();
  });
});

describe('an alarm action of another Region', () => {
  const topics: [string, () => sns.ITopic][] = [
    ['imported', () => sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:us-east-1:${ENV.account}:pages`)],
    ['imported with a partition that is known later', () => sns.Topic.fromTopicArn(stack, 'Topic', `arn:${stack.partition}:sns:us-east-1:${ENV.account}:pages`)],
    ['of this app', () => new sns.Topic(newStack(app, 'Far', FAR), 'Topic')],
  ];
  const uses: [string, (actions: SnsAction[]) => unknown][] = [
    ['CacheMonitoring', alarmActions => new PullThroughCache(stack, 'Echo', { upstream: ECHO, monitoring: CacheMonitoring.standard({ alarmActions }) })],
    ['CacheAlerting', alarmActions => new CacheAlerting(stack, 'Alerting', { caches: [importOf({})], alarms: [CacheAlarm.callsNearQuota()], alarmActions })],
    ['a page', pageActions => new CacheAlerting(stack, 'Alerting', { caches: [importOf({})], alarms: [CacheAlarm.callsNearQuota()], pageActions })],
    ['CacheFindings', alarmActions => new CacheFindings(stack, 'Findings', { cache: importOf({}), alarmActions })],
  ];

  test.each(topics.flatMap(([which, topic]) => uses.map(([where, use]) => [which, where, topic, use] as const)))('is refused: one %s, in %s', (_, __, topic, use) => {
    expect(() => use([new SnsAction(topic())])).toThrow(
      'got an alarm action of the Region us-east-1 for an alarm in the Region eu-central-1, expected actions of the same Region, such as a topic there');
  });

  test.each<[string, () => sns.ITopic]>([
    ['of another account', () => sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:${ENV.region}:444455556666:pages`)],
    ['of another stack', () => new sns.Topic(newStack(app, 'Near'), 'Topic')],
    ['in a stack without an env', () => new sns.Topic(agnosticStack(app, 'Any'), 'Topic', { topicName: 'pages' })],
  ])('is another thing than one %s', (_, topic) => {
    expect(() => uses[0][1]([new SnsAction(topic())])).not.toThrow();
  });
});

describe('queries of a cache without a log that is known here', () => {
  test.each<[string, () => IPullThroughCache]>([
    ['an import', () => importOf({})],
    ['an import in another stack than the cache, neither with an env', () => {
      new PullThroughCache(agnosticStack(app, 'Caches'), 'Echo', { upstream: ECHO });
      return PullThroughCache.fromRepositoryPrefix(agnosticStack(app, 'Users'), 'Echo', 'echo');
    }],
    ['a cache that logs nothing', () => new PullThroughCache(stack, 'Own', { upstream: ECHO, monitoring: CacheMonitoring.none() })],
  ])('warn: %s', (_, cache) => {
    new CacheQueries(stack, 'Queries', { caches: [cache()] });
    expect(warningsOf(stack)).toEqual([expect.stringMatching(/Queries noLogToQuery: no log is known here of 'echo', so no query answers anything about it/)]);
  });

  test('are quiet with a trail, or with a log that an import names', () => {
    new CacheQueries(stack, 'Queries', { caches: [importOf({})], trailLogGroup: logs.LogGroup.fromLogGroupName(stack, 'Trail', 'trail') });
    expect(warningsOf(stack)).toEqual([]);
  });
});
