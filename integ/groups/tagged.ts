import { DescribeRepositoriesCommand, GetLifecyclePolicyCommand, GetRepositoryPolicyCommand, ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { CfnOutput, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { roleIn } from './watched-cache';
import { CacheLifecycleRule, CachePullers, PullThroughCache, UpstreamRegistry } from '../../src';
import { decided, undecided } from '../runner/check';
import type { Group, Place } from '../runner/check';
import type { Session } from '../runner/session';

const TAGS = { integ: 'yes' }, STACK = 'IntegTagged', BUSYBOX = 'integ-tagged/docker/library/busybox', ALPINE = 'integ-tagged/docker/library/alpine', NGINX = 'integ-tagged/docker/library/nginx', KEPT = 'integ-kept/docker/library/alpine';

/** A cache whose repositories are created with all that a template can give, a role that may pull, and one that may all but tag. */
function stacks(app: App, { account }: Place): void {
  const stack = new Stack(app, STACK);
  const cache = new PullThroughCache(stack, 'Cache', {
    upstream: UpstreamRegistry.ECR_PUBLIC,
    repositoryPrefix: 'integ-tagged',
    repositoryTemplate: {
      tags: TAGS,
      encryptionKey: new kms.Key(stack, 'Key', { removalPolicy: RemovalPolicy.DESTROY, pendingWindow: Duration.days(7) }),
      lifecycleRules: [CacheLifecycleRule.keepNewest(5)],
      pullers: [CachePullers.account(account)],
    },
  });
  new PullThroughCache(stack, 'Kept', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'integ-kept', repositoryTemplate: { denyPushes: true } });
  const [puller, untagged, bound] = [roleIn(stack, 'Puller'), roleIn(stack, 'Untagged'), roleIn(stack, 'Bound')];
  cache.grants.pull(puller);
  cache.grants.pull(untagged);
  untagged.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: ['ecr:TagResource'], resources: ['*'] }));
  // what restrictTagging gives, as a Deny of all else
  cache.grants.pull(bound);
  bound.addToPolicy(new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    actions: ['ecr:TagResource'],
    resources: ['*'],
    conditions: { StringNotEquals: { 'aws:RequestTag/integ': TAGS.integ } },
  }));
  new CfnOutput(stack, 'BoundArn', { value: bound.roleArn });
  new CfnOutput(stack, 'PullerArn', { value: puller.roleArn });
  new CfnOutput(stack, 'UntaggedArn', { value: untagged.roleArn });
}

async function creationRoleActions(session: Session) {
  const pulled = await session.pull(BUSYBOX, 'stable', await session.output(STACK, 'PullerArn'));
  if (pulled.refused) { return decided(false, pulled.refused); }
  const { ecr } = session.account;
  const { repositories: [repository] = [] } = await ecr.send(new DescribeRepositoriesCommand({ repositoryNames: [BUSYBOX] }));
  const { tags = [] } = await ecr.send(new ListTagsForResourceCommand({ resourceArn: repository.repositoryArn }));
  const named = { repositoryName: BUSYBOX };
  const seen = {
    encryption: repository.encryptionConfiguration?.encryptionType,
    tag: tags.find(({ Key }) => Key === 'integ')?.Value ?? 'none',
    lifecycle: await ecr.send(new GetLifecyclePolicyCommand(named)).then(() => 'there', () => 'none'),
    policy: await ecr.send(new GetRepositoryPolicyCommand(named)).then(() => 'there', () => 'none'),
  };
  return decided(seen.encryption === 'KMS' && seen.tag === 'yes' && seen.lifecycle === 'there' && seen.policy === 'there', seen);
}

async function tagResource(session: Session) {
  const without = await session.pull(ALPINE, '3', await session.output(STACK, 'UntaggedArn'));
  const within = await session.pull(ALPINE, '3', await session.output(STACK, 'PullerArn'));
  return within.refused ? undecided(within.refused) : decided(without.refused !== undefined, `without ecr:TagResource: ${without.refused ?? 'served'}; with it: served`);
}

async function requestTag(session: Session) {
  const { refused } = await session.pull(NGINX, 'stable', await session.output(STACK, 'BoundArn'));
  return decided(refused === undefined, refused ?? 'served');
}

/** Whether what `denyPushes` excepts is as whom ECR imports: an image that another cache of the same upstream serves, and a push that is denied. */
export async function writerIsExcepted(session: Session, repository: string, other: string, tag: string) {
  const without = await session.pull(other, tag);
  if (without.refused) { return undecided(without.refused); }
  const { refused } = await session.pull(repository, tag);
  if (refused) { return decided(false, refused); }
  const pushed = await session.publish(repository, 'integ').then(() => 'taken', (problem: Error) => problem.name);
  return pushed === 'taken' ? undecided('pushes of an administrator are taken') : decided(true, `imported; a push of an administrator: ${pushed}`);
}

export const TAGGED: Group = {
  name: 'tagged',
  creates: 'two caches of ECR Public, one with tags and a KMS key, four roles; four small images',
  minutes: 15,
  dollars: 1,
  images: { 'public.ecr.aws': ['docker/library/busybox:stable', 'docker/library/alpine:3', 'docker/library/nginx:stable'] },
  stacks,
  checks: [
    { id: 'creation-role-actions', run: creationRoleActions }, { id: 'tag-resource-for-pullers', run: tagResource }, { id: 'request-tag', run: requestTag },
    { id: 'importing-writer', notOnEngine: 'its imports ask no policy of a repository', run: async session => writerIsExcepted(session, KEPT, ALPINE, '3') },
  ],
};
