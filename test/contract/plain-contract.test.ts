import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { TagMutability } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { contractOf } from './from-cloudformation';
import type { PlainContract } from './plain-contract';
import { plainStatements } from './plain-statements';
import { CacheLifecycleRule, CacheMonitoring, PullThroughCache, UpstreamRegistry, UpstreamRole } from '../../src';
import type { PullThroughCacheProps } from '../../src';
import { agnosticStack, ECHO, ENV, newStack } from '../app';
import type { TemplateJson } from '../cloudformation/evaluate';

const OWN = 'arn:aws:ecr:eu-central-1:111122223333:repository/echo/*';
const UPSTREAM = 'arn:aws:ecr:us-east-1:123456789012:repository/*';
const NOTHING = { principals: {}, conditions: {} };

function contractIn(stack: Stack, props: Partial<PullThroughCacheProps> = {}): PlainContract {
  new PullThroughCache(stack, 'Echo', { upstream: ECHO, ...props });
  return contractOf(Template.fromStack(stack).toJSON() as TemplateJson);
}

/** The contract that every rendering of Echo's cache with default settings has. */
const DEFAULT_CONTRACT: PlainContract = {
  rule: {
    repositoryPrefix: 'echo',
    upstreamRepositoryPrefix: 'ROOT',
    upstreamRegistry: 'ecr',
    upstreamRegistryUrl: '123456789012.dkr.ecr.us-east-1.amazonaws.com',
    upstreamRole: 'made',
  },
  upstreamRole: {
    path: '/',
    trust: [{
      effect: 'Allow', actions: ['sts:AssumeRole'], resources: [], principals: { Service: ['pullthroughcache.ecr.amazonaws.com'] }, conditions: {},
    }],
    permissions: [
      {
        effect: 'Allow',
        actions: ['ecr:BatchGetImage', 'ecr:BatchImportUpstreamImage', 'ecr:GetDownloadUrlForLayer', 'ecr:GetImageCopyStatus'],
        resources: [OWN, UPSTREAM],
        ...NOTHING,
      },
      {
        effect: 'Allow',
        actions: ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'],
        resources: [OWN],
        ...NOTHING,
      },
      { effect: 'Allow', actions: ['ecr:GetAuthorizationToken'], resources: ['*'], ...NOTHING },
    ],
  },
  template: {
    prefix: 'echo',
    appliedFor: ['PULL_THROUGH_CACHE'],
    tagMutability: 'MUTABLE',
    tagMutabilityExclusions: [],
    encryption: { type: 'AES256' },
    tags: {},
    lifecycle: [
      {
        rulePriority: 1,
        selection: { tagStatus: 'tagged', tagPatternList: ['*'], countType: 'imageCountMoreThan', countNumber: 10 },
        action: { type: 'expire' },
      },
      {
        rulePriority: 2,
        selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 30 },
        action: { type: 'expire' },
      },
    ],
    repositoryPolicy: [],
  },
  alarm: {
    expression: 'FILL(events, 0)',
    namespace: 'AWS/Events',
    metricName: 'TriggeredRules',
    statistic: 'Sum',
    periodSeconds: 900,
    evaluationPeriods: 16,
    datapointsToAlarm: 3,
    comparison: 'GreaterThanOrEqualToThreshold',
    threshold: 1,
    missingData: 'notBreaching',
    alarmActions: [],
    okActions: [],
    reads: {
      enabled: true,
      pattern: {
        'source': ['aws.ecr'],
        'detail-type': ['ECR Pull Through Cache Action'],
        'detail': { 'ecr-repository-prefix': ['echo'], 'sync-status': [{ 'anything-but': 'SUCCESS' }] },
      },
      logs: [{
        retentionDays: 30,
        policy: [{
          effect: 'Allow',
          actions: ['logs:CreateLogStream'],
          resources: ['*'],
          principals: { Service: ['delivery.logs.amazonaws.com', 'events.amazonaws.com'] },
          conditions: {},
        }, {
          effect: 'Allow',
          actions: ['logs:PutLogEvents'],
          resources: ['*'],
          principals: { Service: ['delivery.logs.amazonaws.com', 'events.amazonaws.com'] },
          conditions: {
            ArnLike: { 'aws:SourceArn': ['arn:aws:events:eu-central-1:111122223333:rule/*'] },
            StringEquals: { 'aws:SourceAccount': ['111122223333'] },
          },
        }],
      }],
      otherTargets: [],
    },
  },
};

describe('the plain contract of a cache', () => {
  test('says all that its template says to AWS', () => {
    expect(contractIn(newStack())).toStrictEqual(DEFAULT_CONTRACT);
  });

  test('is the same wherever the account and Region are said', () => {
    expect(contractIn(agnosticStack())).toStrictEqual(contractIn(newStack()));
  });

  test('is the same whatever the ids are', () => {
    const stack = newStack(new App(), 'Another');
    new PullThroughCache(stack, 'Other', { upstream: ECHO });
    expect(contractOf(Template.fromStack(stack).toJSON() as TemplateJson)).toStrictEqual(DEFAULT_CONTRACT);
  });

  test('is the same with the values as parameters', () => {
    const stack = agnosticStack();
    const [account, region, repositoryPrefix] = ['Account', 'Region', 'Prefix'].map(id => new CfnParameter(stack, id).valueAsString);
    new PullThroughCache(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account, region }), repositoryPrefix });
    const template = Template.fromStack(stack).toJSON() as TemplateJson;
    expect(contractOf(template, { Account: '123456789012', Region: 'us-east-1', Prefix: 'echo' })).toStrictEqual(DEFAULT_CONTRACT);
  });

  test('has everything that can be tuned', () => {
    const stack = newStack();
    const key = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const contract = contractIn(stack, {
      upstreamRepositoryPrefix: 'team-a',
      upstreamRole: UpstreamRole.fromRole(iam.Role.fromRoleArn(stack, 'Reader', `arn:aws:iam::${ENV.account}:role/reader`)),
      monitoring: CacheMonitoring.standard({ alarmActions: [new SnsAction(sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-central-1:111122223333:topic'))] }),
      repositoryTemplate: {
        encryptionKey: kms.Key.fromKeyArn(stack, 'Key', key),
        tags: { team: 'web' },
        imageTagMutability: TagMutability.IMMUTABLE_WITH_EXCLUSION,
        imageTagMutabilityExclusionFilters: ['latest', 'dev-*'],
        lifecycleRules: [CacheLifecycleRule.keepEverything()],
        repositoryPolicy: new iam.PolicyDocument({
          statements: [new iam.PolicyStatement({ actions: ['ecr:BatchGetImage'], principals: [new iam.AccountPrincipal('444455556666')] })],
        }),
      },
    });
    expect(contract.rule).toMatchObject({ upstreamRepositoryPrefix: 'team-a', upstreamRole: 'arn:aws:iam::111122223333:role/reader' });
    expect(contract).not.toHaveProperty('upstreamRole');
    expect(contract.template).toEqual({
      prefix: 'echo',
      appliedFor: ['PULL_THROUGH_CACHE'],
      tagMutability: 'IMMUTABLE_WITH_EXCLUSION',
      tagMutabilityExclusions: ['dev-*', 'latest'],
      encryption: { type: 'KMS', key },
      tags: { team: 'web' },
      lifecycle: [],
      repositoryPolicy: [{
        effect: 'Allow', actions: ['ecr:BatchGetImage'], resources: [], principals: { AWS: ['arn:aws:iam::444455556666:root'] }, conditions: {},
      }],
      creationRole: 'made',
    });
    expect(contract.creationRole?.permissions.map(({ actions, resources }) => [actions, resources])).toEqual([
      [['ecr:CreateRepository', 'ecr:TagResource'], [OWN]],
      [['kms:CreateGrant', 'kms:DescribeKey', 'kms:RetireGrant'], [key]],
    ]);
    expect(contract.alarm).toMatchObject({
      alarmActions: ['arn:aws:sns:eu-central-1:111122223333:topic'], okActions: ['arn:aws:sns:eu-central-1:111122223333:topic'],
    });
  });

  test('has no alarm without one', () => {
    expect(contractIn(newStack(), { monitoring: CacheMonitoring.none() })).not.toHaveProperty('alarm');
    expect(contractIn(newStack(), { monitoring: CacheMonitoring.logged() })).not.toHaveProperty('alarm');
  });

  test('is that of the prefix that is asked for', () => {
    const stack = newStack();
    ['echo', 'other'].forEach(repositoryPrefix => new PullThroughCache(stack, repositoryPrefix, { upstream: ECHO, repositoryPrefix }));
    const template = Template.fromStack(stack).toJSON() as TemplateJson;
    expect(contractOf(template, {}, 'echo')).toStrictEqual(DEFAULT_CONTRACT);
    expect(contractOf(template, {}, 'other').alarm?.reads.pattern).toMatchObject({ detail: { 'ecr-repository-prefix': ['other'] } });
  });

  test('fails when it isn\'t clear which cache is meant', () => {
    const stack = newStack();
    ['echo', 'other'].forEach(repositoryPrefix => new PullThroughCache(stack, repositoryPrefix, { upstream: ECHO, repositoryPrefix }));
    expect(() => contractOf(Template.fromStack(stack).toJSON() as TemplateJson)).toThrow(
      'got 2 resources AWS::ECR::PullThroughCacheRule for a plain contract, expected one: name the prefix of the cache that is meant');
  });

  test('fails when there is none', () => {
    expect(() => contractOf({ Resources: {} })).toThrow('got 0 resources AWS::ECR::PullThroughCacheRule for a plain contract');
  });
});

describe('the plain contract tells apart', () => {
  test.each<[string, Partial<PullThroughCacheProps>]>([
    ['another upstream', { upstream: UpstreamRegistry.echo({ account: '999999999999' }) }],
    ['another upstream prefix', { upstreamRepositoryPrefix: 'team-a' }],
    ['other permissions', { upstreamRole: UpstreamRole.asInAwsExample() }],
    ['a narrower trust', { upstreamRole: UpstreamRole.scopedToRepositories({ requireSourceAccount: true }) }],
    ['another lifecycle', { repositoryTemplate: { lifecycleRules: [CacheLifecycleRule.keepNewest(9)] } }],
    ['tags', { repositoryTemplate: { tags: { team: 'web' } } }],
    ['another mutability', { repositoryTemplate: { imageTagMutability: TagMutability.IMMUTABLE } }],
    ['no alarm', { monitoring: CacheMonitoring.none() }],
  ])('%s', (_, props) => {
    expect(contractIn(newStack(), props)).not.toEqual(DEFAULT_CONTRACT);
  });

  test.each<[string, (template: any) => void]>([
    ['a missing action', template => template.Resources.EchoUpstreamRole955C5A55.Properties.Policies[0].PolicyDocument.Statement[2].Action.pop()],
    ['a wider resource', template => template.Resources.EchoUpstreamRole955C5A55.Properties.Policies[0].PolicyDocument.Statement[2].Resource = '*'],
    ['a rule that is switched off', template => template.Resources.EchoMonitoringFailedPullsEBC92CA6.Properties.State = 'DISABLED'],
    ['a rule without a target', template => template.Resources.EchoMonitoringFailedPullsEBC92CA6.Properties.Targets = []],
    ['an alarm on another rule', template => template.Resources.EchoMonitoringFailedPullsAlarm08F2AB82.Properties.Metrics[1].MetricStat.Metric.Dimensions[0].Value = 'Other'],
    ['another metric', template => template.Resources.EchoMonitoringFailedPullsAlarm08F2AB82.Properties.Metrics[1].MetricStat.Metric.MetricName = 'Invocations'],
    ['another expression', template => template.Resources.EchoMonitoringFailedPullsAlarm08F2AB82.Properties.Metrics[0].Expression = 'events'],
  ])('a template with %s', (_, change) => {
    const stack = newStack();
    new PullThroughCache(stack, 'Echo', { upstream: ECHO });
    const template = structuredClone(Template.fromStack(stack).toJSON());
    change(template);
    expect(contractOf(template as TemplateJson)).not.toEqual(DEFAULT_CONTRACT);
  });
});

describe('plain statements', () => {
  test('are the same in any order, alone or in a list, with or without a Sid', () => {
    const one = plainStatements({ Statement: { Sid: 'One', Effect: 'Allow', Action: ['b', 'a'], Resource: 'r', Principal: '*' } });
    const other = plainStatements({ Statement: [{ Effect: 'Allow', Action: ['a', 'b'], Resource: ['r'], Principal: { AWS: ['*'] } }] });
    expect(one).toEqual(other);
  });

  test('of several policies are those of one', () => {
    const [a, b] = ['a', 'b'].map(action => ({ Effect: 'Allow', Action: action, Resource: '*' }));
    expect(plainStatements({ Statement: [a] }, { Statement: [b] })).toEqual(plainStatements({ Statement: [b, a] }));
  });

  test('fail for what they don\'t know, such as NotAction', () => {
    expect(() => plainStatements({ Statement: [{ Effect: 'Allow', NotAction: 'a', Action: [] } as never] })).toThrow(
      'the plain contract knows no NotAction in a statement');
  });
});
