import { DeleteAlarmsCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import {
  CreateRepositoryCreationTemplateCommand, DeleteRepositoryCommand, DeleteRepositoryCreationTemplateCommand, DescribePullThroughCacheRulesCommand,
} from '@aws-sdk/client-ecr';
import { CreateSecretCommand, DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule, CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import * as events from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { partitionOf } from '../../src/private/partitions';
import { decided, undecided } from '../runner/check';
import type { Group } from '../runner/check';
import type { CloudEvent, Session } from '../runner/session';

const STACK = 'IntegRules', BUSYBOX = 'docker/library/busybox', ACTION = 'ECR Pull Through Cache Action';
const PUBLIC = { upstreamRegistryUrl: 'public.ecr.aws', upstreamRegistry: 'ecr-public' } as const;

/** A queue for the events of caches, a rule in a template, a role with a path and a key with an alias. */
function stacks(app: App): void {
  const stack = new Stack(app, STACK);
  const queue = new sqs.Queue(stack, 'Events');
  new events.Rule(stack, 'All', { eventPattern: { source: ['aws.ecr'] }, targets: [new SqsQueue(queue)] });
  const rule = new CfnPullThroughCacheRule(stack, 'Rule', { ecrRepositoryPrefix: 'integ-ref', ...PUBLIC });
  const role = new iam.Role(stack, 'Creation', { path: '/integ/', assumedBy: new iam.ServicePrincipal('ecr.amazonaws.com') });
  const key = new kms.Key(stack, 'Key', { removalPolicy: RemovalPolicy.DESTROY });
  key.addAlias('alias/integ-template');
  const outputs = { QueueUrl: queue.queueUrl, RuleRef: rule.ref, RoleArn: role.roleArn };
  Object.entries(outputs).forEach(([id, value]) => new CfnOutput(stack, id, { value }));
}

const host = ({ place: { account, region } }: Session) => `${account}.dkr.ecr.${region}.${partitionOf(region).suffix}`;

/** The event of the import of a repository. */
async function eventOf(session: Session, repository: string): Promise<CloudEvent['detail'] | undefined> {
  const about = (event: CloudEvent) => event['detail-type'] === ACTION && event.detail['repository-name'] === repository;
  return (await session.eventsOf(await session.output(STACK, 'QueueUrl'), about)).find(about)?.detail;
}

async function rootPrefixEvent(session: Session) {
  const { pullThroughCacheRules = [] } = await session.account.ecr.send(new DescribePullThroughCacheRulesCommand({}));
  if (pullThroughCacheRules.some(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix === 'ROOT')) { return undecided('the account has a rule for ROOT'); }
  // without a prefix the repository has no name of this run's
  const drop = new DeleteRepositoryCommand({ repositoryName: BUSYBOX, force: true });
  session.undo.push(async () => session.account.ecr.send(drop).catch(() => undefined));
  return session.withRule({ ecrRepositoryPrefix: 'ROOT', ...PUBLIC }, async () => {
    const pulled = await session.pull(BUSYBOX, 'stable');
    const detail = await eventOf(session, BUSYBOX);
    return detail ? decided(detail['ecr-repository-prefix'] === 'ROOT', detail) : undecided({ event: 'none', pulled });
  });
}

async function trailingSlash(session: Session) {
  return session.withRule({ ecrRepositoryPrefix: 'integ-slash/', ...PUBLIC }, async () => {
    const { pullThroughCacheRules = [] } = await session.account.ecr.send(new DescribePullThroughCacheRulesCommand({}));
    const described = pullThroughCacheRules.map(({ ecrRepositoryPrefix }) => ecrRepositoryPrefix!).find(prefix => prefix.startsWith('integ-slash'));
    await session.pull(`integ-slash/${BUSYBOX}`, 'stable');
    const detail = await eventOf(session, `integ-slash/${BUSYBOX}`);
    return decided(described === 'integ-slash' && detail?.['ecr-repository-prefix'] === 'integ-slash', { described, event: detail?.['ecr-repository-prefix'] });
  });
}

async function prefixPrecedence(session: Session) {
  return session.withRule({ ecrRepositoryPrefix: 'integ-team', ...PUBLIC }, async () =>
    session.withRule({ ecrRepositoryPrefix: 'integ-team/app', upstreamRegistryUrl: 'quay.io', upstreamRegistry: 'quay' }, async () => {
      // is at quay.io as prometheus/busybox, and at ECR Public under no such name
      const repository = 'integ-team/app/prometheus/busybox';
      const pulled = await session.pull(repository, 'latest');
      const detail = await eventOf(session, repository);
      return decided(pulled.digest !== undefined && detail?.['upstream-registry-url'] === 'quay.io', { pulled, detail });
    }));
}

async function upstreamPrefixElsewhere(session: Session) {
  return session.withRule({ ecrRepositoryPrefix: 'integ-bits', upstreamRepositoryPrefix: 'docker/library', ...PUBLIC }, async () => {
    const pulled = await session.pull('integ-bits/busybox', 'stable');
    return decided(pulled.digest !== undefined, pulled);
  }).catch((problem: Error) => decided(false, problem.message));
}

async function ownRegistry(session: Session) {
  await session.publish('integ-source/app', '1');
  return session.withRule({ ecrRepositoryPrefix: 'integ-own', upstreamRegistryUrl: host(session), upstreamRegistry: 'ecr' }, async () => {
    const pulled = await session.pull('integ-own/integ-source/app', '1');
    return decided(pulled.digest !== undefined, pulled);
  }).catch((problem: Error) => decided(false, problem.message));
}

async function sameAccountRole(session: Session) {
  await session.publish('integ-source/app', '1');
  const far = session.account.in(session.place.farRegion);
  return session.withRule({ ecrRepositoryPrefix: 'integ-near', upstreamRegistryUrl: host(session), upstreamRegistry: 'ecr' }, async () => {
    const pulled = await session.pull('integ-near/integ-source/app', '1', far);
    return decided(pulled.digest !== undefined, pulled);
  }, far).catch((problem: Error) => decided(false, problem.message));
}

async function placeholderSecret(session: Session) {
  const { ARN: credentialArn } = await session.account.secrets.send(new CreateSecretCommand({
    Name: `ecr-pullthroughcache/integ-${Date.now()}`, SecretString: JSON.stringify({ username: 'REPLACE_ME', accessToken: 'REPLACE_ME' }),
  }));
  session.undo.push(async () => session.account.secrets.send(new DeleteSecretCommand({ SecretId: credentialArn, ForceDeleteWithoutRecovery: true })));
  await session.settle();
  const rule = { ecrRepositoryPrefix: 'integ-hub', upstreamRegistryUrl: 'registry-1.docker.io', upstreamRegistry: 'docker-hub', credentialArn } as const;
  return session.withRule(rule, async () => {
    const pulled = await session.pull('integ-hub/library/busybox', 'stable');
    return decided(pulled.refused !== undefined, { rule: 'created', pulled });
  }).catch((problem: Error) => decided(false, problem.message));
}

/** Whether ECR refuses a template, with its words. */
async function refusal(session: Session, prefix: string, more: object): Promise<string | undefined> {
  try {
    await session.account.ecr.send(new CreateRepositoryCreationTemplateCommand({ prefix, appliedFor: ['PULL_THROUGH_CACHE'], ...more }));
    await session.account.ecr.send(new DeleteRepositoryCreationTemplateCommand({ prefix }));
    return undefined;
  } catch (problem) {
    return `${(problem as Error).name}: ${(problem as Error).message}`;
  }
}

async function creationRolePath(session: Session) {
  const customRoleArn = await session.output(STACK, 'RoleArn'), resourceTags = [{ Key: 'a', Value: 'b' }];
  const api = await refusal(session, 'integ-path', { customRoleArn, resourceTags });
  const { code, output } = await session.deploy('IntegPath', app => {
    const tags = resourceTags.map(({ Key: key, Value: value }) => ({ key, value }));
    new CfnRepositoryCreationTemplate(new Stack(app, 'IntegPath'), 'Template', { prefix: 'integ-path', appliedFor: ['PULL_THROUGH_CACHE'], customRoleArn, resourceTags: tags });
  });
  return decided(code !== 0, { cloudFormation: code === 0 ? 'created' : output.slice(-300), api: api ?? 'created' });
}

async function templateKeyAlias(session: Session) {
  const customRoleArn = (await session.output(STACK, 'RoleArn')).replace('/integ/', '/');
  const refused = await refusal(session, 'integ-alias', { customRoleArn, encryptionConfiguration: { encryptionType: 'KMS', kmsKey: 'alias/integ-template' } });
  return decided(refused !== undefined, refused ?? 'the template was created');
}

async function templatesQuota(session: Session) {
  for (let made = 0; made < 60; made++) {
    const problem = await session.account.ecr.send(new CreateRepositoryCreationTemplateCommand({ prefix: `integ-${made}`, appliedFor: ['PULL_THROUGH_CACHE'] }))
      .then(() => undefined, (refused: Error) => refused);
    if (problem) { return problem.name === 'LimitExceededException' ? decided(made > 50, `${made} templates: ${problem.message}`) : undecided(problem.message); }
  }
  return decided(true, '60 templates were created');
}

async function otherPartitions(session: Session) {
  const { name } = partitionOf(session.place.region);
  if (['aws', 'aws-us-gov', 'aws-cn'].includes(name)) { return undecided(`${session.place.region} is no Region of another partition: run it there`); }
  return ownRegistry(session);
}

async function alarmActionRegion(session: Session) {
  const { account, region, farRegion } = session.place;
  const alarm = async (topicRegion: string) => {
    const AlarmName = `integ-${topicRegion}`;
    session.undo.push(async () => session.account.cloudWatch.send(new DeleteAlarmsCommand({ AlarmNames: [AlarmName] })));
    return session.account.cloudWatch.send(new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'AWS/Usage',
      MetricName: 'CallCount',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [`arn:${partitionOf(region).name}:sns:${topicRegion}:${account}:integ`],
    })).then(() => undefined, (problem: Error) => `${problem.name}: ${problem.message}`);
  };
  // a topic that is not there tells nothing unless one of the own Region is taken
  const own = await alarm(region);
  if (own !== undefined) { return undecided(own); }
  const far = await alarm(farRegion);
  return decided(far !== undefined, far ?? 'the alarm was created');
}

async function ruleRef(session: Session) {
  const ref = await session.output(STACK, 'RuleRef');
  return decided(ref === 'integ-ref', ref);
}

export const RULES: Group = {
  name: 'rules',
  creates: 'rules and templates, one after the other, a queue, a role, a key with an alias, a secret, two alarms; ten small repositories, one in the second Region',
  minutes: 30,
  dollars: 1.5,
  images: { 'public.ecr.aws': [`${BUSYBOX}:stable`], 'quay.io': ['prometheus/busybox:latest'] },
  stacks,
  checks: [
    { id: 'root-prefix-event', run: rootPrefixEvent },
    { id: 'rule-trailing-slash', run: trailingSlash },
    { id: 'prefix-precedence', run: prefixPrecedence },
    { id: 'upstream-prefix-elsewhere', run: upstreamPrefixElsewhere },
    { id: 'own-registry', run: ownRegistry },
    { id: 'same-account-role', run: sameAccountRole },
    { id: 'placeholder-secret', run: placeholderSecret },
    { id: 'creation-role-path', notOnEngine: 'its CloudFormation knows no patterns', run: creationRolePath },
    { id: 'template-key-alias', run: templateKeyAlias },
    { id: 'alarm-action-region', notOnEngine: 'its CloudWatch takes actions of any Region', run: alarmActionRegion },
    { id: 'templates-quota', run: templatesQuota },
    { id: 'rule-ref', run: ruleRef },
    { id: 'other-partitions', notOnEngine: 'it is in the partition aws', run: otherPartitions },
  ],
};
