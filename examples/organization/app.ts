import { App } from 'aws-cdk-lib';
import { OwnerStack } from './owner-stack';
import { PullersStack } from './pullers-stack';

const app = new App();

// Placeholders, so that the app can be looked at without accounts: `-c owner=<id> -c builders=<id> ...` deploys it.
const owner = { account: app.node.tryGetContext('owner') ?? '111122223333', region: 'us-east-1' };
const builders = { account: app.node.tryGetContext('builders') ?? '444455556666', region: 'us-east-1' };

const { echo } = new OwnerStack(app, 'Owner', {
  env: owner,
  echoAccount: app.node.tryGetContext('echoAccount') ?? '123456789012',
  organizationId: app.node.tryGetContext('organization') ?? 'o-a1b2c3d4e5',
  importingAccounts: [builders.account],
});
new PullersStack(app, 'Builders', { env: builders, echo });
