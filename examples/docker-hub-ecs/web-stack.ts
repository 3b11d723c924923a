import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { UpstreamCredential } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface WebStackProps extends StackProps {
  readonly credential: UpstreamCredential;
}

/** A cache of Docker Hub, and a service on Fargate whose execution role may pull nginx through it, also for the first time. */
export class WebStack extends Stack {
  constructor(scope: Construct, id: string, props: WebStackProps) {
    super(scope, id, props);

    const dockerHub = new PullThroughCache(this, 'DockerHub', { upstream: UpstreamRegistry.dockerHub(props.credential) });

    const task = new ecs.FargateTaskDefinition(this, 'Task');
    // an official image: the cache adds the `library/` of its real name
    task.addContainer('nginx', { image: dockerHub.image('nginx:1.27').toContainerImage(), portMappings: [{ containerPort: 80 }] });

    // its task waits for the cache and for the permission to pull through it
    new ecs.FargateService(this, 'Service', {
      cluster: new ecs.Cluster(this, 'Cluster', { vpc: new ec2.Vpc(this, 'Vpc', { maxAzs: 2, natGateways: 1 }) }),
      taskDefinition: task,
      desiredCount: 1,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
    });
  }
}
