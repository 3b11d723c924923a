import { App, Stack } from 'aws-cdk-lib';
import type { Environment } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { CachePullers, CacheRule, PullPolicy, PullThroughCache, RegistryPolicy, RepositoryTemplate, UpstreamCredential, UpstreamRegistry, UpstreamRole, UpstreamSecret } from '../../src';
import { warnings } from '../rewriting/fixture';

const ENV = { account: '111122223333', region: 'eu-west-1' };
const OTHER = '444455556666';

function twoStacks(first: Environment | undefined, second: Environment | undefined): [Stack, Stack] {
  const app = new App();
  return [new Stack(app, 'First', { env: first }), new Stack(app, 'Second', { env: second })];
}

const hub = (stack: Stack, credential: UpstreamCredential) => new CacheRule(stack, 'Hub', { upstream: UpstreamRegistry.dockerHub(credential) });
const echo = (stack: Stack, role: iam.IRole) =>
  new CacheRule(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: OTHER }), upstreamRole: UpstreamRole.fromRole(role) });
const roleIn = (stack: Stack, service = 'pullthroughcache.ecr.amazonaws.com') =>
  new iam.Role(stack, 'Role', { roleName: 'reader', assumedBy: new iam.ServicePrincipal(service) });

describe('what a cache names of a stack that says less, or more, of where it goes is refused', () => {
  test.each<[string, Environment | undefined, Environment | undefined, string, string]>([
    ['none and all', undefined, ENV, 'account and Region', 'First'],
    ['all and none', ENV, undefined, 'account and Region', 'Second'],
    ['the account, and both', { account: ENV.account }, ENV, 'Region', 'First'],
  ])('a secret: %s', (_, first, second, words, vague) => {
    const [one, other] = twoStacks(first, second);
    const { credential } = new UpstreamSecret(one, 'Login');
    expect(() => hub(other, credential)).toThrow(
      `got a secret (First/Login) of the stack First for the stack Second, of which only one says its ${words} by an env, expected both to say it, or `
      + `neither, since the ARN would be put together from the wrong parts: give the stack ${vague} an env with ${words}, or make what is named in the `
      + 'stack that names it [at Second/Hub]');
  });

  test.each<[string, Environment | undefined, Environment | undefined]>([['none and all', undefined, ENV], ['all and none', ENV, undefined]])('a role: %s', (_, first, second) => {
    const [one, other] = twoStacks(first, second);
    expect(() => echo(other, roleIn(one))).toThrow(
      'got an upstream role (First/Role) of the stack First for the stack Second, of which only one says its account by an env');
  });

  test('an import of a role that has the account of its stack', () => {
    const [one, other] = twoStacks(undefined, ENV);
    expect(() => echo(other, iam.Role.fromRoleName(one, 'Role', 'reader'))).toThrow('got an upstream role (First/Role) of the stack First');
  });

  test('a creation role', () => {
    const [one, other] = twoStacks(undefined, ENV);
    expect(() => new RepositoryTemplate(other, 'Template', { prefix: 'echo', creationRole: roleIn(one, 'ecr.amazonaws.com') })).toThrow(
      'got a creation role (First/Role) of the stack First for the stack Second');
  });
});

describe('what is known by itself, or as well as the cache, is accepted', () => {
  test.each<[string, Environment | undefined]>([['both with an env', ENV], ['both without', undefined]])('a secret and a role: %s', (_, env) => {
    const [one, other] = twoStacks(env, env);
    expect(() => {
      hub(other, new UpstreamSecret(one, 'Login').credential);
      echo(other, roleIn(one));
    }).not.toThrow();
  });

  test('a role of another Region of the account', () => {
    const [one, other] = twoStacks({ ...ENV, region: 'us-east-1' }, ENV);
    expect(() => echo(other, roleIn(one))).not.toThrow();
  });

  test.each<[string, Environment | undefined, Environment | undefined]>([['none and all', undefined, ENV], ['all and none', ENV, undefined]])('imports by whole ARNs: %s', (_, first, second) => {
    const [one, other] = twoStacks(first, second);
    expect(() => {
      hub(other, UpstreamCredential.fromSecretCompleteArn(one, 'Login', `arn:aws:secretsmanager:eu-west-1:${ENV.account}:secret:ecr-pullthroughcache/hub-a1b2c3`));
      echo(other, iam.Role.fromRoleArn(one, 'Role', `arn:aws:iam::${ENV.account}:role/reader`));
    }).not.toThrow();
  });
});

describe('a cache of a stack without an env is refused where the other stack says its own', () => {
  const REFUSAL = 'got the address of a cache (First/Quay) of the stack First, whose env names no account and Region, for the stack Second in the account '
    + `${ENV.account} and the Region eu-west-1`;

  test.each<[string, (cache: PullThroughCache, stack: Stack) => unknown]>([
    ['a grant', (cache, stack) => cache.grants.pull(new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() }))],
    ['a policy of its own', (cache, stack) => new PullPolicy(stack, 'Policy', { caches: [cache] })],
    ['a registry policy', (cache, stack) => { new RegistryPolicy(stack, 'Policy').allowFirstPull(cache, { pullers: [CachePullers.account(OTHER)] }); }],
  ])('by %s', (_, use) => {
    const [one, other] = twoStacks(undefined, ENV);
    const cache = new PullThroughCache(one, 'Quay', { upstream: UpstreamRegistry.QUAY });
    expect(() => use(cache, other)).toThrow(new RegExp(`^${REFUSAL.replace(/[()]/g, '\\$&')}`));
  });
});

test('a registry policy that may go elsewhere than the cache gets a warning', () => {
  const [one, other] = twoStacks(ENV, undefined);
  const cache = new PullThroughCache(one, 'Quay', { upstream: UpstreamRegistry.QUAY });
  new RegistryPolicy(other, 'Policy').allowFirstPull(cache, { pullers: [CachePullers.account(OTHER)] });
  expect(warnings(other)).toEqual([expect.stringContaining(
    `the cache 'quay' (First/Quay) is in the account ${ENV.account} and the Region eu-west-1, and the stack of this registry policy (Second) may go elsewhere, where `
    + 'the policy allows nothing. Give the stack an env, or deploy it there and acknowledge this warning.')]);
});

test('a key of another account gets a warning, since its policy has to let the creation role use it', () => {
  const [stack] = twoStacks(ENV, ENV);
  const keyOf = (account: string) => kms.Key.fromKeyArn(stack, `Key${account}`, `arn:aws:kms:eu-west-1:${account}:key/k`);
  new RepositoryTemplate(stack, 'Own', { prefix: 'own', encryptionKey: keyOf(ENV.account) });
  new RepositoryTemplate(stack, 'Foreign', { prefix: 'foreign', encryptionKey: keyOf(OTHER) });
  expect(warnings(stack)).toEqual([expect.stringMatching(new RegExp(
    `the encryption key 'arn:aws:kms:eu-west-1:${OTHER}:key/k' is of the account ${OTHER}: its policy has to let the creation role of this template in `
    + `${ENV.account} use it by kms:.*, or no repository is created\\. When that is done, acknowledge this warning\\..*grantHalfMissing`))]);
});

test('a role that is still looked up gets no warning, since nothing is known of it', () => {
  const [stack] = twoStacks(ENV, ENV);
  const cache = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
  cache.grants.pull(iam.Role.fromLookup(stack, 'Looked', { roleName: 'reader' }));
  expect(warnings(stack)).toEqual([]);
  cache.grants.pull(iam.Role.fromRoleArn(stack, 'Kept', `arn:aws:iam::${ENV.account}:role/kept`, { mutable: false }));
  expect(warnings(stack)).toEqual([expect.stringContaining('the policies of this role are not managed here')]);
  Template.fromStack(stack);
});
