import { Annotations, App, Validations } from 'aws-cdk-lib';
import { TagMutability } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { PullThroughCache, UpstreamRegistry } from '../src';
import type { PullThroughCacheProps } from '../src';
import { agnosticStack, ECHO, ENV, newStack, warningsOf } from './app';

const cacheIn = (scope: Construct, props: Partial<PullThroughCacheProps> = {}, id = 'Echo') => new PullThroughCache(scope, id, { upstream: ECHO, ...props });

/** What makes each warning, with the construct on which a user would acknowledge it. */
const WARNINGS: [string, (app: App) => [PullThroughCache, ReturnType<typeof newStack>]][] = [
  ['overlappingPrefixes', app => {
    const stack = newStack(app);
    cacheIn(stack, { repositoryPrefix: 'team' }, 'Team');
    return [cacheIn(stack, { repositoryPrefix: 'team/echo' }), stack];
  }],
  ['possiblySamePrefix', app => {
    cacheIn(agnosticStack(app, 'Other'));
    const stack = agnosticStack(app);
    return [cacheIn(stack), stack];
  }],
  ['immutableTemplate', app => {
    const stack = newStack(app);
    return [cacheIn(stack, { repositoryTemplate: { imageTagMutability: TagMutability.IMMUTABLE } }), stack];
  }],
  ['wholeRegistryGrant', app => {
    const stack = newStack(app);
    const cache = cacheIn(stack, { repositoryPrefix: 'ROOT' });
    cache.grants.pull(new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() }));
    return [cache, stack];
  }],
  ['upstreamIsOwnRegistry', app => {
    const stack = newStack(app);
    return [cacheIn(stack, { upstream: UpstreamRegistry.ecr(ENV) }), stack];
  }],
];

describe.each(WARNINGS)('the warning %s', (id, make) => {
  test('is given once', () => {
    const [, stack] = make(new App());
    expect(warningsOf(stack)).toEqual([expect.stringContaining(` ${id}: `)]);
  });

  test('can be acknowledged on the cache', () => {
    const [cache, stack] = make(new App());
    Validations.of(cache).acknowledge({ id: `cdk-ecr-pull-through-cache:${id}`, reason: 'we know' });
    expect(warningsOf(stack)).toEqual([]);
  });

  test('can be acknowledged on the stack', () => {
    const [, stack] = make(new App());
    Validations.of(stack).acknowledge({ id: `cdk-ecr-pull-through-cache:${id}`, reason: 'we know' });
    expect(warningsOf(stack)).toEqual([]);
  });

  test('can be acknowledged by annotations, with the prefix that aws-cdk-lib shows', () => {
    const [cache, stack] = make(new App());
    // newer versions of aws-cdk-lib write the prefix with a capital
    for (const prefix of ['annotation', 'Annotation']) {
      Annotations.of(cache).acknowledgeWarning(`${prefix}::cdk-ecr-pull-through-cache:${id}`, 'we know');
    }
    expect(warningsOf(stack)).toEqual([]);
  });

  test('stays when another one is acknowledged', () => {
    const [cache, stack] = make(new App());
    Validations.of(cache).acknowledge({ id: 'cdk-ecr-pull-through-cache:somethingElse', reason: 'we know' });
    expect(warningsOf(stack)).toHaveLength(1);
  });
});

describe('a grant for the whole registry', () => {
  const rootIn = (stack: ReturnType<typeof newStack>) => cacheIn(stack, { repositoryPrefix: 'ROOT' });
  const puller = (stack: ReturnType<typeof newStack>) => new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() });

  test('needs no acknowledgement with an allow-list', () => {
    const stack = newStack();
    rootIn(stack).grants.pullImages(puller(stack), ['nginx', 'team/*']);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('warns also for what is cached already', () => {
    const stack = newStack();
    rootIn(stack).grants.pullCached(puller(stack));
    expect(warningsOf(stack)).toEqual([expect.stringContaining('wholeRegistryGrant')]);
  });
});
