import { App } from 'aws-cdk-lib';
import { HubLoginStack } from './hub-login-stack';
import { WebStack } from './web-stack';

const app = new App();

// Deploy it first and fill the secret: its output is the command. ECR reads it when the cache is created.
const login = new HubLoginStack(app, 'HubLogin', {
  username: app.node.tryGetContext('hubUsername') ?? 'my-docker-hub-user',
});
new WebStack(app, 'Web', { credential: login.credential });
