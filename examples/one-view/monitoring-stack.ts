import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { CfnSink } from 'aws-cdk-lib/aws-oam';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export interface MonitoringStackProps extends StackProps {
  readonly organizationId: string;
}

/** CloudWatch User Guide, "Metrics Insights quotas": time series of a query. */
const MOST_SERIES = 500;

/**
 * The monitoring account: a sink for all accounts of the organization, one set of alarms, and one table of all registries. What it reads has the same
 * name and dimension everywhere, so a new registry needs no change here. CloudWatch User Guide, "CloudWatch cross-account observability".
 */
export class MonitoringStack extends Stack {
  constructor(scope: Construct, id: string, props: MonitoringStackProps) {
    super(scope, id, props);

    const sink = new CfnSink(this, 'Sink', {
      name: 'pull-through-caches',
      policy: {
        Version: '2012-10-17',
        Statement: [{
          Effect: 'Allow',
          Principal: '*',
          Action: ['oam:CreateLink', 'oam:UpdateLink'],
          Resource: '*',
          Condition: {
            'StringEquals': { 'aws:PrincipalOrgID': props.organizationId },
            'ForAllValues:StringEquals': { 'oam:ResourceTypes': ['AWS::CloudWatch::Metric', 'AWS::Logs::LogGroup'] },
          },
        }],
      },
    });
    new CfnOutput(this, 'SinkArn', { value: sink.attrArn, description: 'Pass it to the registries: -c sink=...' });

    const pager = new SnsAction(new sns.Topic(this, 'Pager'));
    const tickets = new SnsAction(new sns.Topic(this, 'Tickets'));
    this.alarm('ProbeFailing', 'ProbeFailures', 'An image could not be pulled through a cache', pager);
    this.alarm('CredentialInvalid', 'InvalidCredentials', 'The credential of an upstream is not valid', pager);
    this.alarm('TagMoved', 'ProbeMovedTags', 'A probed tag stands for another image than before', tickets);

    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: `pull-through-caches-${this.account}-${this.region}`, defaultInterval: Duration.days(7),
    });
    const table = (title: string, metric: string, period: Duration) => new cloudwatch.TableWidget({
      title: `${title}, by account and cache in ${this.region}`,
      metrics: [this.query(metric, period)],
      summary: { columns: [cloudwatch.TableSummaryColumn.MAXIMUM], hideNonSummaryColumns: true },
      layout: cloudwatch.TableLayout.VERTICAL,
      width: 12,
      height: 8,
    });
    const day = Duration.days(1);
    dashboard.addWidgets(table('Failures of the probe', 'ProbeFailures', Duration.hours(1)), table('Stored bytes', 'StoredBytes', day));
    dashboard.addWidgets(table('Pulls of a day', 'Pulls', day), table('Imported images of a day', 'Imports', day));
    dashboard.addWidgets(table('Repositories not counted', 'UnseenRepositories', day), table('Slowest answer', 'ProbeLatency', Duration.hours(1)));
  }

  /** One alarm for all registries: each account and cache that is above the threshold is a contributor of it, which the alarm names. */
  private alarm(id: string, metric: string, what: string, action: cloudwatch.IAlarmAction): void {
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmName: `pull-through-caches-${this.account}-${this.region}-${id}`,
      alarmDescription: `${what}. The contributors of this alarm name the account and the cache, all in ${this.region}.`,
      metric: this.query(metric, Duration.hours(1)),
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.IGNORE,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }

  private query(metric: string, period: Duration): cloudwatch.MathExpression {
    return new cloudwatch.MathExpression({
      expression: `SELECT MAX(${metric}) FROM SCHEMA("PullThroughCache", RepositoryPrefix) `
        + `GROUP BY AWS.AccountId, RepositoryPrefix ORDER BY MAX() DESC LIMIT ${MOST_SERIES}`,
      // CloudWatch's own, which is the account and the cache
      label: '${LABEL}',
      period,
    });
  }
}
