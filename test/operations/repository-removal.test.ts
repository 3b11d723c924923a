import { CfnParameter, NestedStack } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { PullThroughCache, RepositoryRemoval } from '../../src';
import type { RepositoryRemovalProps } from '../../src';
import { ECHO, newStack } from '../app';

const TYPE = 'Custom::PullThroughCacheRemoval';

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

function echo(scope = stack): PullThroughCache {
  return new PullThroughCache(scope, 'Echo', { upstream: ECHO });
}

function remove(props: Partial<RepositoryRemovalProps> = {}, scope = stack): RepositoryRemoval {
  return new RepositoryRemoval(scope, 'Removal', { cache: props.cache ?? echo(scope), confirmedPrefix: 'echo', ...props });
}

function removal(of = stack): any {
  const [resource] = Object.values(Template.fromStack(of).findResources(TYPE));
  return resource;
}

const repositories = (name: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:eu-central-1:111122223333:repository/${name}`]],
});

test('knows the prefix, its confirmation, its stack and what belongs to others', () => {
  remove({ leaveOut: ['echo/own'] });
  new ecr.CfnPullThroughCacheRule(stack, 'Dev', { ecrRepositoryPrefix: 'echo/dev', upstreamRegistryUrl: 'quay.io' });

  expect(removal().Properties).toEqual({
    ServiceToken: expect.anything(),
    ServiceTimeout: '3600',
    prefix: 'echo',
    confirmedPrefix: 'echo',
    others: ['echo/dev', 'echo/own'],
    stacks: [{ Ref: 'AWS::StackId' }],
  });
});

test('is made before the rule, so that it deletes when no pull can bring a repository back', () => {
  remove();

  const [rule] = Object.values(Template.fromStack(stack).findResources('AWS::ECR::PullThroughCacheRule'));
  expect(rule.DependsOn).toContainEqual(expect.stringMatching(/^Removal/));
  const waiting = Object.entries(Template.fromStack(stack).toJSON().Resources as Record<string, any>)
    .filter(([id, { DependsOn = [] }]) => !id.startsWith('Removal') && DependsOn.some((one: string) => one.startsWith('Removal')));
  expect(waiting.map(([id]) => id)).toEqual(['Echo']);
});

test('is made before an L1 rule too', () => {
  const rule = new ecr.CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'echo', upstreamRegistryUrl: 'quay.io' });
  remove({ cache: rule });

  expect(Template.fromStack(stack).toJSON().Resources.Rule.DependsOn).toEqual([expect.stringMatching(/^Removal/)]);
});

test('works for an imported cache', () => {
  remove({ cache: PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'echo') });

  expect(removal().Properties.prefix).toBe('echo');
});

test('works beside a verification of the same cache', () => {
  const cache = echo();
  remove({ cache });
  cache.verifyOnDeploy({ images: ['nginx:1'] });

  expect(() => Template.fromStack(stack)).not.toThrow();
});

test('leaves it to the deployment to compare a prefix that only it knows', () => {
  const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
  remove({ cache: PullThroughCache.fromRepositoryPrefix(stack, 'Shared', prefix) });

  expect(removal().Properties).toMatchObject({ prefix: { Ref: 'Prefix' }, confirmedPrefix: 'echo' });
});

test('in a nested stack knows the stack around it', () => {
  const nested = new NestedStack(stack, 'Nested');
  remove({}, nested);

  expect(removal(nested).Properties.stacks).toEqual([{ Ref: expect.stringContaining('StackId') }, { Ref: 'AWS::StackId' }]);
});

test('may list the registry and delete the repositories of the prefix, and nothing else', () => {
  remove();

  const statements = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('Removal')).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  expect(Object.fromEntries(statements.flatMap(({ Action, Resource }) => [Action].flat().map(action => [action, Resource])))).toEqual({
    'logs:CreateLogStream': expect.anything(),
    'logs:PutLogEvents': expect.anything(),
    'cloudformation:DescribeStacks': { Ref: 'AWS::StackId' },
    'lambda:InvokeFunction': { 'Fn::GetAtt': [expect.stringMatching(/^RemovalFunction/), 'Arn'] },
    'ecr:DescribePullThroughCacheRules': '*',
    'ecr:DescribeRepositories': repositories('*'),
    'ecr:DeleteRepository': repositories('echo/*'),
  });
});

test('says what its function is for', () => {
  remove();

  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { Description: 'Deletes the repositories of a pull-through cache', Timeout: 900 });
});

test('lets Lambda alone take on its role', () => {
  remove();

  const [role] = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role')).filter(([id]) => id.startsWith('Removal')).map(([, one]) => one);
  expect(role.Properties.AssumeRolePolicyDocument.Statement).toEqual([{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }]);
});

test('gives what a removal would delete as an attribute', () => {
  expect(stack.resolve(remove().summary)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^Removal/), 'summary'] });
});

describe('fails', () => {
  test('without the prefix typed out', () => {
    expect(() => remove({ confirmedPrefix: 'yes' })).toThrow(
      "got the confirmation 'yes' for deleting all repositories below 'echo', expected the prefix itself, typed out: "
      + "write confirmedPrefix: 'echo' if all of them and their images may go");
  });

  test('for ROOT, confirmed or not', () => {
    expect(() => remove({ cache: PullThroughCache.fromRepositoryPrefix(stack, 'All', 'ROOT'), confirmedPrefix: 'ROOT' })).toThrow(
      'got the prefix ROOT for the removal of repositories, expected a prefix of its own');
  });

  test('for something to leave out that is not below the prefix', () => {
    expect(() => remove({ leaveOut: ['echoes/own'] })).toThrow("got 'echoes/own' to be left out of what is below 'echo'");
  });

  test('for a cache of another Region', () => {
    const far = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'echo', region: 'us-east-1' });

    expect(() => remove({ cache: far })).toThrow('Region us-east-1, expected a cache of account');
  });
});
