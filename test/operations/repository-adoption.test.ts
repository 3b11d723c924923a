import { CfnParameter, NestedStack, Stack } from 'aws-cdk-lib';
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

/** What the function is told. */
function settings(): any {
  const [{ Properties }] = Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function'))
    .filter(([id]) => id.startsWith('Adoption')).map(([, one]) => one);
  return JSON.parse(Properties.Environment.Variables.PULL_THROUGH_CACHE_SETTINGS['Fn::Join'][1].map((part: any) => part.Ref ?? part).join(''));
}

function actions(): { [action: string]: unknown } {
  const statements = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith('Adoption')).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
    .filter(({ Effect }) => Effect === 'Allow');
  return Object.fromEntries(statements.flatMap(({ Action, Resource }) => [Action].flat().map(action => [action, Resource])));
}

const repositories = (name: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:ecr:eu-central-1:111122223333:repository/${name}`]],
});

test('is a dry run unless the user says otherwise, and overwrites no policy', () => {
  adopt();

  expect(settings()).toEqual({
    prefix: 'echo', others: [], leftOut: [], stacks: ['AWS::StackId'], dryRun: true, overwritesPolicies: false,
  });
});

test('tells its function what was chosen', () => {
  adopt({ dryRun: false, overwritePolicies: true });

  expect(settings()).toMatchObject({ dryRun: false, overwritesPolicies: true });
});

test('runs again when the template changes, also by what comes late or is overridden, when its settings do, and with another trigger', () => {
  const changesOf = (prepare: (cache: PullThroughCache) => void, props: Partial<RepositoryAdoptionProps> = {}) => {
    stack = newStack();
    const cache = echo({ inheritTags: true });
    new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, ...props });
    prepare(cache);
    return JSON.stringify(adoption().Properties.changes);
  };
  const all = [
    changesOf(() => undefined),
    changesOf(cache => cache.repositoryTemplate.cdkTagManager.setTag('stage', 'prod')),
    changesOf(cache => (cache.repositoryTemplate.node.defaultChild as ecr.CfnRepositoryCreationTemplate).addPropertyOverride('LifecyclePolicy', '{}')),
    changesOf(() => undefined, { leaveOut: ['echo/own'] }),
    changesOf(() => undefined, { trigger: '2' }),
  ];

  expect(new Set(all).size).toBe(all.length);
});

test('runs again when a parameter of the template changes', () => {
  const team = new CfnParameter(stack, 'Team').valueAsString;
  new RepositoryAdoption(stack, 'Adoption', { template: echo({ tags: { team } }).repositoryTemplate });

  expect(adoption().Properties.changes).toContainEqual([{ key: 'team', value: { Ref: 'Team' } }]);
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

  expect(settings()).toMatchObject({ others: ['echo/dev', 'echo/special'], leftOut: ['echo/own'] });
});

test('gives what came out as attributes', () => {
  const made = adopt();

  const given = (attribute: string) => ({ 'Fn::GetAtt': [expect.stringMatching(/^Adoption/), attribute] });
  expect([made.summary, made.changedRepositories, made.unchangedRepositories].map(value => stack.resolve(value))).toEqual(
    [given('summary'), given('changed'), given('unchanged')]);
});

describe('may', () => {
  const LISTS = {
    'logs:CreateLogStream': expect.anything(),
    'logs:PutLogEvents': expect.anything(),
    'cloudformation:DescribeStacks': { Ref: 'AWS::StackId' },
    'lambda:InvokeFunction': { 'Fn::GetAtt': [expect.stringMatching(/^AdoptionFunction/), 'Arn'] },
    'ecr:DescribePullThroughCacheRules': '*',
    'ecr:DescribeRepositoryCreationTemplates': '*',
    'ecr:DescribeRepositories': expect.anything(),
  };

  test('read what the template has, and write nothing, in a dry run', () => {
    adopt();

    expect(actions()).toEqual({ ...LISTS, 'ecr:GetLifecyclePolicy': repositories('echo/*') });
  });

  test('read and write all that the template has, however late it comes', () => {
    const cache = echo({ pullers: [CachePullers.account('444455556666')], inheritTags: true });
    new RepositoryAdoption(stack, 'Adoption', { template: cache.repositoryTemplate, dryRun: false });
    cache.repositoryTemplate.cdkTagManager.setTag('stage', 'prod');

    const all = ['GetLifecyclePolicy', 'GetRepositoryPolicy', 'ListTagsForResource', 'PutLifecyclePolicy', 'SetRepositoryPolicy', 'TagResource'];
    expect(actions()).toEqual({ ...LISTS, ...Object.fromEntries(all.map(action => [`ecr:${action}`, repositories('echo/*')])) });
  });

  test('write nothing that the template does not have', () => {
    adopt({ dryRun: false });

    expect(actions()).toEqual({ ...LISTS, 'ecr:GetLifecyclePolicy': repositories('echo/*'), 'ecr:PutLifecyclePolicy': repositories('echo/*') });
  });

  test('change nothing of what belongs to others, whatever its function does', () => {
    adopt({ dryRun: false, leaveOut: ['echo/own'] });
    new ecr.CfnPullThroughCacheRule(stack, 'Dev', { ecrRepositoryPrefix: 'echo/dev', upstreamRegistryUrl: 'quay.io' });

    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([{
          Effect: 'Deny',
          Action: ['ecr:PutLifecyclePolicy', 'ecr:SetRepositoryPolicy', 'ecr:TagResource'],
          Resource: ['echo', 'echo/dev/*', 'echo/own', 'echo/own/*'].map(repositories),
        }]),
      },
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
      "got the construct 'Stack/Quay' as template, expected an object that has the attribute prefix: name the repositoryTemplate of a cache, or a RepositoryTemplate");
  });

  test('for ROOT', () => {
    const template = new RepositoryTemplate(stack, 'Fallback', { prefix: 'ROOT' });

    expect(() => new RepositoryAdoption(stack, 'Adoption', { template })).toThrow(
      'got the prefix ROOT for the adoption of repositories, expected a prefix of its own, since ROOT stands for every repository of the registry that '
      + 'no other prefix has: give the cache a prefix, or work on the repositories one by one');
  });

  test('for something to leave out that is not below the prefix', () => {
    expect(() => adopt({ leaveOut: ['own'] })).toThrow(
      "got 'own' to be left out of what is below 'echo', expected a name that begins with 'echo/': write it whole, such as 'echo/team'");
  });

  test.each<[string, any]>([['an empty list', []], ['no list', null]])('for %s to leave out, which a filter may have left', (kind, leaveOut) => {
    expect(() => adopt({ leaveOut })).toThrow(`got ${kind} of names in leaveOut`);
  });

  test('for something to leave out that is no prefix', () => {
    expect(() => adopt({ leaveOut: ['echo/Own'] })).toThrow("got the name that is left out 'echo/Own', expected lower-case letters");
  });
});
