import { App } from 'aws-cdk-lib';
import { PeopleStack } from './people-stack';

const app = new App();

// Placeholders, so that the app can be looked at without an account: `-c echoAccount=<id> -c ssoInstance=<arn>` deploys it.
new PeopleStack(app, 'People', {
  echoAccount: app.node.tryGetContext('echoAccount') ?? '123456789012',
  ssoInstanceArn: app.node.tryGetContext('ssoInstance') ?? 'arn:aws:sso:::instance/ssoins-1111222233334444',
});
