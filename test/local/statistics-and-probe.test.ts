import { DeleteLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { DeleteRegistryPolicyCommand, DescribeImagesCommand, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { DescribeRuleCommand, DisableRuleCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge';
import { DeleteRolePolicyCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { Duration, Size, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { refused, REGION } from './ground';
import { ACCOUNT, PREFIX, STACK, VENDOR, WatchedCache } from './watched-cache';
import { policy } from '../../local/harness/aws';
import { resourcesOf } from '../../local/harness/stack';
import { eventually } from '../../local/harness/wait';
import { AlarmSeverity, CacheAlarm, CacheAlerting, CacheMonitoring, CacheProbe, CacheStatistics, PullThroughCache, UpstreamRegistry } from '../../src';

/** How many platforms an image has. */
const PLATFORMS = 2;
let cache: WatchedCache;
let statistics: string, probe: string;
let statisticsRole: string;
let schedules: string[];
let eventLog: string, statisticsLog: string, probeLog: string;

beforeAll(async () => {
  cache = await WatchedCache.prepare();
  for (const repository of ['web', 'team/app']) {
    await cache.publish(repository);
  }
  const app = cache.ground.synth(scope => {
    const stack = new Stack(scope, STACK);
    const topic = new sns.Topic(stack, 'Tickets');
    const echo = new PullThroughCache(stack, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: VENDOR }),
      monitoring: CacheMonitoring.standard({ alarmActions: [new SnsAction(topic)] }),
    });
    new CacheStatistics(stack, 'Statistics', { caches: [echo], interval: Duration.hours(1) });
    new CacheProbe(stack, 'Probe', { images: ['web:1.0', 'team/app:1.0'].map(image => echo.image(image)), interval: Duration.minutes(1) });
    new CacheAlerting(stack, 'Alerting', {
      caches: [echo],
      alarms: [
        CacheAlarm.hitRateBelow(0.9, { minimumPulls: 1 }), CacheAlarm.storageAbove(Size.kibibytes(100)), CacheAlarm.statisticsMissing(),
        CacheAlarm.statisticsIncomplete(), CacheAlarm.probeFailing(), CacheAlarm.probeMissing(),
        CacheAlarm.eventsNotLogged({ severity: AlarmSeverity.PAGE, evaluationPeriods: 1 }),
        // three calls of a minute
        CacheAlarm.callsNearQuota({ callsPerSecond: 0.1, share: 0.5, datapointsToAlarm: 3 }),
      ],
      alarmActions: [new SnsAction(topic)],
      pageActions: [new SnsAction(topic)],
    });
    echo.grants.pull(new iam.Role(stack, 'Puller', { roleName: 'puller', assumedBy: new iam.AccountRootPrincipal() }));
  });
  const { code, output } = await cache.ground.cdk(ACCOUNT).deploy(STACK, { app });
  expect([code, output]).toEqual([0, expect.anything()]);
  const resources = await resourcesOf(cache.aws, STACK);
  const one = (type: string, id: string) => resources[type].find(name => name.includes(id))!;
  statistics = one('AWS::Lambda::Function', 'Statistics');
  probe = one('AWS::Lambda::Function', 'Probe');
  statisticsRole = one('AWS::IAM::Role', 'Statistics');
  eventLog = one('AWS::Logs::LogGroup', 'EventLog');
  statisticsLog = one('AWS::Logs::LogGroup', 'Statistics');
  probeLog = one('AWS::Logs::LogGroup', 'Probe');
  schedules = resources['AWS::Events::Rule'].filter(name => name.includes('Schedule'));
  await cache.listen(resources['AWS::SNS::Topic'][0]);
});

afterAll(async () => cache?.ground.end());

/** What is in the cache, read image by image. */
async function independentCount() {
  const { repositories = [] } = await cache.aws.ecr.send(new DescribeRepositoriesCommand({}));
  const names = repositories.map(({ repositoryName }) => repositoryName!).filter(name => name.startsWith(`${PREFIX}/`));
  let images = 0, bytes = 0;
  for (const repositoryName of names) {
    const { imageDetails = [] } = await cache.aws.ecr.send(new DescribeImagesCommand({ repositoryName }));
    images += imageDetails.length;
    bytes += imageDetails.filter(({ imageManifestMediaType }) => !imageManifestMediaType!.includes('index'))
      .reduce((sum, { imageSizeInBytes }) => sum + imageSizeInBytes!, 0);
  }
  return { Repositories: names.length, Images: images, StoredBytes: bytes };
}

/** The last value of metrics in the hour up to now; undefined for one without. */
async function lastOf(...names: string[]): Promise<Record<string, number | undefined>> {
  return Object.fromEntries(await Promise.all(names.map(async name => [name, (await cache.values(name)).at(-1)] as const)));
}

async function logged(logGroupName: string, text: string): Promise<string[]> {
  const { events = [] } = await cache.aws.logs.send(new FilterLogEventsCommand({ logGroupName }));
  return events.map(({ message }) => message!).filter(message => message.includes(text));
}

describe('when they are deployed', () => {
  test('both have run once, and no alarm is in ALARM', async () => {
    expect(await lastOf('Repositories', 'ProbedImages', 'ProbeFailures')).toEqual({ Repositories: expect.any(Number), ProbedImages: 2, ProbeFailures: 0 });
    await cache.ground.engine.alarms();
    for (const id of ['StatisticsMissing', 'ProbeMissing', 'ProbeFailing', 'HitRate', 'Storage', 'StatisticsIncomplete', 'EventsNotLogged', 'CallsNearQuota', 'Paging']) {
      expect([id, await cache.state(id)]).not.toEqual([id, 'ALARM']);
    }
  });
});

describe('on their schedules', () => {
  test('the statistics agree with an independent count, and the probe has pulled its images', async () => {
    await cache.pull('web');
    await cache.pull('team/app');
    for (const Name of schedules) {
      const { ScheduleExpression, Description } = await cache.aws.eventBridge.send(new DescribeRuleCommand({ Name }));
      expect(ScheduleExpression).toBe(Description!.startsWith('Counts') ? 'rate(1 hour)' : 'rate(1 minute)');
      // nobody waits for an hour
      await cache.aws.eventBridge.send(new PutRuleCommand({ Name, Description, ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' }));
    }
    // when
    await eventually('the statistics ran', async () => (await cache.values('Repositories')).length > 0, 120);
    await eventually('the probe ran', async () => (await cache.values('ProbedImages')).length > 0, 120);
    for (const Name of schedules) {
      await cache.aws.eventBridge.send(new DisableRuleCommand({ Name }));
    }
    // then
    const independent = await independentCount();
    expect(independent).toMatchObject({ Repositories: 2, Images: 2 * (1 + PLATFORMS) });
    expect(await lastOf('Repositories', 'Images', 'StoredBytes')).toEqual(independent);
    expect(await lastOf('ProbedImages', 'ProbeFailures')).toEqual({ ProbedImages: 2, ProbeFailures: 0 });
  });
});

describe('the alarms on statistics', () => {
  beforeAll(async () => {
    // the schedules end here: from now on the clock is moved
    await cache.nextHour();
  });

  test('the hit rate falls when most pulls are imports, agrees with the pulls that were made, and rises again', async () => {
    await cache.run(statistics);
    await cache.isQuiet('HitRate');
    await cache.publish('seldom');
    await cache.nextHour();
    const { platforms } = await cache.pull('seldom');
    await cache.ground.engine.advance({ hours: 2 });
    // when
    await cache.run(statistics);
    // then
    const pulls = 1 + platforms.length;
    expect(await lastOf('Pulls', 'Imports', 'HitRate')).toEqual({ Pulls: pulls, Imports: 1, HitRate: 1 - 1 / pulls });
    await cache.becomes('HitRate', 'ALARM');

    // when
    await cache.pull('seldom');
    await cache.ground.engine.advance({ hours: 2 });
    await cache.run(statistics);
    // then
    expect(await lastOf('Pulls', 'Imports', 'HitRate')).toEqual({ Pulls: pulls, Imports: 0, HitRate: 1 });
    await cache.becomes('HitRate', 'OK');
  });

  test('the storage grows with a large image, and shrinks when it is deleted', async () => {
    await cache.isQuiet('Storage');
    await cache.publish('large', 100_000);
    await cache.pull('large');
    // when
    await cache.run(statistics);
    // then
    expect((await independentCount()).StoredBytes).toBeGreaterThan(100 * 1024);
    await cache.becomes('Storage', 'ALARM');

    // when
    await cache.forget('large');
    await cache.nextHour();
    await cache.run(statistics);
    // then
    await cache.becomes('Storage', 'OK');
  });

  test('a repository that may not be read is unseen and no lower number, and the log names it', async () => {
    await cache.isQuiet('StatisticsIncomplete');
    await cache.nextHour();
    await cache.aws.iam.send(new PutRolePolicyCommand({
      RoleName: statisticsRole,
      PolicyName: 'Deny',
      PolicyDocument: policy({ Effect: 'Deny', Action: 'ecr:DescribeImages', Resource: `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/${PREFIX}/web` }),
    }));
    // when
    await cache.run(statistics);
    // then
    expect(await lastOf('UnseenRepositories', 'Images')).toEqual({ UnseenRepositories: 1 });
    expect((await logged(statisticsLog, '"kind":"unseen"')).join()).toContain(`"repository":"${PREFIX}/web","code":"AccessDenied`);
    await cache.becomes('StatisticsIncomplete', 'ALARM');

    // when
    await cache.aws.iam.send(new DeleteRolePolicyCommand({ RoleName: statisticsRole, PolicyName: 'Deny' }));
    await cache.nextHour();
    await cache.run(statistics);
    // then
    expect(await lastOf('Images')).toEqual({ Images: (await independentCount()).Images });
    await cache.becomes('StatisticsIncomplete', 'OK');
  });

  test('no statistics for two hours are told, and their return', async () => {
    await cache.isQuiet('StatisticsMissing');
    // when
    await cache.ground.engine.advance({ hours: 3 });
    // then
    await cache.becomes('StatisticsMissing', 'ALARM');

    // when
    await cache.run(statistics);
    // then
    await cache.becomes('StatisticsMissing', 'OK');
  });
});

describe('the alarms on the probe', () => {
  test('no runs are told, and their return', async () => {
    await cache.run(probe);
    await cache.isQuiet('ProbeMissing');
    // when
    await cache.ground.engine.advance({ minutes: 5 });
    // then
    await cache.becomes('ProbeMissing', 'ALARM');

    // when
    await cache.run(probe);
    // then
    await cache.becomes('ProbeMissing', 'OK');
  });

  test('an image that the upstream does not give fails, the log says why, the others are pulled, and all is well when it does', async () => {
    await cache.isQuiet('ProbeFailing');
    await cache.ground.aws(VENDOR).ecr.send(new DeleteRegistryPolicyCommand({}));
    await cache.forget('web');
    await cache.ground.engine.advance({ minutes: 5 });
    // when
    await cache.run(probe);
    // then
    expect(await lastOf('ProbeFailures')).toEqual({ ProbeFailures: 1 });
    expect((await logged(probeLog, '"outcome":"failed"')).join()).toContain('"image":"echo/web:1.0","outcome":"failed","code":"UnableToGetUpstreamImageException"');
    await cache.becomes('ProbeFailing', 'ALARM');

    // when
    await cache.vendorAllows();
    await cache.ground.engine.advance({ minutes: 5 });
    await cache.run(probe);
    // then
    await cache.becomes('ProbeFailing', 'OK');
    expect((await cache.pull('web')).platforms).toHaveLength(PLATFORMS);
  });
});

describe('the other alarms', () => {
  test('calls near the quota are told when they last for three minutes', async () => {
    await cache.ground.engine.advance({ minutes: 10 });
    await cache.isQuiet('CallsNearQuota');
    // when
    for (let minute = 0; minute < 3; minute++) {
      await cache.pull('web');
      await cache.ground.engine.advance({ minutes: 1 });
    }
    // then
    await cache.becomes('CallsNearQuota', 'ALARM');

    // when
    await cache.ground.engine.advance({ minutes: 10 });
    // then
    await cache.becomes('CallsNearQuota', 'OK');
  });

  test('a log that is gone is told when a failed import should be in it, and a page of all follows and ends', async () => {
    await cache.aws.logs.send(new DeleteLogGroupCommand({ logGroupName: eventLog }));
    await cache.run(statistics);
    await cache.run(probe);
    await cache.isQuiet('Paging');
    // when
    await refused(cache.pull('nothing'));
    // then
    await cache.becomes('EventsNotLogged', 'ALARM');
    await cache.becomes('Paging', 'ALARM');

    // when
    await cache.ground.engine.advance({ minutes: 20 });
    await cache.run(probe);
    // then
    await cache.becomes('EventsNotLogged', 'OK');
    await cache.becomes('Paging', 'OK');
  });
});
