import { App, NestedStack, RemovalPolicies, Stack, Stage, Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CacheEventLog, CacheEvents, CacheMonitoring, PullThroughCache, PullThroughCacheGrants } from '../src';
import { agnosticStack, ECHO, ENV, newStack, warningsOf } from './app';

const RULE = 'AWS::ECR::PullThroughCacheRule';
const STAGES = ['dev', 'staging', 'prod'];

function cacheIn(scope: Construct, id = 'Echo', repositoryPrefix = 'echo') {
  return new PullThroughCache(scope, id, { upstream: ECHO, repositoryPrefix });
}

const puller = (scope: Construct) => new iam.Role(scope, 'Puller', { assumedBy: new iam.AccountRootPrincipal() });

describe('several caches', () => {
  test('live in one stack', () => {
    const stack = newStack();
    STAGES.forEach(stage => cacheIn(stack, `Echo-${stage}`, `echo-${stage}`));
    Template.fromStack(stack).resourceCountIs(RULE, 3);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('live in several stacks of one account', () => {
    const app = new App();
    const stacks = STAGES.map(stage => newStack(app, stage));
    stacks.forEach((stack, index) => cacheIn(stack, 'Echo', `echo-${STAGES[index]}`));
    stacks.forEach(stack => Template.fromStack(stack).resourceCountIs(RULE, 1));
  });

  test('live with one prefix in stages of different accounts', () => {
    const app = new App();
    const accounts = ['111122223333', '222233334444', '333344445555'];
    const stacks = STAGES.map((id, index) => new Stack(new Stage(app, id, { env: { ...ENV, account: accounts[index] } }), 'Stack'));
    stacks.forEach(stack => cacheIn(stack));
    stacks.forEach(stack => expect(warningsOf(stack)).toEqual([]));
  });

  test('share one event log', () => {
    const stack = newStack();
    const eventLog = new CacheEventLog(stack, 'Log');
    STAGES.forEach(stage => new PullThroughCache(stack, stage, {
      upstream: ECHO, repositoryPrefix: `echo-${stage}`, monitoring: CacheMonitoring.standard({ eventLog }),
    }));
    Template.fromStack(stack).resourceCountIs('AWS::Logs::LogGroup', 1);
  });

  test('fit fifty times, AWS\'s limit, into one stack of 500 resources and 1 MB', () => {
    const stack = newStack();
    Array.from({ length: 50 }, (_, index) => cacheIn(stack, `Echo${index}`, `echo-${index}`));
    const template = Template.fromStack(stack).toJSON();
    expect(Object.keys(template.Resources)).toHaveLength(300);
    expect(JSON.stringify(template).length).toBeLessThan(1_000_000);
  });

  test('fit fifty times with tags and keys too', () => {
    const stack = newStack();
    Array.from({ length: 50 }, (_, index) => new PullThroughCache(stack, `Echo${index}`, {
      upstream: ECHO, repositoryPrefix: `echo-${index}`, repositoryTemplate: { tags: { index: String(index) } },
    }));
    expect(Object.keys(Template.fromStack(stack).toJSON().Resources)).toHaveLength(350);
  });
});

describe('a cache used from another stack', () => {
  /** Uses everything of a cache that needs no resource of its own in the cache's stack. */
  function useAll(cache: PullThroughCache, stack: Stack) {
    cache.grants.pull(puller(stack));
    PullThroughCacheGrants.fromRule(cache.rule).pullCached(new iam.User(stack, 'User'));
    new events.Rule(stack, 'Rule', { eventPattern: CacheEvents.fromRule(cache).pullFailedPattern() });
    cache.onImageCached('Cached', { crossStackScope: stack });
    stack.exportValue(cache.image('nginx:1.27').uri, { name: 'Uri' });
    stack.exportValue(cache.image('nginx:1.27').pullCommand, { name: 'PullCommand' });
  }

  test.each<[string, (app: App) => [Stack, Stack]]>([
    ['of the same account and Region', app => [newStack(app, 'Caches'), newStack(app, 'Users')]],
    ['that goes anywhere', app => [agnosticStack(app, 'Caches'), agnosticStack(app, 'Users')]],
    ['of another stage', app => ['Caches', 'Users'].map(id => new Stack(new Stage(app, id, { env: ENV }), id)) as [Stack, Stack]],
  ])('%s makes no export there and no dependency', (_, stacks) => {
    const [caches, users] = stacks(new App());
    useAll(cacheIn(caches), users);
    expect(Template.fromStack(caches).toJSON()).not.toHaveProperty('Outputs');
    expect(JSON.stringify(Template.fromStack(users).toJSON())).not.toContain('Fn::ImportValue');
    expect(users.dependencies).toEqual([]);
  });

  test('and using that one makes no cycle', () => {
    const app = new App();
    const [one, two] = [newStack(app, 'One'), newStack(app, 'Two')];
    cacheIn(one, 'Dev', 'dev').grants.pull(puller(two));
    cacheIn(two, 'Prod', 'prod').grants.pull(puller(one));
    expect(() => app.synth()).not.toThrow();
  });

  test('is named by the cache\'s account and Region', () => {
    const app = new App();
    const users = newStack(app, 'Users', { account: '444455556666', region: 'us-east-1' });
    cacheIn(newStack(app, 'Caches')).grants.pull(puller(users));
    expect(JSON.stringify(Template.fromStack(users).findResources('AWS::IAM::Policy'))).toContain(':ecr:eu-central-1:111122223333:repository/echo/*');
  });

  test('can be waited for', () => {
    const app = new App();
    const [caches, users] = [newStack(app, 'Caches'), newStack(app, 'Users')];
    puller(users).node.addDependency(cacheIn(caches).rule);
    app.synth();
    expect(users.dependencies).toEqual([caches]);
    expect(Template.fromStack(caches).toJSON()).not.toHaveProperty('Outputs');
  });

  test('exports the name of its rule when its metric is read there, which has no other name', () => {
    const app = new App();
    const [caches, users] = [newStack(app, 'Caches'), newStack(app, 'Users')];
    cacheIn(caches).metricFailedPulls().createAlarm(users, 'Alarm', { threshold: 1, evaluationPeriods: 1 });
    app.synth();
    expect(Object.keys(Template.fromStack(caches).toJSON().Outputs)).toEqual([expect.stringContaining('FailedPulls')]);
  });
});

describe('a cache in a nested stack', () => {
  test('is made there, and granted from the parent without parameters or outputs', () => {
    const app = new App();
    const stack = newStack(app);
    const nested = new NestedStack(stack, 'Nested');
    cacheIn(nested).grants.pull(puller(stack));
    const template = Template.fromStack(nested).toJSON();
    expect(Object.values(template.Resources as Record<string, { Type: string }>).map(({ Type }) => Type)).toContain(RULE);
    expect(template).not.toHaveProperty('Outputs');
    expect(template).not.toHaveProperty('Parameters');
  });
});

describe('what spreads over an app', () => {
  test('tags reach what can have tags, and no repository', () => {
    const app = new App();
    const stack = newStack(app);
    const cache = cacheIn(stack);
    const role = puller(stack);
    cache.grants.pull(role);
    Tags.of(app).add('team', 'web');

    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Logs::LogGroup', { Tags: [{ Key: 'team', Value: 'web' }] });
    expect(Object.values(template.findResources('AWS::ECR::RepositoryCreationTemplate'))[0].Properties).not.toHaveProperty('ResourceTags');
    template.resourceCountIs('AWS::IAM::Role', 2);
    expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('ecr:TagResource');
  });

  test('tags reach the repositories and the pullers\' permissions when they are inherited, in whatever order', () => {
    const app = new App();
    const [users, caches] = [newStack(app, 'Users'), newStack(app, 'Caches')];
    const cache = new PullThroughCache(caches, 'Echo', { upstream: ECHO, repositoryTemplate: { inheritTags: true } });
    cache.grants.pull(puller(users));
    Tags.of(app).add('team', 'web');

    Template.fromStack(caches).hasResourceProperties('AWS::ECR::RepositoryCreationTemplate', { ResourceTags: [{ Key: 'team', Value: 'web' }] });
    expect(JSON.stringify(Template.fromStack(users).findResources('AWS::IAM::Policy'))).toContain('ecr:TagResource');
  });

  test('a permissions boundary reaches both roles', () => {
    const app = new App();
    const stack = newStack(app);
    new PullThroughCache(stack, 'Echo', { upstream: ECHO, repositoryTemplate: { tags: { team: 'web' } } });
    iam.PermissionsBoundary.of(app).apply(iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111122223333:policy/boundary'));
    const roles = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    expect(roles.map(role => role.Properties.PermissionsBoundary)).toEqual(Array(2).fill('arn:aws:iam::111122223333:policy/boundary'));
  });

  test('removal policies reach the log, which is deleted with the stack by default', () => {
    const stack = newStack();
    cacheIn(stack);
    Template.fromStack(stack).hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete' });

    const kept = newStack();
    cacheIn(kept);
    RemovalPolicies.of(kept).retain();
    Template.fromStack(kept).hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
  });
});

describe('a cache that leaves its tree', () => {
  test('leaves room for another of its prefix', () => {
    const stack = newStack();
    cacheIn(stack);
    stack.node.tryRemoveChild('Echo');
    cacheIn(stack, 'Other');
    expect(Object.keys(Template.fromStack(stack).findResources(RULE))).toEqual(['Other']);
  });
});
