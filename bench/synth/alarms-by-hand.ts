import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { intoLog, ruleMetric } from './by-hand';
import { describeTrouble, Troubles } from '../../src/monitoring/troubleshooting';
import type { Trouble } from '../../src/monitoring/troubleshooting';

const { LESS_THAN_THRESHOLD, GREATER_THAN_THRESHOLD, GREATER_THAN_OR_EQUAL_TO_THRESHOLD } = cloudwatch.ComparisonOperator;
const { BREACHING, IGNORE, NOT_BREACHING } = cloudwatch.TreatMissingData;
const DAY = 24 * 3600;
const SIX_HOURS = 6 * 3600;

export interface Logs {
  readonly events: logs.LogGroup;
  readonly statistics: logs.LogGroup;
  readonly probe: logs.LogGroup;
}

/** The rule that logs imports that succeeded. */
export function importsByHand(scope: Construct, prefix: string, log: logs.LogGroup): void {
  new events.Rule(scope, 'Imports', {
    description: `Imports into the pull-through cache ${prefix} that succeeded`,
    eventPattern: {
      source: ['aws.ecr'],
      detailType: ['ECR Pull Through Cache Action'],
      detail: { 'ecr-repository-prefix': [prefix], 'sync-status': ['SUCCESS'] },
    },
    targets: [intoLog(log)],
  });
}

/** The eight alarms of a cache beside the one on failed imports. */
export function alarmsByHand(scope: Construct, prefix: string, log: Logs, failed: events.Rule): cloudwatch.Alarm[] {
  const emitted = (metricName: string, statistic: string, seconds: number) => new cloudwatch.Metric({
    namespace: 'PullThroughCache', metricName, dimensionsMap: { RepositoryPrefix: prefix }, statistic, period: Duration.seconds(seconds),
  });
  const alarm = (
    id: string, trouble: Trouble, logGroup: logs.LogGroup | undefined, metric: cloudwatch.Metric,
    rest: Omit<cloudwatch.AlarmProps, 'metric' | 'evaluationPeriods'> & { evaluationPeriods?: number },
  ) => new cloudwatch.Alarm(scope, id, {
    alarmDescription: describeTrouble(trouble, [prefix], logGroup?.logGroupName ?? ''), metric, evaluationPeriods: 1, ...rest,
  });
  const missing = { comparisonOperator: LESS_THAN_THRESHOLD, threshold: 1, evaluationPeriods: 2, treatMissingData: BREACHING };
  const some = { comparisonOperator: GREATER_THAN_THRESHOLD, threshold: 0, treatMissingData: IGNORE };
  const someOrNone = { ...some, treatMissingData: NOT_BREACHING };
  return [
    alarm('HitRate', Troubles.HIT_RATE, log.statistics, emitted('HitRate', 'Maximum', DAY), {
      comparisonOperator: LESS_THAN_THRESHOLD, threshold: 0.8, treatMissingData: NOT_BREACHING,
    }),
    alarm('Storage', Troubles.STORAGE, log.statistics, emitted('StoredBytes', 'Maximum', DAY), { ...some, threshold: 500 * 2 ** 30 }),
    alarm('StatisticsMissing', Troubles.STATISTICS_MISSING, log.statistics, emitted('Repositories', 'SampleCount', DAY), missing),
    alarm('StatisticsIncomplete', Troubles.STATISTICS_INCOMPLETE, log.statistics, emitted('UnseenRepositories', 'Maximum', DAY), some),
    alarm('ProbeFailing', Troubles.PROBE_FAILING, log.probe, emitted('ProbeFailures', 'Maximum', SIX_HOURS), some),
    alarm('ProbeMissing', Troubles.PROBE_MISSING, log.probe, emitted('ProbedImages', 'SampleCount', SIX_HOURS), missing),
    alarm('PullsDenied', Troubles.DENIED_PULLS, log.events, ruleMetric('TriggeredRules', denialsByHand(scope, prefix, log.events)), someOrNone),
    alarm('EventsNotLogged', Troubles.EVENTS_NOT_LOGGED, log.events, ruleMetric('FailedInvocations', failed), someOrNone),
  ];
}

/** The alarm on the quota, which all caches of a stack share. */
export function quotaAlarmByHand(scope: Construct, prefix: string): cloudwatch.Alarm {
  return new cloudwatch.Alarm(scope, 'CallsNearQuota', {
    alarmDescription: describeTrouble(Troubles.NEAR_QUOTA, [prefix], ''),
    metric: callsByHand(),
    comparisonOperator: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 96_000,
    evaluationPeriods: 5,
    datapointsToAlarm: 3,
    treatMissingData: NOT_BREACHING,
  });
}

/** The composite alarm. */
export function pageByHand(scope: Construct, prefix: string, alarms: readonly cloudwatch.Alarm[]): void {
  new cloudwatch.CompositeAlarm(scope, 'Paging', {
    alarmDescription: `Something is wrong with the pull-through cache ${prefix}: `
      + 'the descriptions of the alarms in this one say what happened and what to do.',
    alarmRule: cloudwatch.AlarmRule.anyOf(...alarms.map((alarm) => cloudwatch.AlarmRule.fromAlarm(alarm, cloudwatch.AlarmState.ALARM))),
  });
}

function denialsByHand(scope: Construct, prefix: string, log: logs.LogGroup): events.Rule {
  const rule = new events.Rule(scope, 'DeniedPulls', {
    description: `Pulls from the pull-through cache ${prefix} that IAM denied`,
    eventPattern: {
      source: ['aws.ecr'],
      detailType: ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['ecr.amazonaws.com'],
        eventName: ['BatchCheckLayerAvailability', 'BatchGetImage', 'CreateRepository', 'GetDownloadUrlForLayer'],
        errorCode: [{ prefix: 'AccessDenied' }],
        $or: [
          { requestParameters: { repositoryName: [{ prefix: `${prefix}/` }] } },
          { errorMessage: [{ wildcard: `*:repository/${prefix}/*` }] },
        ],
      },
    },
    targets: [intoLog(log)],
  });
  (rule.node.defaultChild as events.CfnRule).state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  return rule;
}

function callsByHand(): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/Usage',
    metricName: 'CallCount',
    dimensionsMap: { Service: 'ECR', Type: 'API', Resource: 'BatchGetImage', Class: 'None' },
    statistic: 'Sum',
    period: Duration.minutes(1),
  });
}
