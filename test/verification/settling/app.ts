import { App } from 'aws-cdk-lib';
import { BatchStack } from './stacks/batch';
import { NetworkStack } from './stacks/network';
import { OperationsStack } from './stacks/operations';
import { PublicStack } from './stacks/public';
import { RegistryStack } from './stacks/registry';
import { SharedStack } from './stacks/shared';
import { TaggedStack } from './stacks/tagged';

/** What the steps deploy, a stack for each session. Accounts are placeholders until `-c` names them. */
export const app = new App();

const context = (name: string, placeholder: string): string => app.node.tryGetContext(name) ?? placeholder;
const account = context('account', '111122223333');
const other = context('other', '444455556666');

new PublicStack(app, 'SettlePublic');
new TaggedStack(app, 'SettleTagged', other);
new SharedStack(app, 'SettleShared', other);
new NetworkStack(app, 'SettleNetwork', context('vendor', '123456789012'));
new OperationsStack(app, 'SettleOperations', { broken: context('broken', '') === 'true', apply: context('apply', '') === 'true' });
new RegistryStack(app, 'SettleReplica', { env: { account, region: 'us-west-2' } });
new RegistryStack(app, 'SettleRegistry', { env: { account, region: 'us-east-1' }, replicaRegion: 'us-west-2' });
new BatchStack(app, 'SettleBatch');
