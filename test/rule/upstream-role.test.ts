import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { UpstreamRole } from '../../src/rule/upstream-role';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { ECHO, newStack } from '../app';

const ECHO_CACHE = { upstream: ECHO, repositoryPrefix: 'echo' };

test('the default role has permissions that end at the repositories', () => {
  const stack = newStack();
  UpstreamRole.scopedToRepositories()._bind(stack, 'Role', ECHO_CACHE);
  const [role] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
  expect(role.Properties.Policies[0].PolicyDocument.Statement).toHaveLength(3);
});

test('the role of AWS\'s example has the resource *', () => {
  const stack = newStack();
  UpstreamRole.asInAwsExample()._bind(stack, 'Role', ECHO_CACHE);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { Policies: [{ PolicyDocument: { Statement: [{ Resource: '*' }] } }] });
});

test.each([
  ['scoped', UpstreamRole.scopedToRepositories({ roleName: 'reader' })],
  ['of AWS\'s example', UpstreamRole.asInAwsExample({ roleName: 'reader' })],
])('the role that is %s takes the options', (_, choice) => {
  const stack = newStack();
  choice._bind(stack, 'Role', ECHO_CACHE);
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { RoleName: 'reader' });
});

test('one choice serves several caches, each with a role of its own', () => {
  const stack = newStack();
  const choice = UpstreamRole.scopedToRepositories();
  ['one', 'two'].forEach(repositoryPrefix => choice._bind(stack, repositoryPrefix, { upstream: ECHO, repositoryPrefix }));
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 2);
});

test('a role of one\'s own is taken as it is', () => {
  const stack = newStack();
  const role = new iam.Role(stack, 'Own', { assumedBy: new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com') });
  expect(UpstreamRole.fromRole(role)._bind(stack, 'Role', ECHO_CACHE)).toBe(role);
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 1);
});

test('fails to make a role for an upstream that ECR reads by none', () => {
  expect(() => UpstreamRole.scopedToRepositories()._bind(newStack(), 'Role', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'quay' })).toThrow(
    "got an upstream role for 'quay.io', expected a private ECR upstream, the only kind that ECR reads by a role: leave the role out [at Stack/Role]");
});
