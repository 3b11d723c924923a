import { App } from 'aws-cdk-lib';
import { CachesEverywhereStack } from './caches-everywhere-stack';

const app = new App();

// Placeholders, so that the app can be looked at without an organisation: `-c units=<ou>,<ou> -c regions=<region>,<region> ...` deploys it from the
// management account, or from a delegated administrator with `-c delegatedAdmin=true`.
const list = (name: string, placeholder: string): string[] => String(app.node.tryGetContext(name) ?? placeholder).split(',');

new CachesEverywhereStack(app, 'CachesEverywhere', {
  echoAccount: app.node.tryGetContext('echoAccount') ?? '123456789012',
  organizationalUnits: list('units', 'ou-ab12-11111111'),
  regions: list('regions', 'eu-central-1,us-east-1'),
  delegatedAdmin: app.node.tryGetContext('delegatedAdmin') === 'true',
});
