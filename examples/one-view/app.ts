import { App } from 'aws-cdk-lib';
import { MonitoringStack } from './monitoring-stack';
import { RegistryStack } from './registry-stack';

const app = new App();

// Placeholders, so that the app can be looked at without accounts: `-c monitoring=<id> -c registries=<id>,<id> ...` deploys it.
const region = 'us-east-1';
const context = (key: string, placeholder: string): string => app.node.tryGetContext(key) ?? placeholder;
const registries = context('registries', '444455556666,777788889999').split(',');

new MonitoringStack(app, 'OneView', {
  env: { account: context('monitoring', '111122223333'), region },
  organizationId: context('organization', 'o-a1b2c3d4e5'),
});
// a sink has an ARN that is known once it is there: deploy OneView first, and pass what it prints
const sinkArn = context('sink', `arn:aws:oam:${region}:111122223333:sink/00000000-0000-0000-0000-000000000000`);
registries.forEach(account => new RegistryStack(app, `Registry-${account}`, {
  env: { account, region }, sinkArn, echoAccount: context('echoAccount', '123456789012'),
}));
