import { CfnOutput, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { TagMutability } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CacheEventLog, CacheLifecycleRule, CacheMonitoring, PullThroughCache, UpstreamRegistry, UpstreamRole } from '../src';
import { agnosticStack, ECHO, newStack } from './app';

/*
 * Whole templates, so that no change of one goes unseen: what it means is decided by the tests beside this one.
 */

/** Without the parameter and the rule by which aws-cdk-lib asks for a bootstrap stack. */
function templateOf(stack: Stack) {
  const { Parameters: _parameters, Rules: _rules, ...rest } = Template.fromStack(stack).toJSON();
  return rest;
}

test('the template of a cache with default settings', () => {
  const stack = agnosticStack();
  const echo = new PullThroughCache(stack, 'Echo', { upstream: ECHO });
  echo.grants.pull(new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() }));
  new CfnOutput(stack, 'PullCommand', { value: echo.image('nginx:1.27').pullCommand });
  expect(templateOf(stack)).toMatchSnapshot();
});

test('the template of a cache with everything tuned', () => {
  const stack = newStack();
  const boundary = iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', 'arn:aws:iam::111122223333:policy/boundary');
  const echo = new PullThroughCache(stack, 'Echo', {
    upstream: UpstreamRegistry.ecr({ account: '444455556666', region: 'us-west-2' }),
    repositoryPrefix: 'platform/echo',
    upstreamRepositoryPrefix: 'hardened',
    upstreamRole: UpstreamRole.asInAwsExample({ roleName: 'reader', policyName: 'read', permissionsBoundary: boundary, requireSourceAccount: true }),
    repositoryTemplate: {
      description: 'Hardened images',
      lifecycleRules: [CacheLifecycleRule.protect('v1.*', 'stable'), ...CacheLifecycleRule.defaults()],
      encryptionKey: new kms.Key(stack, 'Key'),
      tags: { team: 'web' },
      inheritTags: true,
      imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION,
      imageTagMutabilityExclusionFilters: ['latest', 'dev-*'],
      repositoryPolicy: new iam.PolicyDocument({
        statements: [new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'], principals: [new iam.OrganizationPrincipal('o-1234567890')] })],
      }),
    },
    monitoring: CacheMonitoring.standard({
      alarmActions: [new SnsAction(new sns.Topic(stack, 'Topic'))],
      eventLog: new CacheEventLog(stack, 'EventLog'),
    }),
  });
  echo.grants.pullImages(new iam.Role(stack, 'Puller', { assumedBy: new iam.AccountRootPrincipal() }), ['nginx', 'team/*']);
  expect(templateOf(stack)).toMatchSnapshot();
});

test('the template of three caches side by side', () => {
  const stack = newStack();
  ['dev', 'staging', 'prod'].forEach(stage => new PullThroughCache(stack, `Echo-${stage}`, { upstream: ECHO, repositoryPrefix: `echo-${stage}` }));
  expect(templateOf(stack)).toMatchSnapshot();
});
