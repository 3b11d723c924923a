import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { UpstreamRole } from '../../src/rule/upstream-role';
import type { UpstreamRoleContext } from '../../src/rule/upstream-role';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { agnosticStack, ECHO, newStack, propertiesOf } from '../app';

const ECHO_CACHE = { upstream: ECHO, repositoryPrefix: 'echo' };

function roleOf(rule: Partial<UpstreamRoleContext> = {}, stack: Stack = newStack(), choice = UpstreamRole.scopedToRepositories()) {
  choice._bind(stack, 'Role', { ...ECHO_CACHE, ...rule });
  return propertiesOf(stack, 'AWS::IAM::Role') as Record<string, any>;
}

function statementsOf(...args: Parameters<typeof roleOf>) {
  const { Policies: policies } = roleOf(...args);
  expect(policies).toHaveLength(1);
  return policies[0].PolicyDocument.Statement;
}

test.each([
  ['scoped', UpstreamRole.scopedToRepositories({ roleName: 'reader' })],
  ['of AWS\'s example', UpstreamRole.asInAwsExample({ roleName: 'reader' })],
])('the role that is %s takes the options', (_, choice) => {
  const stack = newStack();
  choice._bind(stack, 'Role', ECHO_CACHE);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { RoleName: 'reader' });
});

test('one choice serves several caches, each with a role of its own', () => {
  const stack = newStack();
  const choice = UpstreamRole.scopedToRepositories();
  ['one', 'two'].forEach(repositoryPrefix => choice._bind(stack, repositoryPrefix, { upstream: ECHO, repositoryPrefix }));
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 2);
});

test('a role of one\'s own is taken as it is', () => {
  const stack = newStack();
  const role = new iam.Role(stack, 'Own', { assumedBy: new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com') });
  expect(UpstreamRole.fromRole(role)._bind(stack, 'Role', ECHO_CACHE)).toBe(role);
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 1);
});

test('fails when its constructor is called, which JavaScript and Python allow', () => {
  const Untyped = UpstreamRole as unknown as new () => UpstreamRole;
  expect(() => new Untyped()).toThrow('got a value of UpstreamRole that was made by its constructor, expected one that a method of the class made: write '
    + 'UpstreamRole.scopedToRepositories(), UpstreamRole.asInAwsExample() or UpstreamRole.fromRole()');
});

const arn = (end: string) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:${end}`]] });
const OWN = 'eu-central-1:111122223333:repository';
const UPSTREAM = 'us-east-1:123456789012:repository';

describe('the trust of the upstream role', () => {
  test('is in the pull-through cache of ECR', () => {
    expect(roleOf().AssumeRolePolicyDocument.Statement).toEqual([
      { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'pullthroughcache.ecr.amazonaws.com' } },
    ]);
  });

  test('can be narrowed to this account', () => {
    expect(roleOf({}, newStack(), UpstreamRole.scopedToRepositories({ requireSourceAccount: true })).AssumeRolePolicyDocument.Statement).toEqual([{
      Action: 'sts:AssumeRole',
      Effect: 'Allow',
      Principal: { Service: 'pullthroughcache.ecr.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
    }]);
  });
});

describe('the permissions of the upstream role', () => {
  test('reach the upstream, the own prefix, and * for logging in only', () => {
    expect(statementsOf()).toEqual([
      { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      {
        Effect: 'Allow',
        Action: ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'],
        Resource: [arn(`${UPSTREAM}/*`), arn(`${OWN}/echo/*`)],
      },
      {
        Effect: 'Allow',
        Action: ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'],
        Resource: arn(`${OWN}/echo/*`),
      },
    ]);
  });

  test('end at the prefix of the upstream that is cached', () => {
    expect(statementsOf({ upstreamRepositoryPrefix: 'team-a' })[1].Resource).toEqual([arn(`${UPSTREAM}/team-a/*`), arn(`${OWN}/echo/*`)]);
  });

  test('reach all of the upstream with its prefix ROOT', () => {
    expect(statementsOf({ upstreamRepositoryPrefix: 'ROOT' })[1].Resource).toEqual([arn(`${UPSTREAM}/*`), arn(`${OWN}/echo/*`)]);
  });

  test('reach all of the own registry with the prefix ROOT', () => {
    expect(statementsOf({ repositoryPrefix: 'ROOT' })[2].Resource).toEqual(arn(`${OWN}/*`));
  });

  test('are those of AWS\'s example on request', () => {
    expect(statementsOf({}, newStack(), UpstreamRole.asInAwsExample())).toEqual([{
      Effect: 'Allow',
      Action: [
        'ecr:GetAuthorizationToken', 'ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus',
        'ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart',
      ],
      Resource: '*',
    }]);
  });

  test('are scoped with tokens too', () => {
    const stack = agnosticStack();
    const [account, region, prefix] = ['Account', 'Region', 'Prefix'].map(id => new CfnParameter(stack, id).valueAsString);
    const statements = statementsOf({ upstream: UpstreamRegistry.ecr({ account, region }), repositoryPrefix: prefix }, stack);
    expect(statements[1].Resource).toEqual([
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:', { Ref: 'Region' }, ':', { Ref: 'Account' }, ':repository/*']] },
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':ecr:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, ':repository/', { Ref: 'Prefix' }, '/*']] },
    ]);
  });

  test('are inline, so that no rule is created before the role may read', () => {
    const stack = newStack();
    UpstreamRole.scopedToRepositories()._bind(stack, 'Role', ECHO_CACHE);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { Policies: [{ PolicyName: 'PullThroughCache' }] });
  });
});

describe('what can be set of the upstream role', () => {
  test('is nothing by default', () => {
    expect(roleOf()).not.toHaveProperty('RoleName');
    expect(roleOf()).not.toHaveProperty('PermissionsBoundary');
  });

  test('are its names', () => {
    const role = roleOf({}, newStack(), UpstreamRole.scopedToRepositories({ roleName: 'echo-mirror-role', policyName: 'echo-mirror-policy' }));
    expect(role.RoleName).toBe('echo-mirror-role');
    expect(role.Policies[0].PolicyName).toBe('echo-mirror-policy');
  });

  test('are names from parameters', () => {
    const stack = newStack();
    const [roleName, policyName] = ['RoleName', 'PolicyName'].map(id => new CfnParameter(stack, id).valueAsString);
    const role = roleOf({}, stack, UpstreamRole.scopedToRepositories({ roleName, policyName }));
    expect(role.RoleName).toEqual({ Ref: 'RoleName' });
    expect(role.Policies[0].PolicyName).toEqual({ Ref: 'PolicyName' });
  });

  test('is a boundary', () => {
    const stack = newStack();
    const permissionsBoundary = iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111122223333:policy/boundary');
    expect(roleOf({}, stack, UpstreamRole.scopedToRepositories({ permissionsBoundary })).PermissionsBoundary).toBe('arn:aws:iam::111122223333:policy/boundary');
  });
});
