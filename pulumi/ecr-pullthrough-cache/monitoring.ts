import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { checked } from './checks';
import type { Context } from './context';
import { eventLogPolicy, failedPullsPattern } from './policies';

/** An alarm on imports that fail, and a log that says why. It doesn't see callers who are denied. */
export function watchFailedPulls(cache: Context): { alarm: aws.cloudwatch.MetricAlarm; log: aws.cloudwatch.LogGroup } {
  const { args, cacheNamespace, options } = cache;
  const name = `${cache.name}-failed-pulls`;
  const log = new aws.cloudwatch.LogGroup(name, { retentionInDays: 30, tags: args.tags }, options);
  const logPolicy = new aws.cloudwatch.LogResourcePolicy(name, {
    resourceArn: log.arn,
    policyDocument: cache.place.apply(({ partition, region, account }) => eventLogPolicy(partition, region, account)),
  }, options);
  const rule = new aws.cloudwatch.EventRule(name, {
    description: pulumi.interpolate`Imports into the pull-through cache ${cacheNamespace} that failed`,
    eventPattern: cacheNamespace.apply(failedPullsPattern),
    tags: args.tags,
  }, options);
  new aws.cloudwatch.EventTarget(name, { rule: rule.name, arn: log.arn }, { ...options, dependsOn: [logPolicy] });

  const topics = checked('alarmTopicArns', args.alarmTopicArns ?? []);
  const email = args.alarmEmail === undefined ? [] : [emailTopic(cache, args.alarmEmail).arn];
  const actions = pulumi.all([topics, pulumi.all(email)]).apply(([chosen, made]) => [...chosen, ...made]);
  const alarm = new aws.cloudwatch.MetricAlarm(name, {
    alarmDescription: pulumi.interpolate`ECR could not import images into the pull-through cache ${cacheNamespace}: the log ${log.name} `
      .apply(text => `${text}has its reasons. Check the role or credential of the cache, and access to the upstream. `
        + 'A name that a workload asks for again and again may be mistyped. '
        + 'This alarm sees imports that fail again and again, not callers who are denied.'),
    metricQueries: [
      // each period has a value, so that no older one decides
      { id: 'failed', expression: 'FILL(events, 0)', label: 'TriggeredRules', returnData: true },
      {
        id: 'events',
        returnData: false,
        metric: { namespace: 'AWS/Events', metricName: 'TriggeredRules', dimensions: { RuleName: rule.name }, stat: 'Sum', period: 900 },
      },
    ],
    evaluationPeriods: 16,
    datapointsToAlarm: 3,
    comparisonOperator: 'GreaterThanOrEqualToThreshold',
    threshold: 1,
    // without failures EventBridge sends no data, which is the good state
    treatMissingData: 'notBreaching',
    alarmActions: actions,
    okActions: actions,
    tags: args.tags,
  }, options);
  return { alarm, log };
}

function emailTopic({ name, args, options }: Context, address: pulumi.Input<string>): aws.sns.Topic {
  const topic = new aws.sns.Topic(`${name}-alarm`, { displayName: 'Failed pull-through cache imports', tags: args.tags }, options);
  new aws.sns.TopicSubscription(`${name}-alarm`, { topic: topic.arn, protocol: 'email', endpoint: checked('alarmEmail', address) }, options);
  return topic;
}
