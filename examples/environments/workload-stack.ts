import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { IPullThroughCache } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface WorkloadStackProps extends StackProps {
  /** The cache of the same account and Region. */
  readonly echo: IPullThroughCache;
}

/** What runs in one environment. */
export class WorkloadStack extends Stack {
  constructor(scope: Construct, id: string, props: WorkloadStackProps) {
    super(scope, id, props);

    // a network of your own; looked up, it would have to be known in each account
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: 'vpc-11111111',
      availabilityZones: [`${this.region}a`],
      privateSubnetIds: ['subnet-11111111'],
      privateSubnetRouteTableIds: ['rtb-11111111'],
    });
    const taskDefinition = new ecs.FargateTaskDefinition(this, 'Task');
    taskDefinition.addContainer('nginx', { image: props.echo.image('nginx:1.27').toContainerImage(), portMappings: [{ containerPort: 80 }] });
    new ecs.FargateService(this, 'Service', {
      cluster: new ecs.Cluster(this, 'Cluster', { vpc }),
      taskDefinition,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
    });
  }
}
