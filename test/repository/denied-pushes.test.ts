import { Stack } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CachePullers, CacheRule, PullThroughCache, RepositoryTemplate, TemplateUse, UpstreamRegistry, UpstreamRole } from '../../src';
import type { RepositoryTemplateOptions, RepositoryTemplateProps } from '../../src';
import { ENV, newStack, propertiesOf, warningsOf } from '../app';
import { Deployed, wrongRows } from '../simulator';
import type { Caller, Policy, Row, World } from '../simulator';

const OTHER = '999999999999';
const ECR_ROLE = 'aws-service-role/pullthroughcache.ecr.amazonaws.com/AWSServiceRoleForECRPullThroughCache';
const PUSH = ['ecr:InitiateLayerUpload', 'ecr:UploadLayerPart', 'ecr:CompleteLayerUpload', 'ecr:PutImage'];
const PULL = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const IMPORT = ['ecr:BatchImportUpstreamImage', 'ecr:CreateRepository', 'ecr:TagResource'];
const TENDING = ['ecr:BatchDeleteImage', 'ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy', 'ecr:ReplicateImage'];
const EVERYTHING: Policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
const rows = (who: string, allowed: boolean, ...actions: string[]): Row[] => actions.map(
  action => ({ who, action, resource: `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/echo/nginx`, allowed }));

const session = (role: string, account = ENV.account!): Caller => ({
  arn: `arn:aws:sts::${account}:assumed-role/${role.split('/').pop()}/session`,
  policies: [EVERYTHING],
  context: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/${role}`, 'aws:PrincipalIsAWSService': 'false' },
});

function echo(stack: Stack, repositoryTemplate: RepositoryTemplateOptions): PullThroughCache {
  return new PullThroughCache(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: '123456789012' }), repositoryTemplate });
}

/** Callers who may do everything as far as IAM is concerned, and the policy that repositories are born with. */
function world(stack: Stack): World {
  const deployed = new Deployed(stack);
  const text = deployed.only('AWS::ECR::RepositoryCreationTemplate').RepositoryPolicy;
  const upstreamRole = deployed.only('AWS::ECR::PullThroughCacheRule').CustomRoleArn as string;
  return {
    callers: {
      'administrator': session('Admin'),
      'a role of the same name': session('AWSServiceRoleForECRPullThroughCache'),
      'another service': session('aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS'),
      'another account': session('Admin', OTHER),
      'ECR by its own role': session(ECR_ROLE),
      'ECR by the upstream role': session(upstreamRole.split('role/')[1]),
    },
    resourcePolicies: [{ resource: /:repository\//, policy: typeof text === 'string' ? JSON.parse(text) : { Version: '2012-10-17', Statement: [] } }],
  };
}

describe('denyPushes', () => {
  const denied = (options: RepositoryTemplateOptions = {}) => {
    const stack = newStack();
    echo(stack, { denyPushes: true, ...options });
    return world(stack);
  };

  test.each(['administrator', 'a role of the same name', 'another service'])('keeps pushes out, whatever IAM allows: %s', async who => {
    const off = newStack();
    echo(off, {});
    expect(await wrongRows(world(off), rows(who, true, ...PUSH))).toEqual([]);
    expect(await wrongRows(denied(), rows(who, false, ...PUSH))).toEqual([]);
  });

  test.each(['ECR by its own role', 'ECR by the upstream role'])('lets imports write: %s', async who => {
    expect(await wrongRows(denied(), rows(who, true, ...PUSH))).toEqual([]);
  });

  test('leaves pulls, imports and what tends repositories alone', async () => {
    expect(await wrongRows(denied(), rows('administrator', true, ...PULL, ...IMPORT, ...TENDING))).toEqual([]);
  });

  test('keeps pushes of other accounts out that the policy itself lets in', async () => {
    const repositoryPolicy = new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: ['ecr:*'], principals: [new iam.AccountPrincipal(OTHER)] })] });
    const pullers = [CachePullers.account(OTHER)];

    expect(await wrongRows(denied({ repositoryPolicy, pullers }), [...rows('another account', false, ...PUSH), ...rows('another account', true, ...PULL)])).toEqual([]);
  });

  test('is one statement, which a service that calls as itself passes', () => {
    const stack = newStack();
    new RepositoryTemplate(stack, 'Template', { prefix: 'quay', denyPushes: true });

    expect(JSON.parse(new Deployed(stack).only('AWS::ECR::RepositoryCreationTemplate').RepositoryPolicy).Statement).toEqual([{
      Sid: 'OnlyEcrWrites',
      Effect: 'Deny',
      Principal: '*',
      Action: [...PUSH].sort(),
      Condition: {
        ArnNotEquals: { 'aws:PrincipalArn': [`arn:aws:iam::${ENV.account}:role/${ECR_ROLE}`] }, Bool: { 'aws:PrincipalIsAWSService': 'false' },
      },
    }]);
  });

  test('is off by default', () => {
    const stack = newStack();
    echo(stack, {});
    expect(propertiesOf(stack, 'AWS::ECR::RepositoryCreationTemplate').RepositoryPolicy).toBeUndefined();
  });
});

describe('a template beside its rules', () => {
  const ROLE = 'arn:aws:iam::111122223333:role/reader';
  const template = (more: Partial<RepositoryTemplateProps>, rulePrefix = 'quay/team') => {
    const stack = newStack();
    const role = iam.Role.fromRoleArn(stack, 'Reader', ROLE);
    const rule = new CacheRule(stack, 'Rule', {
      upstream: UpstreamRegistry.ecr({ account: '123456789012', region: 'eu-central-1' }), repositoryPrefix: rulePrefix, upstreamRole: UpstreamRole.fromRole(role),
    });
    new RepositoryTemplate(stack, 'Template', { prefix: 'quay', ...more });
    new ecr.CfnPullThroughCacheRule(stack, 'Public', { ecrRepositoryPrefix: 'quay/public', upstreamRegistryUrl: 'quay.io' });
    return { stack, rule, role };
  };

  test('excepts the roles that are named', () => {
    const { stack } = template({ denyPushes: true, importingRoles: [iam.Role.fromRoleArn(new Stack(), 'Same', ROLE)] });

    expect(new Deployed(stack).only('AWS::ECR::RepositoryCreationTemplate').RepositoryPolicy).toContain(`AWSServiceRoleForECRPullThroughCache","${ROLE}"]`);
    expect(warningsOf(stack).filter(text => text.includes('importsDenied'))).toEqual([]);
  });

  test('is warned of the roles that are not, by which ECR imports', () => {
    const { stack } = template({ denyPushes: true });

    expect(warningsOf(stack).filter(text => text.includes('importsDenied'))).toEqual([expect.stringContaining(
      "pushes into repositories below 'quay' are denied, also to the upstream role of Stack/Rule, by which ECR imports: name it in importingRoles")]);
  });

  test.each<[string, Partial<RepositoryTemplateProps>, string]>([
    ['pushes are let in', {}, 'quay/team'],
    ['the rule is for other repositories', { denyPushes: true }, 'quay2'],
  ])('is not warned when %s', (_, more, prefix) => {
    expect(warningsOf(template(more, prefix).stack).filter(text => text.includes('importsDenied'))).toEqual([]);
  });

  test.each<[string, Partial<RepositoryTemplateProps>, string]>([
    ['with roles but without denyPushes', { importingRoles: [iam.Role.fromRoleArn(new Stack(), 'Role', ROLE)] }, 'got importingRoles for repositories that everybody pushes to'],
    ['with an empty list of roles', { denyPushes: true, importingRoles: [] }, 'got an empty list of importingRoles'],
    ['with something else as a role', { denyPushes: true, importingRoles: [ROLE as unknown as iam.IRole] }, 'a role in importingRoles'],
    ['for repositories that pushes create', { denyPushes: true, appliedFor: [TemplateUse.CREATE_ON_PUSH] }, 'got denyPushes for a template that is applied for CREATE_ON_PUSH'],
    ['with no boolean', { denyPushes: 'yes' as unknown as boolean }, 'denyPushes'],
  ])('fails %s', (_, more, message) => {
    expect(() => template(more)).toThrow(message);
  });
});
