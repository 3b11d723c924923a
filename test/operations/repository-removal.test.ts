import { CfnParameter, Lazy, NestedStack, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
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

/** What the function is told, with references as JSON has them. */
function settings(of = stack): any {
  const [{ Properties }] = Object.entries(Template.fromStack(of).findResources('AWS::Lambda::Function'))
    .filter(([id]) => id.startsWith('Removal')).map(([, one]) => one);
  const text = Properties.Environment.Variables.PULL_THROUGH_CACHE_SETTINGS;
  return JSON.parse(text['Fn::Join'][1].map((part: any) => typeof part === 'string' ? part : `<${Object.values(part)[0]}>`).join(''));
}

const repositories = (name: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:eu-central-1:111122223333:repository/${name}`]],
});

test('tells its function, and no event, the prefix, its confirmation, its stack and what belongs to others', () => {
  remove({ leaveOut: ['echo/own'] });
  new ecr.CfnPullThroughCacheRule(stack, 'Dev', { ecrRepositoryPrefix: 'echo/dev', upstreamRegistryUrl: 'quay.io' });

  expect(settings()).toEqual({
    prefix: 'echo',
    confirmedPrefix: 'echo',
    others: ['echo/dev'],
    leftOut: ['echo/own'],
    stacks: ['<AWS::StackId>'],
    keepsAll: false,
    removal: expect.stringMatching(/^Removal/),
    rules: ['Echo'],
  });
  expect(removal().Properties).toEqual({ ServiceToken: expect.anything(), ServiceTimeout: '3600', changes: [expect.anything()] });
});

describe('leaves alone what may be below the prefix', () => {
  const denied = () => statements().find(({ Effect }) => Effect === 'Deny').Resource.map((one: any) => JSON.stringify(one));
  const rule = (ecrRepositoryPrefix: string, scope = stack, id = 'Sibling') =>
    new ecr.CfnPullThroughCacheRule(scope, id, { ecrRepositoryPrefix, upstreamRegistryUrl: 'quay.io' });

  test('by the value of a prefix that only the deployment knows', () => {
    remove();
    rule(new CfnParameter(stack, 'Team').valueAsString);
    rule(`echo/${new CfnParameter(stack, 'Part').valueAsString}`, stack, 'Below');
    rule(`hub/${new CfnParameter(stack, 'Far').valueAsString}`, stack, 'Elsewhere');
    rule(Lazy.string({ produce: () => 'echo/lazy' }), stack, 'Lazy');

    expect([...settings().others].sort()).toEqual(['<Team>', 'echo/<Part>', 'echo/lazy']);
    expect(denied()).toEqual(expect.arrayContaining([expect.stringContaining('{"Ref":"Team"},"/*"'), expect.stringContaining('{"Ref":"Part"},"/*"')]));
  });

  test('when only the deployment knows the own prefix, whose own rule is no other', () => {
    const prefix = new CfnParameter(stack, 'Prefix').valueAsString;
    const cache = rule(prefix, stack, 'Rule');
    remove({ cache });
    rule('echo/dev');

    expect(settings().others).toEqual(['echo/dev']);
    expect(denied()).toHaveLength(2);
  });

  const WARNING = Match.stringLikeRegexp("the removal of repositories can't be told the prefix of Other/Sibling, which only the deployment of another stack knows.*siblingNotTold");

  test('by a reference to another stack, which is deployed before then', () => {
    const other = new Stack(stack.node.root as App, 'Other', { env: { account: '111122223333', region: 'eu-central-1' } });
    rule(new CfnParameter(other, 'Team').valueAsString, other);
    remove();

    expect(settings().others).toEqual([expect.stringMatching(/^<Other:Export.*>$/)]);
    Annotations.fromStack(stack).hasNoWarning('*', WARNING);
  });

  test('with a warning for a prefix of a stack that waits for this one', () => {
    const other = new Stack(stack.node.root as App, 'Other', { env: { account: '111122223333', region: 'eu-central-1' } });
    rule(new CfnParameter(other, 'Team').valueAsString, other);
    remove();
    other.addDependency(stack);

    expect(settings().others).toEqual([]);
    Annotations.fromStack(stack).hasWarning('*', WARNING);
  });
});

test('runs again when what it tells its function changes', () => {
  remove();
  const other = newStack();
  remove({ leaveOut: ['echo/own'] }, other);

  expect(removal(other).Properties.changes).not.toEqual(removal().Properties.changes);
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

describe('warns when nothing has the rule deleted before the repositories', () => {
  const WARNING = Match.stringLikeRegexp('the rule of the cache is not in this part of the app, so nothing has it deleted before its repositories.*removalNotOrdered');

  test('for an imported cache whose rule is elsewhere', () => {
    remove({ cache: PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'echo') });

    expect(settings().prefix).toBe('echo');
    Annotations.fromStack(stack).hasWarning('*', WARNING);
  });

  test('and not for an imported cache whose rule is in this app', () => {
    const other = new Stack(stack.node.root as App, 'Rules', { env: { account: '111122223333', region: 'eu-central-1' } });
    new ecr.CfnPullThroughCacheRule(other, 'Rule', { ecrRepositoryPrefix: 'echo', upstreamRegistryUrl: 'quay.io' });
    remove({ cache: PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'echo') });

    Annotations.fromStack(stack).hasNoWarning('*', WARNING);
    expect(other.dependencies.map(({ node }) => node.id)).toEqual([stack.node.id]);
  });
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

  expect(settings()).toMatchObject({ prefix: '<Prefix>', confirmedPrefix: 'echo' });
});

test('leaves it to the deployment whether a name that only it knows is below the prefix', () => {
  const own = new CfnParameter(stack, 'Own').valueAsString;
  remove({ leaveOut: [own] });

  expect(settings().leftOut).toEqual(['<Own>']);
});

test('in a nested stack knows the stack around it', () => {
  const nested = new NestedStack(stack, 'Nested');
  remove({}, nested);

  expect(settings(nested).stacks).toEqual([expect.stringMatching(/^<.*StackId.*>$/), '<AWS::StackId>']);
});

function statements(): any[] {
  return Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('Removal')).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

const allowed = () => Object.fromEntries(statements().filter(({ Effect }) => Effect === 'Allow')
  .flatMap(({ Action, Resource }) => [Action].flat().map(action => [action, Resource])));

const LISTS = {
  'logs:CreateLogStream': expect.anything(),
  'logs:PutLogEvents': expect.anything(),
  'cloudformation:DescribeStacks': { Ref: 'AWS::StackId' },
  'cloudformation:ListStackResources': { Ref: 'AWS::StackId' },
  'lambda:InvokeFunction': { 'Fn::GetAtt': [expect.stringMatching(/^RemovalFunction/), 'Arn'] },
  'ecr:DescribePullThroughCacheRules': '*',
  'ecr:DescribeRepositoryCreationTemplates': '*',
  'ecr:DescribeRepositories': repositories('*'),
};

test('may list the registry and delete the repositories of the prefix, and nothing else', () => {
  remove();

  expect(allowed()).toEqual({ ...LISTS, 'ecr:DeleteRepository': repositories('echo/*') });
});

test('may not delete what belongs to others, whatever its function does', () => {
  remove({ leaveOut: ['echo/own'] });
  new ecr.CfnPullThroughCacheRule(stack, 'Dev', { ecrRepositoryPrefix: 'echo/dev', upstreamRegistryUrl: 'quay.io' });

  expect(statements().filter(({ Effect }) => Effect === 'Deny')).toEqual([{
    Effect: 'Deny',
    Action: 'ecr:DeleteRepository',
    Resource: ['echo', 'echo/dev/*', 'echo/own', 'echo/own/*'].map(repositories),
  }]);
});

test('may delete nothing when all is to be kept', () => {
  remove({ keepAll: true });

  expect(settings().keepsAll).toBe(true);
  expect([allowed(), statements().filter(({ Effect }) => Effect === 'Deny')]).toEqual([LISTS, []]);
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

  test.each<[string, any, string]>([
    ['an empty list', [], 'got an empty list of names in leaveOut, expected at least one: leave the option leaveOut out when nothing is to be left alone'],
    ['nothing', null, 'got no list of names in leaveOut'],
    ['a place without a value', [undefined], 'got a list of names in leaveOut with nothing in place 1'],
  ])('for %s to leave out, which a filter may have left', (_, leaveOut, message) => {
    expect(() => remove({ leaveOut })).toThrow(message);
  });

  test.each<[string, string | null | undefined, string]>([
    ['undefined', undefined, 'got a name in leaveOut that turns out to be nothing when the app is synthesized, expected a name below the prefix: look for'],
    ['null', null, 'got a name in leaveOut that turns out to be nothing'],
    ['an empty text', '', 'got a name in leaveOut that turns out to be nothing'],
    ['a name with a slash at its end', 'echo/own/', "got the name that is left out 'echo/own/', expected no slash at the end"],
    ['a wildcard', 'echo/own/*', "got the name that is left out 'echo/own/*'"],
    ['a name elsewhere', 'hub/own', "got 'hub/own' to be left out of what is below 'echo'"],
  ])('for a name to leave out that turns out to be %s at synthesis', (_, name, message) => {
    remove({ leaveOut: ['echo/kept', Lazy.string({ produce: () => name as string })] });

    expect(() => settings()).toThrow(message);
  });

  test('for more that is left out than a function can be told', () => {
    remove({ leaveOut: Array.from({ length: 200 }, (_, at) => `echo/own-${at}/with-a-long-name`) });

    expect(() => settings()).toThrow(/got \d+ characters of settings, expected at most 3800: name what is left out by a prefix that is common to it/);
  });

  test('for a cache of another Region', () => {
    const far = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'echo', region: 'us-east-1' });

    expect(() => remove({ cache: far })).toThrow('Region us-east-1, expected a cache of account');
  });
});

describe('a second removal', () => {
  test('for the same cache is refused, also by an import of it', () => {
    remove({ cache: echo() });
    const imported = PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'echo');

    expect(() => new RepositoryRemoval(stack, 'Second', { cache: imported, confirmedPrefix: 'echo', leaveOut: ['echo/own'] })).toThrow(
      "got a second removal of the repositories below 'echo' (Stack/Removal is the first), expected one for a cache, since the two may differ in what they "
      + 'leave out: leave one of them out, and name all that stays in leaveOut of the other [at Stack/Second]');
  });

  test('is taken for another prefix, in another Region, or when the first left the tree', () => {
    remove();
    const hub = new PullThroughCache(stack, 'Hub', { upstream: ECHO, repositoryPrefix: 'hub' });
    new RepositoryRemoval(stack, 'OfHub', { cache: hub, confirmedPrefix: 'hub' });
    remove({}, newStack(stack.node.root as App, 'There', { account: '111122223333', region: 'eu-west-1' }));
    stack.node.tryRemoveChild('Removal');

    expect(() => remove({ cache: stack.node.findChild('Echo') as PullThroughCache })).not.toThrow();
  });
});
