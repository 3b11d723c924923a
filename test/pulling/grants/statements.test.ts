import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullThroughCache, UpstreamRegistry } from '../../../src';
import { jsonLength } from '../../../src/private/checks';
import { newStack } from '../../app';

const names = (count: number) => Array.from({ length: count }, (_, at) => `some-organisation/application-${at}`);
const role = (stack: Stack) => new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
const imported = (stack: Stack) => iam.Role.fromRoleName(stack, 'Role', 'execution');

/** The policies of a stack: what is long and whose they are. */
function policies(stack: Stack) {
  return Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string; Properties: any }>)
    .filter(({ Type: type }) => /^AWS::IAM::(Managed)?Policy$/.test(type))
    .map(({ Type: type, Properties: properties }) => ({ type, properties, length: jsonLength(properties.PolicyDocument, stack) }));
}

function repositories(stack: Stack): string[] {
  return policies(stack).flatMap(({ properties }) => properties.PolicyDocument.Statement as { Resource: any }[])
    .flatMap(({ Resource: resource }) => [resource].flat())
    .filter(one => one !== '*').map(one => one['Fn::Join'][1][2].replace(/.*repository\/quay\//, ''));
}

const MOST: Record<string, number> = { 'AWS::IAM::Policy': 10_240, 'AWS::IAM::ManagedPolicy': 6_144 };

describe.each<[string, (stack: Stack) => iam.IGrantable, number]>([
  ['a role', role, 10_240],
  ['an imported role', imported, 10_240],
  ['a user', stack => new iam.User(stack, 'User'), 2_048],
  ['a group', stack => new iam.Group(stack, 'Group'), 5_120],
])('many images for %s', (_, grantee, inline) => {
  test.each([1, 20, 130])('are parted over policies that IAM takes: %d', count => {
    const stack = newStack();
    new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY }).grants.pullImages(grantee(stack), names(count));

    expect(repositories(stack).sort()).toEqual(names(count).sort());
    for (const { type, properties, length } of policies(stack)) {
      expect(length).toBeLessThanOrEqual(type === 'AWS::IAM::Policy' ? inline : MOST[type]);
      expect([properties.Roles, properties.Users, properties.Groups].flat().filter(one => one !== undefined)).toHaveLength(1);
    }
  });
});

test('a policy that is granted itself is refused when IAM would refuse it', () => {
  const stack = newStack();
  new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY }).grants.pullImages(new iam.ManagedPolicy(stack, 'Policy'), names(130));
  expect(() => Template.fromStack(stack)).toThrow(/got a managed policy of \d+ characters, expected at most 6144: allow whole caches or paths with \/\*/);
});

describe.each<[string, (stack: Stack) => iam.IRole]>([['a role', role], ['an imported role', imported]])('the images of many tasks with %s', (_, make) => {
  test('share statements, so that actions are not repeated for each', () => {
    const stack = newStack(new App());
    const cache = new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY });
    const executionRole = make(stack);
    names(60).forEach((name, at) => new ecs.FargateTaskDefinition(stack, `Task${at}`, { executionRole })
      .addContainer('App', { image: cache.image(name).toContainerImage() }));

    expect(repositories(stack).sort()).toEqual(names(60).sort());
    expect(policies(stack).every(({ type, length }) => length <= MOST[type])).toBe(true);
    expect(policies(stack).flatMap(({ properties }) => properties.PolicyDocument.Statement).length).toBeLessThan(10);
  });
});
