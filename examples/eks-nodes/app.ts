import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ClusterStack } from './cluster-stack';

const app = new App();

const network = new Stack(app, 'EksNetwork');

new ClusterStack(app, 'EksNodes', {
  vpc: new ec2.Vpc(network, 'Vpc', { maxAzs: 2, natGateways: 1 }),
  // a placeholder, so that the app can be looked at without an account: `-c echoAccount=<id>` deploys it
  echoAccount: app.node.tryGetContext('echoAccount') ?? '123456789012',
});
