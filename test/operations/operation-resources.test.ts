import { App, Stack, Stage } from 'aws-cdk-lib';
import { CacheVerification, PullThroughCache, RepositoryAdoption, RepositoryRemoval, UpstreamRegistry } from '../../src';
import { ENV, newStack } from '../app';

let app: App;
beforeEach(() => {
  app = new App();
});

const cacheIn = (stack: Stack) => new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
const USES: [string, (stack: Stack, cache: PullThroughCache) => unknown][] = [
  ['RepositoryAdoption', (stack, cache) => new RepositoryAdoption(stack, 'It', { template: cache.repositoryTemplate })],
  ['RepositoryRemoval', (stack, cache) => new RepositoryRemoval(stack, 'It', { cache, confirmedPrefix: 'quay' })],
  ['CacheVerification', (stack, cache) => new CacheVerification(stack, 'It', { cache, images: ['a/b:1'] })],
];

test.each(USES)('%s refuses what is made in another Stage, for which nothing here can wait', (_, use) => {
  const cache = cacheIn(newStack(app, 'Caches'));
  expect(() => use(new Stack(new Stage(app, 'Prod', { env: ENV }), 'Stack'), cache)).toThrow(
    /got the (template|cache) Caches\/Quay.* of another Stage, expected a (template|cache) of the account, Region and Stage of the stack Prod\/Stack: make this construct in the stack of the/);
});

test('RepositoryAdoption refuses a template of another account, whose registry its function does not work in', () => {
  const cache = cacheIn(newStack(app, 'Caches', { ...ENV, account: '444455556666' }));
  expect(() => USES[0][1](newStack(app), cache)).toThrow('got the template Caches/Quay/RepositoryTemplate of another account or Region, expected');
});

test.each(USES)('%s takes what another stack of the Stage makes', (_, use) => {
  use(newStack(app), cacheIn(newStack(app, 'Caches')));
  expect(() => app.synth()).not.toThrow();
});
