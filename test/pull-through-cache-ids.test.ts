import { App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';
import { CacheRule, PullThroughCache, UpstreamRegistry } from '../src';
import { ECHO, ENV, newStack } from './app';

const RULE = 'AWS::ECR::PullThroughCacheRule';

/** Where a rule can live: what is asked for is the scope in which `Echo` is made, in a tree of its own. */
const PLACES: [string, (app: App) => Construct][] = [
  ['at the top of a stack', app => newStack(app)],
  ['in a construct', app => new Construct(newStack(app), 'Caches')],
  ['deep in constructs', app => new Construct(new Construct(new Construct(newStack(app), 'Platform'), 'Images'), 'Caches')],
  ['in a construct called Default', app => new Construct(newStack(app), 'Default')],
  ['in a construct called Resource', app => new Construct(newStack(app), 'Resource')],
  ['in a stage', app => new Stack(new Stage(app, 'Prod', { env: ENV }), 'Stack')],
  ['in a construct of a stage', app => new Construct(new Stack(new Stage(app, 'Prod', { env: ENV }), 'Stack'), 'Caches')],
  ['in a nested stack', app => new NestedStack(newStack(app), 'Nested')],
];

function idOf(make: (scope: Construct) => Construct, place: (app: App) => Construct): string {
  const made = make(place(new App()));
  const rules = made.node.findAll().filter(node => CfnPullThroughCacheRule.isCfnPullThroughCacheRule(node));
  expect(rules).toHaveLength(1);
  return Stack.of(made).resolve(rules[0].logicalId);
}

describe('the logical id of a rule is that of a bare L1 rule', () => {
  const l1 = (id: string) => (scope: Construct) => new CfnPullThroughCacheRule(scope, id, { ecrRepositoryPrefix: 'echo', upstreamRegistryUrl: 'quay.io' });

  test.each(PLACES)('for a cache %s', (_, place) => {
    expect(idOf(scope => new PullThroughCache(scope, 'Echo', { upstream: ECHO }), place)).toBe(idOf(l1('Echo'), place));
  });

  test.each(PLACES)('for a CacheRule %s', (_, place) => {
    expect(idOf(scope => new CacheRule(scope, 'Echo', { upstream: UpstreamRegistry.QUAY }), place)).toBe(idOf(l1('Echo'), place));
  });

  test('so Echo at the top of a stack is Echo', () => {
    expect(idOf(scope => new PullThroughCache(scope, 'Echo', { upstream: ECHO }), app => newStack(app))).toBe('Echo');
  });
});

describe('the tree of a cache', () => {
  /** The ids that this library chose; what aws-cdk-lib has below them is its own affair. */
  function tree(cache: PullThroughCache): string[] {
    return cache.node.findAll().map(node => node.node.path.slice(cache.node.path.length + 1)).filter(path => path && path.split('/').length <= 2).sort();
  }

  test('is a contract', () => {
    expect(tree(new PullThroughCache(newStack(), 'Echo', { upstream: ECHO }))).toEqual([
      'Default',
      'Default/Default',
      'Monitoring',
      'Monitoring/EventLog',
      'Monitoring/FailedPulls',
      'Monitoring/FailedPullsAlarm',
      'RepositoryTemplate',
      'RepositoryTemplate/Resource',
      'UpstreamRole',
      'UpstreamRole/Resource',
    ]);
  });

  test('has a creation role when one may be needed', () => {
    expect(tree(new PullThroughCache(newStack(), 'Echo', { upstream: ECHO, repositoryTemplate: { tags: { team: 'web' } } })))
      .toEqual(expect.arrayContaining(['RepositoryTemplate/CreationRole']));
  });

  test('leads from the cache to its rule and to the L1 in it', () => {
    const cache = new PullThroughCache(newStack(), 'Echo', { upstream: ECHO });
    expect(cache.node.defaultChild).toBe(cache.rule);
    expect(cache.rule.node.defaultChild).toBeInstanceOf(CfnPullThroughCacheRule);
  });
});

test('the logical ids of a cache are a contract', () => {
  const stack = newStack();
  new PullThroughCache(stack, 'Echo', { upstream: ECHO, repositoryTemplate: { tags: { team: 'web' } } });
  const resources = Object.entries(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>);
  expect(Object.fromEntries(resources.map(([id, { Type }]) => [id, Type]))).toEqual({
    Echo: RULE,
    EchoUpstreamRole955C5A55: 'AWS::IAM::Role',
    EchoRepositoryTemplate1131034F: 'AWS::ECR::RepositoryCreationTemplate',
    EchoRepositoryTemplateCreationRoleDFC3E14B: 'AWS::IAM::Role',
    EchoMonitoringEventLogD9555CCC: 'AWS::Logs::LogGroup',
    EchoMonitoringFailedPullsEBC92CA6: 'AWS::Events::Rule',
    EchoMonitoringFailedPullsAlarm08F2AB82: 'AWS::CloudWatch::Alarm',
  });
});
