import type { Input } from './inputs';
import type { Rendering } from './rendering';
import { evaluate, readTemplate } from '../../../cloudformation/evaluate';

/** The cache as the published CloudFormation template renders it. */
export function fromTemplate(yaml: string, input: Input): Rendering {
  const { resources, outputs } = evaluate(readTemplate(yaml), parametersOf(input));
  const registryPolicy = outputs.RegistryPolicyToAdd?.Value as string | undefined;
  return { resources, registryPolicy: registryPolicy && JSON.parse(registryPolicy) };
}

function parametersOf(input: Input): { [id: string]: string | number } {
  const tags: string[][] = Object.entries(input.tags ?? {}).flatMap(([key, value], index) =>
    [[`RepositoryTagKey${index + 1}`, key], [`RepositoryTagValue${index + 1}`, value]]);
  const parameters = {
    EchoRegistryAccountId: input.registryAccount,
    EchoRegistryRegion: input.registryRegion,
    UpstreamRegistryUrl: input.upstreamUrl,
    CacheNamespacePrefix: input.prefix,
    UpstreamRepositoryPrefix: input.upstreamPrefix,
    UpstreamRolePermissions: input.likeAwsExample ? 'AwsExample' : undefined,
    ImagesKept: input.imagesKept,
    UntaggedImageDays: input.untaggedImageDays,
    EncryptionKeyArn: input.keyArn,
    PullerAccounts: input.pullerAccounts?.join(','),
    PullerOrganizationId: input.pullerOrganization,
    AlarmTopicArn: input.alarmTopicArn,
    AlarmEmail: input.alarmEmail,
    ...Object.fromEntries(tags),
  };
  return Object.fromEntries(Object.entries(parameters).filter((entry): entry is [string, string | number] => entry[1] !== undefined));
}
