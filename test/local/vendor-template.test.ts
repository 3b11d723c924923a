import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateStackCommand, DescribeStackResourcesCommand, DescribeStacksCommand, UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateRepositoryCommand, DescribePullThroughCacheRulesCommand, GetLifecyclePolicyCommand, GetRepositoryPolicyCommand, PutRegistryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { AttachRolePolicyCommand, CreateRoleCommand, GetRoleCommand, GetRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { Ground, pullAs, REGION } from './ground';
import type { Aws } from '../../local/harness/aws';
import { policy } from '../../local/harness/aws';
import { failuresOf, statusOf } from '../../local/harness/stack';

const VENDOR = '123456789012', CUSTOMER = '111122223333', STACK = 'echo-mirror';
const TEMPLATE = readFileSync(join(__dirname, '..', '..', 'cloudformation', 'ecr-pullthrough-cache', 'template.yaml'), 'utf8');

/** A rule and a role, with the parameters, names and values of the template that Echo published before. */
const EARLIER_TEMPLATE = JSON.stringify({
  Parameters: {
    EchoRegistryAccountId: { Type: 'String' },
    EchoRegistryRegion: { Type: 'String', Default: 'us-east-1' },
    CacheNamespacePrefix: { Type: 'String', Default: 'echo' },
    IAMRoleName: { Type: 'String', Default: 'echo-mirror-role' },
    IAMPolicyName: { Type: 'String', Default: 'echo-mirror-policy' },
  },
  Resources: {
    ECRPullthroughCacheRule: {
      Type: 'AWS::ECR::PullThroughCacheRule',
      Properties: {
        EcrRepositoryPrefix: { Ref: 'CacheNamespacePrefix' },
        UpstreamRegistry: 'ecr',
        UpstreamRegistryUrl: { 'Fn::Sub': '${EchoRegistryAccountId}.dkr.ecr.${EchoRegistryRegion}.amazonaws.com' },
        UpstreamRepositoryPrefix: 'ROOT',
        CustomRoleArn: { 'Fn::GetAtt': ['ECRAccessRole', 'Arn'] },
      },
    },
    ECRAccessRole: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: { Ref: 'IAMRoleName' },
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'pullthroughcache.ecr.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
        Policies: [{
          PolicyName: { Ref: 'IAMPolicyName' },
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{
              Effect: 'Allow',
              Action: [
                'GetAuthorizationToken', 'BatchCheckLayerAvailability', 'GetDownloadUrlForLayer', 'BatchGetImage', 'BatchImportUpstreamImage',
                'GetImageCopyStatus', 'InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload', 'PutImage',
              ].map(action => `ecr:${action}`),
              Resource: '*',
            }],
          },
        }],
      },
    },
  },
  Outputs: {
    AccessRoleArn: { Value: { 'Fn::GetAtt': ['ECRAccessRole', 'Arn'] }, Export: { Name: { 'Fn::Sub': '${AWS::StackName}-Access-Role-Arn' } } },
  },
});

let ground: Ground;
let customer: Aws;
let developer: Aws;
let puller: string;

beforeAll(async () => {
  ground = await Ground.prepare([]);
  customer = ground.aws(CUSTOMER);
  developer = await ground.developer(CUSTOMER);
  await ground.aws(VENDOR).ecr.send(new PutRegistryPolicyCommand({
    policyText: policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${CUSTOMER}:root` },
      Action: ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'],
      Resource: `arn:aws:ecr:${REGION}:${VENDOR}:repository/*`,
    }),
  }));
  puller = await role('puller');
  await customer.iam.send(new PutRolePolicyCommand({
    RoleName: 'puller',
    PolicyName: 'Pulls',
    PolicyDocument: policy({ Effect: 'Allow', Action: 'ecr:*', Resource: '*' }),
  }));
});

afterAll(async () => ground?.end());

async function role(name: string): Promise<string> {
  const { Role: made } = await customer.iam.send(new CreateRoleCommand({
    RoleName: name,
    AssumeRolePolicyDocument: policy({ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${CUSTOMER}:root` }, Action: 'sts:AssumeRole' }),
  }));
  return made!.Arn!;
}

/** The vendor publishes an image. */
async function publish(name: string): Promise<string> {
  const { layout, digest } = await ground.image(name, '1.0');
  const vendor = ground.aws(VENDOR);
  await vendor.ecr.send(new CreateRepositoryCommand({ repositoryName: name }));
  await ground.engine.seed({ layout, account: VENDOR, region: REGION, repository: name, tag: '1.0' });
  return digest;
}

const pull = async (name: string, by = puller) => pullAs(developer, by, `echo/${name}`, '1.0');

async function settled(): Promise<string> {
  for (;;) {
    const status = await statusOf(customer, STACK);
    if (status === undefined || !status.endsWith('_IN_PROGRESS')) {
      return status ?? 'none';
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

async function create(templateBody: string): Promise<string> {
  await customer.cloudFormation.send(new CreateStackCommand({
    StackName: STACK,
    TemplateBody: templateBody,
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Parameters: [{ ParameterKey: 'EchoRegistryAccountId', ParameterValue: VENDOR }],
  }));
  return settled();
}

/** Updates the stack to the published template; parameters that aren't named keep their values or get their defaults. */
async function update(parameters: Record<string, string>): Promise<string> {
  await customer.cloudFormation.send(new UpdateStackCommand({
    StackName: STACK,
    TemplateBody: TEMPLATE,
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    Parameters: [
      { ParameterKey: 'EchoRegistryAccountId', UsePreviousValue: true },
      ...Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    ],
  }));
  return settled();
}

/** What tells the rule and the role from others that took their places. */
async function identities() {
  const { StackResources = [] } = await customer.cloudFormation.send(new DescribeStackResourcesCommand({ StackName: STACK }));
  const physical = (id: string) => StackResources.find(({ LogicalResourceId }) => LogicalResourceId === id)?.PhysicalResourceId;
  const { pullThroughCacheRules: rules = [] } = await customer.ecr.send(new DescribePullThroughCacheRulesCommand({}));
  const { Role: found } = await customer.iam.send(new GetRoleCommand({ RoleName: 'echo-mirror-role' }));
  return {
    rule: physical('ECRPullthroughCacheRule'),
    role: physical('ECRAccessRole'),
    rules: rules.map(rule => [rule.ecrRepositoryPrefix, rule.createdAt, rule.upstreamRegistryUrl, rule.customRoleArn]),
    roleId: found!.RoleId,
    roleMade: found!.CreateDate,
  };
}

async function upstreamStatements(): Promise<{ Resource: unknown }[]> {
  const { PolicyDocument: document } = await customer.iam.send(
    new GetRolePolicyCommand({ RoleName: 'echo-mirror-role', PolicyName: 'echo-mirror-policy' }));
  return (JSON.parse(decodeURIComponent(document!)) as { Statement: { Resource: unknown }[] }).Statement;
}

async function outputs(): Promise<Record<string, string>> {
  const { Stacks: [stack] = [] } = await customer.cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }));
  return Object.fromEntries((stack.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]));
}

async function lifecycleOf(name: string): Promise<string | undefined> {
  return customer.ecr.send(new GetLifecyclePolicyCommand({ repositoryName: `echo/${name}` }))
    .then(({ lifecyclePolicyText }) => lifecyclePolicyText, problem => {
      expect((problem as Error).name).toBe('LifecyclePolicyNotFoundException');
      return undefined;
    });
}

describe('a stack of the template that Echo published before', () => {
  let nginx: string;
  let before: Awaited<ReturnType<typeof identities>>;

  beforeAll(async () => {
    nginx = await publish('nginx');
    expect(await create(EARLIER_TEMPLATE)).toBe('CREATE_COMPLETE');
    expect((await pull('nginx')).digest).toBe(nginx);
    before = await identities();
  });

  test('is updated to ours without a replacement, first with the permissions of the example of AWS', async () => {
    // when
    const status = await update({ UpstreamRolePermissions: 'AwsExample', PullerAccounts: '444455556666,777788889999' });
    // then
    expect([status, await failuresOf(customer, STACK)]).toEqual(['UPDATE_COMPLETE', []]);
    expect(await identities()).toEqual(before);
    expect((await upstreamStatements()).map(({ Resource }) => Resource)).toEqual(['*']);
    expect(await outputs()).toMatchObject({
      AccessRoleArn: `arn:aws:iam::${CUSTOMER}:role/echo-mirror-role`,
      UsageInstructions: expect.stringContaining(`docker pull ${CUSTOMER}.dkr.ecr.${REGION}.amazonaws.com/echo/<image>:<tag>`),
      RegistryPolicyToAdd: expect.stringContaining('"444455556666","777788889999"'),
    });
  });

  test('serves what was cached before, and caches what is new', async () => {
    const redis = await publish('redis');
    // then
    expect((await pull('nginx')).digest).toBe(nginx);
    expect((await pull('redis')).digest).toBe(redis);
  });

  test('gives lifecycle and pullers to repositories that are born from now on, and leaves the others alone', async () => {
    expect(await lifecycleOf('redis')).toContain('keep the newest 10 tagged images');
    expect(await lifecycleOf('nginx')).toBeUndefined();
    const { policyText } = await customer.ecr.send(new GetRepositoryPolicyCommand({ repositoryName: 'echo/redis' }));
    expect(JSON.stringify(JSON.parse(policyText!))).toContain('444455556666');
  });

  test('narrows the role in place, and still caches what is new', async () => {
    const postgres = await publish('postgres');
    // when
    const status = await update({ UpstreamRolePermissions: 'Scoped', RepositoryTagKey1: 'team', RepositoryTagValue1: 'web', AlarmEmail: 'ops@example.com' });
    // then
    expect([status, await failuresOf(customer, STACK)]).toEqual(['UPDATE_COMPLETE', []]);
    expect(await identities()).toEqual(before);
    expect((await upstreamStatements()).map(({ Resource }) => [Resource].flat())).toEqual([
      ['*'],
      [`arn:aws:ecr:us-east-1:${VENDOR}:repository/*`, `arn:aws:ecr:${REGION}:${CUSTOMER}:repository/echo/*`],
      [`arn:aws:ecr:${REGION}:${CUSTOMER}:repository/echo/*`],
    ]);
    expect((await pull('nginx')).digest).toBe(nginx);
    expect((await pull('postgres')).digest).toBe(postgres);
  });

  test('gives roles all that they need to pull by one policy', async () => {
    const mysql = await publish('mysql');
    const reader = await role('reader');
    await expect(pull('mysql', reader)).rejects.toThrow('ecr:GetAuthorizationToken');
    // when
    await customer.iam.send(new AttachRolePolicyCommand({ RoleName: 'reader', PolicyArn: (await outputs()).PullerPolicyArn }));
    // then
    expect((await pull('mysql', reader)).digest).toBe(mysql);
  });

  test('fails to take another upstream, and serves on', async () => {
    // when
    const status = await update({ EchoRegistryRegion: 'eu-west-1' });
    // then
    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await failuresOf(customer, STACK))[0]).toContain('already exists');
    expect(await identities()).toEqual(before);
    expect((await pull('nginx')).digest).toBe(nginx);
  });
});
