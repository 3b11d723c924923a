import { CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { UpstreamAccessRole, UpstreamAccessScope } from '../../src/rule/upstream-role';
import type { UpstreamAccessRoleProps } from '../../src/rule/upstream-role';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { agnosticStack, ECHO, newStack, propertiesOf } from '../app';

function roleOf(props: Partial<UpstreamAccessRoleProps> = {}, stack: Stack = newStack()) {
  new UpstreamAccessRole(stack, 'Access', { upstream: ECHO, repositoryPrefix: 'echo', ...props });
  return propertiesOf(stack, 'AWS::IAM::Role') as Record<string, any>;
}

function statementsOf(props: Partial<UpstreamAccessRoleProps> = {}, stack?: Stack) {
  const { Policies: policies } = roleOf(props, stack);
  expect(policies).toHaveLength(1);
  return policies[0].PolicyDocument.Statement;
}

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
    expect(roleOf({ requireSourceAccount: true }).AssumeRolePolicyDocument.Statement).toEqual([{
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
    expect(statementsOf({ accessScope: UpstreamAccessScope.AWS_EXAMPLE })).toEqual([{
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
    new UpstreamAccessRole(stack, 'Access', { upstream: ECHO, repositoryPrefix: 'echo' });
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
    const role = roleOf({ roleName: 'echo-mirror-role', policyName: 'echo-mirror-policy' });
    expect(role.RoleName).toBe('echo-mirror-role');
    expect(role.Policies[0].PolicyName).toBe('echo-mirror-policy');
  });

  test('are names from parameters', () => {
    const stack = newStack();
    const [roleName, policyName] = ['RoleName', 'PolicyName'].map(id => new CfnParameter(stack, id).valueAsString);
    const role = roleOf({ roleName, policyName }, stack);
    expect(role.RoleName).toEqual({ Ref: 'RoleName' });
    expect(role.Policies[0].PolicyName).toEqual({ Ref: 'PolicyName' });
  });

  test('is a boundary', () => {
    const stack = newStack();
    const permissionsBoundary = iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111122223333:policy/boundary');
    expect(roleOf({ permissionsBoundary }, stack).PermissionsBoundary).toBe('arn:aws:iam::111122223333:policy/boundary');
  });
});

describe('an upstream role that can be none', () => {
  test('fails for an upstream that ECR reads by none', () => {
    expect(() => roleOf({ upstream: UpstreamRegistry.QUAY })).toThrow(
      "got an upstream role for 'quay.io', expected a private ECR upstream, the only kind that ECR reads by a role: leave the role out [at Stack/Access]");
  });

  test('fails for a prefix that ECR refuses', () => {
    expect(() => roleOf({ repositoryPrefix: 'Echo' })).toThrow("got the repository prefix 'Echo'");
  });

  test('fails for an upstream prefix that ECR refuses', () => {
    expect(() => roleOf({ upstreamRepositoryPrefix: 'Team' })).toThrow("got the upstream repository prefix 'Team'");
  });

  test('fails for an upstream prefix beside ROOT', () => {
    expect(() => roleOf({ repositoryPrefix: 'ROOT', upstreamRepositoryPrefix: 'team' })).toThrow("got the upstream repository prefix 'team' for a cache with the prefix ROOT");
  });
});
