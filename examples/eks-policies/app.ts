import { App } from 'aws-cdk-lib';
import { PoliciesStack } from './policies-stack';

const app = new App();
// placeholders, so that the app can be looked at without an account
const account = app.node.tryGetContext('account') ?? '111122223333';
const region = 'eu-central-1';

new PoliciesStack(app, 'Policies', {
  env: { account, region },
  clusterName: 'platform',
  kubectlRoleArn: `arn:aws:iam::${account}:role/platform-kubectl`,
  kubectlLayerArn: `arn:aws:lambda:${region}:${account}:layer:kubectl:1`,
  nodeRoleArn: `arn:aws:iam::${account}:role/platform-nodes`,
});
