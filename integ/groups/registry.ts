import {
  DescribeRegistryCommand, GetLifecyclePolicyPreviewCommand, GetRegistryScanningConfigurationCommand, StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { roleIn } from './watched-cache';
import { CacheLifecycleRule, PullThroughCache, RegistryPolicy, RegistryReplication, RegistryScanning, UpstreamRegistry } from '../../src';
import { decided, undecided } from '../runner/check';
import type { Group, Place } from '../runner/check';
import { removeStacks } from '../runner/remains';
import type { Session } from '../runner/session';

const STACK = 'IntegRegistry', BUSYBOX = 'docker/library/busybox', ALPINE = 'docker/library/alpine';

/** The settings of a whole registry, about names that nothing has; a cache of which one image alone may be imported, and a role that IAM allows all of it. */
function stacks(app: App, { account, region, farRegion }: Place): void {
  const stack = new Stack(app, STACK, { env: { account, region } });
  new RegistryScanning(stack, 'Scanning').scanOnPushMatching('integ-none/*');
  new RegistryReplication(stack, 'Replication').replicateMatching('integ-none/', { region: farRegion });
  const cache = new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'integ-only' });
  new RegistryPolicy(stack, 'Policy').allowOnlyImports({ caches: [{ cache, images: [BUSYBOX] }], prefixesMadeElsewhere: [] });
  const puller = roleIn(stack, 'Puller');
  cache.grants.pull(puller);
  new CfnOutput(stack, 'PullerArn', { value: puller.roleArn });
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

async function registryPolicyDenies(session: Session) {
  const puller = await session.output(STACK, 'PullerArn');
  const named = await session.pull(`integ-only/${BUSYBOX}`, 'stable', puller);
  if (named.refused) { return undecided(named.refused); }
  const other = await session.pull(`integ-only/${ALPINE}`, '3', puller);
  return decided(other.refused !== undefined, { named, other });
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

/** Of two untagged images and two referrers of a tagged one, a rule that keeps one untagged image takes one, or three if referrers count. */
async function untaggedReferrers(session: Session) {
  const repositoryName = 'integ-referrers/app';
  const digest = await session.publish(repositoryName, '1');
  const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 0 };
  const referrers: string[] = [], untagged: string[] = [];
  for (const number of ['1', '2']) {
    untagged.push(await session.publish(repositoryName, undefined, { annotations: { number } }));
    referrers.push(await session.publish(repositoryName, undefined, { artifactType: 'application/vnd.integ.sbom', subject, annotations: { number } }));
  }
  const { ecr } = session.account;
  const lifecyclePolicyText = CacheLifecycleRule.toPolicyText([CacheLifecycleRule.keepNewestUntagged(1)]);
  await ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText }));
  await session.settle();
  const { status, previewResults = [] } = await ecr.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }));
  const expired = previewResults.map(({ imageDigest }) => imageDigest!);
  const among = (digests: string[]) => expired.filter(one => digests.includes(one)).length;
  const seen = { status, untagged: among(untagged), referrers: among(referrers) };
  return seen.untagged + seen.referrers === 0 ? undecided(seen) : decided(seen.referrers === 0, seen);
}

export const REGISTRY: Group = {
  name: 'registry',
  creates: 'the scanning, replication and policy of the registry, which replaces what is configured and ends without: take an account where none is; a cache of ECR Public; two small repositories',
  minutes: 5,
  dollars: 0,
  images: { 'public.ecr.aws': [`${BUSYBOX}:stable`, `${ALPINE}:3`] },
  stacks,
  // the last one deletes the stack
  checks: [
    { id: 'inspector-nested', run: inspectorNested },
    { id: 'untagged-referrers', notOnEngine: 'it previews no lifecycle policies', run: untaggedReferrers },
    { id: 'registry-policy-denies', run: registryPolicyDenies },
    { id: 'configurations-deleted', run: configurationsDeleted },
  ],
};
