import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as src from '../src';
import { ENV, newStack, warningsOf } from './app';

const ROOT = join(__dirname, '..');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const folders: string[] = [];

/** What is internal has other names in another version; not what is aws-cdk's. */
const INTERNAL = /\b_(?!toCloudFormation\b)([a-z]\w*)/g;

/** The library once more, as another version of it in the same app. */
function installed(otherVersion: string): typeof src {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'other-version-')));
  folders.push(folder);
  cpSync(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
  for (const name of readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' }).filter(one => one.endsWith('.ts'))) {
    const file = join(folder, 'src', name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(INTERNAL, '_$1OfAnotherVersion'));
  }
  ['assets', 'node_modules', 'tsconfig.json', 'test'].forEach(name => symlinkSync(join(ROOT, name), join(folder, name)));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'cdk-ecr-pull-through-cache', version: otherVersion }));
  return jest.requireActual(join(folder, 'src/index.ts'));
}

const SAME_MAJOR = installed(`${version.split('.')[0]}.98.0`);
const OTHER_MAJOR = installed('99.0.0');
afterAll(() => folders.forEach(folder => rmSync(folder, { recursive: true })));

let stack: Stack;
beforeEach(() => {
  stack = newStack();
});

function cacheOf(library: typeof src, id: string, props: Partial<src.PullThroughCacheProps> = {}): src.PullThroughCache {
  return new library.PullThroughCache(stack, id, {
    upstream: library.UpstreamRegistry.KUBERNETES as src.UpstreamRegistry, repositoryPrefix: id.toLowerCase(), ...props,
  });
}

test('the copies are others than the library', () => {
  expect(new Set([src, SAME_MAJOR, OTHER_MAJOR].map(library => library.PullThroughCache)).size).toBe(3);
});

describe.each([['another version', SAME_MAJOR], ['another major version', OTHER_MAJOR]])('%s', (_, other) => {
  /** What an app makes by both, the one after the other and the other after the one. */
  const both = (make: (library: typeof src, id: string) => void) => [src, other, src].forEach((library, at) => make(library, `Cache${at}`));

  test('makes caches beside those of this one', () => {
    both((library, id) => cacheOf(library, id));

    Template.fromStack(stack).resourceCountIs('AWS::ECR::PullThroughCacheRule', 3);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('lets other accounts pull from caches beside those of this one', () => {
    const pullers = (library: typeof src) => [library.CachePullers.account('999999999999')] as src.CachePullers[];
    both((library, id) => cacheOf(library, id, { repositoryTemplate: { pullers: pullers(library) } }));
    const policy = new src.RegistryPolicy(stack, 'Policy');
    both((library, id) => policy.allowFirstPull(library.PullThroughCache.fromRepositoryPrefix(stack, `Import${id}`, id.toLowerCase()), { pullers: pullers(src) }));

    Template.fromStack(stack).resourceCountIs('AWS::ECR::RepositoryCreationTemplate', 3);
  });

  test('lets customers read the repositories that this one lets them read', () => {
    const repository = new Repository(stack, 'Repository');
    both((library, id) => library.CustomerAccess.forCustomers([library.Customer.account(`11112222333${id.slice(-1)}`)]).allowOnRepositories([repository]));

    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('watches caches by metrics of its own', () => {
    both((library, id) => new library.CacheStatistics(stack, `Statistics${id}`, { caches: [cacheOf(library, id)] }));

    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 3);
  });

  test('sets defaults for functions beside those of this one', () => {
    [src, other].forEach(library => library.CacheFunctionDefaults.of(stack.node.root).set({ logRetention: RetentionDays.ONE_YEAR }));
    both((library, id) => new library.CacheStatistics(stack, `Statistics${id}`, { caches: [cacheOf(library, id)] }));

    const logs = Template.fromStack(stack).findResources('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 365 } });
    expect(Object.keys(logs)).toHaveLength(3);
  });

  test('does not come by a second rule for a prefix', () => {
    cacheOf(src, 'Echo');

    expect(() => {
      new other.CacheRule(stack, 'Second', { upstream: other.UpstreamRegistry.KUBERNETES, repositoryPrefix: 'echo' });
      Template.fromStack(stack);
    }).toThrow("got the repository prefix 'echo' a second time for one account and Region (Stack/Echo has it)");
  });
});

describe('a version with the same major version', () => {
  test('knows who may pull from the caches of this one', () => {
    cacheOf(src, 'Echo', { repositoryTemplate: { pullers: [src.CachePullers.account('999999999999')] } });
    new SAME_MAJOR.RegistryPolicy(stack, 'Policy').allowFirstPull(
      SAME_MAJOR.PullThroughCache.fromRepositoryPrefix(stack, 'Import', 'echo'), { pullers: [SAME_MAJOR.CachePullers.account('999999999999')] });

    expect(warningsOf(stack)).toEqual([]);
  });

  test.each([true, false])('knows for a grant whether the owner has allowed the other account: %s', allowed => {
    const pullers = allowed ? [SAME_MAJOR.CachePullers.account('999999999999')] : [];
    const owned = cacheOf(SAME_MAJOR, 'Echo', allowed ? { repositoryTemplate: { pullers: pullers as src.CachePullers[] } } : {});
    if (allowed) {
      new SAME_MAJOR.RegistryPolicy(stack, 'Policy').allowFirstPull(owned, { pullers });
    }
    const there = newStack(stack.node.root as App, 'There', { account: '999999999999', region: ENV.region });
    src.PullThroughCacheGrants.fromRule(owned).pull(new Role(there, 'Role', { roleName: 'puller', assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));

    expect(warningsOf(stack)).toEqual(allowed ? [] : [expect.stringContaining('grantHalfMissing')]);
  });

  test('refuses a second registry policy', () => {
    new src.RegistryPolicy(stack, 'Policy');

    new SAME_MAJOR.RegistryPolicy(stack, 'Second');
    expect(() => Template.fromStack(stack)).toThrow('got a second registry policy for one account and Region (Stack/Policy is the first)');
  });

  test('takes the defaults for functions that were set by this one', () => {
    src.CacheFunctionDefaults.of(stack).set({ logRetention: RetentionDays.ONE_YEAR });
    new SAME_MAJOR.CacheStatistics(stack, 'Statistics', { caches: [cacheOf(SAME_MAJOR, 'Echo')] });

    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });
});

test('what a version before has left on the tree under another name is not read', () => {
  const app = new App();
  const [major] = version.split('.');
  ['cdk-ecr-pull-through-cache.RuleRegister', `cdk-ecr-pull-through-cache@${major}.RuleRegister`, `cdk-ecr-pull-through-cache@${major}.PullerRegister`]
    .forEach(name => Object.defineProperty(app, Symbol.for(name), { value: { rules: {}, allowances: 'none' } }));
  stack = new Stack(app, 'Stack', { env: ENV });
  cacheOf(src, 'Echo', { repositoryTemplate: { pullers: [src.CachePullers.account('999999999999')] } });

  Template.fromStack(stack).resourceCountIs('AWS::ECR::PullThroughCacheRule', 1);
});
