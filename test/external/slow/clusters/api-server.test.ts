import { Cluster } from './cluster';
import type { Said } from './cluster';
import { Injector } from './injector';
import { eventually } from '../../../../local/harness/wait';
import { FULL_FORMS, SHORT_FORMS } from '../../../upstream/image-reference.cases';
import { clusterImages, HOST, HOSTILE, REGION } from '../../cluster-images';

const NGINX = `${HOST}/docker-hub/library/nginx:1`, TOOL = `${HOST}/quay/team/tool:2`;

jest.setTimeout(120_000);

const { images, expected } = clusterImages();
let cluster: Cluster;
let injector: Injector;
let pods = 0;

const container = (image: string, more: object = {}) => ({ name: 'c', image, ...more });
const pod = (containers: object[], { name = `pod-${++pods}`, ...more }: { name?: string; namespace?: string; [key: string]: unknown } = {}, spec: object = {}) => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', ...more }, spec: { containers, ...spec },
});
/** 500 containers, whose names have 205 characters and tags. */
const many = (tag: number) => Array.from({ length: 500 }, (_, at) => ({ name: `c${at}`, image: `team/${'x'.repeat(200)}${at}:${'t'.repeat(tag)}` }));
const tried = (one: object): Promise<Said> => cluster.kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], JSON.stringify(one));
const made = async (one: object) => JSON.parse(await cluster.done(['create', '-o', 'json', '-f', '-'], JSON.stringify(one)));
const read = async (name: string) => JSON.parse(await cluster.done(['get', 'pod', name, '-o', 'json']));
const imagesOf = ({ spec }: any, list = 'containers'): string[] => spec[list].map(({ image }: any) => image);
const apply = (documents: { [key: string]: unknown }[]) => cluster.done(['apply', '-f', '-'], images.toYaml(documents));

/** Waits until a Pod with an image is answered so: a policy acts a moment after it is there. */
async function until(what: string, image: string, holds: (said: Said) => boolean): Promise<void> {
  await eventually(what, async () => holds(await tried(pod([container(image)]))), 60);
}

beforeAll(async () => {
  cluster = await Cluster.start();
  injector = await Injector.start('quay.io/team/sidecar:1');
  await cluster.done(['create', 'namespace', 'injected']);
  // this one is there before any policy
  await made(pod([container('nginx:1'), { name: 'd', image: 'ghcr.io/old/app' }], { name: 'old', finalizers: ['batch.kubernetes.io/job-tracking'] }));
  await apply(images.mutatingAdmissionPolicy());
  await until('the policy rewrites', 'nginx:1', ({ output }) => output.includes(NGINX));
}, 3_000_000);

afterAll(async () => {
  await injector?.end();
  await cluster?.end();
});

test('a policy with an expression that is wrong is refused', async () => {
  const [policy] = images.mutatingAdmissionPolicy({ policyName: 'wrong' });
  const wrong = { ...policy, spec: { ...policy.spec, variables: [{ name: 'images', expression: 'object.spec.map(c, c.image + 1' }] } };
  const { code, errors } = await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(wrong));
  expect([code, errors]).toEqual([1, expect.stringContaining('spec.variables[0].expression')]);
});

describe('the rewriting policy', () => {
  test('rewrites each name as manifest() does', async () => {
    const names = [...new Set([...SHORT_FORMS, ...FULL_FORMS].map(({ text }) => text)), ...HOSTILE];
    const list = { apiVersion: 'v1', kind: 'List', items: names.map(image => pod([container(image)])) };
    const { code, output, errors } = await cluster.kubectl(
      ['create', '--dry-run=server', '-o', 'jsonpath={.spec.containers[0].image}{"\\n"}', '-f', '-'], JSON.stringify(list));
    expect([code, errors]).toEqual([0, '']);
    const got = output.trimEnd().split('\n');
    expect(got).toEqual(names.map(expected));
    expect(got.filter((image: string, at: number) => image !== names[at]).length).toBeGreaterThan(10);
  });

  test('rewrites init containers, sidecars and image volumes, and leaves what is never pulled', async () => {
    const one = await made(pod([container('nginx:1'), { name: 'never', image: 'nginx:1', imagePullPolicy: 'Never' }], {}, {
      initContainers: [{ name: 'init', image: 'quay.io/team/tool:2' }, { name: 'sidecar', image: 'nginx:1', restartPolicy: 'Always' }],
      volumes: [{ name: 'empty', emptyDir: {} }, { name: 'model', image: { reference: 'quay.io/team/tool:2' } }],
    }));
    expect(imagesOf(one)).toEqual([NGINX, 'nginx:1']);
    expect(imagesOf(one, 'initContainers')).toEqual([TOOL, NGINX]);
    expect(one.spec.volumes[1].image.reference).toBe(TOOL);
  });

  test.each([[[]], [['--server-side']]])('takes the same manifest twice by kubectl apply %p', async flags => {
    const manifest = pod([container('nginx:1')]), { name } = manifest.metadata;
    const applied = () => cluster.done(['apply', ...flags, '-f', '-'], JSON.stringify(manifest));
    await applied();
    const before = await read(name);
    await applied();
    const after = await read(name);
    expect([imagesOf(before), imagesOf(after)]).toEqual([[NGINX], [NGINX]]);
    expect(after.metadata.generation).toBe(before.metadata.generation);
  });

  test('leaves a Pod that was there when it gets a label, and rewrites the container that kubectl debug adds', async () => {
    await cluster.done(['label', 'pod', 'old', 'labelled=yes']);
    await cluster.done(['debug', 'old', '--profile=general', '--image=quay.io/team/tool:2', '--container=debugger']);
    const one = await read('old');
    expect([imagesOf(one), imagesOf(one, 'ephemeralContainers')]).toEqual([['nginx:1', 'ghcr.io/old/app'], [TOOL]]);
  });

  test('leaves templates of workloads, so that their controllers find what they wrote', async () => {
    const labels = { app: 'web' };
    const deployment = await made({
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container('nginx:1')] } } },
    });
    expect(imagesOf(deployment.spec.template)).toEqual(['nginx:1']);
  });

  test('leaves the namespace that is excluded', async () => {
    expect(imagesOf(await made(pod([container('nginx:1')], { namespace: 'kube-system' })))).toEqual(['nginx:1']);
  });

  test('has the budget for 500 containers with long names', async () => {
    expect(imagesOf(await made(pod(many(20)))).filter(image => !image.startsWith(`${HOST}/docker-hub/team/`))).toEqual([]);
  });

  test('leaves a Pod that is beyond its budget', async () => {
    const one = pod(many(120));
    expect(imagesOf(await made(one))).toEqual(imagesOf(one));
  });

  test.each([['Never', 'quay.io/team/sidecar:1'], ['IfNeeded', `${HOST}/quay/team/sidecar:1`]])('with the reinvocation policy %s a sidecar of a webhook comes from %s', async (reinvocationPolicy, sidecar) => {
    const [policy] = images.mutatingAdmissionPolicy();
    if (reinvocationPolicy === 'IfNeeded') { expect(policy.spec.reinvocationPolicy).toBe('IfNeeded'); }
    await cluster.done(['apply', '-f', '-'], JSON.stringify({ ...policy, spec: { ...policy.spec, reinvocationPolicy } }));
    await cluster.done(['apply', '-f', '-'], JSON.stringify(injector.configuration('injected')));
    await eventually('the sidecar is injected so', async () => {
      const { code, output } = await tried(pod([container('nginx:1')], { namespace: 'injected' }));
      return code === 0 && JSON.stringify(imagesOf(JSON.parse(output))) === JSON.stringify([NGINX, sidecar]);
    });
  });
});

describe('the refusing policy', () => {
  const asAll = pod([container('nginx:1'), { name: 'd', image: 'quay.io/team/tool:2' }, { name: 'e', image: `602401143452.dkr.ecr.${REGION}.amazonaws.com/eks/coredns:v1` }]);

  describe('until it is enforced', () => {
    beforeAll(async () => {
      await apply(images.validatingAdmissionPolicy());
      await until('the policy warns', 'ghcr.io/a/b', ({ errors }) => errors.includes('ghcr.io/a/b'));
    });

    test.each(HOSTILE)('lets in %s, with a warning', async image => {
      const { code, errors } = await tried(pod([container(image)]));
      expect([code, errors]).toEqual([0, expect.stringContaining(image)]);
    });

    test('leaves its word in the audit log', async () => {
      const { metadata: { name } } = await made(pod([container('ghcr.io/audited/app')]));
      const line = await eventually('the line is written', async () => cluster.audit.split('\n').find(one => one.includes(`"name":"${name}"`)));
      expect(JSON.parse(line).annotations['validation.policy.admission.k8s.io/validation_failure']).toContain('ghcr.io/audited/app');
    });

    test('says nothing about what the other one rewrites, and about exceptions', async () => {
      expect(await tried(asAll)).toMatchObject({ code: 0, errors: '' });
    });
  });

  describe('when it is enforced', () => {
    beforeAll(async () => {
      await apply(images.validatingAdmissionPolicy({ enforce: true }));
      await until('the policy refuses', 'ghcr.io/a/b', ({ code }) => code !== 0);
    });

    test.each(HOSTILE)('refuses %s', async image => {
      const { code, errors } = await tried(pod([container(image)]));
      expect([code, errors]).toEqual([1, expect.stringContaining('denied request: images that come neither from a pull-through cache nor from the exceptions: ')]);
      expect(errors).toContain(image);
    });

    test('takes what the other one rewrites, exceptions, and the excluded namespace', async () => {
      expect(await tried(asAll)).toMatchObject({ code: 0, errors: '' });
      expect(await tried(pod([container('ghcr.io/a/b')], { namespace: 'kube-system' }))).toMatchObject({ code: 0, errors: '' });
    });

    test('refuses a Pod that is beyond the budget of the other one', async () => {
      expect(await tried(pod(many(120)))).toMatchObject({ code: 1, errors: expect.stringContaining('pull-through-caches-only') });
    });

    test('takes a Pod with the sidecar of a webhook', async () => {
      const { code, output } = await tried(pod([container('nginx:1')], { namespace: 'injected' }));
      expect([code, imagesOf(JSON.parse(output))]).toEqual([0, [NGINX, `${HOST}/quay/team/sidecar:1`]]);
    });

    test('judges of a Pod that was there only what is new', async () => {
      await cluster.done(['label', 'pod', 'old', 'judged=yes']);
      await cluster.done(['debug', 'old', '--profile=general', '--image=nginx:1', '--container=second']);
      const { code, errors } = await cluster.kubectl(['debug', 'old', '--profile=general', '--image=ghcr.io/a/b', '--container=third']);
      expect([code, errors]).toEqual([1, expect.stringContaining('ghcr.io/a/b')]);
      // what a controller of Jobs does when it has counted the Pod
      await cluster.done(['patch', 'pod', 'old', '--type=json', '--patch', '[{"op":"remove","path":"/metadata/finalizers"}]']);
    });
  });
});

test('the way back of the guide brings the names back', async () => {
  await cluster.done(['delete', 'mutatingadmissionpolicybinding', 'pull-through-caches']);
  await cluster.done(['delete', 'validatingadmissionpolicybinding', 'pull-through-caches-only']);
  await until('names stay', 'nginx:1', ({ output }) => output.includes('"nginx:1"'));
  expect(await tried(pod([container('ghcr.io/a/b')]))).toMatchObject({ code: 0, errors: '' });
});
