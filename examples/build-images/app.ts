import { App } from 'aws-cdk-lib';
import { BuildCachesStack } from './build-caches-stack';
import { ServerStack } from './server-stack';

const app = new App();
// build contexts are text, so account and Region have to be known
const env = { account: app.node.tryGetContext('account') ?? '111122223333', region: 'us-east-1' };

const caches = new BuildCachesStack(app, 'BuildCaches', { env });
const server = new ServerStack(app, 'Server', { env, nodeCache: caches.ecrPublic });
// images are built before a stack is deployed, but with `cdk deploy --no-asset-prebuild` after those that it depends on
server.addDependency(caches);
