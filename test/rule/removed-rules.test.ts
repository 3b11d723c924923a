import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullThroughCache, UpstreamRegistry } from '../../src';
import { newStack, warningsOf } from '../app';

const cacheIn = (stack: Stack) => new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
const roleIn = (stack: Stack, id = 'Role') => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });

/** The warnings of a stack whose cache was used and taken out. */
function removed(use: (cache: PullThroughCache, stack: Stack, app: App) => void): string[] {
  const app = new App();
  const stack = newStack(app);
  use(cacheIn(stack), stack, app);
  stack.node.tryRemoveChild('Quay');
  return warningsOf(stack);
}

test.each<[string, (cache: PullThroughCache, stack: Stack, app: App) => unknown, string]>([
  ['the name of an image', cache => cache.image('a/b:1').uri, "the image 'a/b:1'"],
  ['a grant', (cache, stack) => cache.grants.pull(roleIn(stack)), 'the grant for '],
  ['an import', (_, stack) => PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'quay'), 'the import Stack/Import'],
  ['an import in another stack', (_, __, app) => PullThroughCache.fromRepositoryPrefix(newStack(app, 'Other'), 'Import', 'quay'), 'the import Other/Import'],
])('a cache that is taken out while the app uses it warns: by %s', (_, use, what) => {
  expect(removed(use)).toEqual([expect.stringMatching(
    new RegExp(`^/Stack cacheRemoved: the cache 'quay' \\(Stack/Quay\\) was taken out of the app, which still uses it: ${what.replaceAll('/', '\\/')}.*[.] First pulls fail`))]);
});

test.each<[string, (cache: PullThroughCache, stack: Stack, app: App) => unknown]>([
  ['nothing', () => undefined],
  ['an import of another prefix', (_, stack) => PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'other')],
  ['an import of another Region', (_, stack) => PullThroughCache.fromPullThroughCacheAttributes(stack, 'Import', { repositoryPrefix: 'quay', region: 'us-east-1' })],
  ['a role that is taken out too', (cache, stack) => { cache.grants.pull(roleIn(stack)); stack.node.tryRemoveChild('Role'); }],
  ['another cache in its place', (cache, stack) => {
    cache.grants.pull(roleIn(stack));
    stack.node.tryRemoveChild('Quay');
    new PullThroughCache(stack, 'Next', { upstream: UpstreamRegistry.QUAY });
  }],
])('a cache that is taken out is quiet with %s', (_, use) => {
  expect(removed(use)).toEqual([]);
});

test('a cache that stays is quiet', () => {
  const stack = newStack();
  cacheIn(stack).grants.pull(roleIn(stack));
  expect(warningsOf(stack)).toEqual([]);
});
