import { App } from 'aws-cdk-lib';
import { IsolatedStack } from './isolated-stack';

const app = new App();
new IsolatedStack(app, 'Isolated', {
  // a placeholder, so that the app can be looked at without an account: `-c echoAccount=<id>` deploys it
  echoAccount: app.node.tryGetContext('echoAccount') ?? '123456789012',
});
