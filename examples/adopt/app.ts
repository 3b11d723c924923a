import { App } from 'aws-cdk-lib';
import { AdoptedCacheStack } from './adopt-stack';

const app = new App();
const has = (key: string) => app.node.tryGetContext(key) === 'true';

// 1. npx cdk deploy --import-existing-resources -c importing=true
// 2. look at the output and the log, then: npx cdk deploy -c apply=true
new AdoptedCacheStack(app, 'AdoptedCache', { importing: has('importing'), apply: has('apply') });
