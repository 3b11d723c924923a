import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { UPSTREAM_ACCOUNT } from './program';
import { describeTrouble, Troubles } from '../../src/monitoring/troubleshooting';

const LIFECYCLE = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'keep the newest 10 tagged images',
      selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 10 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      description: 'expire untagged images 30 days after their push',
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 30 },
      action: { type: 'expire' },
    },
  ],
});

/** The role, the template and the rule: L1s for ECR's types, the L2 for the role. Nested so that the logical ids are the library's. */
export function cacheByHand(stack: Stack, prefix: string): Construct {
  const cache = new Construct(stack, prefix);
  const own = stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: `${prefix}/*` });
  const upstream = stack.formatArn({
    service: 'ecr', account: UPSTREAM_ACCOUNT, region: 'us-east-1', resource: 'repository', resourceName: '*',
  });
  const role = new iam.Role(new Construct(cache, 'UpstreamRole'), 'Resource', {
    assumedBy: new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com'),
    inlinePolicies: {
      PullThroughCache: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
          new iam.PolicyStatement({
            actions: ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'],
            resources: [upstream, own],
          }),
          new iam.PolicyStatement({
            actions: ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'],
            resources: [own],
          }),
        ],
      }),
    },
  });
  const rule = new ecr.CfnPullThroughCacheRule(cache, 'Default', {
    ecrRepositoryPrefix: prefix,
    upstreamRegistry: 'ecr',
    upstreamRegistryUrl: `${UPSTREAM_ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com`,
    customRoleArn: role.roleArn,
  });
  rule.addDependency(new ecr.CfnRepositoryCreationTemplate(new Construct(cache, 'RepositoryTemplate'), 'Resource', {
    prefix,
    appliedFor: ['PULL_THROUGH_CACHE'],
    description: `Repositories below ${prefix}`,
    encryptionConfiguration: { encryptionType: 'AES256' },
    imageTagMutability: 'MUTABLE',
    lifecyclePolicy: LIFECYCLE,
  }));
  return cache;
}

/** The log group that EventBridge may write into. */
export function logByHand(scope: Construct): logs.LogGroup {
  const stack = Stack.of(scope);
  const log = new logs.LogGroup(new Construct(scope, 'EventLog'), 'Resource', {
    retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY,
  });
  (log.node.defaultChild as logs.CfnLogGroup).resourcePolicyDocument = new iam.PolicyDocument({
    statements: [new iam.PolicyStatement({
      sid: 'EventBridgeWrites',
      principals: [new iam.ServicePrincipal('events.amazonaws.com'), new iam.ServicePrincipal('delivery.logs.amazonaws.com')],
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: ['*'],
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: { 'aws:SourceArn': stack.formatArn({ service: 'events', resource: 'rule', resourceName: '*' }) },
      },
    })],
  });
  return log;
}

/** The target that writes into it: its `Arn` ends in ':*', which EventBridge refuses. */
export function intoLog(log: logs.LogGroup): events.IRuleTarget {
  const arn = `arn:${Stack.of(log).partition}:logs:${Stack.of(log).region}:${Stack.of(log).account}:log-group:${log.logGroupName}`;
  return { bind: () => ({ arn, targetResource: log }) };
}

/** The rule that logs failed imports. */
export function ruleByHand(scope: Construct, prefix: string, log: logs.LogGroup): events.Rule {
  return new events.Rule(scope, 'FailedPulls', {
    description: `Imports into the pull-through cache ${prefix} that failed`,
    eventPattern: {
      source: ['aws.ecr'],
      detailType: ['ECR Pull Through Cache Action'],
      detail: { 'ecr-repository-prefix': [prefix], 'sync-status': [{ 'anything-but': 'SUCCESS' }] },
    },
    targets: [intoLog(log)],
  });
}

/** The alarm on failed imports. */
export function alarmByHand(scope: Construct, prefix: string, log: logs.LogGroup, failed: events.Rule): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, 'FailedPullsAlarm', {
    // the texts are data, which a hand would write too
    alarmDescription: describeTrouble(Troubles.FAILED_PULLS, [prefix], log.logGroupName),
    metric: ruleMetric('TriggeredRules', failed),
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    evaluationPeriods: 1,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  });
}

/** A metric that EventBridge keeps of a rule. */
export function ruleMetric(metricName: string, rule: events.Rule): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace: 'AWS/Events', metricName, dimensionsMap: { RuleName: rule.ruleName }, statistic: 'Sum' });
}
