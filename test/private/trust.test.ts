import { App, CfnParameter } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullThroughCache, RepositoryTemplate, UpstreamRegistry, UpstreamRole } from '../../src';
import { newStack } from '../app';

const service = (name: string) => new iam.ServicePrincipal(name);

function synthesized(assumedBy: (stack: Stack) => iam.IPrincipal, use: 'upstream' | 'creation'): () => void {
  const stack = newStack();
  const role = new iam.Role(stack, 'Role', { assumedBy: assumedBy(stack) });
  if (use === 'upstream') {
    new PullThroughCache(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: '123456789012' }), upstreamRole: UpstreamRole.fromRole(role) });
  } else {
    new RepositoryTemplate(stack, 'Template', { prefix: 'a', creationRole: role });
  }
  return () => (stack.node.root as App).synth();
}

test.each<['upstream' | 'creation', string, string]>([
  ['upstream', 'ecr.amazonaws.com', 'pullthroughcache.ecr.amazonaws.com'],
  ['creation', 'pullthroughcache.ecr.amazonaws.com', 'ecr.amazonaws.com'],
])('the %s role is refused when it trusts the other service, %s', (use, wrong, right) => {
  expect(synthesized(() => service(wrong), use)).toThrow(`got the ${use} role Stack/Role, which ${wrong} may assume, expected a role that is trusted by ${right}`);
  expect(synthesized(() => new iam.AccountRootPrincipal(), use)).toThrow('which no service may assume');
  expect(synthesized(() => service(right), use)).not.toThrow();
  expect(synthesized(() => new iam.CompositePrincipal(service(wrong), service(right)), use)).not.toThrow();
  expect(synthesized(stack => service(new CfnParameter(stack, 'Service').valueAsString), use)).not.toThrow();
});

test('a LazyRole is looked into', () => {
  const stack = newStack();
  const role = new iam.LazyRole(stack, 'Role', { assumedBy: service('ecr.amazonaws.com') });
  new PullThroughCache(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: '123456789012' }), upstreamRole: UpstreamRole.fromRole(role) });
  expect(() => (stack.node.root as App).synth()).toThrow('got the upstream role');
});
