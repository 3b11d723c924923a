import { App } from 'aws-cdk-lib';
import { CacheStack } from './cache-stack';
import { ENVIRONMENTS } from './environments';
import { PipelineStack } from './pipeline-stack';

const app = new App();
// placeholders, so that the app can be looked at without accounts
const echoAccount = app.node.tryGetContext('echoAccount') ?? '123456789012';
const region = 'us-east-1';

// An account for each environment, deployed by the pipeline; by hand it is `cdk deploy 'Pipeline/Dev/*'`.
new PipelineStack(app, 'Pipeline', { env: { account: '000011112222', region }, echoAccount });

// Or three prefixes in one account: echo-dev, echo-staging, echo-prod.
for (const environment of ENVIRONMENTS) {
  new CacheStack(app, `Shared${environment.name}`, {
    env: { account: '999900001111', region }, echoAccount, environment, repositoryPrefix: `echo-${environment.name.toLowerCase()}`,
  });
}
