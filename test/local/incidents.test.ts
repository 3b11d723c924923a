import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  BatchDeleteImageCommand, BatchGetImageCommand, CreatePullThroughCacheRuleCommand, DeletePullThroughCacheRuleCommand, DeleteRepositoryPolicyCommand,
  DescribeImagesCommand, DescribePullThroughCacheRulesCommand, PutImageCommand, SetRepositoryPolicyCommand, UpdateImageStorageClassCommand,
} from '@aws-sdk/client-ecr';
import { DisableRuleCommand } from '@aws-sdk/client-eventbridge';
import { Duration, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { ACCOUNT, PREFIX, STACK, VENDOR, WatchedCache } from './watched-cache';
import { policy } from '../../local/harness/aws';
import { resourcesOf } from '../../local/harness/stack';
import { CacheAlarm, CacheAlerting, CacheMonitoring, CacheProbe, PullThroughCache, UpstreamRegistry } from '../../src';

/*
 * Incidents of the table in docs/monitoring.md that the engine can play and no other test does.
 */

const REPOSITORY = `${PREFIX}/web`;
const IMAGE = { repositoryName: REPOSITORY, imageIds: [{ imageTag: '1.0' }] };
let cache: WatchedCache;
let probe: string, probeLog: string;

beforeAll(async () => {
  cache = await WatchedCache.prepare();
  await cache.publish('web');
  const app = cache.ground.synth(scope => {
    const stack = new Stack(scope, STACK);
    const topic = new sns.Topic(stack, 'Tickets');
    const echo = new PullThroughCache(stack, 'Echo', { upstream: UpstreamRegistry.echo({ account: VENDOR }), monitoring: CacheMonitoring.standard() });
    new CacheProbe(stack, 'Probe', { images: [echo.image('web:1.0')], interval: Duration.minutes(1) });
    new CacheAlerting(stack, 'Alerting', {
      caches: [echo],
      alarms: [CacheAlarm.importsFailing(), CacheAlarm.probeFailing(), CacheAlarm.imageArchived(), CacheAlarm.tagMoved()],
      alarmActions: [new SnsAction(topic)],
    });
    echo.grants.pull(new iam.Role(stack, 'Puller', { roleName: 'puller', assumedBy: new iam.AccountRootPrincipal() }));
  });
  const { code, output } = await cache.ground.cdk(ACCOUNT).deploy(STACK, { app });
  expect([code, output]).toEqual([0, expect.anything()]);
  const resources = await resourcesOf(cache.aws, STACK);
  const one = (type: string, id: string) => resources[type].find(name => name.includes(id))!;
  [probe, probeLog] = [one('AWS::Lambda::Function', 'Probe'), one('AWS::Logs::LogGroup', 'Probe')];
  await cache.aws.eventBridge.send(new DisableRuleCommand({ Name: one('AWS::Events::Rule', 'Schedule') }));
  await cache.listen(resources['AWS::SNS::Topic'][0]);
});

afterAll(async () => cache?.ground.end());

/** A run of the probe, some minutes after what was before. */
async function probed(): Promise<void> {
  await cache.ground.engine.advance({ minutes: 5 });
  await cache.run(probe);
}

async function logged(text: string): Promise<string> {
  const { events = [] } = await cache.aws.logs.send(new FilterLogEventsCommand({ logGroupName: probeLog }));
  return events.map(({ message }) => message!).filter(message => message.includes(text)).join();
}

async function image() {
  const { imageDetails: [found] = [] } = await cache.aws.ecr.send(new DescribeImagesCommand(IMAGE));
  return found;
}

test('the probe keeps nothing in use: what it pulls is not recorded, and what others pull is', async () => {
  expect((await image()).lastRecordedPullTime).toBeUndefined();

  await probed();
  expect((await image()).lastRecordedPullTime).toBeUndefined();

  await cache.pull('web');
  expect((await image()).lastRecordedPullTime).toBeInstanceOf(Date);
});

test('the rule was deleted: the probe fails with NoRule, although the image is served, until the rule is back', async () => {
  await cache.isQuiet('ProbeFailing');
  const { pullThroughCacheRules: [rule] = [] } = await cache.aws.ecr.send(
    new DescribePullThroughCacheRulesCommand({ ecrRepositoryPrefixes: [PREFIX] }));
  // when
  await cache.aws.ecr.send(new DeletePullThroughCacheRuleCommand({ ecrRepositoryPrefix: PREFIX }));
  await probed();
  // then
  await cache.becomes('ProbeFailing', 'ALARM');
  expect(await logged('"NoRule"')).toContain(`the registry has no rule '${PREFIX}' any more`);
  expect((await cache.pull('web')).digest).toBeDefined();

  // when
  const { ecrRepositoryPrefix, upstreamRegistryUrl, customRoleArn } = rule;
  await cache.aws.ecr.send(new CreatePullThroughCacheRuleCommand({ ecrRepositoryPrefix, upstreamRegistryUrl, customRoleArn }));
  await probed();
  // then
  await cache.becomes('ProbeFailing', 'OK');
});

test('a Deny by hand: the probe fails with AccessDeniedException until it is taken away', async () => {
  await cache.isQuiet('ProbeFailing');
  // when
  await cache.aws.ecr.send(new SetRepositoryPolicyCommand({
    repositoryName: REPOSITORY, policyText: policy({ Effect: 'Deny', Principal: { AWS: '*' }, Action: ['ecr:BatchGetImage'] }),
  }));
  await probed();
  // then
  await cache.becomes('ProbeFailing', 'ALARM');
  expect(await logged('"AccessDeniedException"')).toContain('ecr:BatchGetImage');

  // when
  await cache.aws.ecr.send(new DeleteRepositoryPolicyCommand({ repositoryName: REPOSITORY }));
  await probed();
  // then
  await cache.becomes('ProbeFailing', 'OK');
});

test('an archived image: told by itself and no failure, and over when it is restored', async () => {
  await cache.isQuiet('ImageArchived');
  const storage = { repositoryName: REPOSITORY, imageId: { imageTag: '1.0' } };
  // when
  await cache.aws.ecr.send(new UpdateImageStorageClassCommand({ ...storage, targetStorageClass: 'ARCHIVE' }));
  await probed();
  // then
  await cache.becomes('ImageArchived', 'ALARM');
  expect(await cache.state('ProbeFailing')).toBe('OK');
  expect(await logged('"outcome":"archived"')).toContain(`"image":"${REPOSITORY}:1.0"`);

  // when
  await cache.aws.ecr.send(new UpdateImageStorageClassCommand({ ...storage, targetStorageClass: 'STANDARD' }));
  await probed();
  // then
  await cache.becomes('ImageArchived', 'OK');
});

test('another image below a tag: told once', async () => {
  await cache.isQuiet('TagMoved');
  const { images: [index] = [] } = await cache.aws.ecr.send(new BatchGetImageCommand(IMAGE));
  const { manifests: [{ digest: imageDigest }] } = JSON.parse(index.imageManifest!) as { manifests: { digest: string }[] };
  const { images: [found] = [] } = await cache.aws.ecr.send(new BatchGetImageCommand({ repositoryName: REPOSITORY, imageIds: [{ imageDigest }] }));
  const another = JSON.stringify({ ...JSON.parse(found.imageManifest!) as object, annotations: { by: 'hand' } });
  await cache.ground.engine.advance({ minutes: 5 });
  // when
  await cache.aws.ecr.send(new PutImageCommand({
    repositoryName: REPOSITORY, imageTag: '1.0', imageManifest: another, imageManifestMediaType: found.imageManifestMediaType,
  }));
  await cache.run(probe);
  // then
  await cache.becomes('TagMoved', 'ALARM');

  // when
  await probed();
  // then
  await cache.becomes('TagMoved', 'OK');
});

test('the lifecycle deleted an image in use: a restart by digest fails, and nothing tells', async () => {
  await cache.forget('web');
  await cache.ground.engine.advance({ hours: 25 });
  const { digest } = await cache.pull('web');
  // when
  await cache.aws.ecr.send(new BatchDeleteImageCommand({ repositoryName: REPOSITORY, imageIds: [{ imageDigest: digest }] }));
  // then
  const byDigest = await cache.aws.ecr.send(new BatchGetImageCommand({ repositoryName: REPOSITORY, imageIds: [{ imageDigest: digest }] }));
  expect(byDigest.failures?.map(({ failureCode }) => failureCode)).toEqual(['ImageNotFound']);
  expect(await cache.state('FailedPulls')).toBe('OK');
});
