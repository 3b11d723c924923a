import { App } from 'aws-cdk-lib';
import { VerifiedCacheStack } from './verify-on-deploy-stack';

const app = new App();

new VerifiedCacheStack(app, 'VerifiedCache', {
  echoAccount: app.node.tryGetContext('echoAccount') ?? '123456789012',
});
