import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface VerifiedCacheStackProps extends StackProps {
  /** The account of Echo's registry, which Echo tells its customers. */
  readonly echoAccount: string;
}

/** A cache that a deployment pulls through before the service that needs it is created. */
export class VerifiedCacheStack extends Stack {
  constructor(scope: Construct, id: string, props: VerifiedCacheStackProps) {
    super(scope, id, props);

    const echo = new PullThroughCache(this, 'Echo', { upstream: UpstreamRegistry.echo({ account: props.echoAccount }) });
    const proof = echo.verifyOnDeploy({ images: ['nginx:1.27'] });

    const task = new ecs.FargateTaskDefinition(this, 'Task');
    task.addContainer('nginx', { image: echo.image('nginx:1.27').toContainerImage(), portMappings: [{ containerPort: 80 }] });
    const service = new ecs.FargateService(this, 'Service', {
      cluster: new ecs.Cluster(this, 'Cluster', { vpc: new ec2.Vpc(this, 'Vpc', { maxAzs: 2, natGateways: 1 }) }),
      taskDefinition: task,
      desiredCount: 1,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
    });
    // tasks that can't pull would keep a deployment waiting; the proof fails it within minutes, with ECR's reason
    service.node.addDependency(proof);
  }
}
