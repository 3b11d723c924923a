import { App, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { CacheAddress } from '../../src/rule/cache-address';
import { agnosticStack, newStack } from '../app';

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
    ['the prefix alone', 'echo', undefined, 'repository/echo/*'],
    ['a path', 'echo', 'nginx', 'repository/echo/nginx'],
    ['ROOT', 'ROOT', undefined, 'repository/*'],
    ['ROOT and a path', 'ROOT', 'nginx', 'repository/nginx'],
  ])('gives ARNs for %s', (_, prefix, path, end) => {
    const stack = newStack();
    expect(resolved(stack, addressIn(stack, prefix).repositoryArn(path)))
      .toBe(`{"Fn::Join":["",["arn:","aws",":ecr:eu-central-1:111122223333:${end}"]]}`);
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
