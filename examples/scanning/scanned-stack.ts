import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CacheFindings, FindingSeverity, PullThroughCache, RegistryScanning, RegistryScanType, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface ScannedStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
}

/** Two caches, scanned by Amazon Inspector: what runs in production on and on, the rest when it comes; bad findings go to a topic. */
export class ScannedStack extends Stack {
  constructor(scope: Construct, id: string, props: ScannedStackProps) {
    super(scope, id, props);

    const echo = new PullThroughCache(this, 'Echo', { upstream: UpstreamRegistry.echo({ account: props.echoAccount }) });
    const quay = new PullThroughCache(this, 'Quay', { upstream: UpstreamRegistry.QUAY });

    const scanning = new RegistryScanning(this, 'Scanning', { scanType: RegistryScanType.ENHANCED });
    scanning.scanContinuously(echo);
    scanning.scanOnPush(quay);
    // the repositories of this account that are no caches: without this they would not be scanned any more
    scanning.scanContinuouslyMatching('services/*');

    const topic = new sns.Topic(this, 'SecurityTeam');
    new CacheFindings(this, 'EchoFindings', {
      cache: echo,
      scanType: scanning.scanType,
      minimumSeverity: FindingSeverity.HIGH,
      targets: [new targets.SnsTopic(topic)],
      alarmActions: [new SnsAction(topic)],
    });
    new CacheFindings(this, 'QuayFindings', { cache: quay, scanType: scanning.scanType, alarmActions: [new SnsAction(topic)] });
  }
}
