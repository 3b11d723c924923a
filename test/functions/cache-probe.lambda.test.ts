import { brotliCompressSync } from 'zlib';
import { captureLines, SimulatedAws } from './simulated-aws';
import type { SimulatedImage } from './simulated-aws';
import { handler } from '../../src/functions/cache-probe.lambda';
import { SETTINGS } from '../../src/functions/contract';
import { EcrPullCalls } from '../../src/functions/ecr-pull-calls';

const NOON = new Date('2026-03-02T12:00:00Z');
const LONG_AGO = new Date('2026-01-01T00:00:00Z');

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

async function run(images: { [prefix: string]: string[] }, more: { milliseconds?: number; imageTimeoutSeconds?: number } = {}): Promise<void> {
  const caches = Object.entries(images).map(([prefix, names]) => ({ prefix, images: names }));
  process.env[SETTINGS] = JSON.stringify({ caches, intervalSeconds: 6 * 3600, imageTimeoutSeconds: more.imageTimeoutSeconds ?? 60 });
  await handler({ time: NOON.toISOString() }, { getRemainingTimeInMillis: () => more.milliseconds ?? 600_000 });
}

function image(digest: string, more: Partial<SimulatedImage> = {}): SimulatedImage {
  return { digest, tags: [], bytes: 10, pushedAt: LONG_AGO, layers: [`${digest}-config`, `${digest}-layer`, 'shared'], ...more };
}

function multiPlatform(digest: string, tags: string[], platforms: number, pushedAt = LONG_AGO): SimulatedImage[] {
  const children = Array.from({ length: platforms }, (_, at) => image(`${digest}-${at}`, { pushedAt }));
  return [image(digest, { tags, layers: [], children: children.map(child => child.digest), pushedAt }), ...children];
}

test('pulls an image by its tag, and asks for each layer once', async () => {
  aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);

  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.callsOf('BatchGetImage').map(input => input.imageIds)).toEqual([[{ imageTag: '1.27' }]]);
  expect(aws.callsOf('GetDownloadUrlForLayer').map(input => input.layerDigest).sort()).toEqual(['one-config', 'one-layer', 'shared']);
  expect(aws.metric('ProbedImages')).toEqual({ echo: 1 });
  expect(aws.metric('ProbeFailures')).toEqual({ echo: 0 });
  expect(lines).toEqual([expect.objectContaining({
    kind: 'image', cache: 'echo', repository: 'echo/nginx', image: 'echo/nginx:1.27', outcome: 'pulled', digest: 'one', platforms: 1, layers: 3, first: false,
  })]);
});

test('asks for what clients accept: an index or an image, of OCI or of Docker', async () => {
  aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);

  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.callsOf('BatchGetImage')[0].acceptedMediaTypes.sort()).toEqual([
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.docker.distribution.manifest.v2+json',
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.oci.image.manifest.v1+json',
  ]);
});

test('pulls the layers of a manifest of the old schema', async () => {
  const manifest = JSON.stringify({ schemaVersion: 1, fsLayers: [{ blobSum: 'shared' }, { blobSum: 'one-layer' }] });
  aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'], manifest })]);

  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.callsOf('GetDownloadUrlForLayer').map(input => input.layerDigest).sort()).toEqual(['one-layer', 'shared']);
  expect(lines).toEqual([expect.objectContaining({ outcome: 'pulled', layers: 2 })]);
});

test('gives the latency of the slowest image, and each figure its unit', async () => {
  aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);
  aws.repositories.set('echo/redis', [image('two', { tags: ['7'] })]);
  aws.fault = ({ action }) => {
    const until = Date.now() + (action === 'BatchGetImage' ? 20 : 0);
    while (Date.now() < until);
    return undefined;
  };

  await run({ echo: ['echo/nginx:1.27', 'echo/redis:7'] });

  const latencies = lines.map(line => line.milliseconds);
  expect(aws.metric('ProbeLatency')).toEqual({ echo: Math.max(...latencies) });
  expect(Math.min(...latencies)).toBeGreaterThanOrEqual(20);
  expect(Math.max(...latencies)).toBeLessThan(600_000);
  expect(Object.fromEntries(aws.metrics.map(datum => [datum.MetricName, datum.Unit]))).toEqual({
    ProbedImages: 'Count',
    ProbeFailures: 'Count',
    ProbeMovedTags: 'Count',
    ProbeDifferingDigests: 'Count',
    ProbeArchivedImages: 'Count',
    ProbePulls: 'Count',
    ProbeLatency: 'Milliseconds',
  });
});

test('pulls what an index names, and a layer that they share once', async () => {
  aws.repositories.set('echo/nginx', multiPlatform('index', ['1.27'], 3));

  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.callsOf('BatchGetImage').map(input => input.imageIds)).toEqual([
    [{ imageTag: '1.27' }], [{ imageDigest: 'index-0' }, { imageDigest: 'index-1' }, { imageDigest: 'index-2' }],
  ]);
  expect(lines[0]).toMatchObject({ outcome: 'pulled', platforms: 3, layers: 7 });
});

test('asks for at most a hundred images of an index at once', async () => {
  aws.repositories.set('echo/nginx', multiPlatform('index', ['1.27'], 150));

  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.callsOf('BatchGetImage').map(input => input.imageIds.length)).toEqual([1, 100, 50]);
  expect(aws.metric('ProbeFailures')).toEqual({ echo: 0 });
});

test('imports an image that nobody has pulled, and says so', async () => {
  aws.upstream.set('echo/nginx:1.27', multiPlatform('index', ['1.27'], 2, NOON));

  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.repositories.get('echo/nginx')).toHaveLength(3);
  expect(lines[0]).toMatchObject({ outcome: 'pulled', first: true, moved: false });
  expect(aws.metric('ProbeMovedTags')).toEqual({ echo: 0 });
});

test('pulls latest when the image has neither tag nor digest', async () => {
  aws.repositories.set('echo/nginx', [image('one', { tags: ['latest'] })]);

  await run({ echo: ['echo/nginx'] });

  expect(aws.metric('ProbeFailures')).toEqual({ echo: 0 });
});

test('pulls the tag before the digest, and the digest too when the tag has moved on', async () => {
  aws.repositories.set('echo/nginx', [image('old'), image('new', { tags: ['1.27'] })]);

  await run({ echo: ['echo/nginx:1.27@old'] });

  expect(aws.callsOf('BatchGetImage').map(input => input.imageIds)).toEqual([[{ imageTag: '1.27' }], [{ imageDigest: 'old' }]]);
  expect(aws.metric('ProbeFailures')).toEqual({ echo: 0 });
  expect(aws.metric('ProbeDifferingDigests')).toEqual({ echo: 1 });
});

test('pulls the digest by its tag while the tag stands for it', async () => {
  aws.repositories.set('echo/nginx', [image('new', { tags: ['1.27'] })]);

  await run({ echo: ['echo/nginx:1.27@new'] });

  expect(aws.callsOf('BatchGetImage')).toHaveLength(1);
  expect(aws.metric('ProbeDifferingDigests')).toEqual({ echo: 0 });
});

test('downloads one byte of one blob, which is the configuration', async () => {
  aws.repositories.set('echo/nginx', multiPlatform('index', ['1.27'], 2));

  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.callsOf('Download')).toEqual([{ path: '/layers/index-0-config?signature=secret', range: 'bytes=0-0' }]);
});

test('pulls what an index of an index names, a digest that is named twice once, and leaves layers alone that are elsewhere', async () => {
  const index = (...digests: string[]) => JSON.stringify({ manifests: digests.map(digest => ({ digest })) });
  const foreign = JSON.stringify({
    config: { digest: 'one-config' },
    layers: [{ digest: 'elsewhere', urls: ['https://example.com'] }, { digest: 'windows', mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }],
  });
  aws.repositories.set('echo/nginx', [
    image('top', { tags: ['1.27'], layers: [], children: [], manifest: index('below', 'below') }),
    image('below', { layers: [], children: [], manifest: index('one') }),
    image('one', { manifest: foreign }),
  ]);

  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.callsOf('BatchGetImage').map(input => input.imageIds)).toEqual([[{ imageTag: '1.27' }], [{ imageDigest: 'below' }], [{ imageDigest: 'one' }]]);
  expect(lines[0]).toMatchObject({ outcome: 'pulled', platforms: 1, layers: 1 });
});

describe('the credential of a rule', () => {
  async function probed(): Promise<void> {
    aws.repositories.set('hub/library/redis', [image('two', { tags: ['7'] })]);
    process.env[SETTINGS] = JSON.stringify({
      caches: [{ prefix: 'hub', images: ['hub/library/redis:7'], validatesCredential: true }], intervalSeconds: 3600, imageTimeoutSeconds: 60,
    });
    await handler({ time: NOON.toISOString() }, { getRemainingTimeInMillis: () => 600_000 });
  }

  test('is tried, and a good one is 0', async () => {
    await probed();

    expect(aws.callsOf('ValidatePullThroughCacheRule')).toEqual([{ ecrRepositoryPrefix: 'hub' }]);
    expect(aws.metric('InvalidCredentials')).toEqual({ hub: 0 });
  });

  test('that ECR refuses is 1, with its reason in the log, though the cached image is pulled', async () => {
    aws.badCredential = 'The token has expired';

    await probed();

    expect(aws.metric('InvalidCredentials')).toEqual({ hub: 1 });
    expect(aws.metric('ProbeFailures')).toEqual({ hub: 0 });
    expect(lines).toContainEqual({ kind: 'credential', cache: 'hub', outcome: 'failed', code: 'InvalidCredential', message: 'The token has expired' });
  });

  test('that ECR could not try is no figure', async () => {
    aws.fault = ({ action }) => action === 'ValidatePullThroughCacheRule' ? { type: 'AccessDeniedException' } : undefined;

    await probed();

    expect(aws.metric('InvalidCredentials')).toEqual({});
    expect(lines).toContainEqual(expect.objectContaining({ kind: 'credential', outcome: 'failed', code: 'AccessDeniedException' }));
  });

  test('is not tried where there is none', async () => {
    aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);

    await run({ echo: ['echo/nginx:1.27'] });

    expect(aws.callsOf('ValidatePullThroughCacheRule')).toEqual([]);
    expect(aws.metric('InvalidCredentials')).toEqual({});
  });
});

test('pulls a digest alone', async () => {
  aws.repositories.set('echo/nginx', [image('old')]);

  await run({ echo: ['echo/nginx@old'] });

  expect(aws.callsOf('DescribeImages')).toEqual([]);
  expect(lines[0]).toMatchObject({ outcome: 'pulled', digest: 'old', first: false, moved: false });
});

describe('a tag that moved', () => {
  test('is one that this pull refreshed', async () => {
    aws.repositories.set('echo/nginx', [image('old', { tags: ['1.27'] })]);
    aws.upstream.set('echo/nginx:1.27', [image('new', { tags: ['1.27'], pushedAt: NOON })]);

    await run({ echo: ['echo/nginx:1.27'] });

    expect(aws.metric('ProbeMovedTags')).toEqual({ echo: 1 });
    expect(lines[0]).toMatchObject({ digest: 'new', moved: true });
  });

  test('is one that another pull refreshed since the run before ended', async () => {
    aws.repositories.set('echo/nginx', [image('new', { tags: ['1.27'], pushedAt: new Date('2026-03-02T06:15:01Z') })]);

    await run({ echo: ['echo/nginx:1.27'] });

    expect(aws.metric('ProbeMovedTags')).toEqual({ echo: 1 });
  });

  test('is not one that was refreshed while that ran, which counted it or imported it for the first time', async () => {
    aws.repositories.set('echo/nginx', [image('new', { tags: ['1.27'], pushedAt: new Date('2026-03-02T06:15:00Z') })]);

    await run({ echo: ['echo/nginx:1.27'] });

    expect(aws.metric('ProbeMovedTags')).toEqual({ echo: 0 });
  });
});

describe('fails', () => {
  const GOOD = 'echo/redis:7';

  beforeEach(() => {
    aws.repositories.set('echo/redis', [image('redis', { tags: ['7'] })]);
  });

  async function failing(name: string, code: string, message: string, more = {}): Promise<void> {
    await run({ echo: [name, GOOD] }, more);
    expect(aws.metric('ProbedImages')).toEqual({ echo: 2 });
    expect(aws.metric('ProbeFailures')).toEqual({ echo: 1 });
    expect(lines).toContainEqual(expect.objectContaining({ kind: 'image', image: name, outcome: 'failed', code, message: expect.stringContaining(message) }));
    expect(lines).toContainEqual(expect.objectContaining({ image: GOOD, outcome: 'pulled' }));
  }

  test('for an image that upstream does not have, and pulls the other', async () => {
    aws.repositories.set('echo/nginx', []);

    await failing('echo/nginx:1.27', 'ImageNotFound', 'Requested image not found ({"imageTag":"1.27"})');
  });

  test('for a repository that no rule creates, and pulls the other', async () => {
    await failing('echo/nginx:1.27', 'RepositoryNotFoundException', "The repository with name 'echo/nginx' does not exist");
  });

  test('for an upstream that does not answer ECR, and pulls the other', async () => {
    aws.fault = ({ action, input }) => action === 'BatchGetImage' && input.repositoryName === 'echo/nginx'
      ? { type: 'UnableToGetUpstreamImageException', message: 'upstream said 401' } : undefined;

    await failing('echo/nginx:1.27', 'UnableToGetUpstreamImageException', 'upstream said 401');
  });

  test('for a layer that can not be imported, and pulls the other', async () => {
    aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);
    aws.fault = ({ action, input }) => action === 'GetDownloadUrlForLayer' && input.layerDigest === 'one-layer'
      ? { type: 'UnableToGetUpstreamLayerException', message: 'no layer' } : undefined;

    await failing('echo/nginx:1.27', 'UnableToGetUpstreamLayerException', 'no layer');
  });

  test('for an image below an index that is missing, and pulls the other', async () => {
    aws.repositories.set('echo/nginx', multiPlatform('index', ['1.27'], 2).slice(0, 2));

    await failing('echo/nginx:1.27', 'ImageNotFound', '{"imageDigest":"index-1"}');
  });

  test('for a cached image whose rule is gone', async () => {
    aws.probedRules = [];
    aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);

    await run({ echo: ['echo/nginx:1.27'] });

    expect(aws.metric('ProbeFailures')).toEqual({ echo: 1 });
    expect(lines).toContainEqual(expect.objectContaining({ outcome: 'failed', code: 'NoRule' }));
  });

  test('for a layer that S3 does not give, without its address in the log', async () => {
    aws.downloadStatus = 403;
    aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);

    await run({ echo: ['echo/nginx:1.27'] });

    expect(lines).toContainEqual(expect.objectContaining({ outcome: 'failed', code: 'LayerNotDownloaded', message: expect.stringContaining('HTTP 403 of 127.0.0.1') }));
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  test('for S3 that can not be reached', async () => {
    aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);
    const spy = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('fetch failed'));

    await run({ echo: ['echo/nginx:1.27'] });
    spy.mockRestore();

    expect(lines).toContainEqual(expect.objectContaining({ code: 'LayerNotDownloaded', message: "the layer can't be downloaded: 127.0.0.1 can't be reached: fetch failed".replace('127.0.0.1 ', `${new URL(process.env.AWS_ENDPOINT_URL!).host} `) }));
  });

  test.each([
    ['an empty document', '{}'],
    ['an index without images', '{"manifests":[]}'],
    ['an image without layers', '{"layers":[]}'],
  ])('for %s, and pulls the other', async (_, manifest) => {
    aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'], manifest })]);

    await failing('echo/nginx:1.27', 'NoContent', 'names no layer');
  });

  test('for a caller who is denied, and pulls the other', async () => {
    aws.fault = ({ input }) => input.repositoryName === 'echo/nginx' ? { type: 'AccessDeniedException', message: 'not authorized' } : undefined;

    await failing('echo/nginx:1.27', 'AccessDeniedException', 'not authorized');
  });

  test('for a call that hangs until the time of the image is up, and pulls the other', async () => {
    aws.fault = ({ action, input }) => action === 'BatchGetImage' && input.repositoryName === 'echo/nginx' ? 'hang' : undefined;

    await failing('echo/nginx:1.27', 'TimedOut', 'the time for it was up', { imageTimeoutSeconds: 0.5 });
  });

  test('for every image when the time of the run is up, and says so of each', async () => {
    await run({ echo: [GOOD, 'echo/redis:8'] }, { milliseconds: 20_000 });

    expect(aws.metric('ProbeFailures')).toEqual({ echo: 2 });
    expect(lines.filter(({ kind }) => kind === 'image').map(line => line.code)).toEqual(['TimedOut', 'TimedOut']);
  });
});

test('goes on after throttling', async () => {
  aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);
  aws.fault = ({ action }, nth) => action === 'BatchGetImage' && nth < 2 ? { type: 'ThrottlingException', message: 'Rate exceeded' } : undefined;

  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.metric('ProbeFailures')).toEqual({ echo: 0 });
}, 30_000);

test('puts the figures of each cache for the time that the run was due', async () => {
  aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);
  aws.repositories.set('hub/library/redis', [image('two', { tags: ['7'] })]);

  await run({ echo: ['echo/nginx:1.27'], hub: ['hub/library/redis:7', 'hub/library/redis:8'] });

  expect(aws.metric('ProbedImages')).toEqual({ echo: 1, hub: 2 });
  expect(aws.metric('ProbeFailures')).toEqual({ echo: 0, hub: 1 });
  expect(new Set(aws.metrics.map(datum => datum.Timestamp))).toEqual(new Set([NOON.getTime() / 1000]));
  expect(aws.metric('ProbeLatency').echo).toBeGreaterThanOrEqual(0);
});

test('gives no latency when nothing could be pulled', async () => {
  await run({ echo: ['echo/nginx:1.27'] });

  expect(aws.metrics.map(datum => datum.MetricName).sort()).toStrictEqual([
    'ProbeArchivedImages', 'ProbeDifferingDigests', 'ProbeFailures', 'ProbeMovedTags', 'ProbePulls', 'ProbedImages',
  ]);
});

describe('an image in the archive', () => {
  test.each([
    ['ARCHIVED', 'in the archive, and has to be restored before'],
    ['ACTIVATING', 'on its way back from the archive, which takes up to 20 minutes, before'],
  ] as const)('that is %s is no failure, and told by itself', async (status, words) => {
    aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'], status }), image('two', { tags: ['1.28'] })]);

    await run({ echo: ['echo/nginx:1.27', 'echo/nginx:1.28', 'echo/nginx:1.29'] });

    expect(aws.metric('ProbeArchivedImages')).toEqual({ echo: 1 });
    expect(aws.metric('ProbeFailures')).toEqual({ echo: 1 });
    expect(aws.metric('ProbedImages')).toEqual({ echo: 3 });
    expect(lines.find(line => line.outcome === 'archived')).toMatchObject({
      image: 'echo/nginx:1.27', code: 'ImageArchived', message: `the image is ${words} it can be pulled ({"imageTag":"1.27"})`,
    });
    expect(lines.find(line => line.outcome === 'failed')).toMatchObject({ image: 'echo/nginx:1.29', code: 'ImageNotFound' });
  });

  test('is found below an index that is not there itself', async () => {
    const [index, child] = multiPlatform('index', ['1.27'], 1);
    aws.repositories.set('echo/nginx', [index, { ...child, status: 'ARCHIVED' }]);

    await run({ echo: ['echo/nginx:1.27'] });

    expect(lines).toEqual([expect.objectContaining({ outcome: 'archived', message: expect.stringContaining('{"imageDigest":"index-0"}') })]);
  });

  test('is a failure as any other when ECR does not say where it is', async () => {
    aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'], status: 'ARCHIVED' })]);
    aws.fault = ({ action, input }) => action === 'DescribeImages' && input.filter ? { type: 'AccessDeniedException' } : undefined;

    await run({ echo: ['echo/nginx:1.27'] });

    expect(aws.metric('ProbeFailures')).toEqual({ echo: 1 });
    expect(aws.metric('ProbeArchivedImages')).toEqual({ echo: 0 });
  });
});

test('counts the manifests that it was given, those of an image that then failed too', async () => {
  const [index, ...children] = multiPlatform('index', ['1.27'], 3);
  aws.repositories.set('echo/nginx', [index, ...children]);
  aws.repositories.set('echo/redis', [image('two', { tags: ['7'], layers: ['gone'] })]);
  aws.fault = ({ action, input }) => action === 'GetDownloadUrlForLayer' && input.layerDigest === 'gone' ? { type: 'LayersNotFoundException' } : undefined;

  await run({ echo: ['echo/nginx:1.27', 'echo/redis:7', 'echo/redis:8'] });

  expect(aws.metric('ProbePulls')).toEqual({ echo: 5 });
  expect(aws.metric('ProbeFailures')).toEqual({ echo: 2 });
});

test('reads settings that were packed', async () => {
  aws.repositories.set('echo/nginx', [image('one', { tags: ['1.27'] })]);
  const settings = JSON.stringify({ caches: [{ prefix: 'echo', images: ['echo/nginx:1.27'] }], intervalSeconds: 3600, imageTimeoutSeconds: 60 });
  process.env[SETTINGS] = JSON.stringify({ packed: brotliCompressSync(settings).toString('base64') });

  await handler({ time: NOON.toISOString() }, { getRemainingTimeInMillis: () => 600_000 });

  expect(aws.metric('ProbeFailures')).toEqual({ echo: 0 });
});

describe('takes an answer of ECR', () => {
  const callsWith = (ecr: Partial<ConstructorParameters<typeof EcrPullCalls>[0]>) =>
    new EcrPullCalls(ecr as ConstructorParameters<typeof EcrPullCalls>[0], { abortSignal: new AbortController().signal });

  test('that names no failures', async () => {
    const images = [{ imageId: { imageDigest: 'one' }, imageManifest: '{}' }];

    expect(await callsWith({ batchGetImage: async () => ({ images }) }).manifests('echo/nginx', [{ imageTag: '1' }])).toEqual([{ digest: 'one', text: '{}' }]);
  });

  test('that names no images, as one of an image that is not there', async () => {
    expect(await callsWith({ describeImages: async () => ({}) }).cachedAlready('echo/nginx', '1')).toBeUndefined();
  });
});

describe('fails for an answer of ECR', () => {
  const one = { imageId: { imageDigest: 'one' }, imageManifest: '{}' };
  const asked = [{ imageTag: '1.26' }, { imageTag: '1.27' }];

  async function failure(answer: object): Promise<Error> {
    const ecr = { batchGetImage: async () => answer, describeImages: async () => ({}), getDownloadUrlForLayer: jest.fn() };
    return new EcrPullCalls(ecr, { abortSignal: new AbortController().signal }).manifests('echo/nginx', asked).then(
      () => { throw new Error('no failure'); }, (error: Error) => error);
  }

  test.each([['nothing', {}], ['no lists', { images: undefined, failures: undefined }], ['too few images', { images: [one] }]])('that has %s', async (_, answer) => {
    expect(await failure(answer)).toMatchObject({ name: 'NoAnswer', message: 'ECR gave no manifest ({"imageTag":"1.26"})' });
  });

  test('that has a failure beside all images', async () => {
    expect(await failure({ images: [one, one], failures: [{ failureCode: 'ImageNotFound', failureReason: 'no', imageId: asked[1] }] }))
      .toMatchObject({ name: 'ImageNotFound', message: 'no ({"imageTag":"1.27"})' });
  });
});
