import { App, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { CacheAddress, checkOwnRegistry } from '../../src/rule/cache-address';
import { agnosticStack, ENV, newStack } from '../app';

function addressIn(stack: Stack, ecrRepositoryPrefix = 'echo') {
  return CacheAddress.fromRule(new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix, upstreamRegistryUrl: 'quay.io' }));
}

/** What a value becomes in the Region of the test. */
function resolved(stack: Stack, value: string) {
  return JSON.stringify(stack.resolve(value)).replaceAll('{"Ref":"AWS::Partition"}', '"aws"').replaceAll('{"Ref":"AWS::URLSuffix"}', '"amazonaws.com"');
}

describe('the address of a cache', () => {
  test('names repositories below the prefix', () => {
    expect(addressIn(newStack(), 'team/echo').repositoryName('library/nginx')).toBe('team/echo/library/nginx');
  });

  test('names repositories by themselves with ROOT', () => {
    expect(addressIn(newStack(), 'ROOT').repositoryName('library/nginx')).toBe('library/nginx');
  });

  test('has the account and Region of the stack', () => {
    expect(addressIn(newStack())).toMatchObject({ account: '111122223333', region: 'eu-central-1' });
  });

  test.each([
    ['a path', 'echo', 'nginx', 'repository/echo/nginx'],
    ['ROOT and a path', 'ROOT', 'nginx', 'repository/nginx'],
  ])('gives ARNs for %s', (_, prefix, path, end) => {
    const stack = newStack();
    expect(resolved(stack, addressIn(stack, prefix).repositoryArn(path)))
      .toBe(`{"Fn::Join":["",["arn:","aws",":ecr:eu-central-1:111122223333:${end}"]]}`);
  });

  test.each([['echo', 'repository/echo/*'], ['ROOT', 'repository/*']])('gives the ARN of all repositories below %s', (prefix, end) => {
    const stack = newStack();
    expect(resolved(stack, addressIn(stack, prefix).arnOfAllRepositories))
      .toBe(`{"Fn::Join":["",["arn:","aws",":ecr:eu-central-1:111122223333:${end}"]]}`);
  });

  test('does not take a path that is missing for all of them', () => {
    const stack = newStack();
    expect(resolved(stack, addressIn(stack).repositoryArn(undefined as unknown as string))).not.toContain('*');
  });

  test('gives URIs with the suffix of the partition', () => {
    const stack = newStack();
    expect(resolved(stack, addressIn(stack).repositoryUri('nginx')))
      .toBe('{"Fn::Join":["",["111122223333.dkr.ecr.eu-central-1.","amazonaws.com","/echo/nginx"]]}');
  });

  test('takes account and Region at deployment from a stack that goes anywhere', () => {
    const stack = agnosticStack(new App());
    expect(stack.resolve(addressIn(stack).repositoryUri('nginx'))).toEqual({
      'Fn::Join': ['', [{ Ref: 'AWS::AccountId' }, '.dkr.ecr.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }, '/echo/nginx']],
    });
  });
});

describe('the prefix of an L1 rule', () => {
  test('is used as it was written, so that another stack needs no export', () => {
    const app = new App();
    const [stack, other] = [newStack(app, 'A'), newStack(app, 'B')];
    other.exportValue(addressIn(stack).repositoryUri('nginx'), { name: 'Uri' });
    expect(app.synth().getStackByName('A').template).not.toHaveProperty('Outputs');
  });

  test('is its reference when an L1 rule has none', () => {
    const stack = newStack();
    const address = CacheAddress.fromRule(new CfnPullThroughCacheRule(stack, 'Rule', { upstreamRegistryUrl: 'quay.io' }));
    expect(stack.resolve(address.repositoryName('nginx'))).toEqual({ 'Fn::Join': ['', [{ Ref: 'Rule' }, '/nginx']] });
  });
});

describe('a cache of a registry', () => {
  const cacheIn = (app: App, env?: Partial<typeof ENV>) =>
    new CfnPullThroughCacheRule(env ? newStack(app, 'Cache', env) : agnosticStack(app, 'Cache'), 'Rule', { ecrRepositoryPrefix: 'echo' });

  test.each<[string, Partial<typeof ENV> | undefined]>([
    ['is in its account and Region', ENV],
    ['is in its account, in a Region that is not known', { account: ENV.account }],
    ['is who knows where', undefined],
  ])('is accepted when it %s', (_, env) => {
    const app = new App();
    expect(() => checkOwnRegistry(cacheIn(app, env), newStack(app), 'RegistryPolicy')).not.toThrow();
  });

  test.each([
    ['account', { ...ENV, account: '444455556666' }, 'got a cache of the account 444455556666 and Region eu-central-1'],
    ['Region', { ...ENV, region: 'us-east-1' }, 'got a cache of the account 111122223333 and Region us-east-1'],
  ])('fails when it is in another %s', (_, env, got) => {
    const app = new App();
    expect(() => checkOwnRegistry(cacheIn(app, env), newStack(app), 'RegistryPolicy')).toThrow(
      `${got}, expected one of the account 111122223333 and Region eu-central-1, whose registry this is about: `
      + 'make a RegistryPolicy in a stack of that account and Region [at Stack]');
  });
});
