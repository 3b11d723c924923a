import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { ACCOUNT, asInManifest, clusterImages, HOST, REGION } from './cluster-images';
import { goProgram } from './go-program';
import { CachedImages, PullThroughCache, UpstreamRegistry, UpstreamSecret } from '../../src';
import type { PullThroughCacheProps, ValidatingPolicyOptions } from '../../src';
import { anyText } from '../upstream/image-reference.arbitraries';
import { FULL_FORMS, SHORT_FORMS } from '../upstream/image-reference.cases';

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const RANDOM = 3_000;
const DIGEST = `@sha256:${'a'.repeat(64)}`;
/** EKS has no older one with the mutating kind; the newest is that of the packages. */
const VERSIONS = ['1.34', '1.36', '1.37'];

interface Pod { metadata: object; spec: { [list: string]: any } }
interface Request { readonly pod: Pod; readonly before?: Pod; readonly subresource?: string }
interface Answer { readonly pod: Pod; readonly refused?: string }

interface World {
  readonly stack: Stack;
  readonly images: CachedImages;
  cache(id: string, props: PullThroughCacheProps): PullThroughCache;
  hub(props?: Partial<PullThroughCacheProps>): PullThroughCache;
}

function world(): World {
  const stack = new Stack(new App(), 'Cluster', { env: { account: ACCOUNT, region: REGION } });
  const cache = (id: string, props: PullThroughCacheProps) => new PullThroughCache(stack, id, props);
  const credential = () => new UpstreamSecret(stack, 'Secret', { secretName: 'ecr-pullthroughcache/hub', username: 'me' }).credential;
  return {
    stack, images: CachedImages.of(stack), cache, hub: (props = {}) => cache('Hub', { upstream: UpstreamRegistry.dockerHub(credential()), ...props }),
  };
}

/** Caches as clusters have them; the policies that are made of each agree with `manifest()`. */
const SETS: [string, (here: World) => void][] = [
  ['whole registries', ({ images, cache, hub }) => images.use(
    hub(), cache('Quay', { upstream: UpstreamRegistry.QUAY }), cache('Kubernetes', { upstream: UpstreamRegistry.KUBERNETES }),
    cache('Public', { upstream: UpstreamRegistry.ECR_PUBLIC, repositoryPrefix: 'public', upstreamRepositoryPrefix: 'docker' }))],
  ['digests', ({ images, hub, cache }) => {
    images.configure({ digests: true });
    images.use(hub(), cache('Quay', { upstream: UpstreamRegistry.QUAY }));
  }],
  ['exceptions', ({ images, hub, cache }) => {
    images.configure({ exceptions: ['quay.io/my-team/*', 'docker.io/library/python'] });
    images.use(hub(), cache('Quay', { upstream: UpstreamRegistry.QUAY }));
  }],
  ['a cache with the prefix ROOT', ({ images, cache }) => images.use(cache('Root', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'ROOT' }))],
  ['a part of Docker Hub', ({ images, hub }) => images.use(hub({ repositoryPrefix: 'team', upstreamRepositoryPrefix: 'team' }))],
  ['official images of Docker Hub', ({ images, hub }) => images.use(hub({ repositoryPrefix: 'official', upstreamRepositoryPrefix: 'library' }))],
  ['replacements', ({ images, hub, cache }) => {
    images.configure({ digests: true });
    images.useWith(cache('Echo', { upstream: UpstreamRegistry.echo({ account: '123456789012' }) }), { replaces: ['docker.io/library/nginx', 'quay.io/a/*'] });
    images.useWith(hub(), { replaces: ['ghcr.io/mirror/*'] });
  }],
  ['a private registry of another account', ({ images, cache, hub }) => images.use(
    cache('Ecr', { upstream: UpstreamRegistry.ecr({ account: '222222222222', region: 'us-west-2' }), repositoryPrefix: 'far', upstreamRepositoryPrefix: 'shared' }), hub())],
  ['scopes in each other', ({ images, hub, cache, stack }) => {
    images.use(cache('Quay', { upstream: UpstreamRegistry.QUAY }));
    CachedImages.of(stack.node.root).use(hub(), cache('Other', { upstream: UpstreamRegistry.QUAY, repositoryPrefix: 'other' }));
  }],
];

const NAMES = [...new Set([
  ...[...SHORT_FORMS, ...FULL_FORMS].map(({ text }) => text),
  'team/app:1', 'team', 'library/team/x', 'docker.io/team/app:v1.2-rc.1_x', 'quay.io/a/b:1', `quay.io/a/b:1${DIGEST}`, 'quay.io/a', 'quay.io:443/a/b', 'QUAY.io/a/b',
  'registry.k8s.io/pause:3.10', 'k8s.gcr.io/pause:3.9', 'public.ecr.aws/docker/library/busybox:1', 'public.ecr.aws/other/busybox:1', 'ghcr.io/mirror/redis', 'ghcr.io/mirror/team/redis:7',
  'ecr-public.aws.com/docker/library/busybox', '222222222222.dkr.ecr.us-west-2.amazonaws.com/shared/tool:1', '222222222222.dkr.ecr.us-west-2.amazonaws.com/other/tool:1',
  `${HOST}/docker-hub/library/nginx:1.27`, `${HOST}/quay/a/b${DIGEST}`, `${HOST}/own/app:1`, 'quay.io/my-team/kept:1', 'quay.io/my-team-x/app', 'python:3.12', `nginx:1.27${DIGEST}`,
  'NGINX', 'team//app', 'nginx:', ' nginx', "ngi'nx", 'https://quay.io/a/b', `quay.io/${'y'.repeat(252)}`, `team/${'y'.repeat(251)}`, `${'a'.repeat(64)}`, '',
])];

const pod = (containers: object[], more: object = {}): Pod => ({
  metadata: { name: 'pod', namespace: 'default' }, spec: { containers: containers.map((one, at) => ({ name: `c${at}`, ...one })), ...more },
});
const imagesOf = ({ spec }: Pod) => spec.containers.map(({ image }: { image?: string }) => image ?? '');

describe(`the API server's own packages (SEED=${SEED})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'admission-policies-'));
  const binary = join(folder, 'judge');

  beforeAll(() => {
    goProgram('admission-policies', binary);
  }, 900_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  function ask(policies: object[], requests: readonly Request[], compatibility = '1.36'): Answer[] {
    const kinds = policies.filter(({ kind }: { kind?: string }) => !/Binding$/.test(kind!));
    const { status, stdout, stderr } = spawnSync(binary, { input: JSON.stringify({ compatibility, policies: kinds, requests }), encoding: 'utf8', maxBuffer: 2 ** 30 });
    if (status !== 0) { throw new Error(stderr); }
    return JSON.parse(stdout) as Answer[];
  }

  describe.each(SETS)('with %s', (_, use) => {
    const here = world();
    use(here);
    // JSON has no half of a pair of surrogates, so that no request has one either
    const names = [...NAMES, ...fc.sample(anyText, { seed: SEED, numRuns: RANDOM })].filter(name => !/\p{Surrogate}/u.test(name));
    const expected = names.map(name => asInManifest(here.images, here.stack, name));

    test.each(VERSIONS)('rewrite each name as manifest() does, Kubernetes %s', version => {
      const answers = ask(here.images.mutatingAdmissionPolicy(), names.map(image => ({ pod: pod([{ image }]) })), version);
      const wrong = names.flatMap((name, at) => imagesOf(answers[at].pod)[0] === expected[at] ? [] : [`${name}: ${imagesOf(answers[at].pod)[0]}, not ${expected[at]}`]);
      expect(wrong).toEqual([]);
      expect(expected.filter((name, at) => name !== names[at]).length).toBeGreaterThan(1);
    });

    test('let in what is rewritten, and leave it as it is when it comes again', () => {
      const rewritten = expected.filter((name, at) => name !== names[at]);
      const both = [...here.images.mutatingAdmissionPolicy(), ...here.images.validatingAdmissionPolicy({ enforce: true })];
      const answers = ask(both, rewritten.map(image => ({ pod: pod([{ image }]) })));
      expect(answers.map(({ pod: one, refused }) => refused ?? imagesOf(one)[0])).toEqual(rewritten);
    });
  });

  function cluster(options: ValidatingPolicyOptions = {}) {
    const { images } = clusterImages();
    return { mutating: images.mutatingAdmissionPolicy(), validating: images.validatingAdmissionPolicy(options) };
  }

  test('refuse a policy with an expression that is wrong', () => {
    const [policy] = cluster().mutating;
    const wrong = { ...policy, spec: { ...policy.spec, variables: [{ name: 'images', expression: 'object.spec.map(c, c.image + 1' }] } };
    expect(() => ask([wrong], [])).toThrow('variable images');
  });

  test('rewrite containers of all kinds and image volumes, and leave those that are never pulled', () => {
    const [{ pod: one }] = ask(cluster().mutating, [{
      pod: pod([{ image: 'nginx' }, { image: 'quay.io/a/b', imagePullPolicy: 'Never' }, {}], {
        initContainers: [{ name: 'sidecar', image: 'quay.io/a/sidecar:1', restartPolicy: 'Always' }],
        ephemeralContainers: [{ name: 'debug', image: 'busybox:1' }],
        volumes: [{ name: 'empty' }, { name: 'model', image: { reference: 'quay.io/a/model:1' } }, { name: 'local', image: { reference: 'quay.io/a/model:1', pullPolicy: 'Never' } }],
      }),
    }]);
    expect(imagesOf(one)).toEqual([`${HOST}/docker-hub/library/nginx`, 'quay.io/a/b', '']);
    expect(one.spec.initContainers[0].image).toBe(`${HOST}/quay/a/sidecar:1`);
    expect(one.spec.ephemeralContainers[0].image).toBe(`${HOST}/docker-hub/library/busybox:1`);
    expect(one.spec.volumes.map(({ image }: any) => image?.reference)).toEqual([undefined, `${HOST}/quay/a/model:1`, 'quay.io/a/model:1']);
  });

  test('change and judge on updates only what is new', () => {
    const { mutating, validating } = cluster();
    const before = pod([{ image: 'ghcr.io/old/app' }, { image: 'nginx' }]);
    const debug = { ...before, spec: { ...before.spec, ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } };
    const [label, debugged, changed] = ask([...mutating, ...validating], [
      { pod: before, before }, { pod: debug, before, subresource: 'ephemeralcontainers' }, { pod: pod([{ image: 'ghcr.io/new/app' }, { image: 'nginx' }]), before },
    ]);
    expect([label.refused, imagesOf(label.pod)]).toEqual([undefined, ['ghcr.io/old/app', 'nginx']]);
    expect([debugged.refused, debugged.pod.spec.ephemeralContainers[0].image, imagesOf(debugged.pod)]).toEqual(
      [undefined, `${HOST}/docker-hub/library/busybox`, ['ghcr.io/old/app', 'nginx']]);
    expect(changed.refused).toContain('ghcr.io/new/app');
  });

  test('leave mirror Pods of static ones alone', () => {
    const mirror = { ...pod([{ image: 'ghcr.io/a/b' }]), metadata: { name: 'static', namespace: 'default', annotations: { 'kubernetes.io/config.mirror': 'x' } } };
    const { mutating, validating } = cluster();
    expect(ask([...mutating, ...validating], [{ pod: mirror }])[0].refused).toBeUndefined();
  });

  test.each([
    'ghcr.io/a/b', 'QUAY.IO/a/b', 'quay.io:443/a/b', 'quay.io/a/b', `quay.io/a/b${DIGEST}`, 'nginx', 'localhost/a', `${HOST}.evil.example/docker-hub/a`, `${HOST}/own/app`, `${HOST}/docker-hubx/a`,
    `evil.example/${HOST}/docker-hub/a`, `999999999999.dkr.ecr.${REGION}.amazonaws.com/a`, `${HOST}/docker-hub/../own/app`, `${HOST}/docker-hub/A`, ' nginx', 'a'.repeat(64), '602401143452.dkr.ecr.us-east-1.amazonaws.com/a',
    `${HOST}:443/docker-hub/a`, `${HOST}/docker-hub/`,
  ])('refuse the image %s without a rewriting policy in front', image => {
    expect(ask(cluster().validating, [{ pod: pod([{ image: `${HOST}/quay/good` }, { image }]) }])[0].refused).toContain(image);
  });

  test.each([`${HOST}/docker-hub/library/nginx`, `${HOST}/quay/a/b:1${DIGEST}`, `602401143452.dkr.ecr.${REGION}.amazonaws.com/eks/coredns:v1`])('let in %s', image => {
    expect(ask(cluster().validating, [{ pod: pod([{ image }]) }])[0].refused).toBeUndefined();
  });

  test('count names of mirrored hosts as cached when asked to, in lower case and without a port', () => {
    const { validating } = cluster({ mirroredNames: true });
    const answer = (image: string) => ask(validating, [{ pod: pod([{ image }]) }])[0].refused;
    expect(['nginx', 'docker.io/library/nginx:1', 'team/app', `quay.io/a/b${DIGEST}`].map(answer)).toEqual([undefined, undefined, undefined, undefined]);
    for (const image of ['QUAY.io/a/b', 'quay.io:443/a/b', 'docker.io:443/library/nginx', 'ghcr.io/a/b']) { expect(answer(image)).toContain(image); }
  });

  test('answer for 500 containers within their budget', () => {
    const { mutating, validating } = cluster();
    const [{ pod: one, refused }] = ask([...mutating, ...validating], [{ pod: pod(Array.from({ length: 500 }, (_, at) => ({ image: `quay.io/team/app-${at}:1` }))) }]);
    expect([refused, imagesOf(one)[499]]).toEqual([undefined, `${HOST}/quay/team/app-499:1`]);
  });
});
