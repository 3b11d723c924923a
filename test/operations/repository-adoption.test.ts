import { NestedStack, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { FUNCTIONS_RUNTIME } from '../../projenrc/runtime';
import { CachePullers, PullThroughCache, RepositoryAdoption, RepositoryTemplate, UpstreamRegistry } from '../../src';
import type { RepositoryAdoptionProps, RepositoryTemplateOptions } from '../../src';
import { ECHO, newStack } from '../app';

const TYPE = 'Custom::PullThroughCacheAdoption';

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

function echo(repositoryTemplate: RepositoryTemplateOptions = {}, scope = stack): PullThroughCache {
  return new PullThroughCache(scope, 'Echo', { upstream: ECHO, repositoryTemplate });
}

function adopt(props: Partial<RepositoryAdoptionProps> = {}): RepositoryAdoption {
  return new RepositoryAdoption(stack, 'Adoption', { template: echo().repositoryTemplate, ...props });
}

function adoption(): any {
  const [resource] = Object.values(Template.fromStack(stack).findResources(TYPE));
  return resource;
}

function actions(): { [action: string]: unknown } {
  const statements = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('Adoption')).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  return Object.fromEntries(statements.flatMap(({ Action, Resource }) => [Action].flat().map(action => [action, Resource])));
}

const repositories = (name: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:eu-central-1:111122223333:repository/${name}`]],
});

test('is a dry run unless the user says otherwise, with what the template has', () => {
  adopt();

  const [template] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::RepositoryCreationTemplate'));
  expect(adoption().Properties).toMatchObject({
    prefix: 'echo', others: [], dryRun: 'true', lifecyclePolicy: template.Properties.LifecyclePolicy, ServiceTimeout: '3600',
  });
});

test('has no policy and no tags when the template has none', () => {
  adopt();

  expect(Object.keys(adoption().Properties).sort()).toEqual(['ServiceTimeout', 'ServiceToken', 'dryRun', 'lifecyclePolicy', 'others', 'prefix']);
});

test('takes the policy and the tags of the template, also those that come late', () => {
  const cache = echo({ tags: { team: 'web' }, inheritTags: true, pullers: [CachePullers.account('444455556666')] });
  new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, dryRun: false });
  cache.repositoryTemplate.cdkTagManager.setTag('stage', 'prod');

  const [template] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::RepositoryCreationTemplate'));
  expect(adoption().Properties).toMatchObject({
    dryRun: 'false', repositoryPolicy: template.Properties.RepositoryPolicy, tags: [{ key: 'stage', value: 'prod' }, { key: 'team', value: 'web' }],
  });
});

test('says what its function is for', () => {
  adopt();

  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { Description: 'Gives existing repositories the settings of their template' });
});

test('comes after the template and after it may carry on', () => {
  adopt();

  expect(adoption().DependsOn).toEqual(expect.arrayContaining([expect.stringMatching(/^EchoRepositoryTemplate/), expect.stringMatching(/^AdoptionCarryOn/)]));
});

test('leaves what belongs to other rules and templates of this app, and what the user leaves out', () => {
  adopt({ leaveOut: ['echo/own'] });
  new ecr.CfnPullThroughCacheRule(stack, 'Dev', { ecrRepositoryPrefix: 'echo/dev', upstreamRegistryUrl: 'quay.io' });
  new RepositoryTemplate(new NestedStack(stack, 'Nested'), 'Special', { prefix: 'echo/special' });
  new RepositoryTemplate(stack, 'Echoes', { prefix: 'echoes/x' });
  const elsewhere = new Stack(stack.node.root as any, 'Elsewhere', { env: { account: '111122223333', region: 'us-east-1' } });
  new ecr.CfnPullThroughCacheRule(elsewhere, 'Dev', { ecrRepositoryPrefix: 'echo/elsewhere', upstreamRegistryUrl: 'quay.io' });

  expect(adoption().Properties.others).toEqual(['echo/dev', 'echo/own', 'echo/special']);
});

test('gives what came out as attributes', () => {
  const made = adopt();

  const given = (attribute: string) => ({ 'Fn::GetAtt': [expect.stringMatching(/^Adoption/), attribute] });
  expect([made.summary, made.changedRepositories, made.unchangedRepositories].map(value => stack.resolve(value))).toEqual(
    [given('summary'), given('changed'), given('unchanged')]);
});

describe('may', () => {
  test('read and list, and write nothing, in a dry run', () => {
    adopt();

    expect(actions()).toEqual({
      'logs:CreateLogStream': expect.anything(),
      'logs:PutLogEvents': expect.anything(),
      'cloudformation:DescribeStacks': { Ref: 'AWS::StackId' },
      'lambda:InvokeFunction': { 'Fn::GetAtt': [expect.stringMatching(/^AdoptionFunction/), 'Arn'] },
      'ecr:DescribePullThroughCacheRules': '*',
      'ecr:DescribeRepositoryCreationTemplates': '*',
      'ecr:DescribeRepositories': repositories('*'),
      'ecr:GetLifecyclePolicy': repositories('echo/*'),
      'ecr:GetRepositoryPolicy': repositories('echo/*'),
      'ecr:ListTagsForResource': repositories('echo/*'),
    });
  });

  test('write settings of the repositories of the prefix otherwise', () => {
    adopt({ dryRun: false });

    expect(actions()).toMatchObject({
      'ecr:PutLifecyclePolicy': repositories('echo/*'), 'ecr:SetRepositoryPolicy': repositories('echo/*'), 'ecr:TagResource': repositories('echo/*'),
    });
  });
});

test('runs on a current Node.js, on ARM, for a quarter of an hour at most', () => {
  adopt();

  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Architectures: ['arm64'], Runtime: FUNCTIONS_RUNTIME, Timeout: 900, LoggingConfig: { LogGroup: Match.anyValue() },
  });
});

describe('fails', () => {
  test('for a cache in the place of its template', () => {
    const cache = new PullThroughCache(newStack(), 'Quay', { upstream: UpstreamRegistry.QUAY });

    expect(() => new RepositoryAdoption(cache, 'Adoption', { template: cache as any })).toThrow(
      'got an object as template, expected an object that has the attribute prefix: name the repositoryTemplate of a cache, or a RepositoryTemplate');
  });

  test('for ROOT', () => {
    const template = new RepositoryTemplate(stack, 'Fallback', { prefix: 'ROOT' });

    expect(() => new RepositoryAdoption(stack, 'Adoption', { template })).toThrow(
      'got the prefix ROOT for the adoption of repositories, expected a prefix of its own, since ROOT stands for every repository of the registry that '
      + 'no other prefix has: give the cache a prefix, or work on the repositories one by one');
  });

  test('for something to leave out that is not below the prefix', () => {
    expect(() => adopt({ leaveOut: ['own'] })).toThrow(
      "got 'own' to be left out of what is below 'echo', expected a prefix that begins with 'echo/': write it whole, such as 'echo/team'");
  });

  test('for something to leave out that is no prefix', () => {
    expect(() => adopt({ leaveOut: ['echo/Own'] })).toThrow("got the prefix that is left out 'echo/Own', expected lower-case letters");
  });
});
