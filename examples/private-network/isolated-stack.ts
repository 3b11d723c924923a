import { Stack, Validations } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { CacheProbe, CacheVpcAccess, EndpointPolicies, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

const IMAGE = 'nginx:1.27';

export interface IsolatedStackProps extends StackProps {
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
}

/** A service in a VPC without any route to the internet, whose image a probe outside of the VPC pulls first. */
export class IsolatedStack extends Stack {
  constructor(scope: Construct, id: string, props: IsolatedStackProps) {
    super(scope, id, props);

    const echo = new PullThroughCache(this, 'Echo', { upstream: UpstreamRegistry.echo({ account: props.echoAccount }) });
    new CacheProbe(this, 'Probe', { images: [echo.image(IMAGE)] });

    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [{ name: 'App', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    });
    const access = new CacheVpcAccess(this, 'CacheAccess', { vpc, endpointPolicies: EndpointPolicies.scopedTo({ caches: [echo] }) });
    Validations.of(access).acknowledge({
      id: 'cdk-ecr-pull-through-cache:firstPullNeedsInternet', reason: 'the probe pulls every image first',
    });

    const task = new ecs.FargateTaskDefinition(this, 'Task');
    task.addContainer('nginx', { image: echo.image(IMAGE).toContainerImage(), portMappings: [{ containerPort: 80 }] });
    const service = new ecs.FargateService(this, 'Service', {
      cluster: new ecs.Cluster(this, 'Cluster', { vpc }),
      taskDefinition: task,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      // none until the probe has pulled once: then set it, and deploy again
      desiredCount: this.node.tryGetContext('desiredCount') ?? 0,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
    });
    service.node.addDependency(access);
  }
}
