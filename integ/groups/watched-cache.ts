import { DescribeAlarmsCommand, GetMetricDataCommand, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { BatchGetImageCommand, DescribeImagesCommand } from '@aws-sdk/client-ecr';
import { ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { App } from 'aws-cdk-lib';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as events from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { archivedImage, pullTimeExclusion } from './pull-times';
import {
  CacheAlarm, CacheAlerting, CacheEventLog, CacheMonitoring, LoggedEvents, PullThroughCache, UpstreamRegistry,
} from '../../src';
import { decided, undecided } from '../runner/check';
import type { Group, Place } from '../runner/check';
import { isThere, removeStacks } from '../runner/remains';
import type { CloudEvent, Session } from '../runner/session';

const STACK = 'IntegWatched', PREFIX = 'integ-k8s', ACTION = 'ECR Pull Through Cache Action';
/** Any caller of the account that may assume it, with only what it is granted. */
export const roleIn = (stack: Stack, id: string): iam.Role => new iam.Role(stack, id, { assumedBy: new iam.AccountRootPrincipal() });

/** A watched cache of Kubernetes' images, three kinds of pullers, and a queue that gets every event of ECR by a way that assumes nothing. */
function watched(app: App, { engine }: Place): void {
  const stack = new Stack(app, STACK);
  const eventLog = new CacheEventLog(stack, 'EventLog');
  const cache = new PullThroughCache(stack, 'Cache', {
    upstream: UpstreamRegistry.KUBERNETES,
    repositoryPrefix: PREFIX,
    monitoring: CacheMonitoring.standard({ eventLog, loggedEvents: LoggedEvents.ALL_IMPORTS }),
  });
  new CacheAlerting(stack, 'Alerting', { caches: [cache], alarms: [CacheAlarm.pullsDenied()] });
  const [puller, nobody] = [roleIn(stack, 'Puller'), roleIn(stack, 'Nobody')];
  cache.grants.pull(puller);
  nobody.addToPolicy(new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));

  const queue = new sqs.Queue(stack, 'Events');
  const all = new events.Rule(stack, 'All', { eventPattern: { source: ['aws.ecr'] }, targets: [new SqsQueue(queue)] });
  if (!engine) {
    // read-only calls reach EventBridge through a trail, and only a rule in this state
    new cloudtrail.Trail(stack, 'Trail', { isMultiRegionTrail: false, managementEvents: cloudtrail.ReadWriteType.ALL });
    (all.node.defaultChild as events.CfnRule).state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
  }
  const outputs = { QueueUrl: queue.queueUrl, LogName: eventLog.logGroup.logGroupName, PullerArn: puller.roleArn, NobodyArn: nobody.roleArn };
  Object.entries(outputs).forEach(([id, value]) => new CfnOutput(stack, id, { value }));
}

const out = async (session: Session, key: string) => session.output(STACK, key);
const pull = async (session: Session, name: string, reference: string, role = 'PullerArn') =>
  session.pull(`${PREFIX}/${name}`, reference, await out(session, role));

/** The events of the cache about a repository, once there is one. */
async function cacheEvents(session: Session, name: string, minutes?: number): Promise<CloudEvent[]> {
  const about = (event: CloudEvent) => event['detail-type'] === ACTION && event.detail['repository-name'] === `${PREFIX}/${name}`;
  return (await session.eventsOf(await out(session, 'QueueUrl'), about, minutes)).filter(about);
}

async function logged(session: Session, pattern: string, minutes?: number): Promise<string | undefined> {
  const logGroupName = await out(session, 'LogName');
  return session.until(async () => {
    const { events: lines = [] } = await session.account.logs.send(new FilterLogEventsCommand({ logGroupName }));
    return lines.find(({ message }) => message!.includes(pattern))?.message;
  }, minutes);
}

/** What a metric with one dimension came to within the last hour. */
async function sumOf(session: Session, Namespace: string, MetricName: string, Name: string, Value: string): Promise<number> {
  // the engine's clock may be ahead
  const now = Date.now();
  const { MetricDataResults: [found] = [] } = await session.account.cloudWatch.send(new GetMetricDataCommand({
    StartTime: new Date(now - 3600_000),
    EndTime: new Date(now + (session.place.engine ? 48 : 0) * 3600_000 + 60_000),
    MetricDataQueries: [{ Id: 'm', MetricStat: { Metric: { Namespace, MetricName, Dimensions: [{ Name, Value }] }, Period: 60, Stat: 'Sum' } }],
  }));
  return (found?.Values ?? []).reduce((sum, value) => sum + value, 0);
}

/** A number that stays the same for a while. */
async function steady(session: Session, look: () => Promise<number>): Promise<number> {
  let last = await look();
  for (let quiet = 0; quiet < 3;) {
    await session.pass(session.place.engine ? 0.5 : 300);
    const now = await look();
    quiet = now === last && now > 0 ? quiet + 1 : 0;
    last = now;
    if (session.place.engine && quiet === 1) { break; }
  }
  return last;
}

async function logGroupPolicy(session: Session) {
  const pulled = await pull(session, 'pause', '3.10');
  const [event] = await cacheEvents(session, 'pause');
  if (event === undefined) { return undecided(`no event in the queue; the pull: ${JSON.stringify(pulled)}`); }
  const line = await logged(session, `${PREFIX}/pause`);
  return decided(line !== undefined, line ?? 'the queue has the event, the log has not');
}

async function pullCount(session: Session) {
  const count = async () => sumOf(session, 'AWS/ECR', 'RepositoryPullCount', 'RepositoryName', `${PREFIX}/kube-proxy`);
  await pull(session, 'kube-proxy', 'v1.31.0');
  const first = await steady(session, count);
  await pull(session, 'kube-proxy', 'v1.31.0');
  const both = await steady(session, count);
  return decided(first > 0 && both === 2 * first, `${first} after the first pull, ${both} after the second`);
}

async function probeImport(session: Session) {
  const puller = await session.account.as(await out(session, 'PullerArn'));
  const { images = [], failures } = await puller.ecr.send(new BatchGetImageCommand({
    repositoryName: `${PREFIX}/etcd`,
    imageIds: [{ imageTag: '3.5.15-0' }],
    acceptedMediaTypes: ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'],
  })).catch((problem: Error) => ({ images: [], failures: [{ failureReason: `${problem.name}: ${problem.message}` }] }));
  const found = await session.until(async () => session.account.ecr.send(new DescribeImagesCommand({ repositoryName: `${PREFIX}/etcd` })).then(({ imageDetails = [] }) =>
    imageDetails.flatMap(({ imageTags = [] }) => imageTags).find(tag => tag === '3.5.15-0'), () => undefined), 1);
  return decided(images.length === 1 && found !== undefined, { images: images.length, failures, tag: found ?? 'not there' });
}

async function digestFirstPull(session: Session) {
  // another cache of the same upstream knows the digest before this one has seen it
  const { digest } = await session.withRule({ ecrRepositoryPrefix: 'integ-digest', upstreamRegistryUrl: 'registry.k8s.io', upstreamRegistry: 'k8s' },
    async () => session.pull('integ-digest/pause', '3.9'));
  if (digest === undefined) { return undecided('the digest of registry.k8s.io/pause:3.9 was not to be had'); }
  const before = await pull(session, 'pause', digest);
  const tag = await pull(session, 'pause', '3.9');
  const after = await pull(session, 'pause', digest);
  if (tag.refused ?? after.refused) { return undecided({ tag, after }); }
  return decided(before.refused !== undefined, `first by digest: ${before.refused ?? 'served'}; after its tag: served`);
}

async function syncStatus(session: Session) {
  const missing = await pull(session, 'no-such-image', '1');
  await pull(session, 'pause', 'no-such-tag');
  const seen = [...await cacheEvents(session, 'no-such-image'), ...await cacheEvents(session, 'pause', 1)].map(({ detail }) => detail);
  const failed = seen.find(detail => detail['sync-status'] !== 'SUCCESS');
  return decided(failed !== undefined, failed ?? { noEventOfAFailureAfter: missing, others: seen });
}

async function triggeredRules(session: Session) {
  const { Rules = [] } = await session.account.events.send(new ListRulesCommand({ NamePrefix: STACK }));
  const rule = Rules.find(({ EventPattern }) => EventPattern?.includes('anything-but'))?.Name;
  if (rule === undefined) { return undecided({ rules: Rules.map(({ Name }) => Name) }); }
  const { Metrics = [] } = await session.account.cloudWatch.send(new ListMetricsCommand({ Namespace: 'AWS/Events', MetricName: 'TriggeredRules' }));
  const count = await session.until(async () => await sumOf(session, 'AWS/Events', 'TriggeredRules', 'RuleName', rule) || undefined, 15);
  const fired = await session.until(async () => {
    const { MetricAlarms = [] } = await session.account.cloudWatch.send(new DescribeAlarmsCommand({ AlarmNamePrefix: STACK }));
    return MetricAlarms.find(({ MetricName, StateValue }) => MetricName === 'TriggeredRules' && StateValue === 'ALARM')?.AlarmName;
  }, 15);
  return decided(count !== undefined, { count: count ?? 0, alarm: fired ?? 'did not fire', dimensions: Metrics.map(({ Dimensions }) => Dimensions).slice(0, 3) });
}

async function alarmSeesNoDenials(session: Session) {
  const denied = await pull(session, 'coredns/coredns', 'v1.11.1', 'NobodyArn');
  if (denied.refused === undefined) { return undecided('a role without permissions was served'); }
  const seen = await cacheEvents(session, 'coredns/coredns', 5);
  return decided(seen.length === 0, seen.length === 0 ? `denied (${denied.refused}), and no event of the cache` : seen[0].detail);
}

async function deniedEvent(session: Session) {
  await pull(session, 'pause', '3.8', 'NobodyArn');
  const line = await logged(session, 'AccessDenied', 20);
  return decided(line !== undefined && line.includes(PREFIX), line ?? 'nothing with AccessDenied in the log within 20 minutes');
}

async function usageClass(session: Session) {
  const metrics = await session.until(async () => {
    const { Metrics = [] } = await session.account.cloudWatch.send(new ListMetricsCommand({
      Namespace: 'AWS/Usage', MetricName: 'CallCount', Dimensions: [{ Name: 'Service', Value: 'ECR' }],
    }));
    return Metrics.length > 0 ? Metrics : undefined;
  }, 20);
  if (metrics === undefined) { return undecided('no usage metric of ECR yet'); }
  const classes = metrics.map(({ Dimensions = [] }) => Dimensions.find(({ Name }) => Name === 'Class')?.Value ?? 'no Class');
  return decided(classes.every(one => one === 'None'), [...new Set(classes)].join(', '));
}

async function cachedRepositoriesStay(session: Session) {
  const left = await removeStacks(session.account);
  const stays = await isThere(session.account, `${PREFIX}/pause`);
  return left.length > 0 ? undecided(left.join('; ')) : decided(stays, stays ? 'the stack is gone, the repository is there' : 'the repository went with the stack');
}

export const WATCHED_CACHE: Group = {
  name: 'watched-cache',
  creates: 'a cache of registry.k8s.io with alarms, a queue, a trail with a bucket, three roles; nine small images',
  minutes: 75,
  dollars: 1,
  images: { 'registry.k8s.io': ['pause:3.10', 'pause:3.9', 'pause:3.8', 'pause:3.7', 'pause:3.6', 'kube-proxy:v1.31.0', 'etcd:3.5.15-0', 'coredns/coredns:v1.11.1'] },
  stacks: watched,
  checks: [
    { id: 'log-group-policy', run: logGroupPolicy },
    { id: 'pull-count', run: pullCount },
    { id: 'probe-import', run: probeImport },
    { id: 'digest-first-pull', run: digestFirstPull },
    { id: 'sync-status', run: syncStatus },
    { id: 'triggered-rules', run: triggeredRules },
    { id: 'alarm-sees-no-denials', run: alarmSeesNoDenials },
    { id: 'denied-event', notOnEngine: 'it has no CloudTrail', run: deniedEvent },
    { id: 'usage-class', run: usageClass },
    { id: 'archived-image', run: async session => archivedImage(session, { repository: `${PREFIX}/pause`, tag: '3.7' }) },
    {
      id: 'pull-time-exclusion',
      run: async session => pullTimeExclusion(session, { repository: `${PREFIX}/pause`, tag: '3.6' }, await out(session, 'PullerArn')),
    },
    { id: 'cached-repositories-stay', run: cachedRepositoriesStay },
  ],
};
