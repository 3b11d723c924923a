import { App } from 'aws-cdk-lib';
import { MirrorStack } from './mirror-stack';

const app = new App();

new MirrorStack(app, 'EksMirrors', {
  // a placeholder, so that the app can be looked at without an account
  dockerHubSecretArn: app.node.tryGetContext('dockerHubSecretArn')
    ?? 'arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/docker-hub-a1b2c3',
});
