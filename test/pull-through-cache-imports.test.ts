import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CacheMonitoring, PullThroughCache, PullThroughCacheBase, UpstreamRegistry } from '../src';
import type { IPullThroughCache, PullThroughCacheAttributes } from '../src';
import { ECHO, ENV, newStack, propertiesOf, warningsOf } from './app';

const ELSEWHERE = { account: '444455556666', region: 'us-west-2' };

function importIn(stack: Stack, attributes: Partial<PullThroughCacheAttributes> = {}): IPullThroughCache {
  return PullThroughCache.fromPullThroughCacheAttributes(stack, 'Shared', { repositoryPrefix: 'echo', ...attributes });
}

const puller = (stack: Stack) => new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() });
const policyOf = (stack: Stack) => JSON.stringify(propertiesOf(stack, 'AWS::IAM::Policy').PolicyDocument);

describe('an import by prefix', () => {
  test('is a cache in the account and Region of the stack', () => {
    const stack = newStack();
    const cache = PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'echo');
    expect(cache.env).toEqual(ENV);
    expect(cache).toMatchObject({ repositoryPrefix: 'echo', upstream: undefined, upstreamRepositoryPrefix: undefined, repositoriesTagged: undefined });
    expect(cache.pullThroughCacheRuleRef).toEqual({ ecrRepositoryPrefix: 'echo' });
  });

  test('is found in the tree as what it is', () => {
    const stack = newStack();
    PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'echo');
    new PullThroughCache(stack, 'Own', { upstream: UpstreamRegistry.QUAY });

    expect(stack.node.findChild('Shared')).toBeInstanceOf(PullThroughCacheBase);
    expect(stack.node.findChild('Own')).toBeInstanceOf(PullThroughCacheBase);
  });

  test('makes no resource', () => {
    const stack = newStack();
    PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'echo');
    expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
  });

  test('may be of a cache that this app makes in the same place', () => {
    const app = new App();
    new PullThroughCache(newStack(app, 'Caches'), 'Echo', { upstream: ECHO });
    const stack = newStack(app);
    PullThroughCache.fromRepositoryPrefix(stack, 'Shared', 'echo');
    expect(warningsOf(stack)).toEqual([]);
  });

  test('fails for a prefix that ECR refuses', () => {
    expect(() => PullThroughCache.fromRepositoryPrefix(newStack(), 'Shared', 'Echo')).toThrow("got the repository prefix 'Echo', expected lower-case letters");
  });

  test('takes a token', () => {
    const stack = newStack();
    const cache = PullThroughCache.fromRepositoryPrefix(stack, 'Shared', new CfnParameter(stack, 'Prefix').valueAsString);
    expect(stack.resolve(cache.repositoryPrefix)).toEqual({ Ref: 'Prefix' });
  });

  test.each(['us-gov-west-1', 'cn-north-1'])('may be in %s, since it exists already', region => {
    expect(PullThroughCache.fromRepositoryPrefix(newStack(new App(), 'Stack', { ...ENV, region }), 'Shared', 'echo').env.region).toBe(region);
  });
});

describe('an import by attributes', () => {
  test('knows what it is told', () => {
    const cache = importIn(newStack(), { upstream: ECHO, upstreamRepositoryPrefix: 'team-a', repositoriesTagged: true, ...ELSEWHERE });
    expect(cache).toMatchObject({ repositoryPrefix: 'echo', upstream: ECHO, upstreamRepositoryPrefix: 'team-a', repositoriesTagged: true, env: ELSEWHERE });
  });

  test.each<[string, Partial<PullThroughCacheAttributes>, string]>([
    ['account', { account: '1234' }, "got the account '1234', expected the 12 digits of an AWS account id"],
    ['Region', { region: 'oregon' }, "got the Region 'oregon', expected the name of an AWS Region"],
    ['upstream prefix', { upstreamRepositoryPrefix: 'Team' }, "got the upstream repository prefix 'Team', expected lower-case letters"],
    ['upstream prefix with ROOT', { repositoryPrefix: 'ROOT', upstreamRepositoryPrefix: 'team' }, "got the upstream repository prefix 'team' for a cache with"],
  ])('fails for a wrong %s', (_, attributes, message) => {
    expect(() => importIn(newStack(), attributes)).toThrow(message);
  });

  test('takes tokens for account and Region', () => {
    const stack = newStack();
    const [account, region] = ['Account', 'Region'].map(id => new CfnParameter(stack, id).valueAsString);
    expect(stack.resolve(importIn(stack, { account, region }).env)).toEqual({ account: { Ref: 'Account' }, region: { Ref: 'Region' } });
  });
});

describe('an image of an import', () => {
  test.each<[string, Partial<PullThroughCacheAttributes>, string]>([
    ['here', {}, '111122223333.dkr.ecr.eu-central-1.'],
    ['in another account', { account: '444455556666' }, '444455556666.dkr.ecr.eu-central-1.'],
    ['in another Region', { region: 'us-west-2' }, '111122223333.dkr.ecr.us-west-2.'],
    ['in another account and Region', ELSEWHERE, '444455556666.dkr.ecr.us-west-2.'],
  ])('is %s', (_, attributes, host) => {
    const stack = newStack();
    expect(stack.resolve(importIn(stack, { upstream: ECHO, ...attributes }).image('nginx:1.27').uri)).toEqual({
      'Fn::Join': ['', [host, { Ref: 'AWS::URLSuffix' }, '/echo/nginx:1.27']],
    });
  });

  test('is pulled from the Region where the cache is', () => {
    const stack = newStack();
    expect(JSON.stringify(stack.resolve(importIn(stack, { upstream: ECHO, ...ELSEWHERE }).image('nginx:1.27').pullCommand))).toContain('--region us-west-2');
  });
});

describe('a grant on an import', () => {
  test('is for the first pull too', () => {
    const stack = newStack();
    importIn(stack).grants.pull(puller(stack));
    expect(policyOf(stack)).toContain('"ecr:BatchImportUpstreamImage","ecr:CreateRepository"');
  });

  test('is named by the account and Region of the cache', () => {
    const stack = newStack();
    importIn(stack, ELSEWHERE).grants.pull(puller(stack));
    expect(policyOf(stack)).toContain(':ecr:us-west-2:444455556666:repository/echo/*');
  });

  test.each([[true, true], [false, false], [undefined, false]])('with repositoriesTagged: %s has ecr:TagResource: %s', (repositoriesTagged, tagging) => {
    const stack = newStack();
    importIn(stack, { repositoriesTagged }).grants.pull(puller(stack));
    expect(policyOf(stack).includes('ecr:TagResource')).toBe(tagging);
  });

  test('is given by grantPull too', () => {
    const stack = newStack();
    importIn(stack).grantPull(puller(stack));
    expect(policyOf(stack)).toContain(':repository/echo/*');
  });
});

describe('an event of an import', () => {
  test.each<[string, (cache: IPullThroughCache) => void]>([
    ['onCacheEvent', cache => cache.events.onCacheEvent('Rule')],
    ['onImageCached', cache => cache.onImageCached('Rule')],
    ['onPullFailed', cache => cache.onPullFailed('Rule')],
  ])('is caught by %s', (_, on) => {
    const stack = newStack();
    on(importIn(stack));
    expect(propertiesOf(stack, 'AWS::Events::Rule').EventPattern).toMatchObject({ detail: { 'ecr-repository-prefix': ['echo'] } });
  });

  test.each<[string, Partial<PullThroughCacheAttributes>, string]>([
    ['account', { account: '444455556666' }, 'got an event rule in the account 111122223333 for a cache in the account 444455556666'],
    ['Region', { region: 'us-west-2' }, 'got an event rule in the Region eu-central-1 for a cache in the Region us-west-2'],
  ])('fails to be caught in another %s', (_, attributes, message) => {
    expect(() => importIn(newStack(), attributes).onPullFailed('Rule')).toThrow(`${message}, expected a rule in the account and Region of the cache`);
  });

  test('is caught where the cache is', () => {
    const app = new App();
    const there = newStack(app, 'There', ELSEWHERE);
    importIn(newStack(app), ELSEWHERE).onPullFailed('Rule', { crossStackScope: there });
    Template.fromStack(there).resourceCountIs('AWS::Events::Rule', 1);
  });
});

describe('the metric of an import', () => {
  test('fails with the way out when nothing here counts', () => {
    expect(() => importIn(newStack()).metricFailedPulls()).toThrow(/^got .*failedPulls.*'echo'.*, expected .*: .*(CacheMonitoring|onPullFailed)/);
  });

  test('fails likewise for a cache without monitoring', () => {
    const cache = new PullThroughCache(newStack(), 'Echo', { upstream: ECHO, monitoring: CacheMonitoring.none() });
    expect(() => cache.metricFailedPulls()).toThrow(/^got .*'echo'.*, expected .*: .*CacheMonitoring/);
  });
});

test('a cache has few methods by familiar names, and the rest as its grants, metrics and events', () => {
  const names = (type: { readonly prototype: object }) => Object.getOwnPropertyNames(type.prototype);
  const made = names(Object.getPrototypeOf(PullThroughCache)).filter(name => !name.startsWith('_') && name !== 'constructor');
  expect(made.sort()).toEqual([
    'events', 'grantPull', 'grants', 'image', 'metricFailedPulls', 'metrics', 'onImageCached', 'onPullFailed', 'pullThroughCacheRuleRef',
  ]);
});

test('an import has the methods of a cache that is made here', () => {
  const made = new PullThroughCache(newStack(), 'Quay', { upstream: UpstreamRegistry.QUAY });
  const imported = importIn(newStack()) as unknown as Record<string, unknown>;
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(PullThroughCache.prototype)).filter(name => !name.startsWith('_') && name !== 'constructor');
  expect(methods.length).toBeGreaterThanOrEqual(5);
  methods.filter(name => typeof (made as unknown as Record<string, unknown>)[name] === 'function')
    .forEach(name => expect([name, typeof imported[name]]).toEqual([name, 'function']));
});
