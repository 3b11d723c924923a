import { Duration, Size, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { CfnLink } from 'aws-cdk-lib/aws-oam';
import { CacheAlarm, CacheAlerting, CacheProbe, CacheStatistics, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface RegistryStackProps extends StackProps {
  /** The ARN of the sink in the monitoring account. */
  readonly sinkArn: string;
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
}

/** The cache of one account: the same names and prefixes everywhere, and a link that shows its metrics and logs in the monitoring account. */
export class RegistryStack extends Stack {
  constructor(scope: Construct, id: string, props: RegistryStackProps) {
    super(scope, id, props);

    const echo = new PullThroughCache(this, 'Echo', { upstream: UpstreamRegistry.echo({ account: props.echoAccount }) });
    new CacheStatistics(this, 'Statistics', { caches: [echo] });
    // often enough for alarms of the monitoring account, whose queries look back three hours
    new CacheProbe(this, 'Probe', { images: [echo.image('nginx:1.27')], interval: Duration.hours(1) });
    // what a query of the last three hours can't tell stays here
    new CacheAlerting(this, 'Alerting', {
      caches: [echo],
      alarms: [CacheAlarm.statisticsMissing(), CacheAlarm.probeMissing(), CacheAlarm.storageAbove(Size.tebibytes(1))],
      alarmNamePrefix: `caches-${this.account}-${this.region}`,
    });

    new CfnLink(this, 'Link', {
      sinkIdentifier: props.sinkArn,
      labelTemplate: '$AccountName',
      resourceTypes: ['AWS::CloudWatch::Metric', 'AWS::Logs::LogGroup'],
      linkConfiguration: { metricConfiguration: { filter: "Namespace IN ('PullThroughCache', 'AWS/Events')" } },
    });
  }
}
