import { Duration, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import {
  CacheAlarm, CacheAlerting, CacheDashboard, CacheIntegrity, CacheProbe, CacheStatistics, PullThroughCache, RepositoryAdoption, RepositoryRemoval,
  UpstreamRegistry,
} from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';
import { applyGuardrails } from './guardrails';

export interface GuardedStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
}

/** Caches with all that is made around them, as the rules of Control Tower want it: they find nothing in this stack. */
export class GuardedStack extends Stack {
  constructor(scope: Construct, id: string, props: GuardedStackProps) {
    super(scope, id, props);

    // made by those who look after the organisation's accounts; the names here are placeholders
    applyGuardrails(this, {
      vpc: ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['eu-central-1a', 'eu-central-1b'],
        privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      }),
      // written out: the rules take no ARN that CloudFormation joins
      logKey: kms.Key.fromKeyArn(this, 'LogKey', `arn:aws:kms:${this.region}:${this.account}:key/01234567-89ab-cdef-0123-456789abcdef`),
      alarms: sns.Topic.fromTopicArn(this, 'Alarms', this.formatArn({ service: 'sns', resource: 'alarms' })),
      boundary: iam.ManagedPolicy.fromManagedPolicyName(this, 'Boundary', 'workloads'),
    });

    const echo = new PullThroughCache(this, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: props.echoAccount }),
      repositoryTemplate: { tags: { team: 'platform' } },
    });
    const quay = new PullThroughCache(this, 'Quay', { upstream: UpstreamRegistry.QUAY });
    const caches = [echo, quay];

    new CacheStatistics(this, 'Statistics', { caches });
    new CacheProbe(this, 'Probe', { images: [echo.image('nginx:1.27'), quay.image('prometheus/busybox:latest')], interval: Duration.hours(6) });
    new CacheAlerting(this, 'Alerting', { caches, alarms: [CacheAlarm.statisticsMissing(), CacheAlarm.probeFailing(), CacheAlarm.probeMissing()] });
    new CacheIntegrity(this, 'Integrity', { caches, watchPushes: true });
    new CacheDashboard(this, 'Dashboard', { caches });
    echo.verifyOnDeploy({ images: ['nginx:1.27'] });
    new RepositoryAdoption(this, 'Adoption', { template: echo.repositoryTemplate });
    new RepositoryRemoval(this, 'Removal', { cache: quay, confirmedPrefix: 'quay' });
  }
}
