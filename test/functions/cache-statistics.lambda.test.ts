import { captureLines, SimulatedAws } from './simulated-aws';
import type { SimulatedImage } from './simulated-aws';
import { handler } from '../../src/functions/cache-statistics.lambda';
import { SETTINGS } from '../../src/functions/contract';

const HOUR = 3600_000;
/** The run is due at noon; its window is from 11 o'clock of the day before to 11 o'clock. */
const NOON = new Date('2026-03-02T12:00:00Z');

let aws: SimulatedAws;
let lines: any[];

beforeEach(async () => {
  aws = new SimulatedAws();
  await aws.start();
  ({ lines } = captureLines());
});

afterEach(async () => {
  jest.restoreAllMocks();
  await aws.stop();
});

async function run(prefixes: string[], milliseconds = 600_000): Promise<void> {
  process.env[SETTINGS] = JSON.stringify({ prefixes, windowHours: 24 });
  await handler({ time: NOON.toISOString() }, { getRemainingTimeInMillis: () => milliseconds });
}

function hoursAgo(hours: number): Date {
  return new Date(NOON.getTime() - hours * HOUR);
}

let digests = 0;

function image(more: Partial<SimulatedImage>): SimulatedImage {
  digests += 1;
  return { digest: `sha256:${digests}`, tags: [], bytes: 10, pushedAt: hoursAgo(100), layers: [], ...more };
}

function ofKind(kind: string): any[] {
  return lines.filter(line => line.kind === kind);
}

test('counts repositories, images and bytes of each cache, and nothing beside them', async () => {
  aws.repositories.set('echo/nginx', [image({ tags: ['1'] }), image({ tags: ['2'], bytes: 30 })]);
  aws.repositories.set('echo/team/app', [image({ tags: ['1'], bytes: 5 })]);
  aws.repositories.set('hub/library/redis', [image({ tags: ['7'], bytes: 7 })]);
  aws.repositories.set('echoes', [image({ tags: ['1'], bytes: 1000 })]);

  await run(['echo', 'hub']);

  expect(aws.metric('Repositories')).toEqual({ echo: 2, hub: 1 });
  expect(aws.metric('Images')).toEqual({ echo: 3, hub: 1 });
  expect(aws.metric('StoredBytes')).toEqual({ echo: 45, hub: 7 });
  expect(aws.metric('UnseenRepositories')).toEqual({ echo: 0, hub: 0 });
});

test('counts a repository for the most specific prefix, and what no other takes for ROOT', async () => {
  aws.repositories.set('team/a/app', [image({})]);
  aws.repositories.set('team/app', [image({})]);
  aws.repositories.set('other', [image({})]);

  await run(['ROOT', 'team', 'team/a']);

  expect(aws.metric('Repositories')).toEqual({ 'ROOT': 1, 'team': 1, 'team/a': 1 });
});

test('leaves a repository to the rule with the longest prefix, whoever counts that', async () => {
  aws.probedRules = ['ROOT', 'echo', 'echo/dev'];
  aws.repositories.set('echo/app', [image({})]);
  aws.repositories.set('echo/dev/app', [image({}), image({})]);
  aws.repositories.set('other', [image({})]);

  await run(['echo']);
  await run(['echo/dev']);
  await run(['ROOT']);

  expect(aws.metric('Repositories')).toEqual({ 'echo': 1, 'echo/dev': 1, 'ROOT': 1 });
  expect(aws.metric('Images')).toEqual({ 'echo': 1, 'echo/dev': 2, 'ROOT': 1 });
});

describe('what a probe pulled', () => {
  beforeEach(() => {
    aws.repositories.set('echo/nginx', [image({ tags: ['1'], pushedAt: hoursAgo(2) })]);
    aws.pulls.set('echo/nginx', [{ at: hoursAgo(2), count: 10 }]);
  });

  test('is no pull, and does not hide a bad hit rate', async () => {
    // the simulation has one store for all counts by the value of their dimension
    aws.pulls.set('echo', [{ at: hoursAgo(3), count: 5 }, { at: hoursAgo(2), count: 3 }, { at: hoursAgo(30), count: 9 }]);

    await run(['echo']);

    expect(aws.metric('Pulls')).toEqual({ echo: 2 });
    expect(aws.metric('HitRate')).toEqual({ echo: 0.5 });
    expect(aws.callsOf('GetMetricData')[0].MetricDataQueries[0].MetricStat).toEqual({
      Metric: { Namespace: 'PullThroughCache', MetricName: 'ProbePulls', Dimensions: [{ Name: 'RepositoryPrefix', Value: 'echo' }] }, Period: 3600, Stat: 'Sum',
    });
  });

  test('is never more than was pulled', async () => {
    aws.pulls.set('echo', [{ at: hoursAgo(2), count: 11 }]);

    await run(['echo']);

    expect(aws.metric('Pulls')).toEqual({ echo: 0 });
    expect(aws.metric('HitRate')).toEqual({});
  });

  test('leaves pulls and hit rate missing, and nothing else, when CloudWatch does not tell it', async () => {
    aws.fault = ({ action, input }) => action === 'GetMetricData' && input.MetricDataQueries[0].MetricStat.Metric.MetricName === 'ProbePulls'
      ? { type: 'AccessDenied', message: 'no metrics for you' } : undefined;

    await run(['echo']);

    expect(aws.metric('Pulls')).toEqual({});
    expect(aws.metric('HitRate')).toEqual({});
    expect(aws.metric('Imports')).toEqual({ echo: 1 });
    expect(ofKind('probePulls')).toEqual([{ kind: 'probePulls', outcome: 'failed', code: 'AccessDenied', message: 'no metrics for you' }]);
  });
});

describe('once a day', () => {
  const expiring = (days: number) => JSON.stringify({
    rules: [{ rulePriority: 1, selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: days }, action: { type: 'expire' } }],
  });

  test('counts and names images that were pulled lately and that the lifecycle of the template takes within a week', async () => {
    aws.creationTemplates.push({ prefix: 'echo', appliedFor: ['PULL_THROUGH_CACHE'], lifecyclePolicy: expiring(30) });
    const soon = image({ tags: ['1', 'latest'], pushedAt: hoursAgo(25 * 24), pulledAt: hoursAgo(5) });
    aws.repositories.set('echo/nginx', [soon, image({ tags: ['2'], pushedAt: hoursAgo(10 * 24), pulledAt: hoursAgo(5) })]);

    await run(['echo']);

    expect(aws.metric('ImagesAtRisk')).toEqual({ echo: 1 });
    expect(ofKind('atRisk')).toEqual([{
      kind: 'atRisk', repository: 'echo/nginx', digest: soon.digest, tags: '1 latest', pulledAt: hoursAgo(5).toISOString(), rule: 1, action: 'expire',
    }]);
    expect(ofKind('repository')[0]).toMatchObject({ imagesAtRisk: 1 });
  });

  test('goes by the template with the longest prefix, for caches only', async () => {
    aws.creationTemplates.push(
      { prefix: 'ROOT', appliedFor: ['PULL_THROUGH_CACHE'], lifecyclePolicy: expiring(1) },
      { prefix: 'echo', appliedFor: ['PULL_THROUGH_CACHE'], lifecyclePolicy: expiring(400) },
      { prefix: 'echo/dev', appliedFor: ['REPLICATION'], lifecyclePolicy: expiring(1) },
    );
    for (const repository of ['echo/app', 'echo/dev/app', 'hub/app']) {
      aws.repositories.set(repository, [image({ tags: ['1'], pulledAt: hoursAgo(5) })]);
    }

    await run(['echo', 'hub']);

    expect(aws.metric('ImagesAtRisk')).toEqual({ echo: 0, hub: 1 });
  });

  test('adds up what nobody pulled for 90 days, by its import where nobody ever pulled it', async () => {
    const daysAgo = (days: number) => hoursAgo(24 * days);
    aws.repositories.set('echo/nginx', [
      image({ tags: ['1'], bytes: 1, pushedAt: daysAgo(400), pulledAt: daysAgo(91) }), image({ tags: ['2'], bytes: 2, pushedAt: daysAgo(91) }),
      image({ tags: ['3'], bytes: 4, pushedAt: daysAgo(400), pulledAt: daysAgo(89) }), image({ tags: ['4'], bytes: 8, pushedAt: daysAgo(89) }),
      image({ tags: ['5'], bytes: 16, pushedAt: daysAgo(91), children: ['a'] }),
    ]);

    await run(['echo']);

    expect(aws.metric('UnpulledBytes')).toEqual({ echo: 3 });
    expect(ofKind('repository')[0]).toMatchObject({ unpulledBytes: 3 });
  });

  test.each([[1, 0], [5, 1], [7, 1], [24, 1]])('gives these figures with a run every %d hours', async (windowHours, lastHour) => {
    process.env[SETTINGS] = JSON.stringify({ prefixes: ['echo'], windowHours });
    aws.repositories.set('echo/nginx', [image({ tags: ['1'] })]);
    const start = Date.UTC(2026, 2, 3, lastHour);
    for (let at = start; at < start + 24 * HOUR * (windowHours > 1 ? 1 : 0.2) || at === start; at += windowHours * HOUR) {
      await handler({ time: new Date(at).toISOString() }, { getRemainingTimeInMillis: () => 600_000 });
    }

    expect(aws.metrics.filter(({ MetricName }) => MetricName === 'UnpulledBytes')).toHaveLength(1);
    expect(aws.metrics.filter(({ MetricName }) => MetricName === 'Images').length).toBeGreaterThanOrEqual(1);
  });
});

test('leaves the size of an index out, since its images have theirs', async () => {
  aws.repositories.set('echo/nginx', [
    image({ tags: ['1'], bytes: 40, children: ['a', 'b'] }), image({ bytes: 30 }), image({ bytes: 40 }),
  ]);

  await run(['echo']);

  expect(aws.metric('Images')).toEqual({ echo: 3 });
  expect(aws.metric('StoredBytes')).toEqual({ echo: 70 });
});

test('counts pulls and imports over the same 24 hours, which end an hour before the run', async () => {
  aws.repositories.set('echo/nginx', [
    image({ tags: ['before'], pushedAt: hoursAgo(25.1) }),
    image({ tags: ['first'], pushedAt: hoursAgo(25) }),
    image({ tags: ['last'], pushedAt: hoursAgo(1.1) }),
    image({ tags: ['after'], pushedAt: hoursAgo(1) }),
    image({ pushedAt: hoursAgo(2) }),
  ]);
  aws.pulls.set('echo/nginx', [
    { at: hoursAgo(26), count: 100 }, { at: hoursAgo(25), count: 3 }, { at: hoursAgo(2), count: 5 }, { at: hoursAgo(1), count: 100 },
  ]);

  await run(['echo']);

  expect(aws.metric('Pulls')).toEqual({ echo: 8 });
  expect(aws.metric('Imports')).toEqual({ echo: 2 });
  expect(aws.metric('HitRate')).toEqual({ echo: 0.75 });
});

test('gives no hit rate for a day without pulls', async () => {
  aws.repositories.set('echo/nginx', [image({ tags: ['1'] })]);

  await run(['echo']);

  expect(aws.metric('Pulls')).toEqual({ echo: 0 });
  expect(aws.metrics.map(datum => datum.MetricName).sort()).toStrictEqual([
    'Images', 'ImagesAtRisk', 'Imports', 'OldestImageAge', 'Pulls', 'Repositories', 'StoredBytes', 'UnpulledBytes', 'UnseenRepositories',
  ]);
});

test('gives no age without a tagged image', async () => {
  aws.repositories.set('echo/nginx', [image({})]);

  await run(['echo']);

  expect(aws.metrics.map(datum => datum.MetricName).sort()).toStrictEqual([
    'Images', 'ImagesAtRisk', 'Imports', 'Pulls', 'Repositories', 'StoredBytes', 'UnpulledBytes', 'UnseenRepositories',
  ]);
});

test('gives the hit rate 0 when more images came than pulls are counted', async () => {
  aws.repositories.set('echo/nginx', [image({ tags: ['1'], pushedAt: hoursAgo(2) }), image({ tags: ['2'], pushedAt: hoursAgo(2) })]);
  aws.pulls.set('echo/nginx', [{ at: hoursAgo(2), count: 1 }]);

  await run(['echo']);

  expect(aws.metric('HitRate')).toEqual({ echo: 0 });
});

test('gives the age of the oldest tagged image in seconds', async () => {
  const tagged = (hours: number) => image({ tags: ['1'], pushedAt: hoursAgo(hours) });
  aws.repositories.set('echo/nginx', [tagged(36), tagged(48), image({ pushedAt: hoursAgo(72) })]);
  aws.repositories.set('echo/redis', [tagged(24)]);
  aws.repositories.set('echo/tools', [tagged(12), tagged(60), tagged(24)]);
  aws.repositories.set('hub/nginx', [tagged(36)]);
  aws.repositories.set('hub/redis', [tagged(24)]);

  await run(['echo', 'hub']);

  expect(aws.metric('OldestImageAge')).toEqual({ echo: 60 * 3600, hub: 36 * 3600 });
});

test('gives each figure its unit', async () => {
  aws.repositories.set('echo/nginx', [image({ tags: ['1'] })]);
  aws.pulls.set('echo/nginx', [{ at: hoursAgo(2), count: 1 }]);

  await run(['echo']);

  expect(Object.fromEntries(aws.metrics.map(datum => [datum.MetricName, datum.Unit]))).toEqual({
    Repositories: 'Count',
    UnseenRepositories: 'Count',
    Images: 'Count',
    StoredBytes: 'Bytes',
    Pulls: 'Count',
    Imports: 'Count',
    HitRate: 'None',
    OldestImageAge: 'Seconds',
    ImagesAtRisk: 'Count',
    UnpulledBytes: 'Bytes',
  });
});

test('asks CloudWatch for the sum of the pulls of each hour', async () => {
  aws.repositories.set('echo/nginx', [image({})]);

  await run(['echo']);

  const [query] = aws.callsOf('GetMetricData')[0].MetricDataQueries;
  expect(query.MetricStat).toMatchObject({ Stat: 'Sum', Period: 3600 });
});

test('gives zeros for a cache that nobody has pulled through', async () => {
  await run(['echo']);

  expect(aws.metric('Repositories')).toEqual({ echo: 0 });
  expect(aws.metric('Images')).toEqual({ echo: 0 });
  expect(aws.metric('StoredBytes')).toEqual({ echo: 0 });
  expect(aws.metric('OldestImageAge')).toEqual({});
});

test('reads every page of repositories, images and pulls', async () => {
  aws.page = 7;
  for (let n = 0; n < 20; n += 1) {
    aws.repositories.set(`echo/app-${n}`, Array.from({ length: 20 }, () => image({ bytes: 1 })));
    aws.pulls.set(`echo/app-${n}`, [{ at: hoursAgo(3), count: 2 }]);
  }

  await run(['echo']);

  expect(aws.metric('Repositories')).toEqual({ echo: 20 });
  expect(aws.metric('Images')).toEqual({ echo: 400 });
  expect(aws.metric('StoredBytes')).toEqual({ echo: 400 });
  expect(aws.metric('Pulls')).toEqual({ echo: 40 });
});

test('adds up pulls that CloudWatch gives a few at a time', async () => {
  aws.partialPulls = true;
  for (const app of ['a', 'b', 'c']) {
    aws.repositories.set(`echo/${app}`, []);
    aws.pulls.set(`echo/${app}`, [{ at: hoursAgo(4), count: 1 }, { at: hoursAgo(3), count: 10 }, { at: hoursAgo(2), count: 100 }]);
  }

  await run(['echo']);

  expect(aws.metric('Pulls')).toEqual({ echo: 333 });
});

test('takes an image without a time or a type as it is', async () => {
  aws.repositories.set('echo/nginx', [{ ...image({ tags: ['1'], bytes: 4 }), pushedAt: undefined as any }]);

  await run(['echo']);

  expect(aws.metric('StoredBytes')).toEqual({ echo: 4 });
  expect(aws.metric('Imports')).toEqual({ echo: 0 });
  expect(aws.metric('OldestImageAge')).toEqual({});
});

test('asks CloudWatch for 500 repositories at once, and ECR for 1000', async () => {
  for (let n = 0; n < 1200; n += 1) {
    aws.repositories.set(`echo/app-${n}`, []);
  }

  await run(['echo']);

  expect(aws.callsOf('DescribeRepositories').map(input => input.maxResults)).toEqual([1000, 1000]);
  expect(aws.callsOf('GetMetricData').map(input => input.MetricDataQueries.length)).toEqual([1, 500, 500, 200]);
  expect(aws.callsOf('PutMetricData')).toHaveLength(1);
  expect(aws.metric('Repositories')).toEqual({ echo: 1200 });
}, 30_000);

test('goes on after throttling, without losing anything', async () => {
  aws.repositories.set('echo/nginx', [image({ tags: ['1'] })]);
  aws.repositories.set('echo/redis', [image({ tags: ['1'] })]);
  aws.fault = ({ action }, nth) => action !== 'PutMetricData' && nth < 1 ? { type: 'ThrottlingException', message: 'Rate exceeded' } : undefined;

  await run(['echo']);

  expect(aws.metric('Images')).toEqual({ echo: 2 });
  expect(aws.metric('UnseenRepositories')).toEqual({ echo: 0 });
}, 30_000);

describe('what it can not see', () => {
  beforeEach(() => {
    aws.repositories.set('echo/nginx', [image({ tags: ['1'], bytes: 30 })]);
    aws.repositories.set('echo/secret', [image({ tags: ['1'], bytes: 1000 })]);
    aws.repositories.set('hub/redis', [image({ tags: ['1'], bytes: 7 })]);
  });

  function denySecret(): void {
    aws.fault = ({ action, input }) => action === 'DescribeImages' && input.repositoryName === 'echo/secret'
      ? { type: 'AccessDeniedException', message: 'not authorized' } : undefined;
  }

  test('is a number, and makes sums missing rather than low', async () => {
    denySecret();

    await run(['echo', 'hub']);

    expect(aws.metric('UnseenRepositories')).toEqual({ echo: 1, hub: 0 });
    expect(aws.metric('Repositories')).toEqual({ echo: 2, hub: 1 });
    expect(aws.metric('StoredBytes')).toEqual({ hub: 7 });
    expect(aws.metric('Images')).toEqual({ hub: 1 });
    expect(aws.metric('Pulls')).toEqual({ hub: 0 });
  });

  test('is named in the log with the reason', async () => {
    denySecret();

    await run(['echo', 'hub']);

    expect(ofKind('unseen')).toEqual([
      { kind: 'unseen', repository: 'echo/secret', code: 'AccessDeniedException', message: 'not authorized' },
    ]);
  });

  test('is what CloudWatch did not answer for', async () => {
    aws.fault = ({ action }) => action === 'GetMetricData' ? { type: 'AccessDenied', message: 'no metrics for you' } : undefined;

    await run(['echo']);

    expect(aws.metric('UnseenRepositories')).toEqual({ echo: 2 });
    expect(ofKind('unseen')[0]).toMatchObject({ code: 'AccessDenied', message: 'no metrics for you' });
  });

  test.each(['InternalError', 'Forbidden'])('is what CloudWatch has the status %s for', async status => {
    aws.pullStatus.set('echo/secret', status);

    await run(['echo']);

    expect(aws.metric('UnseenRepositories')).toEqual({ echo: 1 });
    expect(ofKind('unseen')).toEqual([
      { kind: 'unseen', repository: 'echo/secret', code: 'NoAnswer', message: 'CloudWatch gave no number of pulls' },
    ]);
  });

  test('is what there was no time for', async () => {
    await run(['echo', 'hub'], 59_000);

    expect(aws.metric('UnseenRepositories')).toEqual({ echo: 2, hub: 1 });
    expect(aws.metric('Repositories')).toEqual({ echo: 2, hub: 1 });
    expect(aws.callsOf('DescribeImages')).toEqual([]);
    expect(ofKind('unseen')).toContainEqual({
      kind: 'unseen', repository: 'echo/secret', code: 'OutOfTime', message: 'the time of the run was up before this repository',
    });
  });

  test('is a repository whose call hangs until the time is up', async () => {
    aws.fault = ({ action, input }) => action === 'DescribeImages' && input.repositoryName === 'echo/secret' ? 'hang' : undefined;
    let left = 65_000;
    process.env[SETTINGS] = JSON.stringify({ prefixes: ['echo'], windowHours: 24 });
    jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 500);
      return controller.signal;
    });

    await handler({ time: NOON.toISOString() }, { getRemainingTimeInMillis: () => left-- });

    expect(aws.metric('UnseenRepositories')).toEqual({ echo: 1 });
    expect(ofKind('unseen')).toEqual([
      { kind: 'unseen', repository: 'echo/secret', code: 'TimedOut', message: 'the time for it was up' },
    ]);
  });

  test('is not a repository that was deleted after it was listed', async () => {
    aws.fault = ({ action, input }) => action === 'DescribeImages' && input.repositoryName === 'echo/secret'
      ? { type: 'RepositoryNotFoundException' } : undefined;

    await run(['echo']);

    expect(aws.metric('Repositories')).toEqual({ echo: 1 });
    expect(aws.metric('UnseenRepositories')).toEqual({ echo: 0 });
    expect(aws.metric('StoredBytes')).toEqual({ echo: 30 });
  });
});

test('fails when the registry can not be listed, so that the figures are missing', async () => {
  aws.fault = ({ action }) => action === 'DescribeRepositories' ? { type: 'AccessDeniedException', message: 'no list' } : undefined;

  await expect(run(['echo'])).rejects.toThrow('no list');
  expect(aws.metrics).toEqual([]);
});

test('fails when CloudWatch refuses the figures', async () => {
  aws.fault = ({ action }) => action === 'PutMetricData' ? { type: 'AccessDenied', message: 'no put' } : undefined;

  await expect(run(['echo'])).rejects.toThrow('no put');
});

test('puts the same figures for the same time when a run is repeated', async () => {
  aws.repositories.set('echo/nginx', [image({ tags: ['1'] })]);

  await run(['echo']);
  const once = [...aws.metrics];
  await run(['echo']);

  expect(aws.metrics.slice(once.length)).toEqual(once);
  expect(new Set(aws.metrics.map(datum => datum.Timestamp))).toEqual(new Set([NOON.getTime() / 1000]));
});

test('writes a line for each repository and each cache', async () => {
  aws.repositories.set('echo/nginx', [
    image({ tags: ['1.26'], pushedAt: hoursAgo(50), bytes: 30 }), image({ tags: ['1.27', 'latest'], pushedAt: hoursAgo(2), bytes: 40 }), image({}),
  ]);
  aws.pulls.set('echo/nginx', [{ at: hoursAgo(2), count: 4 }]);

  await run(['echo']);

  expect(ofKind('repository')).toEqual([{
    kind: 'repository',
    repository: 'echo/nginx',
    images: 3,
    taggedImages: 2,
    bytes: 80,
    pulls: 4,
    imports: 1,
    tags: '1.27 latest 1.26',
    oldestTaggedImageAt: hoursAgo(50).toISOString(),
    newestImageAt: hoursAgo(2).toISOString(),
    imagesAtRisk: 0,
    unpulledBytes: 0,
  }]);
  expect(ofKind('cache')).toEqual([
    { kind: 'cache', cache: 'echo', repositories: 1, unseen: 0, coverage: 1, images: 3, bytes: 80, pulls: 4, probePulls: 0, imports: 1, hitRate: 0.75 },
  ]);
});
