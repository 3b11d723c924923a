import { Tags } from 'aws-cdk-lib';
import * as kms from 'aws-cdk-lib/aws-kms';
import { PullThroughCache, RepositoryTemplate, TemplateUse, UpstreamRole } from '../../src';
import { ECHO, ENV, newStack } from '../app';
import { Deployed, untestedActions, wrongRows } from '../simulator';
import type { Caller, Policy, Row, World } from '../simulator';

const UPSTREAM = { account: '123456789012', region: 'us-east-1' };
const READ_UPSTREAM = ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'];
const FILL = ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'];
const NEVER = ['ecr:BatchDeleteImage', 'ecr:DeleteRepository', 'ecr:SetRepositoryPolicy', 'ecr:DescribeImages'];

const own = (name: string) => `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/${name}`;
const upstream = (name: string) => `arn:aws:ecr:${UPSTREAM.region}:${UPSTREAM.account}:repository/${name}`;
const rows = (allowed: boolean, actions: string[], ...resources: string[]): Row[] =>
  actions.flatMap(action => resources.map(resource => ({ who: 'role', action, resource, allowed })));

/** What the owner of the upstream writes: the account, not the role, as AWS's page has it. */
const OWNER: Policy = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ENV.account}:root` }, Action: READ_UPSTREAM, Resource: upstream('*') }],
};

describe('the role that reads the upstream', () => {
  function worldOf(props: object = {}, owner: Policy[] = [OWNER]): World {
    const stack = newStack();
    new PullThroughCache(stack, 'Echo', { upstream: ECHO, ...props });
    return {
      callers: { role: new Deployed(stack).role('EchoUpstreamRole') },
      resourcePolicies: owner.map(policy => ({ resource: /:123456789012:/, policy })),
    };
  }
  /** Only the policies that the library writes are to be asked for action by action. */
  const untested = async (world: World, table: Row[]) =>
    (await untestedActions(world, table)).filter(action => !action.endsWith(JSON.stringify(upstream('*'))));

  const SCOPED = [
    ...rows(true, ['ecr:GetAuthorizationToken'], '*'),
    ...rows(true, READ_UPSTREAM, upstream('nginx'), upstream('team/app'), own('echo/nginx')),
    ...rows(true, FILL, own('echo/nginx'), own('echo/team/app')),
    ...rows(false, FILL, upstream('nginx'), own('echo2/nginx'), own('nginx')),
    ...rows(false, READ_UPSTREAM, own('nginx'), own('echo2/nginx')),
    ...rows(false, [...NEVER, 'ecr:CreateRepository', 'ecr:TagResource'], own('echo/nginx')),
  ];

  test('reads the upstream and fills the cache', async () => {
    expect(await wrongRows(worldOf(), SCOPED)).toEqual([]);
  });

  test('can do nothing that the table does not ask for', async () => {
    expect(await untested(worldOf(), SCOPED)).toEqual([]);
  });

  test('reads nothing when the owner of the upstream does not allow it', async () => {
    expect(await wrongRows(worldOf({}, []), rows(false, READ_UPSTREAM, upstream('nginx')))).toEqual([]);
  });

  test('reads the part of the upstream that the cache serves', async () => {
    const table = [
      ...rows(true, READ_UPSTREAM, upstream('team-a/app')),
      ...rows(false, READ_UPSTREAM, upstream('team-b/app'), upstream('team-a2/app'), upstream('app')),
    ];
    expect(await wrongRows(worldOf({ upstreamRepositoryPrefix: 'team-a' }), table)).toEqual([]);
  });

  test('fills the whole registry for the prefix ROOT', async () => {
    expect(await wrongRows(worldOf({ repositoryPrefix: 'ROOT' }), rows(true, FILL, own('nginx'), own('team/app')))).toEqual([]);
  });

  test("can do the same everywhere with the policy of AWS's example", async () => {
    const table = [
      ...rows(true, ['ecr:GetAuthorizationToken'], '*'),
      ...rows(true, READ_UPSTREAM, upstream('nginx')),
      ...rows(true, FILL, own('echo/nginx'), own('other')),
      ...rows(false, NEVER, own('echo/nginx')),
    ];
    const world = worldOf({ upstreamRole: UpstreamRole.asInAwsExample() });
    expect(await wrongRows(world, table)).toEqual([]);
    expect(await untested(world, table)).toEqual([]);
  });
});

describe('the role that creates repositories', () => {
  const CREATE = ['ecr:CreateRepository', 'ecr:TagResource'];
  const KEY = `arn:aws:kms:${ENV.region}:${ENV.account}:key/1a2b3c4d-0000-0000-0000-000000000000`;
  const OTHER_KEY = KEY.replace('1a2b', '9a9b');
  const USE_KEY = ['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'];

  const BY_ECR = { 'kms:CallerAccount': ENV.account!, 'kms:ViaService': `ecr.${ENV.region}.amazonaws.com` };

  function worldOf(props: object, context: Caller['context'] = BY_ECR): World {
    const stack = newStack();
    const template = new RepositoryTemplate(stack, 'Template', {
      prefix: 'echo', encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY), ...props,
    });
    Tags.of(template).add('team', 'web');
    return {
      callers: { role: new Deployed(stack).role('TemplateCreationRole', context) },
      // the default key policy leaves the decision to IAM
      resourcePolicies: [{
        resource: /:kms:/,
        policy: {
          Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ENV.account}:root` }, Action: 'kms:*', Resource: '*' }],
        },
      }],
    };
  }

  const CREATES = [
    ...rows(true, CREATE, own('echo/nginx'), own('echo/team/app')),
    ...rows(false, CREATE, own('nginx'), own('echo2/nginx')),
    ...rows(true, USE_KEY, KEY),
    ...rows(false, USE_KEY, OTHER_KEY),
    ...rows(false, ['kms:Decrypt', 'kms:ScheduleKeyDeletion', 'kms:PutKeyPolicy'], KEY),
    ...rows(false, [...NEVER, ...FILL, 'ecr:ReplicateImage'], own('echo/nginx')),
  ];

  test('creates, tags and encrypts below the prefix', async () => {
    expect(await wrongRows(worldOf({}), CREATES)).toEqual([]);
    expect((await untestedActions(worldOf({}), CREATES)).filter(action => action !== 'kms:* on "*"')).toEqual([]);
  });

  test('uses the key by ECR alone', async () => {
    expect(await wrongRows(worldOf({}, { ...BY_ECR, 'kms:ViaService': 's3.eu-central-1.amazonaws.com' }), rows(false, USE_KEY, KEY))).toEqual([]);
    expect(await wrongRows(worldOf({}, {}), rows(false, USE_KEY, KEY))).toEqual([]);
  });

  test('touches no key when there is none', async () => {
    expect(await wrongRows(worldOf({ encryptionKey: undefined, tags: { a: 'b' } }), rows(false, USE_KEY, KEY))).toEqual([]);
  });

  test('replicates when the template serves replication', async () => {
    const replication = worldOf({ appliedFor: [TemplateUse.REPLICATION] });
    expect(await wrongRows(replication, [...rows(true, ['ecr:ReplicateImage'], own('echo/nginx')), ...rows(false, ['ecr:ReplicateImage'], own('nginx'))])).toEqual([]);
  });

  test('creates everywhere for the prefix ROOT', async () => {
    expect(await wrongRows(worldOf({ prefix: 'ROOT' }), rows(true, CREATE, own('nginx')))).toEqual([]);
  });
});

describe('trust', () => {
  function trustOf(type: 'upstream' | 'creation', props: object = {}): World {
    const stack = newStack();
    new PullThroughCache(stack, 'Echo', { upstream: ECHO, repositoryTemplate: { tags: { a: 'b' } }, ...props });
    const trust = new Deployed(stack).trustOf(type === 'upstream' ? 'EchoUpstreamRole' : 'EchoRepositoryTemplateCreationRole');
    const services = ['pullthroughcache.ecr.amazonaws.com', 'ecr.amazonaws.com', 'ec2.amazonaws.com'];
    return {
      callers: Object.fromEntries(services.map(service => [service, { arn: service, policies: [], context: { 'aws:SourceAccount': ENV.account } }])),
      resourcePolicies: [{ resource: /:role\//, policy: trust }],
    };
  }
  const ROLE = `arn:aws:iam::${ENV.account}:role/Role`;
  const assumes = (who: string, allowed: boolean): Row => ({ who, action: 'sts:AssumeRole', resource: ROLE, allowed });

  test('of the upstream role is in the pull-through cache alone', async () => {
    const table = [assumes('pullthroughcache.ecr.amazonaws.com', true), assumes('ecr.amazonaws.com', false), assumes('ec2.amazonaws.com', false)];
    expect(await wrongRows(trustOf('upstream'), table)).toEqual([]);
  });

  test('of the creation role is in ECR alone', async () => {
    const table = [assumes('pullthroughcache.ecr.amazonaws.com', false), assumes('ecr.amazonaws.com', true), assumes('ec2.amazonaws.com', false)];
    expect(await wrongRows(trustOf('creation'), table)).toEqual([]);
  });

  test('can be bound to this account', async () => {
    const bound = trustOf('upstream', { upstreamRole: UpstreamRole.scopedToRepositories({ requireSourceAccount: true }) });
    expect(await wrongRows(bound, [assumes('pullthroughcache.ecr.amazonaws.com', true)])).toEqual([]);
    const elsewhere = { ...bound.callers['pullthroughcache.ecr.amazonaws.com'], context: { 'aws:SourceAccount': '999999999999' } };
    expect(await wrongRows({ ...bound, callers: { elsewhere } }, [assumes('elsewhere', false)])).toEqual([]);
  });
});
