import { App } from 'aws-cdk-lib';
import { ScannedStack } from './scanned-stack';

const app = new App();
new ScannedStack(app, 'Scanned', {
  // a placeholder, so that the app can be looked at without an account: `-c echoAccount=<id>` deploys it
  echoAccount: app.node.tryGetContext('echoAccount') ?? '123456789012',
});
