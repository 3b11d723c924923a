import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as pulumi from '@pulumi/pulumi';
import type { EcrPullThroughCache, EcrPullThroughCacheArgs } from '../index';
import { mockPulumi, registrations, valueOf } from './mocks';
import type { Registered } from './mocks';

const ECHO = { echoRegistryAccountId: '123456789012' };
const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

let Cache: typeof EcrPullThroughCache;

before(async () => {
  await mockPulumi();
  Cache = (await import('../index')).EcrPullThroughCache;
});

async function cacheWith(args: EcrPullThroughCacheArgs = ECHO) {
  const { made, resources } = await registrations(() => new Cache('echo', args));
  const find = (type: string, name?: string): Registered => {
    const found = resources.filter(resource => resource.type === type && (name === undefined || resource.name === name));
    assert.equal(found.length, 1, `${found.length} resources of type ${type}`);
    return found[0];
  };
  return { cache: made, resources, find };
}

const RULE = 'aws:ecr/pullThroughCacheRule:PullThroughCacheRule';
const TEMPLATE = 'aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate';
const ROLE = 'aws:iam/role:Role';
const ROLE_POLICY = 'aws:iam/rolePolicy:RolePolicy';
const POLICY = 'aws:iam/policy:Policy';
const ALARM = 'aws:cloudwatch/metricAlarm:MetricAlarm';
const EVENT_RULE = 'aws:cloudwatch/eventRule:EventRule';

const READ = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const statementsOf = (policy: string): any[] => JSON.parse(policy).Statement;

describe('a cache of Echo with nothing but the account', () => {
  test('makes the rule of the component that Echo published before', async () => {
    const { find } = await cacheWith();

    assert.deepEqual(find(RULE).inputs, {
      ecrRepositoryPrefix: 'echo',
      upstreamRegistryUrl: '123456789012.dkr.ecr.us-east-1.amazonaws.com',
      customRoleArn: 'arn:of:Role:echo-role',
    });
  });

  test('makes the rule after the permissions of its role and after the template', async () => {
    const { find } = await cacheWith();

    assert.ok(find(RULE).dependencies.includes(`${ROLE_POLICY}::echo-role-policy`));
    assert.ok(find(RULE).dependencies.includes(`${TEMPLATE}::echo-template`));
  });

  test('names role and policy as the component did that Echo published before', async () => {
    const { find } = await cacheWith();

    assert.equal(find(ROLE).inputs.name, 'echo-ecr-mirror-role');
    assert.equal(find(ROLE_POLICY).inputs.name, 'echo-ecr-mirror-policy');
  });

  test('tells the outputs', async () => {
    const { cache } = await cacheWith();

    assert.equal(await valueOf(cache.roleArn), 'arn:of:Role:echo-role');
    assert.equal(await valueOf(cache.cacheNamespace), 'echo');
    assert.equal(await valueOf(cache.imagePrefix), '111122223333.dkr.ecr.eu-central-1.amazonaws.com/echo/');
    assert.match(await valueOf(cache.usageInstructions), / && docker pull 111122223333\.dkr\.ecr\.eu-central-1\.amazonaws\.com\/echo\/<image>:<tag>$/);
    assert.equal(await valueOf(cache.pullerPolicyArn), 'arn:of:Policy:echo-pullers');
    assert.equal(await valueOf(cache.registryPolicyJson), '');
    assert.equal(await valueOf(cache.failedPullsLogName), 'echo-failed-pulls-1234567');
    assert.equal(await valueOf(cache.failedPullsAlarmArn), 'arn:of:MetricAlarm:echo-failed-pulls');
  });

  test('scopes the role to the upstream and the cache', async () => {
    const { find } = await cacheWith();

    assert.deepEqual(statementsOf(find(ROLE_POLICY).inputs.policy).map(({ Resource }) => Resource), [
      '*',
      ['arn:aws:ecr:us-east-1:123456789012:repository/*', 'arn:aws:ecr:eu-central-1:111122223333:repository/echo/*'],
      'arn:aws:ecr:eu-central-1:111122223333:repository/echo/*',
    ]);
  });

  test('has no creation role, no repository policy, nobody whom the alarm tells', async () => {
    const { find } = await cacheWith();

    assert.deepEqual(Object.keys(find(TEMPLATE).inputs).sort(), [
      'appliedFors', 'description', 'encryptionConfigurations', 'imageTagMutability', 'lifecyclePolicy', 'prefix',
    ]);
    assert.deepEqual(find(ALARM).inputs.alarmActions, []);
  });

  test('lets the alarm read the rule that is there', async () => {
    const { find } = await cacheWith();

    const [, events] = find(ALARM).inputs.metricQueries;
    assert.deepEqual(events.metric.dimensions, { RuleName: `${find(EVENT_RULE).name}-1234567` });
    assert.deepEqual(JSON.parse(find(EVENT_RULE).inputs.eventPattern).detail, {
      'ecr-repository-prefix': ['echo'], 'sync-status': [{ 'anything-but': 'SUCCESS' }],
    });
  });
});

describe('what an earlier deployment made is known again', () => {
  const earlier = (type: string, name: string) =>
    `urn:pulumi:stack::project::echo-pulumi-ecr-mirror:index:EcrPullThroughCache$${type}::${name}`;

  test('the component itself, here in another one', async () => {
    const { resources } = await registrations(() => {
      const parent = new pulumi.ComponentResource('test:index:Platform', 'platform');
      return new Cache('echo', ECHO, { parent });
    });

    assert.deepEqual(resources.find(({ name }) => name === 'echo')!.aliases, [
      'urn:pulumi:stack::project::test:index:Platform$echo-pulumi-ecr-mirror:index:EcrPullThroughCache::echo',
    ]);
  });

  test('its rule, role and policy, by the names that they had', async () => {
    const { find } = await cacheWith();

    assert.ok(find(RULE).aliases.includes(earlier(RULE, 'echo-rule')));
    assert.ok(find(ROLE).aliases.includes(earlier(ROLE, 'echo-echo-ecr-mirror-role')));
    assert.ok(find(ROLE_POLICY).aliases.includes(earlier(ROLE_POLICY, 'echo-echo-ecr-mirror-policy')));
  });

  test('with names of its own for role and policy', async () => {
    const { find } = await cacheWith({ ...ECHO, roleName: 'reader', policyName: 'reads' });

    assert.ok(find(ROLE).aliases.includes(earlier(ROLE, 'echo-reader')));
    assert.ok(find(ROLE_POLICY).aliases.includes(earlier(ROLE_POLICY, 'echo-reads')));
  });
});

describe('what the arguments change', () => {
  test('the permissions of AWS\'s example', async () => {
    const { find } = await cacheWith({ ...ECHO, rolePermissions: 'aws-example' });
    const [statement, ...more] = statementsOf(find(ROLE_POLICY).inputs.policy);

    assert.deepEqual([statement.Resource, statement.Action.length, more.length], ['*', 9, 0]);
  });

  test('a part of the upstream', async () => {
    const { find } = await cacheWith({ ...ECHO, upstreamRepositoryPrefix: 'team-a' });

    assert.equal(find(RULE).inputs.upstreamRepositoryPrefix, 'team-a');
    assert.equal(statementsOf(find(ROLE_POLICY).inputs.policy)[1].Resource[0], 'arn:aws:ecr:us-east-1:123456789012:repository/team-a/*');
  });

  test('a key and tags', async () => {
    const { find } = await cacheWith({ ...ECHO, kmsKeyArn: KEY, repositoryTags: { team: 'web' } });
    const { inputs } = find(TEMPLATE);

    assert.deepEqual(inputs.encryptionConfigurations, [{ encryptionType: 'KMS', kmsKey: KEY }]);
    assert.deepEqual(inputs.resourceTags, { team: 'web' });
    assert.equal(inputs.customRoleArn, 'arn:of:Role:echo-creation');
    assert.deepEqual(statementsOf(find(ROLE_POLICY, 'echo-creation-policy').inputs.policy).map(({ Resource }) => Resource), [
      'arn:aws:ecr:eu-central-1:111122223333:repository/echo/*', KEY,
    ]);
    assert.ok(statementsOf(find(POLICY).inputs.policy)[1].Action.includes('ecr:TagResource'));
  });

  test('without tags pullers may not tag', async () => {
    const { find } = await cacheWith({ ...ECHO, kmsKeyArn: KEY });

    assert.ok(!statementsOf(find(POLICY).inputs.policy)[1].Action.includes('ecr:TagResource'));
  });

  test('images kept and days for untagged ones', async () => {
    const { find } = await cacheWith({ ...ECHO, imagesKept: 3, untaggedImageDays: 7 });

    assert.deepEqual(JSON.parse(find(TEMPLATE).inputs.lifecyclePolicy).rules.map(({ selection }: any) => selection.countNumber), [3, 7]);
  });

  test('pullers of other accounts read by the repository policy', async () => {
    const { find } = await cacheWith({ ...ECHO, pullerAccountIds: ['444455556666'] });

    assert.deepEqual(statementsOf(find(TEMPLATE).inputs.repositoryPolicy), [
      { Effect: 'Allow', Principal: { AWS: ['arn:aws:iam::444455556666:root'] }, Action: READ },
    ]);
  });

  test('pullers of an organization read by the repository policy, and principals of the own account by IAM alone', async () => {
    const { find } = await cacheWith({ ...ECHO, pullerAccountIds: ['444455556666'], pullerOrganizationId: 'o-abcde12345' });

    assert.deepEqual(statementsOf(find(TEMPLATE).inputs.repositoryPolicy), [
      {
        Effect: 'Allow',
        Principal: '*',
        Action: READ,
        Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcde12345' }, StringNotEquals: { 'aws:PrincipalAccount': '111122223333' } },
      },
    ]);
  });

  test('pullers of other accounts make first pulls by what is to be added to the registry policy', async () => {
    const { cache } = await cacheWith({ ...ECHO, pullerAccountIds: ['444455556666'], pullerOrganizationId: 'o-abcde12345' });

    assert.deepEqual(statementsOf(await valueOf(cache.registryPolicyJson)), [{
      Effect: 'Allow',
      Principal: { AWS: ['arn:aws:iam::444455556666:root'] },
      Action: [...READ, 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository'],
      Resource: 'arn:aws:ecr:eu-central-1:111122223333:repository/echo/*',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-abcde12345' } },
    }]);
  });

  test('an organization alone is in no registry policy', async () => {
    const { cache } = await cacheWith({ ...ECHO, pullerOrganizationId: 'o-abcde12345' });

    assert.equal(await valueOf(cache.registryPolicyJson), '');
  });

  test('whom the alarm tells', async () => {
    const topic = 'arn:aws:sns:eu-central-1:111122223333:ops';
    const { find } = await cacheWith({ ...ECHO, alarmTopicArns: [topic], alarmEmail: 'ops@example.com' });

    assert.deepEqual(find(ALARM).inputs.alarmActions, [topic, 'arn:of:Topic:echo-alarm']);
    assert.deepEqual(find(ALARM).inputs.okActions, [topic, 'arn:of:Topic:echo-alarm']);
    assert.deepEqual(find('aws:sns/topicSubscription:TopicSubscription').inputs, {
      topic: 'arn:of:Topic:echo-alarm', protocol: 'email', endpoint: 'ops@example.com',
    });
  });

  test('tags and a boundary reach the roles', async () => {
    const { resources } = await cacheWith({ ...ECHO, kmsKeyArn: KEY, tags: { team: 'platform' }, permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary' });

    for (const role of resources.filter(({ type }) => type === ROLE)) {
      assert.deepEqual([role.inputs.tags, role.inputs.permissionsBoundary], [{ team: 'platform' }, 'arn:aws:iam::111122223333:policy/boundary']);
    }
  });

  test('outputs of other resources do as arguments', async () => {
    const { find } = await cacheWith({
      echoRegistryAccountId: pulumi.output('123456789012'),
      cacheNamespace: pulumi.output('team-a/echo'),
      kmsKeyArn: pulumi.output(KEY),
      pullerAccountIds: pulumi.output(['444455556666']),
    });

    assert.equal(find(RULE).inputs.upstreamRegistryUrl, '123456789012.dkr.ecr.us-east-1.amazonaws.com');
    assert.equal(find(TEMPLATE).inputs.prefix, 'team-a/echo');
    assert.equal(find(TEMPLATE).inputs.customRoleArn, 'arn:of:Role:echo-creation');
    assert.match(find(TEMPLATE).inputs.repositoryPolicy, /444455556666/);
  });
});

describe('what is known only later', () => {
  test('may be no accounts: then there is no repository policy, and nothing for the registry policy', async () => {
    const { cache, find } = await cacheWith({ ...ECHO, pullerAccountIds: pulumi.output([]) });

    assert.equal(find(TEMPLATE).inputs.repositoryPolicy, undefined);
    assert.equal(await valueOf(cache.registryPolicyJson), '');
  });

  test('may be an organization without accounts', async () => {
    const { find } = await cacheWith({ ...ECHO, pullerAccountIds: pulumi.output([]), pullerOrganizationId: 'o-abcde12345' });

    assert.deepEqual(statementsOf(find(TEMPLATE).inputs.repositoryPolicy).map(({ Principal }) => Principal), ['*']);
  });
});

test('null is the default', async () => {
  const nothing = { cacheNamespace: null, imagesKept: null, repositoryTags: null, pullerAccountIds: null, upstreamRegistryUrl: null, tags: null };
  const { find } = await cacheWith({ ...ECHO, ...nothing } as unknown as EcrPullThroughCacheArgs);

  assert.equal(find(RULE).inputs.ecrRepositoryPrefix, 'echo');
  assert.equal(JSON.parse(find(TEMPLATE).inputs.lifecyclePolicy).rules[0].selection.countNumber, 10);
});

describe('tags and pullers of other accounts', () => {
  async function warnings(args: EcrPullThroughCacheArgs): Promise<string[]> {
    const told: string[] = [];
    const { warn } = pulumi.log;
    (pulumi.log as { warn: typeof warn }).warn = async message => { told.push(message); };
    await cacheWith({ ...ECHO, ...args });
    (pulumi.log as { warn: typeof warn }).warn = warn;
    return told;
  }
  const repositoryTags = { team: 'web' };

  for (const pullers of [{ pullerAccountIds: ['444455556666'] }, { pullerOrganizationId: 'o-abcde12345' }, { pullerAccountIds: pulumi.output(['444455556666']) }]) {
    test(`are warned of together: ${Object.keys(pullers).join()}`, async () => {
      const [warning, ...more] = await warnings({ ...pullers, repositoryTags });

      assert.match(warning, /born with tags: a first pull then needs ecr:TagResource.*one from another account is expected to fail/);
      assert.deepEqual(more, []);
    });
  }

  test('are not warned of alone', async () => {
    assert.deepEqual(await warnings({ repositoryTags }), []);
    assert.deepEqual(await warnings({ pullerAccountIds: ['444455556666'] }), []);
    assert.deepEqual(await warnings({ pullerAccountIds: pulumi.output([]), repositoryTags }), []);
  });
});

describe('other upstreams', () => {
  test('a public one has neither role nor credential', async () => {
    const { cache, find, resources } = await cacheWith({ upstreamRegistryUrl: 'public.ecr.aws', cacheNamespace: 'ecr-public' });

    assert.deepEqual(find(RULE).inputs, { ecrRepositoryPrefix: 'ecr-public', upstreamRegistryUrl: 'public.ecr.aws' });
    assert.deepEqual(resources.filter(({ type }) => type === ROLE), []);
    assert.equal(await valueOf(cache.roleArn), '');
  });

  test('one with a credential names it', async () => {
    const credentialArn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/docker-hub-AbCdEf';
    const { find } = await cacheWith({ upstreamRegistryUrl: 'registry-1.docker.io', credentialArn, cacheNamespace: 'docker-hub' });

    assert.equal(find(RULE).inputs.credentialArn, credentialArn);
  });
});

describe('what is refused', () => {
  const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:ecr-pullthroughcache/any-AbCdEf';
  const refused: [EcrPullThroughCacheArgs, RegExp][] = [
    [{}, /one upstream is needed: set either echoRegistryAccountId or upstreamRegistryUrl/],
    [{ ...ECHO, upstreamRegistryUrl: 'quay.io' }, /one upstream is needed/],
    [{ upstreamRegistryUrl: 'ghcr.io' }, /this upstream needs a credential: set credentialArn/],
    [{ upstreamRegistryUrl: 'quay.io', credentialArn: SECRET }, /this upstream takes no credential: leave credentialArn out/],
    [{ ...ECHO, credentialArn: SECRET }, /this upstream takes no credential/],
    [{ echoRegistryAccountId: '1234' }, /got "1234", expected the 12 digits of an AWS account id/],
    [{ ...ECHO, echoRegistryRegion: 'Frankfurt' }, /got "Frankfurt", expected the name of an AWS Region/],
    [{ upstreamRegistryUrl: 'https://quay.io', credentialArn: SECRET }, /expected a registry that ECR can cache, as a host name without a scheme/],
    [{ upstreamRegistryUrl: 'ghcr.io', credentialArn: SECRET.replace('ecr-pullthroughcache/', '') }, /expected the full ARN of a secret/],
    [{ ...ECHO, cacheNamespace: 'Echo' }, /got "Echo", expected 2 to 30 lower-case letters/],
    [{ ...ECHO, cacheNamespace: 'e' }, /got "e", expected 2 to 30/],
    [{ ...ECHO, upstreamRepositoryPrefix: 'Team/' }, /expected lower-case letters and digits/],
    [{ ...ECHO, roleName: 'path/role' }, /expected 1 to 64 letters/],
    [{ ...ECHO, policyName: 'a policy' }, /expected 1 to 128 letters/],
    [{ ...ECHO, rolePermissions: 'all' }, /expected scoped or aws-example/],
    [{ ...ECHO, imagesKept: 0 }, /got 0, expected a whole number from 1/],
    [{ ...ECHO, untaggedImageDays: 1.5 }, /got 1.5, expected a whole number from 1/],
    [{ ...ECHO, kmsKeyArn: 'alias/mine' }, /expected the ARN of a key, not of an alias/],
    [{ ...ECHO, repositoryTags: { 'aws:team': 'web' } }, /expected at most 50 tags, with keys .* that don't start with aws:/],
    [{ ...ECHO, pullerAccountIds: ['ops'] }, /expected account ids of 12 digits/],
    [{ ...ECHO, pullerOrganizationId: 'abcde12345' }, /expected the id of an organization/],
    [{ ...ECHO, alarmTopicArns: ['ops'] }, /expected ARNs of SNS topics/],
    [{ ...ECHO, alarmEmail: 'ops' }, /expected an e-mail address/],
  ];
  for (const [args, message] of refused) {
    test(`fails with ${JSON.stringify(args)}`, () => {
      assert.throws(() => new Cache('echo', args), message);
    });
  }
});
