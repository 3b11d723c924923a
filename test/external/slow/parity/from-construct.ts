import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Input } from './inputs';
import type { Rendering } from './rendering';
import {
  CacheLifecycleRule, CacheMonitoring, CachePullers, PullPolicy, PullThroughCache, RegistryPolicy, UpstreamCredential, UpstreamRegistry, UpstreamRole,
} from '../../../../src';
import { ENV } from '../../../app';
import { evaluate } from '../../../cloudformation/evaluate';
import type { TemplateJson } from '../../../cloudformation/evaluate';

/** The cache as the construct library renders it. */
export function fromConstruct(input: Input): Rendering {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  const { pullerAccounts: named = [], pullerOrganization: organization } = input;
  const accounts = named.length > 0 && organization !== undefined
    ? [CachePullers.organization(organization, { accounts: named })]
    : named.map(account => CachePullers.account(account));
  const cache = new PullThroughCache(stack, 'Cache', {
    upstream: upstreamOf(stack, input),
    repositoryPrefix: input.prefix,
    upstreamRepositoryPrefix: input.upstreamPrefix,
    upstreamRole: input.likeAwsExample ? UpstreamRole.asInAwsExample() : undefined,
    repositoryTemplate: {
      lifecycleRules: lifecycleOf(input),
      encryptionKey: input.keyArn === undefined ? undefined : kms.Key.fromKeyArn(stack, 'Key', input.keyArn),
      tags: input.tags,
      pullers: organization === undefined ? accounts : [CachePullers.organization(organization)],
    },
    monitoring: CacheMonitoring.standard({ alarmActions: topicsOf(stack, input).map(topic => new SnsAction(topic)) }),
  });
  new PullPolicy(stack, 'PullPolicy', { caches: [cache] });
  if (accounts.length > 0) {
    new RegistryPolicy(stack, 'RegistryPolicy').allowFirstPull(cache, { pullers: accounts });
  }
  const { resources } = evaluate({ ...Template.fromStack(stack).toJSON() as TemplateJson, Rules: {} });
  const registryPolicy = Object.values(resources).find(({ Type }) => Type === 'AWS::ECR::RegistryPolicy');
  return { resources, registryPolicy: registryPolicy?.Properties.PolicyText as Rendering['registryPolicy'] };
}

function upstreamOf(stack: Stack, { registryAccount, registryRegion, upstreamUrl, credentialArn }: Input): UpstreamRegistry {
  if (registryAccount !== undefined) {
    return UpstreamRegistry.echo({ account: registryAccount, region: registryRegion });
  }
  return credentialArn === undefined
    ? UpstreamRegistry.ECR_PUBLIC
    : UpstreamRegistry.dockerHub(UpstreamCredential.fromSecret(secretsmanager.Secret.fromSecretCompleteArn(stack, upstreamUrl!, credentialArn)));
}

function lifecycleOf({ imagesKept, untaggedImageDays }: Input): CacheLifecycleRule[] | undefined {
  return imagesKept === undefined && untaggedImageDays === undefined ? undefined : [
    CacheLifecycleRule.keepNewest(imagesKept ?? 10),
    CacheLifecycleRule.expireUntaggedAfter(Duration.days(untaggedImageDays ?? 30)),
  ];
}

function topicsOf(stack: Stack, { alarmTopicArn, alarmEmail }: Input): sns.ITopic[] {
  const topics: sns.ITopic[] = [];
  if (alarmTopicArn !== undefined) {
    topics.push(sns.Topic.fromTopicArn(stack, 'Topic', alarmTopicArn));
  }
  if (alarmEmail !== undefined) {
    const topic = new sns.Topic(stack, 'Mail', { displayName: 'Failed imports' });
    new sns.Subscription(stack, 'Subscription', { topic, protocol: sns.SubscriptionProtocol.EMAIL, endpoint: alarmEmail });
    topics.push(topic);
  }
  return topics;
}
