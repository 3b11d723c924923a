import { App } from 'aws-cdk-lib';
import { GuardedStack } from './guarded-stack';

const app = new App();

new GuardedStack(app, 'GuardedCaches', {
  // placeholders, so that the app can be looked at without an account: `-c account=<id> -c echoAccount=<id>` deploys it
  env: { account: app.node.tryGetContext('account') ?? '111122223333', region: 'eu-central-1' },
  echoAccount: app.node.tryGetContext('echoAccount') ?? '123456789012',
});
