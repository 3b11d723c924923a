import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { CacheVpcAccess, EndpointPolicies, PullThroughCache, UpstreamRegistry } from '../../../../src';

/** Two kinds of subnets with the endpoints of a cache, one of them with a NAT gateway, and tasks that pull images nobody has pulled. */
export class NetworkStack extends Stack {
  constructor(scope: Construct, id: string, vendor: string) {
    super(scope, id);

    const near = new PullThroughCache(this, 'Private', {
      upstream: UpstreamRegistry.ecr({ account: vendor, region: 'us-east-1' }), repositoryPrefix: 'settle-private', upstreamRepositoryPrefix: 'hardened',
    });
    const far = new PullThroughCache(this, 'Public', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'settle-public' });

    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 1,
      subnetConfiguration: [
        { name: 'Public', subnetType: ec2.SubnetType.PUBLIC },
        { name: 'Nat', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        { name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      ],
    });
    const access = new CacheVpcAccess(this, 'Access', {
      vpc, subnets: { onePerAz: true, subnetGroupName: 'Isolated' }, endpointPolicies: EndpointPolicies.scopedTo({ caches: [near, far] }),
    });

    const images = { PrivateTask: near.image('hardened/redis:1'), PublicTask: far.image('docker/library/busybox:stable'), AlpineTask: far.image('docker/library/alpine:3') };
    for (const [name, image] of Object.entries(images)) {
      const task = new ecs.FargateTaskDefinition(this, name);
      task.addContainer('Image', { image: image.toContainerImage() });
      new CfnOutput(this, `${name}Arn`, { value: task.taskDefinitionArn });
    }
    new CfnOutput(this, 'ClusterName', { value: new ecs.Cluster(this, 'Cluster', { vpc }).clusterName });
    new CfnOutput(this, 'NatSubnet', { value: vpc.privateSubnets[0].subnetId });
    new CfnOutput(this, 'IsolatedSubnet', { value: vpc.isolatedSubnets[0].subnetId });
    new CfnOutput(this, 'ApiEndpoint', { value: access.ecrApiEndpoint!.vpcEndpointId });
    new CfnOutput(this, 'DockerEndpoint', { value: access.ecrDockerEndpoint!.vpcEndpointId });
  }
}
