import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Analyzer } from '@pulumi/pulumi/provider/experimental/analyzer';

const directory = join(__dirname, '..');

test('Pulumi reads the component\'s schema, for programs in other languages', () => {
  const packageJson = { name: 'ecr-pullthrough-cache' };
  const { components } = new Analyzer(directory, 'ecr-pullthrough-cache', packageJson, new Set(['EcrPullThroughCache'])).analyze();
  const { inputs, outputs } = components.EcrPullThroughCache;

  for (const earlier of ['echoRegistryAccountId', 'echoRegistryRegion', 'cacheNamespace', 'roleName', 'policyName', 'tags']) {
    assert.ok(inputs[earlier], `${earlier} is an argument`);
  }
  assert.deepEqual(Object.entries(inputs).filter(([, { optional, description }]) => !optional || !description), []);
  assert.deepEqual(Object.keys(outputs), [
    'cacheNamespace', 'roleArn', 'usageInstructions', 'imagePrefix', 'pullerPolicyArn', 'registryPolicyJson', 'failedPullsLogName', 'failedPullsAlarmArn',
  ]);
});
