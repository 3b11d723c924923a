import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullPolicy, PullThroughCache, UpstreamRegistry } from '../../../src';
import { roleNameOf } from '../../../src/pulling/grants/principals';
import { newStack } from '../../app';

const cacheIn = (stack: Stack) => new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });

describe.each<[string, (stack: Stack, cache: PullThroughCache) => iam.IGrantable]>([
  ['a managed policy', stack => new iam.ManagedPolicy(stack, 'Policy')],
  ['a policy', stack => new iam.Policy(stack, 'Policy', { users: [new iam.User(stack, 'User')] })],
  ['a PullPolicy', (stack, cache) => new PullPolicy(stack, 'Policy', { caches: [cache], images: ['x/y'] })],
])('%s', (_, make) => {
  test('is granted an image, and the repository that it is handed out as', () => {
    const stack = newStack();
    const cache = cacheIn(stack);
    const policy = make(stack, cache);
    cache.image('a/b').grantPull(policy);
    cache.image('c/d').toRepository().grantPull(policy);

    const text = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(text).toContain('repository/quay/a/b');
    expect(text).toContain('repository/quay/c/d');
  });
});

test('an unknown principal is left to the warning of aws-cdk', () => {
  const stack = newStack();
  expect(() => cacheIn(stack).image('a/b').grantPull(new iam.UnknownPrincipal({ resource: stack }))).not.toThrow();
});

test.each<[string, (stack: Stack) => iam.IPrincipal]>([
  ['itself', () => new iam.ServicePrincipal('lambda.amazonaws.com')],
  ['under conditions', () => new iam.ServicePrincipal('lambda.amazonaws.com').withConditions({ StringEquals: { a: 'b' } })],
  ['among others', stack => new iam.CompositePrincipal(new iam.User(stack, 'User'), new iam.ServicePrincipal('lambda.amazonaws.com'))],
])('Lambda is refused: %s', (_, principal) => {
  const stack = newStack();
  expect(() => cacheIn(stack).image('a/b').grantPull(principal(stack))).toThrow('for a Lambda function');
});

test.each<[string, unknown]>([['nothing', undefined], ["the text 'arn:aws:iam::111122223333:role/x'", 'arn:aws:iam::111122223333:role/x'], ['an object', {}]])(
  'what is no principal is refused: %s', (got, grantee) => {
    const cache = cacheIn(newStack());
    const message = `got ${got} as the one who pulls, expected a role or another principal that permissions are granted to`;
    expect(() => cache.grants.pull(grantee as iam.IGrantable)).toThrow(message);
    expect(() => cache.image('a/b').grantPull(grantee as iam.IGrantable)).toThrow(message);
  });

test.each<[string, (stack: Stack) => iam.IPrincipal, string | undefined]>([
  ['of an ARN', stack => iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::999999999999:role/ci/builder'), 'ci/builder'],
  ['that the app names', stack => new iam.Role(stack, 'Role', { roleName: 'builder', assumedBy: new iam.AccountRootPrincipal() }), undefined],
  ['that the deployment names', stack => new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() }), undefined],
  ['of what has none', () => new iam.AccountPrincipal('999999999999'), undefined],
])('the name of a role is known as far as it is written: %s', (_, principal, name) => {
  expect(roleNameOf(principal(newStack()))).toBe(name);
});
