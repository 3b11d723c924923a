import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inWordsOfCloudFormation } from './from-aws-provider';
import type { Input } from './inputs';
import type { Rendering } from './rendering';
import { PSEUDO_PARAMETERS } from '../../../cloudformation/evaluate';

const MOCKS = {
  aws_caller_identity: { account_id: PSEUDO_PARAMETERS['AWS::AccountId'] },
  aws_partition: { partition: PSEUDO_PARAMETERS['AWS::Partition'], dns_suffix: PSEUDO_PARAMETERS['AWS::URLSuffix'] },
  aws_region: { region: PSEUDO_PARAMETERS['AWS::Region'] },
};
// mocks of a type all tell the same, and there are two roles
const ROLES = ['ecr_access', 'repository_creation'];

/**
 * The caches as OpenTofu applies them, with mocks in place of AWS.
 *
 * @param tofu OpenTofu with a provider
 * @param module a copy of the module, whose tests are replaced
 * @param inputs by name
 */
export function fromTerraform(tofu: string, module: string, inputs: { readonly [name: string]: Input }): { [name: string]: Rendering } {
  const tests = join(module, 'tests');
  rmSync(tests, { recursive: true, force: true });
  mkdirSync(tests);
  const names = Object.keys(inputs);
  names.forEach((name, index) => writeFileSync(join(tests, `${index}.tftest.json`), JSON.stringify({
    mock_provider: { aws: { mock_data: Object.fromEntries(Object.entries(MOCKS).map(([type, defaults]) => [type, { defaults }])) } },
    override_resource: ROLES.map(role => ({ target: `aws_iam_role.${role}`, values: { id: role, arn: `arn:of:${role}` } })),
    run: { rendering: { variables: variablesOf(inputs[name]) } },
  })));
  const lines = execFileSync(tofu, ['newest', `-chdir=${module}`, 'test', '-json', '-verbose'], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    .trim().split('\n').map(line => JSON.parse(line));
  return Object.fromEntries(names.map((name, index) => {
    const state = lines.find(line => line.type === 'test_state' && line['@testfile'] === `tests/${index}.tftest.json`).test_state.values;
    const managed = state.root_module.resources.filter(({ mode }: { mode: string }) => mode === 'managed');
    return [name, {
      resources: inWordsOfCloudFormation(managed.map(({ type, name: address, values }: any) =>
        ({ type, values, id: values.id, arn: values.arn, name: values.name ?? address }))),
      registryPolicy: state.outputs.registry_policy_json && JSON.parse(state.outputs.registry_policy_json.value),
    }];
  }));
}

function variablesOf(input: Input): object {
  return {
    echo_registry_account_id: input.registryAccount,
    echo_registry_region: input.registryRegion,
    upstream_registry_url: input.upstreamUrl,
    credential_arn: input.credentialArn,
    cache_namespace: input.prefix,
    upstream_repository_prefix: input.upstreamPrefix,
    role_permissions: input.likeAwsExample ? 'aws_example' : undefined,
    images_kept: input.imagesKept,
    untagged_image_days: input.untaggedImageDays,
    kms_key_arn: input.keyArn,
    repository_tags: input.tags,
    puller_account_ids: input.pullerAccounts,
    puller_organization_id: input.pullerOrganization,
    alarm_topic_arns: input.alarmTopicArn && [input.alarmTopicArn],
    alarm_email: input.alarmEmail,
  };
}
