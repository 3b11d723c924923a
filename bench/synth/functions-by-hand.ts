import { dirname, join } from 'path';
import { Duration, Lazy, RemovalPolicy } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { FUNCTIONS_RUNTIME } from '../../projenrc/runtime';

interface HandMadeFunction {
  readonly description: string;
  readonly assets: string;
  readonly settings: object;
  readonly statements: readonly iam.PolicyStatementProps[];
  readonly interval: Duration;
}

/** What counts the caches. */
export function statisticsByHand(stack: Stack, prefixes: readonly string[]): logs.LogGroup {
  const repository = (resourceName: string) => stack.formatArn({ service: 'ecr', resource: 'repository', resourceName });
  return functionByHand(new Construct(stack, 'Statistics'), {
    description: 'Counts the images and pulls of pull-through caches',
    assets: 'cache-statistics.lambda',
    settings: { prefixes, windowHours: 24 },
    statements: [
      { actions: ['cloudwatch:GetMetricData'], resources: ['*'] },
      { actions: ['ecr:DescribeRepositories'], resources: [repository('*')] },
      // a list that is lazy stays a list when it has one entry
      { actions: ['ecr:DescribeImages'], resources: Lazy.list({ produce: () => prefixes.map((prefix) => repository(`${prefix}/*`)) }) },
    ],
    interval: Duration.days(1),
  });
}

/** What pulls an image through each of them. */
export function probeByHand(stack: Stack, prefixes: readonly string[]): logs.LogGroup {
  const statementsFor = (prefix: string): iam.PolicyStatementProps[] => {
    const resources = [stack.formatArn({ service: 'ecr', resource: 'repository', resourceName: `${prefix}/nginx` })];
    return [
      {
        actions: [
          'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer',
          'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository',
        ],
        resources,
      },
      { actions: ['ecr:DescribeImages'], resources },
    ];
  };
  return functionByHand(new Construct(stack, 'Probe'), {
    description: 'Pulls images through pull-through caches',
    assets: 'cache-probe.lambda',
    settings: {
      caches: prefixes.map((prefix) => ({ prefix, images: [`${prefix}/nginx:1.27`] })), intervalSeconds: 21600, imageTimeoutSeconds: 120,
    },
    statements: [{ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }, ...prefixes.flatMap(statementsFor)],
    interval: Duration.hours(6),
  });
}

function functionByHand(scope: Construct, made: HandMadeFunction): logs.LogGroup {
  const logGroup = new logs.LogGroup(scope, 'Log', { retention: logs.RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  role.addToPolicy(new iam.PolicyStatement({
    actions: ['cloudwatch:PutMetricData'],
    resources: ['*'],
    conditions: { StringEquals: { 'cloudwatch:namespace': 'PullThroughCache' } },
  }));
  made.statements.forEach((statement) => role.addToPolicy(new iam.PolicyStatement(statement)));
  const handler = new lambda.Function(scope, 'Function', {
    description: made.description,
    runtime: new lambda.Runtime(FUNCTIONS_RUNTIME, lambda.RuntimeFamily.NODEJS),
    architecture: lambda.Architecture.ARM_64,
    handler: 'index.handler',
    // the same code, so that both apps zip and hash the same files
    code: lambda.Code.fromAsset(join(dirname(require.resolve('cdk-ecr-pull-through-cache/package.json')), 'assets/functions', made.assets)),
    environment: { PULL_THROUGH_CACHE_SETTINGS: JSON.stringify(made.settings) },
    role,
    logGroup,
    memorySize: 256,
    timeout: Duration.minutes(15),
  });
  new events.Rule(scope, 'Schedule', {
    description: made.description,
    schedule: events.Schedule.rate(made.interval),
    targets: [new targets.LambdaFunction(handler)],
  });
  return logGroup;
}
