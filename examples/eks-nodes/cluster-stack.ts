import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullPolicy, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface ClusterStackProps extends StackProps {
  readonly vpc: ec2.IVpc;
  /** The account of Echo's registry, as Echo told you. */
  readonly echoAccount: string;
}

/** A cluster with Auto Mode, managed nodes and Fargate: three roles that pull, and none of them is a pod's own. */
export class ClusterStack extends Stack {
  constructor(scope: Construct, id: string, props: ClusterStackProps) {
    super(scope, id, props);

    const echo = new PullThroughCache(this, 'Echo', { upstream: UpstreamRegistry.echo({ account: props.echoAccount }) });

    const autoModeRole = new iam.Role(this, 'AutoModeNodes', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'].map(
        name => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
    const cluster = new eks.Cluster(this, 'Cluster', {
      version: eks.KubernetesVersion.V1_33,
      vpc: props.vpc,
      defaultCapacityType: eks.DefaultCapacityType.AUTOMODE,
      compute: { nodeRole: autoModeRole },
    });
    const nodes = cluster.addNodegroupCapacity('Nodes', { desiredSize: 2 });
    const fargate = cluster.addFargateProfile('Jobs', { selectors: [{ namespace: 'jobs' }] });

    for (const role of [autoModeRole, nodes.role, fargate.podExecutionRole]) {
      echo.grants.pull(role);
    }

    // for nodes that other tools make, such as Karpenter's or those of eksctl
    const policy = new PullPolicy(this, 'NodePolicy', { caches: [echo] });
    new CfnOutput(this, 'NodePolicyArn', { value: policy.managedPolicyArn });
    new CfnOutput(this, 'Image', { value: echo.image('nginx:1.27').uri });
  }
}
