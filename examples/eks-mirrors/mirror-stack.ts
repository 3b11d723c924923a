import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks-v2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { NodeMirrors, PullThroughCache, UpstreamCredential, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface MirrorStackProps extends StackProps {
  /** The secret with a user of Docker Hub and a token of theirs: `ecr-pullthroughcache/...`. */
  readonly dockerHubSecretArn: string;
}

/** A cluster whose managed nodes pull what charts and operators name from caches, although nobody rewrites the names. */
export class MirrorStack extends Stack {
  constructor(scope: Construct, id: string, props: MirrorStackProps) {
    super(scope, id, props);

    const secret = secretsmanager.Secret.fromSecretCompleteArn(this, 'DockerHubLogin', props.dockerHubSecretArn);
    const caches = [
      new PullThroughCache(this, 'DockerHub', { upstream: UpstreamRegistry.dockerHub(UpstreamCredential.fromSecret(secret)) }),
      new PullThroughCache(this, 'Quay', { upstream: UpstreamRegistry.QUAY }),
      new PullThroughCache(this, 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES }),
      new PullThroughCache(this, 'EcrPublic', { upstream: UpstreamRegistry.ECR_PUBLIC }),
    ];
    const mirrors = NodeMirrors.forCaches(this, caches);

    const userData = new ec2.MultipartUserData();
    mirrors.addToUserData(userData);
    const template = new ec2.LaunchTemplate(this, 'Template', { userData, requireImdsv2: true });

    const cluster = new eks.Cluster(this, 'Cluster', {
      version: eks.KubernetesVersion.V1_33,
      vpc: new ec2.Vpc(this, 'Vpc', { maxAzs: 2, natGateways: 1 }),
      defaultCapacityType: eks.DefaultCapacityType.NODEGROUP,
      defaultCapacity: 0,
    });
    const nodes = cluster.addNodegroupCapacity('Nodes', {
      amiType: eks.NodegroupAmiType.AL2023_X86_64_STANDARD,
      desiredSize: 2,
      launchTemplateSpec: { id: template.launchTemplateId!, version: template.latestVersionNumber },
    });
    mirrors.grantPull(nodes.role);
    // a first pull needs the rules
    nodes.node.addDependency(...caches);
  }
}
