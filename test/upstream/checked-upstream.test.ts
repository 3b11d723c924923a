import { Template } from 'aws-cdk-lib/assertions';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { PullThroughCache } from '../../src/pull-through-cache';
import type { PullThroughCacheAttributes } from '../../src/pull-through-cache';
import { CacheRule } from '../../src/rule/cache-rule';
import { UpstreamSecret } from '../../src/rule/upstream-secret';
import { UpstreamCredential } from '../../src/upstream/upstream-credential';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import type { UpstreamRegistryOptions } from '../../src/upstream/upstream-registry';
import { ENV, newStack } from '../app';

/** What a language without types takes for anything. */
const untyped = <T>(value: unknown) => value as T;
const ARN = `arn:aws:secretsmanager:${ENV.region}:${ENV.account}:secret:ecr-pullthroughcache/hub-a1b2c3`;
const secretOf = (stack = newStack()) => secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', ARN);

const WITH_CREDENTIAL: [string, (credential: UpstreamCredential) => UpstreamRegistry][] = [
  ['UpstreamRegistry.dockerHub()', one => UpstreamRegistry.dockerHub(one)],
  ['UpstreamRegistry.gitHub()', one => UpstreamRegistry.gitHub(one)],
  ['UpstreamRegistry.gitLab()', one => UpstreamRegistry.gitLab(one)],
  ['UpstreamRegistry.azure()', one => UpstreamRegistry.azure('mine', one)],
  ['UpstreamRegistry.chainguard()', one => UpstreamRegistry.chainguard(one)],
];

describe.each(WITH_CREDENTIAL)('an upstream of %s', (name, make) => {
  const EXPECTED = 'expected an UpstreamCredential, since ECR logs in to such a registry';
  const WAYS = "UpstreamCredential.fromSecretCompleteArn(), UpstreamCredential.fromSecret(secret), or the property 'credential' of an UpstreamSecret";

  test('takes a credential', () => {
    const credential = UpstreamCredential.fromSecret(secretOf());
    expect(make(credential).credential).toBe(credential);
  });

  test.each<[string, () => unknown, string]>([
    ['none', () => undefined, `got no credential for ${name}, ${EXPECTED}: pass ${WAYS}`],
    ['a null', () => null, `got no credential for ${name}, ${EXPECTED}: pass ${WAYS}`],
    ['a secret', () => secretOf(), `got a secret as the credential for ${name}, ${EXPECTED}: pass UpstreamCredential.fromSecret(secret)`],
    ['an UpstreamSecret', () => new UpstreamSecret(newStack(), 'Login'),
      `got an UpstreamSecret as the credential for ${name}, ${EXPECTED}: pass its property 'credential'`],
    ['an ARN', () => ARN, `got the text '${ARN}`.slice(0, 60)],
    ['an object', () => ({ username: 'me' }), WAYS],
    ['a number', () => 5, WAYS],
  ])('fails with %s', (_, credential, message) => {
    expect(() => make(untyped(credential()))).toThrow(message);
  });
});

test('an ARN as a credential fails with how its secret is imported', () => {
  expect(() => UpstreamRegistry.dockerHub(untyped(ARN))).toThrow(
    'pass UpstreamCredential.fromSecretCompleteArn()');
});

describe('a credential', () => {
  test.each<[string, () => unknown, string]>([
    ['nothing', () => undefined, 'got no secret for UpstreamCredential.fromSecret(), expected a Secret of AWS Secrets Manager: make one with UpstreamSecret, '
      + 'or import it with Secret.fromSecretCompleteArn()'],
    ['an ARN', () => ARN, 'as the secret for UpstreamCredential.fromSecret()'],
    ['an object', () => ({}), 'got an object as the secret for UpstreamCredential.fromSecret()'],
    ['an UpstreamSecret', () => new UpstreamSecret(newStack(), 'Login'), 'got an UpstreamSecret as the secret for UpstreamCredential.fromSecret(), expected a '
      + "Secret of AWS Secrets Manager: pass the credential to the upstream as it is: an UpstreamSecret has it as its property 'credential'"],
    ['a credential', () => UpstreamCredential.fromSecret(secretOf()), 'got an UpstreamCredential as the secret'],
  ])('fails of %s', (_, secret, message) => {
    expect(() => UpstreamCredential.fromSecret(untyped(secret()))).toThrow(message);
  });
});

describe('an upstream by hand', () => {
  const NEW = { registryName: 'new', url: 'registry.example.com', defaultRepositoryPrefix: 'new' };
  const of = (options: unknown) => () => UpstreamRegistry.of(untyped<UpstreamRegistryOptions>(options));

  test('may leave out what is optional by null', () => {
    expect(of({ ...NEW, credential: null, imageHosts: null })()).toEqual(of(NEW)());
  });

  test.each<[string, unknown, string]>([
    ['nothing', undefined, "got no registryName for UpstreamRegistry.of(), expected a text: write it such as 'quay'"],
    ['an empty object', {}, 'got no registryName for UpstreamRegistry.of()'],
    ['an empty registryName', { ...NEW, registryName: '' }, 'got no registryName for UpstreamRegistry.of()'],
    ['no url', { ...NEW, url: undefined }, "got no url for UpstreamRegistry.of(), expected a text: write it such as 'quay.io'"],
    ['a number as url', { ...NEW, url: 5 }, 'got the number 5 as url for UpstreamRegistry.of()'],
    ['no prefix', { ...NEW, defaultRepositoryPrefix: null }, 'got no defaultRepositoryPrefix for UpstreamRegistry.of()'],
    ['a secret as credential', { ...NEW, credential: secretOf() }, "got a secret as the credential for the registry 'new'"],
    ['a text as hosts', { ...NEW, imageHosts: 'a.example.com' }, "got the text 'a.example.com' as image hosts, expected at least one"],
    ['a missing host', { ...NEW, imageHosts: [undefined] }, "got no registry host, expected a text: write it such as 'registry.example.com'"],
  ])('fails for %s', (_, options, message) => {
    expect(of(options)).toThrow(message);
  });
});

test.each<[string, () => unknown, string]>([
  ['echo()', () => UpstreamRegistry.echo(untyped(undefined)), 'got no account, expected the 12 digits'],
  ['echo() with null', () => UpstreamRegistry.echo(untyped({ account: null })), 'got no account, expected the 12 digits'],
  ['echo() with a number', () => UpstreamRegistry.echo(untyped({ account: 123456789012 })), 'got the number 123456789012 as account, expected the 12 digits'],
  ['ecr()', () => UpstreamRegistry.ecr(untyped(undefined)), 'got no account, expected the 12 digits'],
  ['ecr() without a Region', () => UpstreamRegistry.ecr(untyped({ account: '123456789012', region: null })), 'got no Region, expected the name'],
  ['ecr() with a number as Region', () => UpstreamRegistry.ecr(untyped({ account: '123456789012', region: 1 })), 'got the number 1 as Region'],
  ['azure()', () => UpstreamRegistry.azure(untyped(undefined), untyped(undefined)), 'got no name for UpstreamRegistry.azure(), expected a text'],
])('%s fails for what is missing', (_, make, message) => {
  expect(make).toThrow(message);
});

describe.each<[string, (props: unknown) => unknown]>([
  ['a cache', props => new PullThroughCache(newStack(), 'C', untyped(props))],
  ['a rule', props => new CacheRule(newStack(), 'C', untyped(props))],
])('%s', (_, make) => {
  const CHOICES = 'write UpstreamRegistry.QUAY, UpstreamRegistry.dockerHub(credential) or another of its constants and methods';

  test.each<[string, unknown, string]>([
    ['without properties', undefined, `got no upstream, expected a registry that ECR can cache, as UpstreamRegistry gives them: ${CHOICES} [at Stack/C]`],
    ['with properties that are null', null, 'got no upstream'],
    ['without an upstream', {}, 'got no upstream'],
    ['with a null as upstream', { upstream: null }, 'got no upstream'],
    ['with a method that is not called', { upstream: UpstreamRegistry.dockerHub.bind(UpstreamRegistry) }, 'got a function that was not called as upstream'],
    ['with the name of a registry', { upstream: 'quay.io' }, "got the text 'quay.io' as upstream"],
    ['with an object', { upstream: {} }, CHOICES],
    ['with what an upstream is made of', { upstream: { ...UpstreamRegistry.QUAY } }, CHOICES],
    ['with a number as prefix', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 5 }, "got the number 5 as repository prefix, expected a text: write it such as 'echo'"],
    ['with a list as upstream prefix', { upstream: UpstreamRegistry.QUAY, upstreamRepositoryPrefix: [] }, 'got a list as upstream repository prefix'],
  ])('fails %s', (__, props, message) => {
    expect(() => make(props)).toThrow(message);
  });
});

test('a cache may leave out what is optional by null', () => {
  const nulls = { upstreamRepositoryPrefix: null, repositoryPrefix: null, upstreamRole: null, repositoryTemplate: null, monitoring: null };
  const [one, other] = [{}, nulls].map(props => {
    const stack = newStack();
    const cache = new PullThroughCache(stack, 'Cache', { upstream: UpstreamRegistry.QUAY, ...untyped<object>(props) });
    expect(cache.image('a/b').repositoryName).toBe('quay/a/b');
    return Template.fromStack(stack).toJSON();
  });
  expect(other).toEqual(one);
});

describe('an import', () => {
  const imported = (attributes: unknown) => PullThroughCache.fromPullThroughCacheAttributes(newStack(), 'I', untyped<PullThroughCacheAttributes>(attributes));

  test('may leave out what is optional by null', () => {
    const cache = imported({ repositoryPrefix: 'hub', upstream: null, upstreamRepositoryPrefix: null, account: null, region: null });

    expect(cache.image('a/b').repositoryName).toBe('hub/a/b');
    expect(cache.env).toMatchObject(ENV);
  });

  test.each<[string, unknown, string]>([
    ['without attributes', undefined, "got no repository prefix, expected a text: write it such as 'echo' [at Stack/I]"],
    ['with empty attributes', {}, 'got no repository prefix'],
    ['with a null as prefix', { repositoryPrefix: null }, 'got no repository prefix'],
    ['with the name of a registry', { repositoryPrefix: 'quay', upstream: 'quay.io' }, "got the text 'quay.io' as upstream"],
    ['with a method that is not called', { repositoryPrefix: 'hub', upstream: UpstreamRegistry.dockerHub.bind(UpstreamRegistry) }, 'got a function that was not called'],
    ['with an object as upstream', { repositoryPrefix: 'hub', upstream: {} }, 'expected a value of UpstreamRegistry'],
    ['with a number as account', { repositoryPrefix: 'hub', account: 123456789012 }, 'got the number 123456789012 as account'],
  ])('fails %s', (_, attributes, message) => {
    expect(() => imported(attributes)).toThrow(message);
  });

  test('fails by a prefix that is missing', () => {
    expect(() => PullThroughCache.fromRepositoryPrefix(newStack(), 'I', untyped(undefined))).toThrow('got no repository prefix, expected a text');
  });
});
