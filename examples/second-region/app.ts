import { App } from 'aws-cdk-lib';
import { RegionStack } from './region-stack';

const app = new App();
// placeholders, so that the app can be looked at without an account
const account = app.node.tryGetContext('account') ?? '111122223333';
const echoAccount = app.node.tryGetContext('echoAccount') ?? '123456789012';
const [first, second] = ['us-east-1', 'eu-west-1'];

// The same cache in both Regions: each works when the other is gone. Replicas bring what the first has to the second beforehand.
new RegionStack(app, 'CacheFirst', { env: { account, region: first }, echoAccount, replicaRegions: [second] });
new RegionStack(app, 'CacheSecond', { env: { account, region: second }, echoAccount });
