import { Aws, CfnParameter, Fn, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { PullThroughCache, UpstreamRegistry, UpstreamRole } from '../src';
import type { PullThroughCacheProps } from '../src';
import { agnosticStack, ECHO, newStack, propertiesOf } from './app';

const RULE = 'AWS::ECR::PullThroughCacheRule';
const parameter = (stack: Stack, id: string) => new CfnParameter(stack, id).valueAsString;

function cacheIn(stack: Stack, props: Partial<PullThroughCacheProps> = {}) {
  return new PullThroughCache(stack, 'Echo', { upstream: ECHO, ...props });
}

describe('a parameter', () => {
  test('can be the account of Echo', () => {
    const stack = newStack();
    cacheIn(stack, { upstream: UpstreamRegistry.echo({ account: parameter(stack, 'Account') }) });
    expect(propertiesOf(stack, RULE).UpstreamRegistryUrl).toEqual({ 'Fn::Join': ['', [{ Ref: 'Account' }, '.dkr.ecr.us-east-1.amazonaws.com']] });
  });

  test('can be the Region of the upstream', () => {
    const stack = newStack();
    cacheIn(stack, { upstream: UpstreamRegistry.echo({ account: '123456789012', region: parameter(stack, 'Region') }) });
    expect(propertiesOf(stack, RULE).UpstreamRegistryUrl).toEqual({ 'Fn::Join': ['', ['123456789012.dkr.ecr.', { Ref: 'Region' }, '.', { Ref: 'AWS::URLSuffix' }]] });
  });

  test('can be the prefix, in every resource that has it', () => {
    const stack = newStack();
    cacheIn(stack, { repositoryPrefix: parameter(stack, 'Prefix') });
    const template = Template.fromStack(stack);
    template.hasResourceProperties(RULE, { EcrRepositoryPrefix: { Ref: 'Prefix' } });
    template.hasResourceProperties('AWS::ECR::RepositoryCreationTemplate', {
      Prefix: { Ref: 'Prefix' }, Description: { 'Fn::Join': ['', ['Repositories below ', { Ref: 'Prefix' }]] },
    });
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { detail: { 'ecr-repository-prefix': [{ Ref: 'Prefix' }] } } });
    const { Policies: [{ PolicyDocument: { Statement: [, , fill] } }] } = propertiesOf(stack, 'AWS::IAM::Role') as any;
    expect(fill.Resource['Fn::Join'][1].slice(-3)).toEqual([':ecr:eu-central-1:111122223333:repository/', { Ref: 'Prefix' }, '/*']);
  });

  test('can be the prefix in the upstream', () => {
    const stack = newStack();
    cacheIn(stack, { upstreamRepositoryPrefix: parameter(stack, 'Prefix') });
    expect(propertiesOf(stack, RULE).UpstreamRepositoryPrefix).toEqual({ Ref: 'Prefix' });
  });

  test('can be a part of the prefix', () => {
    const stack = newStack();
    cacheIn(stack, { repositoryPrefix: `echo-${parameter(stack, 'Stage')}` });
    expect(propertiesOf(stack, RULE).EcrRepositoryPrefix).toEqual({ 'Fn::Join': ['', ['echo-', { Ref: 'Stage' }]] });
  });

  test('can be a tag, a key and a description of the template', () => {
    const stack = newStack();
    cacheIn(stack, {
      repositoryTemplate: {
        description: parameter(stack, 'Text'), tags: { team: parameter(stack, 'Team') }, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', parameter(stack, 'KeyArn')),
      },
    });
    Template.fromStack(stack).hasResourceProperties('AWS::ECR::RepositoryCreationTemplate', {
      Description: { Ref: 'Text' }, ResourceTags: [{ Key: 'team', Value: { Ref: 'Team' } }], EncryptionConfiguration: { KmsKey: { Ref: 'KeyArn' } },
    });
  });

  test('can be a role of one\'s own', () => {
    const stack = newStack();
    cacheIn(stack, { upstreamRole: UpstreamRole.fromRole(iam.Role.fromRoleArn(stack, 'Reader', parameter(stack, 'RoleArn'))) });
    expect(propertiesOf(stack, RULE).CustomRoleArn).toEqual({ Ref: 'RoleArn' });
  });
});

describe('other tokens', () => {
  test.each<[string, (stack: Stack) => string, unknown]>([
    ['an import', () => Fn.importValue('EchoAccount'), { 'Fn::ImportValue': 'EchoAccount' }],
    ['a pseudo parameter', () => Aws.ACCOUNT_ID, { Ref: 'AWS::AccountId' }],
  ])('can be the account: %s', (_, account, rendered) => {
    const stack = agnosticStack();
    cacheIn(stack, { upstream: UpstreamRegistry.echo({ account: account(stack) }) });
    expect(propertiesOf(stack, RULE).UpstreamRegistryUrl).toEqual({ 'Fn::Join': ['', [rendered, '.dkr.ecr.us-east-1.amazonaws.com']] });
  });

  test('can be lazy', () => {
    const stack = newStack();
    cacheIn(stack, { repositoryPrefix: Lazy.string({ produce: () => 'late' }) });
    expect(propertiesOf(stack, RULE).EcrRepositoryPrefix).toBe('late');
  });
});

describe('beside tokens the rest is checked', () => {
  test('the prefix when the account is a token', () => {
    const stack = newStack();
    const upstream = UpstreamRegistry.echo({ account: parameter(stack, 'Account') });
    expect(() => cacheIn(stack, { upstream, repositoryPrefix: 'Echo' })).toThrow("got the repository prefix 'Echo'");
  });

  test('the account when the Region is a token', () => {
    const stack = newStack();
    expect(() => UpstreamRegistry.echo({ account: '1234', region: parameter(stack, 'Region') })).toThrow("got the account '1234'");
  });

  test('the Region when the account is a token', () => {
    const stack = newStack();
    expect(() => UpstreamRegistry.ecr({ account: parameter(stack, 'Account'), region: 'frankfurt' })).toThrow("got the Region 'frankfurt'");
  });

  test('the upstream prefix when the prefix is a token', () => {
    const stack = newStack();
    expect(() => cacheIn(stack, { repositoryPrefix: parameter(stack, 'Prefix'), upstreamRepositoryPrefix: 'Team' })).toThrow(
      "got the upstream repository prefix 'Team'");
  });

  test('the Region of a stack whose account is not known', () => {
    expect(() => cacheIn(newStack(undefined, 'Stack', { region: 'cn-north-1' }))).toThrow("got an upstream in the Region 'us-east-1'");
  });
});

test('a cache in a stack that goes anywhere says so by pseudo parameters', () => {
  const stack = agnosticStack();
  cacheIn(stack);
  const text = JSON.stringify(Template.fromStack(stack).toJSON());
  expect(text).toContain('":ecr:",{"Ref":"AWS::Region"},":",{"Ref":"AWS::AccountId"},":repository/echo/*"');
  expect(text).not.toContain('${Token');
});
