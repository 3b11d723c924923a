import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { ComponentProvider } from '@pulumi/pulumi/provider/experimental/provider';
import type { EcrPullThroughCache } from '../index';
import { mockPulumi, registrations } from './mocks';

const directory = join(__dirname, '..');
const { name } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { name: string };

let Cache: typeof EcrPullThroughCache;

before(async () => {
  await mockPulumi();
  Cache = (await import('../index')).EcrPullThroughCache;
});

/** The schema as programs in other languages get it: Pulumi's run-plugin names the provider after the package. */
async function schema(): Promise<any> {
  return JSON.parse(await new ComponentProvider({ name, dirname: directory, components: [Cache] }).getSchema());
}

test('Pulumi names the provider after the package, and asks it for the type that the component registers', async () => {
  const { resources } = await registrations(() => new Cache('echo', { echoRegistryAccountId: '123456789012' }));
  const { type } = resources.find(resource => resource.name === 'echo')!;

  assert.match(name, /^[a-zA-Z][-a-zA-Z0-9_]*$/);
  assert.ok(!name.startsWith('pulumi'), 'the SDKs that Pulumi makes of it begin with pulumi already');
  assert.equal((await schema()).name, name);
  assert.deepEqual(Object.keys((await schema()).resources), [type]);
  ComponentProvider.validateResourceType(name, type);
});

test('Pulumi reads the component\'s arguments and outputs, for programs in other languages', async () => {
  const [{ inputProperties, requiredInputs, properties }] = Object.values<any>((await schema()).resources);

  for (const earlier of ['echoRegistryAccountId', 'echoRegistryRegion', 'cacheNamespace', 'roleName', 'policyName', 'tags']) {
    assert.ok(inputProperties[earlier], `${earlier} is an argument`);
  }
  assert.deepEqual(requiredInputs, []);
  assert.deepEqual(Object.entries<any>(inputProperties).filter(([, { description }]) => !description), []);
  assert.deepEqual(Object.keys(properties), [
    'cacheNamespace', 'roleArn', 'usageInstructions', 'imagePrefix', 'pullerPolicyArn', 'registryPolicyJson', 'failedPullsLogName', 'failedPullsAlarmArn',
  ]);
});
