import { Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { CachedImages, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface ClusterStackProps extends StackProps {
  /** The layer with kubectl and helm that aws-cdk's EKS constructs run. */
  readonly kubectlLayerArn: string;
}

/** A cluster whose nodes pull the images of a chart and of a manifest through caches. */
export class ClusterStack extends Stack {
  constructor(scope: Construct, id: string, props: ClusterStackProps) {
    super(scope, id, props);

    const cluster = new eks.Cluster(this, 'Cluster', {
      version: eks.KubernetesVersion.V1_31,
      kubectlLayer: lambda.LayerVersion.fromLayerVersionArn(this, 'Kubectl', props.kubectlLayerArn),
      vpc: new ec2.Vpc(this, 'Vpc', { maxAzs: 2, natGateways: 1 }),
      defaultCapacity: 0,
    });
    const nodes = cluster.addNodegroupCapacity('Nodes', { desiredSize: 2 });

    const quay = new PullThroughCache(this, 'Quay', { upstream: UpstreamRegistry.QUAY });
    const ecrPublic = new PullThroughCache(this, 'EcrPublic', { upstream: UpstreamRegistry.ECR_PUBLIC });
    const images = CachedImages.of(this);
    images.configure({ requireCached: true, pullers: [nodes.role] });
    images.use(quay, ecrPublic);

    const prometheus = cluster.addHelmChart('Prometheus', {
      chart: 'prometheus',
      repository: 'https://prometheus-community.github.io/helm-charts',
      namespace: 'monitoring',
      values: images.helmValues({
        // what the chart names by itself has to be named here to be seen
        'server': { image: { repository: 'quay.io/prometheus/prometheus', tag: 'v3.0.1' } },
        'configmapReload': { prometheus: { image: { repository: 'quay.io/prometheus-operator/prometheus-config-reloader', tag: 'v0.78.2' } } },
        'alertmanager': { enabled: false },
        'kube-state-metrics': { enabled: false },
        'prometheus-node-exporter': { enabled: false },
        'prometheus-pushgateway': { enabled: false },
      }),
    });
    const web = cluster.addManifest('Web', images.manifest({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web' },
      spec: { containers: [{ name: 'nginx', image: 'public.ecr.aws/docker/library/nginx:1.27' }] },
    }));
    // a URI makes no order between resources
    prometheus.node.addDependency(quay);
    web.node.addDependency(ecrPublic);
  }
}
