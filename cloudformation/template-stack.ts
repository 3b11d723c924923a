import { Aws, BootstraplessSynthesizer, CfnOutput, Duration, Fn, Stack } from 'aws-cdk-lib';
import type { CfnCondition, CfnElement, CfnResource } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct, IConstruct } from 'constructs';
import {
  CacheLifecycleRule, CacheMonitoring, CacheRule, PullPolicy, PullThroughCache, UpstreamRegistry, UpstreamRole,
} from '../src';
import { onlyIf, TemplateConditions } from './template-conditions';
import { TemplateParameters } from './template-parameters';
import { registryPolicyText, repositoryPolicyText } from './template-pullers';
import { CacheActions } from '../src/rule/cache-actions';

/** The logical ids of the published template: a contract, the first two with those who deployed the vendor's template before. */
const LOGICAL_IDS = {
  'Default': 'ECRPullthroughCacheRule',
  'UpstreamRole': 'ECRAccessRole',
  'RepositoryTemplate': 'RepositoryTemplate',
  'RepositoryTemplate/CreationRole': 'RepositoryCreationRole',
  'Monitoring/EventLog': 'FailedPullsLog',
  'Monitoring/FailedPulls': 'FailedPulls',
  'Monitoring/FailedPullsAlarm': 'FailedPullsAlarm',
};

/** The resources in the order in which people read them. */
export const RESOURCES = [
  'ECRPullthroughCacheRule', 'ECRAccessRole', 'RepositoryTemplate', 'RepositoryCreationRole', 'PullerPolicy',
  'FailedPullsLog', 'FailedPulls', 'FailedPullsAlarm', 'AlarmTopic', 'AlarmSubscription',
];

/**
 * A cache of Echo's registry as a plain CloudFormation template.
 *
 * The construct is given everything that a parameter can ask for; then what a parameter leaves out is put under a condition.
 */
export class TemplateStack extends Stack {
  private readonly parameters: TemplateParameters;
  private readonly conditions: TemplateConditions;
  private readonly cache: PullThroughCache;

  constructor(scope: Construct, id: string) {
    super(scope, id, {
      synthesizer: new BootstraplessSynthesizer(),
      analyticsReporting: false,
      description: "A pull-through cache of Echo's images in Amazon ECR: rule, role, repository template, pull permissions and an alarm",
    });
    this.parameters = new TemplateParameters(this);
    this.conditions = new TemplateConditions(this, this.parameters);
    this.templateOptions.templateFormatVersion = '2010-09-09';
    this.templateOptions.metadata = { 'AWS::CloudFormation::Interface': this.parameters.consoleInterface };

    this.cache = this.cacheWithEverything();
    for (const [path, logicalId] of Object.entries(LOGICAL_IDS)) {
      rename(child(this.cache, path), logicalId);
    }
    this.choosePermissionsOfUpstreamRole();
    this.makeBirthOptional();
    const pullers = this.pullerPolicy();
    this.describe(pullers);
  }

  private cacheWithEverything(): PullThroughCache {
    const { parameters } = this;
    return new PullThroughCache(this, 'Cache', {
      upstream: UpstreamRegistry.echo({ account: parameters.registryAccount, region: parameters.registryRegion }),
      repositoryPrefix: parameters.prefix,
      // the value that ECR assumes anyway; written out, since a rule that has it written can't lose it without a replacement
      upstreamRepositoryPrefix: 'ROOT',
      upstreamRole: UpstreamRole.scopedToRepositories({ roleName: parameters.roleName, policyName: parameters.policyName }),
      repositoryTemplate: {
        lifecycleRules: [
          CacheLifecycleRule.keepNewest(parameters.imagesKept),
          CacheLifecycleRule.expireUntaggedAfter(Duration.days(parameters.untaggedImageDays)),
        ],
        encryptionKey: Key.fromKeyArn(this, 'EncryptionKey', parameters.encryptionKeyArn),
        tags: Object.fromEntries(parameters.tags.map(({ key, value }) => [key, value])),
      },
      monitoring: CacheMonitoring.standard({
        alarmActions: [
          { bind: () => ({ alarmActionArn: onlyIf(this.conditions.alarmTopic, parameters.alarmTopicArn).toString() }) },
          { bind: () => ({ alarmActionArn: onlyIf(this.conditions.alarmEmail, this.emailTopic().topicArn).toString() }) },
        ],
      }),
    });
  }

  private emailTopic(): sns.ITopic {
    const existing = this.node.tryFindChild('AlarmTopic') as sns.Topic | undefined;
    if (existing) {
      return existing;
    }
    const topic = new sns.Topic(this, 'AlarmTopic', { displayName: 'Failed pull-through cache imports' });
    const subscription = new sns.Subscription(this, 'AlarmSubscription', {
      topic, protocol: sns.SubscriptionProtocol.EMAIL, endpoint: this.parameters.alarmEmail,
    });
    for (const [made, logicalId] of [[topic, 'AlarmTopic'], [subscription, 'AlarmSubscription']] as const) {
      rename(made, logicalId).cfnOptions.condition = this.conditions.alarmEmail;
    }
    return topic;
  }

  /** The role carries one policy of the given name; which, a parameter says. */
  private choosePermissionsOfUpstreamRole(): void {
    const role = l1(child(this.cache, 'UpstreamRole'));
    const example = new CacheRule(new Stack(), 'Example', {
      upstream: this.cache.upstream!, repositoryPrefix: this.cache.repositoryPrefix, upstreamRole: UpstreamRole.asInAwsExample(),
    }).role!;
    role.addPropertyOverride('Policies.0.PolicyDocument', Fn.conditionIf(
      this.conditions.likeAwsExample.logicalId, inlinePolicy(l1(example)), inlinePolicy(role),
    ));
  }

  private makeBirthOptional(): void {
    const { parameters, conditions } = this;
    const template = l1(child(this.cache, 'RepositoryTemplate'));
    const role = child(this.cache, 'RepositoryTemplate/CreationRole') as CfnResource;

    role.cfnOptions.condition = conditions.creationRole;
    // the template refers to the role where there is one, so the rule needs to wait for the template only
    l1(this.cache.rule).addOverride('DependsOn', [template.logicalId]);
    const [create, useKey] = statements(inlinePolicy(role));
    role.addPropertyOverride('Policies.0.PolicyDocument.Statement', [create, onlyIf(conditions.encrypted, useKey)]);

    template.addPropertyOverride('CustomRoleArn', onlyIf(conditions.creationRole, role.getAtt('Arn')));
    template.addPropertyOverride('EncryptionConfiguration', Fn.conditionIf(conditions.encrypted.logicalId,
      { EncryptionType: 'KMS', KmsKey: parameters.encryptionKeyArn }, { EncryptionType: 'AES256' }));
    template.addPropertyOverride('ResourceTags', onlyIf(conditions.tagged, parameters.tags.map(({ key, value }, index) =>
      onlyIf(conditions.taggedWith[index], { Key: key, Value: value }))));
    template.addPropertyOverride('RepositoryPolicy',
      onlyIf(conditions.pulledFromElsewhere, repositoryPolicyText(parameters, conditions)));
  }

  /** What a role of this account needs to pull, as a policy to attach. */
  private pullerPolicy(): PullPolicy {
    const policy = new PullPolicy(this, 'PullerPolicy', { caches: [this.cache] });
    const [tagging] = CacheActions.TAG_NEW_REPOSITORY;
    const [logIn, pull] = statements(this.resolve(policy.document) as PolicyJson);
    rename(policy, 'PullerPolicy').addPropertyOverride('PolicyDocument.Statement', [logIn, {
      ...pull,
      Action: pull.Action.map((action: string) => action === tagging ? onlyIf(this.conditions.tagged, action) : action),
    }]);
    return policy;
  }

  private describe(pullers: PullPolicy): void {
    const { prefix } = this.parameters;
    const registry = `${Aws.ACCOUNT_ID}.dkr.ecr.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    this.output('AccessRoleArn', {
      description: "The role that ECR assumes to read Echo's registry",
      value: this.cache.role!.roleArn,
      exportName: `${Aws.STACK_NAME}-Access-Role-Arn`,
    });
    this.output('UsageInstructions', {
      description: 'Commands that log in and pull an image: put its name and tag in',
      value: `aws ecr get-login-password --region ${Aws.REGION} | docker login --username AWS --password-stdin ${registry} `
        + `&& docker pull ${registry}/${prefix}/<image>:<tag>`,
    });
    this.output('PullerPolicyArn', {
      description: 'The policy to attach to the roles of this account that pull',
      value: pullers.managedPolicyArn,
    });
    this.output('RegistryPolicyToAdd', {
      description: 'Statements for the registry policy of this account, without which the other accounts pull only what is cached: '
        + 'there is one such policy per Region, so this stack leaves it alone',
      value: registryPolicyText(this.parameters, this.conditions),
      condition: this.conditions.pulledByAccounts,
    });
    this.output('WarningOfTags', {
      description: 'There when repositories get tags and other accounts pull',
      value: 'A first pull by another account is expected to fail: for repositories with tags it needs ecr:TagResource, which ECR takes from '
        + 'identity-based policies only. Leave the tags out, or make first pulls in this account.',
      condition: this.conditions.taggedForOthers,
    });
    this.output('FailedPullsLogName', {
      description: 'The log group with the reasons of failed imports',
      value: l1(child(this.cache, 'Monitoring/EventLog')).ref,
    });
    this.output('FailedPullsAlarmArn', {
      description: 'The alarm on failed imports',
      value: this.cache.failedPullsAlarm!.alarmArn,
    });
  }

  private output(id: string, props: { value: string; description: string; exportName?: string; condition?: CfnCondition }): void {
    new CfnOutput(this, id, props);
  }
}

interface StatementJson {
  readonly Action: string[];
}

interface PolicyJson {
  readonly Statement: StatementJson[];
}

function statements(policy: PolicyJson): StatementJson[] {
  return policy.Statement;
}

/** The one inline policy of a role, as it is rendered. */
function inlinePolicy(role: CfnResource): PolicyJson {
  const [policy] = Stack.of(role).resolve((role as iam.CfnRole).policies) as { policyDocument: PolicyJson }[];
  return policy.policyDocument;
}

function child(of: IConstruct, path: string): IConstruct {
  return path.split('/').reduce((at, id) => at.node.findChild(id), of);
}

/** The L1 resource at the bottom of a construct. */
function l1(construct: IConstruct): CfnResource {
  const next = construct.node.defaultChild;
  return next ? l1(next) : construct as CfnResource;
}

function rename(construct: IConstruct, logicalId: string): CfnResource {
  const resource = l1(construct);
  (resource as CfnElement).overrideLogicalId(logicalId);
  return resource;
}
