import { App } from 'aws-cdk-lib';
import { ClusterStack } from './cluster-stack';

const app = new App();

new ClusterStack(app, 'Cluster', {
  // a placeholder, so that the app can be looked at without an account; `@aws-cdk/lambda-layer-kubectl-v31` makes such a layer
  kubectlLayerArn: app.node.tryGetContext('kubectlLayerArn') ?? 'arn:aws:lambda:us-east-1:123456789012:layer:kubectl:1',
});
