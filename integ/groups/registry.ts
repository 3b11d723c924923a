import { DescribeRegistryCommand, GetRegistryScanningConfigurationCommand } from '@aws-sdk/client-ecr';
import { TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { RegistryReplication, RegistryScanning } from '../../src';
import { decided, undecided } from '../runner/check';
import type { Group, Place } from '../runner/check';
import { removeStacks } from '../runner/remains';
import type { Session } from '../runner/session';

/** The settings of a whole registry, about names that nothing has. */
function stacks(app: App, { account, region, farRegion }: Place): void {
  const stack = new Stack(app, 'IntegRegistry', { env: { account, region } });
  new RegistryScanning(stack, 'Scanning').scanOnPushMatching('integ-none/*');
  new RegistryReplication(stack, 'Replication').replicateMatching('integ-none/', { region: farRegion });
}

async function inspectorNested({ account, place }: Session) {
  const repositoryName = 'integ-registry/nginx';
  const Event = JSON.stringify({
    'version': '0',
    'id': '1',
    'account': place.account,
    'time': '2025-01-01T00:00:00Z',
    'region': place.region,
    'source': 'aws.inspector2',
    'detail-type': 'Inspector2 Finding',
    'resources': [repositoryName],
    'detail': { severity: 'HIGH', status: 'ACTIVE', type: 'PACKAGE_VULNERABILITY', resources: [{ type: 'AWS_ECR_CONTAINER_IMAGE', details: { awsEcrContainerImage: { repositoryName } } }] },
  });
  const matches = async (prefix: string) => (await account.events.send(new TestEventPatternCommand({
    Event, EventPattern: JSON.stringify({ source: ['aws.inspector2'], detail: { resources: { details: { awsEcrContainerImage: { repositoryName: [{ prefix }] } } } } }),
  }))).Result;
  const [own, others] = [await matches('integ-registry/'), await matches('another/')];
  return decided(own === true && others === false, { ownPrefix: own, anotherPrefix: others });
}

async function configurationsDeleted({ account }: Session) {
  const rules = async () => {
    const { scanningConfiguration } = await account.ecr.send(new GetRegistryScanningConfigurationCommand({}));
    const { replicationConfiguration } = await account.ecr.send(new DescribeRegistryCommand({}));
    const count = (configuration?: { readonly rules?: readonly object[] }) => configuration?.rules?.length ?? 0;
    return { scanType: scanningConfiguration?.scanType, scanning: count(scanningConfiguration), replication: count(replicationConfiguration) };
  };
  const before = await rules();
  if (before.scanning !== 1 || before.replication !== 1) { return undecided({ before }); }
  const left = await removeStacks(account);
  const after = await rules();
  return left.length > 0 ? undecided(left.join('; ')) : decided(after.scanType === 'BASIC' && after.scanning === 0 && after.replication === 0, { before, after });
}

export const REGISTRY: Group = {
  name: 'registry',
  creates: 'the scanning and replication of the registry, which replaces what is configured and ends without: take an account where neither is',
  minutes: 5,
  dollars: 0,
  stacks,
  checks: [{ id: 'inspector-nested', run: inspectorNested }, { id: 'configurations-deleted', run: configurationsDeleted }],
};
