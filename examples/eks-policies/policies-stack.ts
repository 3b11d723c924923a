import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { CachedImages, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface PoliciesStackProps extends StackProps {
  readonly clusterName: string;
  readonly kubectlRoleArn: string;
  readonly kubectlLayerArn: string;
  readonly nodeRoleArn: string;
}

/** An existing cluster of Kubernetes 1.36 whose Pods pull through caches, whatever names their charts have; other images are warned of. */
export class PoliciesStack extends Stack {
  constructor(scope: Construct, id: string, props: PoliciesStackProps) {
    super(scope, id, props);

    const cluster = eks.Cluster.fromClusterAttributes(this, 'Cluster', {
      clusterName: props.clusterName,
      kubectlRoleArn: props.kubectlRoleArn,
      kubectlLayer: lambda.LayerVersion.fromLayerVersionArn(this, 'Kubectl', props.kubectlLayerArn),
    });
    const quay = new PullThroughCache(this, 'Quay', { upstream: UpstreamRegistry.QUAY });
    const kubernetes = new PullThroughCache(this, 'Kubernetes', { upstream: UpstreamRegistry.KUBERNETES });

    const images = CachedImages.of(this);
    images.configure({
      pullers: [iam.Role.fromRoleArn(this, 'Nodes', props.nodeRoleArn)],
      // where add-ons of EKS in this Region come from
      exceptions: [`602401143452.dkr.ecr.${this.region}.amazonaws.com/*`],
    });
    images.use(quay, kubernetes);

    const rewrite = cluster.addManifest('Rewrite', ...images.mutatingAdmissionPolicy({ excludedNamespaces: ['kube-system', 'karpenter'] }));
    cluster.addManifest('Refuse', ...images.validatingAdmissionPolicy({ excludedNamespaces: ['kube-system', 'karpenter'] }));
    rewrite.node.addDependency(quay, kubernetes);

  }
}
