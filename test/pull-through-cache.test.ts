import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { CacheLifecycleRule, CacheMonitoring, PullThroughCache, UpstreamRegistry, UpstreamRole } from '../src';
import type { PullThroughCacheProps } from '../src';
import { ECHO, ENV, newStack, propertiesOf, warningsOf } from './app';

const RULE = 'AWS::ECR::PullThroughCacheRule';

function cacheIn(stack: Stack, props: Partial<PullThroughCacheProps> = {}, id = 'Echo') {
  return new PullThroughCache(stack, id, { upstream: ECHO, ...props });
}

function resourceTypes(stack: Stack): string[] {
  return Object.values(Template.fromStack(stack).toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type).sort();
}

describe('a cache', () => {
  test('is six resources', () => {
    const stack = newStack();
    cacheIn(stack);
    expect(resourceTypes(stack)).toEqual([
      'AWS::CloudWatch::Alarm', 'AWS::ECR::PullThroughCacheRule', 'AWS::ECR::RepositoryCreationTemplate', 'AWS::Events::Rule', 'AWS::IAM::Role',
      'AWS::Logs::LogGroup',
    ]);
  });

  test('is seven with tags and a key', () => {
    const stack = newStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab');
    cacheIn(stack, { repositoryTemplate: { tags: { team: 'web' }, encryptionKey } });
    expect(resourceTypes(stack)).toHaveLength(7);
  });

  test('caches Echo from us-east-1 below echo', () => {
    const stack = newStack();
    cacheIn(stack);
    expect(propertiesOf(stack, RULE)).toEqual({
      EcrRepositoryPrefix: 'echo',
      UpstreamRegistry: 'ecr',
      UpstreamRegistryUrl: '123456789012.dkr.ecr.us-east-1.amazonaws.com',
      CustomRoleArn: { 'Fn::GetAtt': [expect.stringMatching(/^EchoUpstreamRole/), 'Arn'] },
    });
  });

  test('caches Echo from another Region', () => {
    const stack = newStack();
    cacheIn(stack, { upstream: UpstreamRegistry.echo({ account: '123456789012', region: 'eu-west-1' }) });
    expect(propertiesOf(stack, RULE)).toMatchObject({ UpstreamRegistryUrl: '123456789012.dkr.ecr.eu-west-1.amazonaws.com' });
  });

  test('caches any private registry below ecr', () => {
    const stack = newStack();
    cacheIn(stack, { upstream: UpstreamRegistry.ecr({ account: '444455556666', region: 'eu-west-1' }) });
    expect(propertiesOf(stack, RULE)).toMatchObject({
      EcrRepositoryPrefix: 'ecr', UpstreamRegistry: 'ecr', UpstreamRegistryUrl: '444455556666.dkr.ecr.eu-west-1.amazonaws.com',
    });
  });

  test('has no role for an upstream that ECR reads by none', () => {
    const stack = newStack();
    expect(cacheIn(stack, { upstream: UpstreamRegistry.QUAY }).role).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 0);
    expect(propertiesOf(stack, RULE)).not.toHaveProperty('CustomRoleArn');
  });

  test('gives one prefix to its rule, its role, its template and its alarm', () => {
    const stack = newStack();
    cacheIn(stack, { repositoryPrefix: 'team/echo' });
    const template = Template.fromStack(stack);
    template.hasResourceProperties(RULE, { EcrRepositoryPrefix: 'team/echo' });
    template.hasResourceProperties('AWS::ECR::RepositoryCreationTemplate', { Prefix: 'team/echo' });
    template.hasResourceProperties('AWS::Events::Rule', { EventPattern: { detail: { 'ecr-repository-prefix': ['team/echo'] } } });
    expect(JSON.stringify(template.findResources('AWS::IAM::Role'))).toContain(':repository/team/echo/*');
  });

  test('makes its template before its rule, so that no repository is born without it', () => {
    const stack = newStack();
    cacheIn(stack, { repositoryTemplate: { tags: { team: 'web' } } });
    Template.fromStack(stack).hasResource(RULE, {
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('CreationRole'), Match.stringLikeRegexp('^EchoRepositoryTemplate')]),
    });
  });

  test('has no rule that waits for a role which isn\'t there', () => {
    const stack = newStack();
    cacheIn(stack, { repositoryTemplate: { inheritTags: true } });
    const [rule] = Object.values(Template.fromStack(stack).findResources(RULE));
    expect(rule.DependsOn).toEqual([expect.stringMatching(/^EchoRepositoryTemplate[0-9A-F]{8}$/)]);
  });

  test('gives its parts to those who need them', () => {
    const cache = cacheIn(newStack());
    expect(cache).toMatchObject({ repositoryPrefix: 'echo', upstream: ECHO, upstreamRepositoryPrefix: undefined, repositoriesTagged: false });
    expect(cache.rule.repositoryPrefix).toBe('echo');
    expect(cache.repositoryTemplate.prefix).toBe('echo');
    expect(cache.role).toBeDefined();
    expect(cache.failedPullsAlarm).toBeDefined();
  });

  test('knows that its repositories are tagged', () => {
    expect(cacheIn(newStack(), { repositoryTemplate: { tags: { team: 'web' } } }).repositoriesTagged).toBe(true);
  });

  test('needs no account of Echo that isn\'t given', () => {
    expect(() => UpstreamRegistry.echo({ account: process.env.NOT_SET_ANYWHERE! })).toThrow(
      'got no account, expected the 12 digits of an AWS account id');
  });
});

describe('the upstream role of a cache', () => {
  test('can have the policy of AWS\'s example', () => {
    const stack = newStack();
    cacheIn(stack, { upstreamRole: UpstreamRole.asInAwsExample() });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', { Policies: [{ PolicyDocument: { Statement: [{ Resource: '*' }] } }] });
  });

  test('can be one that the user brings', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleArn(stack, 'Reader', `arn:aws:iam::${ENV.account}:role/reader`);
    expect(cacheIn(stack, { upstreamRole: UpstreamRole.fromRole(role) }).role).toBe(role);
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 0);
    expect(propertiesOf(stack, RULE).CustomRoleArn).toBe(`arn:aws:iam::${ENV.account}:role/reader`);
  });

  test('fails when it is brought from another account', () => {
    const stack = newStack();
    const role = iam.Role.fromRoleArn(stack, 'Reader', 'arn:aws:iam::444455556666:role/reader');
    expect(() => cacheIn(stack, { upstreamRole: UpstreamRole.fromRole(role) })).toThrow("got the upstream role 'reader' of the account 444455556666");
  });

  test.each([
    ['brought', (stack: Stack) => UpstreamRole.fromRole(iam.Role.fromRoleName(stack, 'Reader', 'reader'))],
    ['made', () => UpstreamRole.scopedToRepositories()],
  ])('fails when it is %s for an upstream that ECR reads by none', (_, role) => {
    const stack = newStack();
    expect(() => cacheIn(stack, { upstream: UpstreamRegistry.QUAY, upstreamRole: role(stack) })).toThrow("got an upstream role for 'quay.io', expected a ");
  });

  test('can be of another stack of the account, with an export only because it is', () => {
    const app = new App();
    const roles = newStack(app, 'Roles');
    const role = new iam.Role(roles, 'Reader', { assumedBy: new iam.ServicePrincipal('pullthroughcache.ecr.amazonaws.com') });
    const stack = newStack(app);
    cacheIn(stack, { upstreamRole: UpstreamRole.fromRole(role) });
    expect(propertiesOf(stack, RULE).CustomRoleArn).toHaveProperty('Fn::ImportValue');
  });
});

describe('the template of a cache', () => {
  test('has what the user sets, and defaults for the rest', () => {
    const stack = newStack();
    cacheIn(stack, { repositoryTemplate: { lifecycleRules: [CacheLifecycleRule.keepNewest(3)], tags: { team: 'web' } } });
    const { LifecyclePolicy: text, ...rest } = propertiesOf(stack, 'AWS::ECR::RepositoryCreationTemplate') as any;
    expect(JSON.parse(text).rules).toHaveLength(1);
    expect(rest).toMatchObject({ AppliedFor: ['PULL_THROUGH_CACHE'], ImageTagMutability: 'MUTABLE', ResourceTags: [{ Key: 'team', Value: 'web' }] });
  });
});

describe('the monitoring of a cache', () => {
  test('can be none', () => {
    const stack = newStack();
    expect(cacheIn(stack, { monitoring: CacheMonitoring.none() }).failedPullsAlarm).toBeUndefined();
    expect(resourceTypes(stack)).toEqual(['AWS::ECR::PullThroughCacheRule', 'AWS::ECR::RepositoryCreationTemplate', 'AWS::IAM::Role']);
  });

  test('tells those who are to be told', () => {
    const stack = newStack();
    cacheIn(stack, { monitoring: CacheMonitoring.standard({ alarmActions: [new SnsAction(new sns.Topic(stack, 'Topic'))] }) });
    const topic = [{ Ref: Match.stringLikeRegexp('^Topic') }];
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmActions: topic, OKActions: topic });
  });

  test('counts by a metric that the user can use', () => {
    const stack = newStack();
    const metric = cacheIn(stack).metricFailedPulls({ label: 'failed' });
    expect(metric).toMatchObject({ namespace: 'AWS/Events', metricName: 'TriggeredRules', label: 'failed' });
    expect(stack.resolve(metric.dimensions)).toEqual({ RuleName: { Ref: expect.stringMatching(/^EchoMonitoringFailedPulls[0-9A-F]{8}$/) } });
  });
});

describe('an event of a cache', () => {
  const cases: [string, (cache: PullThroughCache, options: events.OnEventOptions) => events.Rule, object][] = [
    ['onCacheEvent', (cache, options) => cache.events.onCacheEvent('Rule', options), {}],
    ['onImageCached', (cache, options) => cache.onImageCached('Rule', options), { 'sync-status': ['SUCCESS'] }],
    ['onPullFailed', (cache, options) => cache.onPullFailed('Rule', options), { 'sync-status': [{ 'anything-but': 'SUCCESS' }] }],
  ];

  test.each(cases)('is caught by %s', (_, on, detail) => {
    const stack = newStack();
    on(cacheIn(stack, { monitoring: CacheMonitoring.none() }), { description: 'mine', ruleName: 'mine' });
    expect(propertiesOf(stack, 'AWS::Events::Rule')).toEqual({
      Name: 'mine',
      Description: 'mine',
      State: 'ENABLED',
      EventPattern: {
        'source': ['aws.ecr'], 'detail-type': ['ECR Pull Through Cache Action'], 'detail': { 'ecr-repository-prefix': ['echo'], ...detail },
      },
    });
  });

  test('can be narrowed further', () => {
    const stack = newStack();
    cacheIn(stack, { monitoring: CacheMonitoring.none() })
      .onImageCached('Rule', { eventPattern: { detail: { 'repository-name': ['echo/nginx'] } } });
    expect(propertiesOf(stack, 'AWS::Events::Rule').EventPattern).toMatchObject({
      detail: { 'ecr-repository-prefix': ['echo'], 'sync-status': ['SUCCESS'], 'repository-name': ['echo/nginx'] },
    });
  });

  test('fails to be caught in another Region, where it never arrives', () => {
    const app = new App();
    const cache = cacheIn(newStack(app));
    const elsewhere = newStack(app, 'Elsewhere', { ...ENV, region: 'us-east-1' });
    expect(() => cache.onPullFailed('Rule', { crossStackScope: elsewhere })).toThrow('got an event rule in the Region us-east-1 for a cache in the Region '
      + 'eu-central-1, expected a rule in the account and Region of the cache, which its events do not leave: pass a crossStackScope in a stack of that '
      + 'account and Region, and forward the events from there [at Elsewhere]');
  });
});

describe('what a cache refuses names the cache', () => {
  test.each<[string, Partial<PullThroughCacheProps>, string]>([
    ['a prefix', { repositoryPrefix: 'Echo' }, "got the repository prefix 'Echo', expected lower-case letters"],
    ['an upstream prefix', { upstreamRepositoryPrefix: 'Team' }, "got the upstream repository prefix 'Team', expected lower-case letters"],
    ['an upstream prefix with ROOT', { repositoryPrefix: 'ROOT', upstreamRepositoryPrefix: 'team' }, "got the upstream repository prefix 'team' for a cache"],
  ])('%s', (_, props, message) => {
    expect(() => cacheIn(newStack(), props)).toThrow(new RegExp(`${message}.* \\[at Stack/Echo\\]$`));
  });

  test('a role that is no UpstreamRole', () => {
    const stack = newStack();
    const upstreamRole = iam.Role.fromRoleName(stack, 'Reader', 'reader') as unknown as UpstreamRole;
    expect(() => cacheIn(stack, { upstreamRole })).toThrow(/got something else as upstreamRole than what UpstreamRole gives, .* \[at Stack\/Echo\]$/);
  });

  test('a second cache of one prefix', () => {
    const stack = newStack();
    cacheIn(stack);
    cacheIn(stack, {}, 'Again');
    expect(() => Template.fromStack(stack)).toThrow(
      "got the repository prefix 'echo' a second time for one account and Region (Stack/Echo has it), expected a prefix for each rule: "
      + 'set another repositoryPrefix, or use the cache that is there [at Stack/Again]');
  });

  test('an upstream of another partition', () => {
    expect(() => cacheIn(newStack(new App(), 'Stack', { ...ENV, region: 'cn-north-1' }))).toThrow(/got an upstream in the Region 'us-east-1'.* \[at Stack\/Echo\]$/);
  });
});

describe('a cache for the whole registry', () => {
  test('is made with ROOT', () => {
    const stack = newStack();
    cacheIn(stack, { repositoryPrefix: 'ROOT' });
    expect(propertiesOf(stack, RULE).EcrRepositoryPrefix).toBe('ROOT');
    expect(propertiesOf(stack, 'AWS::ECR::RepositoryCreationTemplate').Prefix).toBe('ROOT');
    expect(warningsOf(stack)).toEqual([]);
  });
});
