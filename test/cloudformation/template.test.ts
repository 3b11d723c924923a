import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CfnResource } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { evaluate, readTemplate } from './evaluate';
import type { TemplateJson } from './evaluate';
import { renderTemplate, templateJson } from '../../cloudformation/render';
import { PullThroughCache, UpstreamRegistry, UpstreamRole } from '../../src';
import { agnosticStack } from '../app';

const FILE = join(__dirname, '..', '..', 'cloudformation', 'ecr-pullthrough-cache', 'template.yaml');
const ACCOUNT = { EchoRegistryAccountId: '123456789012' };
const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const committed = readFileSync(FILE, 'utf8');
const template = readTemplate(committed);

interface ConsoleMetadata {
  readonly 'AWS::CloudFormation::Interface': { readonly ParameterGroups: { readonly Parameters: string[] }[]; readonly ParameterLabels: object };
}

function resourcesWith(parameters: { readonly [id: string]: string | number } = {}) {
  return evaluate(template, { ...ACCOUNT, ...parameters }).resources;
}

function birthWith(parameters: { readonly [id: string]: string | number } = {}) {
  return resourcesWith(parameters).RepositoryTemplate.Properties;
}

describe('the template', () => {
  test('fits into a request of CloudFormation', () => {
    expect(Buffer.byteLength(committed)).toBeLessThan(51_200);
  });

  test('needs nothing of the CDK in the account', () => {
    expect(committed).not.toMatch(/CDKMetadata|BootstrapVersion|aws:cdk|aws:asset|Fn::ImportValue|!ImportValue|cdk-hnb659fds/);
    expect(Object.values(template.Resources).map(({ Type }) => Type).filter(type => /^AWS::(Lambda|CDK)|^Custom::|CustomResource/.test(type)))
      .toEqual([]);
  });

  test.each([
    ['nothing', {}],
    ['everything', {
      UpstreamRolePermissions: 'AwsExample',
      ImagesKept: 3,
      UntaggedImageDays: 7,
      EncryptionKeyArn: KEY,
      RepositoryTagKey2: 'team',
      RepositoryTagValue2: 'web',
      PullerAccounts: '444455556666,777788889999',
      PullerOrganizationId: 'o-abcde12345',
      AlarmEmail: 'ops@example.com',
    }],
  ])('says in YAML what the construct says in JSON, with %s asked for', (_, parameters) => {
    const asked = { ...ACCOUNT, ...parameters };

    expect(evaluate(readTemplate(renderTemplate()), asked)).toEqual(evaluate(templateJson() as TemplateJson, asked));
  });
});

describe('the interface of the template that Echo published before', () => {
  test('has its parameters, with their defaults', () => {
    const before = ['EchoRegistryAccountId', 'EchoRegistryRegion', 'CacheNamespacePrefix', 'IAMRoleName', 'IAMPolicyName'];

    expect(before.map(id => [id, template.Parameters![id].Default])).toEqual([
      ['EchoRegistryAccountId', undefined],
      ['EchoRegistryRegion', 'us-east-1'],
      ['CacheNamespacePrefix', 'echo'],
      ['IAMRoleName', 'echo-mirror-role'],
      ['IAMPolicyName', 'echo-mirror-policy'],
    ]);
  });

  test('has its rule, value for value: a change of any would be a replacement', () => {
    expect(resourcesWith().ECRPullthroughCacheRule.Properties).toEqual({
      EcrRepositoryPrefix: 'echo',
      UpstreamRegistry: 'ecr',
      UpstreamRegistryUrl: '123456789012.dkr.ecr.us-east-1.amazonaws.com',
      UpstreamRepositoryPrefix: 'ROOT',
      CustomRoleArn: '{ECRAccessRole.Arn}',
    });
  });

  test.each(['Scoped', 'AwsExample'])('has its role by name, with one inline policy by name and no path, with the permissions %s', permissions => {
    const { RoleName, Policies, Path } = resourcesWith({ UpstreamRolePermissions: permissions }).ECRAccessRole.Properties;

    expect([RoleName, (Policies as { PolicyName: string }[]).map(({ PolicyName }) => PolicyName), Path])
      .toEqual(['echo-mirror-role', ['echo-mirror-policy'], undefined]);
  });

  test('has its outputs, the role exported by the name it had', () => {
    const { AccessRoleArn, UsageInstructions } = evaluate(template, ACCOUNT).outputs;

    expect(AccessRoleArn).toMatchObject({ Value: '{ECRAccessRole.Arn}', Export: { Name: 'cache-Access-Role-Arn' } });
    expect(UsageInstructions.Value).toMatch(/docker pull 111122223333\.dkr\.ecr\.eu-central-1\.amazonaws\.com\/echo\/<image>:<tag>$/);
  });

  test('is taken over by an app of the CDK with the same rule and role', () => {
    const stack = agnosticStack();
    const echo = new PullThroughCache(stack, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: ACCOUNT.EchoRegistryAccountId }),
      upstreamRepositoryPrefix: 'ROOT',
      upstreamRole: UpstreamRole.asInAwsExample({ roleName: 'echo-mirror-role', policyName: 'echo-mirror-policy' }),
    });
    (echo.rule.node.defaultChild as CfnResource).overrideLogicalId('ECRPullthroughCacheRule');
    (echo.role!.node.defaultChild as CfnResource).overrideLogicalId('ECRAccessRole');
    const { resources } = evaluate({ ...Template.fromStack(stack).toJSON() as TemplateJson, Rules: {} });
    const own = resourcesWith({ UpstreamRolePermissions: 'AwsExample' });

    expect(resources.ECRPullthroughCacheRule.Properties).toEqual(own.ECRPullthroughCacheRule.Properties);
    expect(resources.ECRAccessRole.Properties).toEqual(own.ECRAccessRole.Properties);
  });

  test('asks for nothing else', () => {
    const required = Object.entries(template.Parameters!).filter(([, { Default }]) => Default === undefined).map(([id]) => id);

    expect(required).toEqual(['EchoRegistryAccountId']);
  });
});

describe('what the parameters change', () => {
  test('nothing asked for: the cache, pull permissions and an alarm that tells nobody', () => {
    const resources = resourcesWith();

    expect(Object.keys(resources)).toEqual([
      'ECRPullthroughCacheRule', 'ECRAccessRole', 'RepositoryTemplate', 'PullerPolicy', 'FailedPullsLog', 'FailedPulls', 'FailedPullsAlarm',
    ]);
    expect(resources.RepositoryTemplate.Properties).toEqual(expect.objectContaining({ EncryptionConfiguration: { EncryptionType: 'AES256' } }));
    expect(Object.keys(resources.RepositoryTemplate.Properties)).not.toEqual(expect.arrayContaining(['CustomRoleArn']));
    expect(resources.FailedPullsAlarm.Properties).toMatchObject({ AlarmActions: [], OKActions: [] });
  });

  test('the two permissions of the upstream role', () => {
    const actionsAndResources = (permissions: string) => {
      const [{ PolicyDocument }] = resourcesWith({ UpstreamRolePermissions: permissions }).ECRAccessRole.Properties.Policies as
        { PolicyDocument: { Statement: { Resource: unknown }[] } }[];
      return PolicyDocument.Statement.map(({ Resource }) => Resource);
    };

    expect(actionsAndResources('AwsExample')).toEqual(['*']);
    expect(actionsAndResources('Scoped')).toEqual([
      '*',
      ['arn:aws:ecr:us-east-1:123456789012:repository/*', 'arn:aws:ecr:eu-central-1:111122223333:repository/echo/*'],
      'arn:aws:ecr:eu-central-1:111122223333:repository/echo/*',
    ]);
  });

  test('images kept and days for untagged ones reach the lifecycle policy', () => {
    const policy = JSON.parse(birthWith({ ImagesKept: 3, UntaggedImageDays: 7 }).LifecyclePolicy as string);

    expect(policy.rules.map(({ selection }: { selection: object }) => selection)).toEqual([
      { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 3 },
      { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
    ]);
  });

  test('a key encrypts the repositories, by a role that may use it', () => {
    const { RepositoryTemplate, RepositoryCreationRole } = resourcesWith({ EncryptionKeyArn: KEY });
    const [{ PolicyDocument }] = RepositoryCreationRole.Properties.Policies as { PolicyDocument: { Statement: object[] } }[];

    expect(RepositoryTemplate.Properties).toMatchObject({
      EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: KEY }, CustomRoleArn: '{RepositoryCreationRole.Arn}',
    });
    expect(PolicyDocument.Statement[1]).toEqual({
      Action: ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'],
      Effect: 'Allow',
      Resource: KEY,
      Condition: { StringEquals: { 'kms:CallerAccount': '111122223333', 'kms:ViaService': 'ecr.eu-central-1.amazonaws.com' } },
    });
  });

  test.each([1, 2, 3, 4, 5])('tag %i alone is a tag, by a role without a key, and pullers may tag', place => {
    const { RepositoryTemplate, RepositoryCreationRole, PullerPolicy } =
      resourcesWith({ [`RepositoryTagKey${place}`]: 'team', [`RepositoryTagValue${place}`]: 'web' });

    expect(RepositoryTemplate.Properties).toMatchObject({
      ResourceTags: [{ Key: 'team', Value: 'web' }], CustomRoleArn: '{RepositoryCreationRole.Arn}',
    });
    expect(JSON.stringify(RepositoryCreationRole.Properties)).not.toContain('kms');
    expect(JSON.stringify(PullerPolicy.Properties)).toContain('ecr:TagResource');
  });

  test('pullers may not tag where there are no tags', () => {
    expect(JSON.stringify(resourcesWith({ EncryptionKeyArn: KEY }).PullerPolicy.Properties)).not.toContain('ecr:TagResource');
  });

  test('fails for the value of a tag without its key', () => {
    expect(evaluate(template, { ...ACCOUNT, RepositoryTagValue3: 'web' }).refusals)
      .toEqual(['RepositoryTagValue3 is set, but RepositoryTagKey3 is empty: set the key, or leave both empty.']);
    expect(evaluate(template, { ...ACCOUNT, RepositoryTagKey3: 'team' }).refusals).toEqual([]);
  });

  const ACCOUNTS = { AWS: ['444455556666', '777788889999'] };
  const ORGANIZATION = { StringEquals: { 'aws:PrincipalOrgID': 'o-abcde12345' } };
  const ELSEWHERE = { StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } };
  const READ = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
  test.each([
    ['accounts', { PullerAccounts: '444455556666,777788889999' }, [{ Principal: ACCOUNTS }]],
    ['an organization', { PullerOrganizationId: 'o-abcde12345' }, [{ Principal: '*', Condition: { ...ORGANIZATION, ...ELSEWHERE } }]],
    ['both', { PullerAccounts: '444455556666,777788889999', PullerOrganizationId: 'o-abcde12345' },
      [{ Principal: '*', Condition: { ...ORGANIZATION, ...ELSEWHERE } }]],
  ])('pullers of %s read by the repository policy', (_, parameters, principals) => {
    const policy = JSON.parse(birthWith(parameters).RepositoryPolicy as string);

    expect(policy.Statement).toEqual(principals.map(who => ({ Effect: 'Allow', ...who, Action: READ })));
  });

  test.each([
    ['accounts', {}, {}],
    ['accounts of an organization, while they belong to it', { PullerOrganizationId: 'o-abcde12345' }, { Condition: ORGANIZATION }],
  ])('pullers of %s make first pulls by what is to be added to the registry policy', (_, parameters, condition) => {
    const { outputs } = evaluate(template, { ...ACCOUNT, PullerAccounts: '444455556666,777788889999', ...parameters });

    expect(JSON.parse(outputs.RegistryPolicyToAdd.Value as string).Statement).toEqual([{
      Effect: 'Allow',
      Principal: ACCOUNTS,
      Action: [...READ, 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'],
      Resource: 'arn:aws:ecr:eu-central-1:111122223333:repository/echo/*',
      ...condition,
    }]);
  });

  test('without pullers elsewhere there is no policy, and nothing to add to the registry policy', () => {
    const { resources, outputs } = evaluate(template, ACCOUNT);

    expect(resources.RepositoryTemplate.Properties).not.toHaveProperty('RepositoryPolicy');
    expect(outputs).not.toHaveProperty('RegistryPolicyToAdd');
  });

  test.each([
    ['there', 'accounts', { RepositoryTagKey1: 'team', PullerAccounts: '444455556666' }],
    ['there', 'an organization', { RepositoryTagKey2: 'team', PullerOrganizationId: 'o-abcde12345' }],
    ['not there', 'nobody elsewhere', { RepositoryTagKey1: 'team' }],
    ['not there', 'accounts and no tags', { PullerAccounts: '444455556666' }],
  ])('a warning is %s for tags and %s', (there, _, parameters) => {
    const { outputs } = evaluate(template, { ...ACCOUNT, ...parameters });

    expect(outputs.WarningOfTags?.Value).toEqual(there === 'there' ? expect.stringContaining('A first pull by another account is expected to fail') : undefined);
  });

  test('the alarm tells a topic and an address', () => {
    const topic = 'arn:aws:sns:eu-central-1:111122223333:ops';
    const { FailedPullsAlarm, AlarmSubscription } = resourcesWith({ AlarmTopicArn: topic, AlarmEmail: 'ops@example.com' });

    expect(FailedPullsAlarm.Properties).toMatchObject({ AlarmActions: [topic, '{AlarmTopic}'], OKActions: [topic, '{AlarmTopic}'] });
    expect(AlarmSubscription.Properties).toEqual({ TopicArn: '{AlarmTopic}', Protocol: 'email', Endpoint: 'ops@example.com' });
  });
});

describe('what the console shows and refuses', () => {
  test('each parameter is in one group and has a label and a description', () => {
    const { ParameterGroups, ParameterLabels } = (template.Metadata as ConsoleMetadata)['AWS::CloudFormation::Interface'];
    const ids = Object.keys(template.Parameters!);

    expect(ParameterGroups.flatMap(({ Parameters }) => Parameters)).toEqual(ids);
    expect(Object.keys(ParameterLabels)).toEqual(ids);
    expect(ids.filter(id => !template.Parameters![id].Description)).toEqual([]);
  });

  test.each([
    ['EchoRegistryAccountId', ['123456789012'], ['', '12345678901', '1234567890123', 'echo']],
    ['EchoRegistryRegion', ['us-east-1', 'ap-southeast-2'], ['', 'us-east-1a', 'Frankfurt']],
    ['CacheNamespacePrefix', ['echo', 'team-a/echo', 'a__b', 'a--b'], ['Echo', 'echo/', '/echo', 'a___b', 'ROOT', 'a b']],
    ['IAMRoleName', ['echo-mirror-role', 'a=b,c.d@e_f+g'], ['', 'a/b', 'a'.repeat(65)]],
    ['IAMPolicyName', ['echo-mirror-policy'], ['', 'a b', 'a'.repeat(129)]],
    ['EncryptionKeyArn', ['', KEY], ['alias/mine', 'arn:aws:kms:eu-central-1:111122223333:alias/mine']],
    ['RepositoryTagKey1', ['', 'team', 'cost center', 'awsome'], ['aws:team', 'AWS:team', 'a;b']],
    ['RepositoryTagValue1', ['', 'web'], ['a;b', 'a"b']],
    ['PullerAccounts', ['', '444455556666', '444455556666,777788889999'], ['4444', '444455556666,', '444455556666, 777788889999', 'arn:aws:iam::444455556666:root']],
    ['PullerOrganizationId', ['', 'o-abcde12345'], ['abcde12345', 'o-ABCDE12345', 'o-a"}']],
    ['AlarmTopicArn', ['', 'arn:aws:sns:eu-central-1:111122223333:ops'], ['ops']],
    ['AlarmEmail', ['', 'ops@example.com'], ['ops', 'a b@example.com']],
  ])('%s takes %j and fails for %j', (id, taken, refused) => {
    const pattern = new RegExp(template.Parameters![id].AllowedPattern!);

    expect(taken.filter(text => !pattern.test(text))).toEqual([]);
    expect(refused.filter(text => pattern.test(text))).toEqual([]);
  });
});
