import { App, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import type { Environment } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { imagesOf, taskOf, warnings } from './fixture';
import { CachePullers, PullThroughCache, RegistryPolicy } from '../../src';
import type { IPullThroughCache, PullThroughCacheAttributes, PullThroughCacheProps } from '../../src';
import { CachedImages } from '../../src/rewriting/cached-images';
import { ImageOutcome } from '../../src/rewriting/lookup';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';

const ACCOUNT = '111122223333', OTHER = '444455556666';
const EU = { account: ACCOUNT, region: 'eu-central-1' }, US = { account: ACCOUNT, region: 'us-east-1' };
const EU_OF_OTHER = { ...EU, account: OTHER }, US_OF_OTHER = { ...US, account: OTHER };

let app: App;
beforeEach(() => {
  app = new App();
});

const named = ({ account, region }: Environment) => `${account ?? 'any'}-${region ?? 'any'}`;

function stackAt(env: Environment, id = `Work-${named(env)}`): Stack {
  return new Stack(app, id, { env });
}

/** A cache of Quay that this app makes in an account and Region. */
function cacheAt(env: Environment, props: Partial<PullThroughCacheProps> = {}): PullThroughCache {
  return new PullThroughCache(stackAt(env, `Caches-${named(env)}`), 'Quay', { upstream: UpstreamRegistry.QUAY, ...props });
}

function importInto(stack: Stack, attributes: Partial<PullThroughCacheAttributes> = {}, id = 'Import'): IPullThroughCache {
  return PullThroughCache.fromPullThroughCacheAttributes(stack, id, { repositoryPrefix: 'quay', upstream: UpstreamRegistry.QUAY, ...attributes });
}

/** Account and Region in the image of the one task of a stack, or its name as it was. */
function pulledFrom(stack: Stack): string {
  const [image] = imagesOf(stack);
  return /^(.*)\.dkr\.ecr\.([^.]*)\./.exec(image)?.slice(1).join(' ') ?? image;
}

function withTask(stack: Stack): Stack {
  taskOf(stack, 'quay.io/a/b:1');
  return stack;
}

const share = (cache: PullThroughCache, account: string) =>
  new RegistryPolicy(Stack.of(cache), 'Policy').allowFirstPull(cache, { pullers: [CachePullers.account(account)] });
const OF_PLACE = /cacheInOther|cacheNotCertain|grantHalfMissing/;
const placeWarnings = (stack: Stack) => warnings(stack).filter(text => OF_PLACE.test(text));

describe('each stack of an app goes to the cache', () => {
  test.each([['in one order', false], ['in the other order', true]])('of its own Region, whichever was named first: %s', (_, reversed) => {
    const stacks = [EU, US].map(env => withTask(stackAt(env)));
    const caches = [EU, US].map(env => cacheAt(env));

    CachedImages.of(app).use(...reversed ? caches.reverse() : caches);

    expect(stacks.map(pulledFrom)).toEqual([`${ACCOUNT} eu-central-1`, `${ACCOUNT} us-east-1`]);
    expect(stacks.flatMap(placeWarnings)).toEqual([]);
  });

  test('of its own account, when each Stage has one', () => {
    const stacks = [EU, EU_OF_OTHER].map((env, index) => {
      const stage = new Stage(app, ['Dev', 'Prod'][index], { env });
      return { workload: withTask(new Stack(stage, 'Workload')), cache: new PullThroughCache(new Stack(stage, 'Caches'), 'Quay', { upstream: UpstreamRegistry.QUAY }) };
    });

    CachedImages.of(app).use(...stacks.map(({ cache }) => cache));

    expect(stacks.map(({ workload }) => pulledFrom(workload))).toEqual([`${ACCOUNT} eu-central-1`, `${OTHER} eu-central-1`]);
    expect(stacks.flatMap(({ workload }) => placeWarnings(workload))).toEqual([]);
  });

  test('of its Region in an account that lets it pull, before one of its account in another Region', () => {
    const stack = withTask(stackAt(EU));
    const shared = cacheAt(EU_OF_OTHER);
    share(shared, ACCOUNT);

    CachedImages.of(app).use(cacheAt(US), shared);

    expect(pulledFrom(stack)).toBe(`${OTHER} eu-central-1`);
    expect(placeWarnings(stack)).toEqual([]);
  });

  test('that an import with an account names, without a warning', () => {
    const stack = withTask(stackAt(EU));

    CachedImages.of(app).use(importInto(stack, EU_OF_OTHER));

    expect(pulledFrom(stack)).toBe(`${OTHER} eu-central-1`);
    expect(warnings(stack)).toEqual([]);
  });

  test('of another Region when there is no nearer one, with a warning that names both', () => {
    const stack = withTask(stackAt(US));

    CachedImages.of(app).use(cacheAt(EU));

    expect(pulledFrom(stack)).toBe(`${ACCOUNT} eu-central-1`);
    expect(placeWarnings(stack)).toEqual([expect.stringContaining(
      "'quay.io/a/b:1' is pulled in us-east-1 from the cache 'quay' (Caches-111122223333-eu-central-1/Quay) in eu-central-1: each pull crosses Regions, takes "
      + 'longer, costs data transfer, and fails when eu-central-1 does. Make a cache in us-east-1, or acknowledge this warning.')]);
  });

  test('of the nearer one of two replacements', () => {
    const stack = withTask(stackAt(US));
    const images = CachedImages.of(app);
    const mirrors = [EU, US].map(env => cacheAt(env, { repositoryPrefix: 'mirror' }));
    mirrors.forEach(cache => images.useWith(cache, { replaces: ['quay.io/*'] }));
    images.use(importInto(stack));

    expect(imagesOf(stack)).toEqual([`${ACCOUNT}.dkr.ecr.us-east-1.<AWS::URLSuffix>/mirror/a/b:1`]);
  });
});

describe('an image that only caches of other accounts serve', () => {
  test.each<[string, () => IPullThroughCache]>([
    ['that lets nobody pull', () => cacheAt(EU_OF_OTHER)],
    ['that lets another account pull', () => { const cache = cacheAt(EU_OF_OTHER); share(cache, '777788889999'); return cache; }],
    ['in another Region, though it lets this one pull', () => { const cache = cacheAt(US_OF_OTHER); share(cache, ACCOUNT); return cache; }],
  ])('stays, with a warning, for a cache %s', (_, cache) => {
    const stack = withTask(stackAt(EU));

    CachedImages.of(app).use(cache());

    expect(imagesOf(stack)).toEqual(['quay.io/a/b:1']);
    expect(CachedImages.of(stack).found.map(({ outcome }) => outcome)).toEqual([ImageOutcome.CACHED_ELSEWHERE]);
    expect(placeWarnings(stack)).toEqual([expect.stringMatching(
      /'quay.io\/a\/b:1' stays, since only caches of other accounts serve it: 'quay' \(Caches-444455556666-.*\/Quay\) in 444455556666 and .*[.] Call use\(\) with a cache of this account/)]);
  });

  test('fails when images have to be cached', () => {
    const stack = withTask(stackAt(EU));
    const images = CachedImages.of(app);
    images.configure({ requireCached: true });
    images.use(cacheAt(EU_OF_OTHER));

    expect(() => Template.fromStack(stack)).toThrow('use a cache of this account, or one in this Region that lets this account pull');
  });
});

describe('a stack without an env', () => {
  test('pulls from a cache of another stack without one, as if both went to one place', () => {
    const stack = withTask(stackAt({}));

    CachedImages.of(app).use(cacheAt({}));

    expect(imagesOf(stack)).toEqual(['<AWS::AccountId>.dkr.ecr.<AWS::Region>.<AWS::URLSuffix>/quay/a/b:1']);
    expect(placeWarnings(stack)).toEqual([]);
  });

  test('pulls from where an import says', () => {
    const stack = withTask(stackAt({}));

    CachedImages.of(stack).use(importInto(stack, EU_OF_OTHER));

    expect(pulledFrom(stack)).toBe(`${OTHER} eu-central-1`);
    expect(warnings(stack)).toEqual([]);
  });

  test('pulls from the first of several places, with a warning', () => {
    const stack = withTask(stackAt({}));

    CachedImages.of(app).use(cacheAt(EU), cacheAt(US));

    expect(pulledFrom(stack)).toBe(`${ACCOUNT} eu-central-1`);
    expect(placeWarnings(stack)).toEqual([expect.stringMatching(
      /'quay.io\/a\/b:1' is pulled from 'quay' .* in 111122223333 and eu-central-1, which may be in another account or Region, .* in 111122223333 and us-east-1 may be nearer/)]);
  });

  test('pulls from the place that parameters name, before one in another Region', () => {
    const stack = withTask(stackAt(US));
    const account = new CfnParameter(stack, 'Account').valueAsString;

    CachedImages.of(app).use(cacheAt(EU), importInto(stack, { ...US, account }));

    expect(imagesOf(stack)[0]).toContain('<Account>.dkr.ecr.us-east-1');
    expect(placeWarnings(stack)).toEqual([]);
  });
});

describe('a cache in a stack without an env', () => {
  const REFUSED = /got the address of a cache .*of the stack Caches-any-any, whose env names no account and Region, for the stack Work-111122223333-eu-central-1 in the account 111122223333 and the Region eu-central-1, expected .*: give the stack Caches-any-any an env/;

  test('is refused for a stack with one', () => {
    const stack = withTask(stackAt(EU));
    CachedImages.of(app).use(cacheAt({}));

    expect(() => Template.fromStack(stack)).toThrow(REFUSED);
  });

  test('is passed over for a nearer one', () => {
    const stack = withTask(stackAt(EU));

    CachedImages.of(app).use(cacheAt({}), cacheAt(EU));

    expect(pulledFrom(stack)).toBe(`${ACCOUNT} eu-central-1`);
  });

  test.each<[string, Environment, RegExp]>([
    ['account', { region: 'eu-central-1' }, /whose env names no account, for the stack .* in the account 111122223333, expected a cache whose account is known/],
    ['Region', { account: ACCOUNT }, /whose env names no Region, for the stack .* in the Region eu-central-1, expected/],
  ])('is refused for the %s that it does not name', (_, env, message) => {
    const stack = withTask(stackAt(EU));
    CachedImages.of(app).use(cacheAt(env));

    expect(() => Template.fromStack(stack)).toThrow(message);
  });

  test.each<[string, (cache: IPullThroughCache, stack: Stack) => void]>([
    ['an import of it that names no place', (_, stack) => CachedImages.of(withTask(stack)).use(importInto(stackAt({}, 'Caches-any-any-2')))],
    ['an address', (cache, stack) => { stack.exportValue(cache.image('a/b:1').uri, { name: 'Uri' }); }],
    ['a pull command', (cache, stack) => { stack.exportValue(cache.image('a/b:1').pullCommand, { name: 'Command' }); }],
    ['a container', (cache, stack) => { taskOf(stack, 'x').addContainer('Own', { image: cache.image('a/b:1').toContainerImage() }); }],
    ['a repository', (cache, stack) => { stack.exportValue(cache.image('a/b:1').toRepository().repositoryArn, { name: 'Arn' }); }],
    ['a grant', (cache, stack) => { cache.grants.pull(taskOf(stack, 'x').obtainExecutionRole()); }],
  ])('is refused in %s', (_, use) => {
    const stack = stackAt(EU);

    expect(() => { use(cacheAt({}), stack); app.synth(); }).toThrow(/got the address of a cache .*of the stack Caches-any-any/);
  });

  test('serves its own stack', () => {
    const cache = cacheAt({});
    Stack.of(cache).exportValue(cache.image('a/b:1').uri, { name: 'Uri' });

    expect(JSON.stringify(Template.fromStack(Stack.of(cache)).toJSON().Outputs)).toContain('{"Ref":"AWS::AccountId"},".dkr.ecr."');
  });
});
