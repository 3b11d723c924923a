import { execFileSync } from 'node:child_process';
import { inWordsOfCloudFormation } from './from-aws-provider';
import type { Input } from './inputs';
import type { Rendering } from './rendering';

interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: { readonly [name: string]: any };
}

/**
 * The caches as Pulumi's SDK registers them, with mocks in place of the engine and of AWS.
 *
 * @param component a copy of the component with its dependencies
 * @param inputs by name
 */
export function fromPulumi(component: string, inputs: { readonly [name: string]: Input }): { [name: string]: Rendering } {
  const args = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, argsOf(input)]));
  const printed = execFileSync('npx', ['tsx', 'test/render.ts'], { cwd: component, encoding: 'utf8', input: JSON.stringify(args), maxBuffer: 2 ** 28 });
  const rendered: { [name: string]: { resources: Registered[]; registryPolicyJson: string } } = JSON.parse(printed);
  return Object.fromEntries(Object.entries(rendered).map(([name, { resources, registryPolicyJson }]) => [name, {
    resources: inWordsOfCloudFormation(resources.filter(({ type }) => type.startsWith('aws:')).map(asInTerraform)),
    registryPolicy: registryPolicyJson === '' ? undefined : JSON.parse(registryPolicyJson),
  }]));
}

/** Pulumi's names for what Terraform calls otherwise. */
const RENAMED: { readonly [name: string]: string } = {
  applied_fors: 'applied_for', encryption_configurations: 'encryption_configuration', topic: 'topic_arn',
};

function asInTerraform({ type, name, inputs }: Registered) {
  // aws:ecr/pullThroughCacheRule:PullThroughCacheRule
  const [, room, kind] = /^aws:(\w+)\/(\w+):/.exec(type)!;
  return {
    type: `aws_${room}_${snake(kind)}`,
    values: Object.fromEntries(Object.entries(inputs).map(([key, value]) => [RENAMED[snake(key)] ?? snake(key), inSnakeCase(key, value)])),
    id: `${name}-id`,
    arn: `arn:of:${type.split(':').pop()}:${name}`,
    name: inputs.name ?? `${name}-1234567`,
  };
}

function inSnakeCase(key: string, value: unknown): unknown {
  if (key !== 'encryptionConfigurations') {
    return value;
  }
  return (value as object[]).map(one => Object.fromEntries(Object.entries(one).map(([name, inner]) => [snake(name), inner])));
}

function snake(camel: string): string {
  return camel.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}

function argsOf(input: Input): object {
  return {
    echoRegistryAccountId: input.registryAccount,
    echoRegistryRegion: input.registryRegion,
    upstreamRegistryUrl: input.upstreamUrl,
    credentialArn: input.credentialArn,
    cacheNamespace: input.prefix,
    upstreamRepositoryPrefix: input.upstreamPrefix,
    rolePermissions: input.likeAwsExample ? 'aws-example' : undefined,
    imagesKept: input.imagesKept,
    untaggedImageDays: input.untaggedImageDays,
    kmsKeyArn: input.keyArn,
    repositoryTags: input.tags,
    pullerAccountIds: input.pullerAccounts,
    pullerOrganizationId: input.pullerOrganization,
    alarmTopicArns: input.alarmTopicArn && [input.alarmTopicArn],
    alarmEmail: input.alarmEmail,
  };
}
