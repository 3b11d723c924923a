import { Aws } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { dockerHub, imported } from './fixture';
import { NodeLogin } from '../../src';
import type { NodeMirrorsOptions } from '../../src';
import { NodeMirrors } from '../../src/mirrors/node-mirrors';
import type { ICacheRule } from '../../src/rule/cache-rule';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { agnosticStack, ENV, newStack } from '../app';

const { QUAY, KUBERNETES } = UpstreamRegistry;

describe('a mirror for each host of the caches', () => {
  test('has the names by which images mean an upstream', () => {
    const stack = newStack();
    const mirrors = NodeMirrors.forCaches(stack, [
      imported(stack, 'hub', dockerHub(stack)), imported(stack, 'echo', UpstreamRegistry.echo({ account: '123456789012' })),
    ]);
    expect(Object.keys(mirrors.hostsToml())).toEqual([
      'docker.io', 'index.docker.io', 'registry-1.docker.io',
      '123456789012.dkr.ecr.us-east-1.amazonaws.com', '123456789012.dkr-ecr.us-east-1.on.aws',
    ]);
  });

  test('leads to the registry of another account, where its cache is', () => {
    const stack = newStack();
    const shared = imported(stack, 'quay', QUAY, { account: '210987654321' });
    expect(NodeMirrors.forCaches(stack, [shared]).registriesConf()).toContain(`"210987654321.dkr.ecr.${ENV.region}.amazonaws.com/quay"`);
  });
});

describe('forCaches() refuses', () => {
  const refusals: [string, string, (stack: ReturnType<typeof newStack>) => ICacheRule[]][] = [
    ['no caches at all', 'got an empty list of caches, expected at least one', () => []],
    ['two caches of one host', "got the caches 'quay' and 'other' for the host 'quay.io', expected one cache for each host",
      stack => [imported(stack, 'quay', QUAY), imported(stack, 'other', QUAY)]],
    ['a cache of another Region', "got the cache 'quay' of the Region us-west-2 for nodes of the Region eu-central-1",
      stack => [imported(stack, 'quay', QUAY, { region: 'us-west-2' })]],
    ['a cache of a part of its upstream', "got the cache 'quay' with the upstream repository prefix 'team', expected a cache of a whole upstream",
      stack => [imported(stack, 'quay', QUAY, { upstreamRepositoryPrefix: 'team' })]],
    ['a cache whose upstream is not known', "got the cache 'quay', whose upstream is not known", stack => [imported(stack, 'quay')]],
    ['an L1 rule, whose hosts nobody knows', "got the cache 'quay', whose upstream is not known",
      stack => [new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'quay', upstreamRegistryUrl: 'quay.io' }) as unknown as ICacheRule]],
    ['a prefix that is known only at deployment', 'got a cache whose prefix is known only at deployment',
      stack => [imported(stack, `${Aws.STACK_NAME}`, QUAY)]],
    ['an upstream that is known only at deployment', "got the cache 'echo' of an upstream whose account or Region is known only at deployment",
      stack => [imported(stack, 'echo', UpstreamRegistry.echo({ account: Aws.ACCOUNT_ID }))]],
    ['a cache of the registry that another one is in', 'which has one of the caches itself, expected an upstream other than the registries of the caches',
      stack => [imported(stack, 'quay', QUAY), imported(stack, 'own', UpstreamRegistry.ecr(ENV))]],
  ];

  test.each(refusals)('%s', (_, message, caches) => {
    const stack = newStack();
    expect(() => NodeMirrors.forCaches(stack, caches(stack))).toThrow(message);
  });

  test('caches of two Regions for nodes of any', () => {
    const stack = agnosticStack();
    const caches = [imported(stack, 'quay', QUAY, { region: 'us-west-2' }), imported(stack, 'k8s', KUBERNETES, { region: 'eu-west-1' })];
    expect(() => NodeMirrors.forCaches(stack, caches)).toThrow('got caches of the Regions us-west-2 and eu-west-1, expected caches of one Region');
  });

  const options: [string, NodeMirrorsOptions, string][] = [
    ['a misspelt option', { fallBack: true } as NodeMirrorsOptions, "got the option 'fallBack' of NodeMirrors.forCaches()"],
    ['a fallback that is neither on nor off', { fallback: 'no' as unknown as boolean }, "got the text 'no' as fallback, expected true or false"],
    ['a login that there is not', { login: 'NONE' as NodeLogin }, "got the text 'NONE' as login, expected one of TOKEN_IN_FILES, CREDENTIAL_PROVIDER"],
    ['a fallback that the login of the node would follow', { fallback: true, login: NodeLogin.CREDENTIAL_PROVIDER },
      "got 'fallback' with NodeLogin.CREDENTIAL_PROVIDER, expected no fallback"],
  ];

  test.each(options)('%s', (_, given, message) => {
    const stack = newStack();
    expect(() => NodeMirrors.forCaches(stack, [imported(stack, 'quay', QUAY)], given)).toThrow(message);
  });

  test('caches in the place of the scope, and an app', () => {
    const stack = newStack();
    expect(() => NodeMirrors.forCaches(stack.node.root, [imported(stack, 'k8s', KUBERNETES)])).toThrow('got something outside of any stack as the scope');
    expect(() => NodeMirrors.forCaches([imported(stack, 'quay', QUAY)] as never, undefined as never)).toThrow('got a list as the scope of NodeMirrors');
  });
});

test('an upstream repository prefix ROOT is the whole upstream', () => {
  const stack = newStack();
  const cache = imported(stack, 'k8s', KUBERNETES, { upstreamRepositoryPrefix: 'ROOT' });
  expect(Object.keys(NodeMirrors.forCaches(stack, [cache]).hostsToml())).toEqual(['registry.k8s.io', 'k8s.gcr.io']);
});
