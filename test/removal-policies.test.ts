import { RemovalPolicy } from 'aws-cdk-lib';
import type { Resource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  CacheEventLog, CacheMonitoring, CacheRule, PullThroughCache, RegistryPolicy, RegistryReplication, RegistryScanning, RegistryScanType,
  RepositoryTemplate, UpstreamRegistry, UpstreamRole, UpstreamSecret,
} from '../src';
import { ECHO, newStack } from './app';

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

/** The types that stay when they leave the stack. */
function retained(): string[] {
  const { Resources } = Template.fromStack(stack).toJSON() as { Resources: Record<string, Record<string, string>> };
  return Object.values(Resources).filter(one => one.DeletionPolicy === 'Retain' && one.UpdateReplacePolicy === 'Retain').map(({ Type }) => Type).sort();
}

const echo = (props: Partial<ConstructorParameters<typeof PullThroughCache>[2]> = {}) =>
  new PullThroughCache(stack, 'Echo', { upstream: ECHO, monitoring: CacheMonitoring.none(), ...props });

test.each<[string, () => Resource, string[]]>([
  ['PullThroughCache', () => echo(), ['AWS::ECR::PullThroughCacheRule', 'AWS::ECR::RepositoryCreationTemplate', 'AWS::IAM::Role']],
  ['CacheRule', () => new CacheRule(stack, 'Rule', { upstream: UpstreamRegistry.QUAY }), ['AWS::ECR::PullThroughCacheRule']],
  ['RepositoryTemplate', () => new RepositoryTemplate(stack, 'Template', { prefix: 'echo', tags: { team: 'web' } }),
    ['AWS::ECR::RepositoryCreationTemplate', 'AWS::IAM::Role']],
  ['UpstreamSecret', () => new UpstreamSecret(stack, 'Secret'), ['AWS::SecretsManager::Secret']],
  ['CacheEventLog', () => new CacheEventLog(stack, 'Log'), ['AWS::Logs::LogGroup']],
  ['RegistryPolicy', () => {
    const policy = new RegistryPolicy(stack, 'Policy');
    policy.addStatements(new iam.PolicyStatement({
      actions: ['ecr:ReplicateImage'], principals: [new iam.AccountPrincipal('999999999999')], resources: ['*'], sid: 'Replication',
    }));
    return policy;
  }, ['AWS::ECR::RegistryPolicy']],
  ['RegistryScanning', () => new RegistryScanning(stack, 'Scanning', { scanType: RegistryScanType.BASIC }), ['AWS::ECR::RegistryScanningConfiguration']],
  ['RegistryReplication', () => {
    const replication = new RegistryReplication(stack, 'Replication');
    replication.replicateMatching('services/', { region: 'eu-west-1' });
    return replication;
  }, ['AWS::ECR::ReplicationConfiguration']],
])('%s stays with all that it needs when it is told to', (_, make, types) => {
  make().applyRemovalPolicy(RemovalPolicy.RETAIN);

  expect(retained()).toEqual(types);
});

test('nothing of a cache stays by itself', () => {
  echo();

  expect(retained()).toEqual([]);
});

test("a cache with a role of the user's own leaves that role alone", () => {
  const role = new iam.Role(stack, 'Own', { assumedBy: new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com') });
  echo({ upstreamRole: UpstreamRole.fromRole(role) }).applyRemovalPolicy(RemovalPolicy.RETAIN);

  expect(retained()).toEqual(['AWS::ECR::PullThroughCacheRule', 'AWS::ECR::RepositoryCreationTemplate']);
});

test('a cache without a role stays too', () => {
  new PullThroughCache(stack, 'Quay', { upstream: UpstreamRegistry.QUAY, monitoring: CacheMonitoring.none() }).applyRemovalPolicy(RemovalPolicy.RETAIN);

  expect(retained()).toEqual(['AWS::ECR::PullThroughCacheRule', 'AWS::ECR::RepositoryCreationTemplate']);
});
