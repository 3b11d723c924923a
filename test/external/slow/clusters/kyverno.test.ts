import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { Processes } from '../../../../local/harness/processes';
import { anyText } from '../../../upstream/image-reference.arbitraries';
import { FULL_FORMS, SHORT_FORMS } from '../../../upstream/image-reference.cases';
import { clusterImages, HOST, HOSTILE } from '../../cluster-images';
import { goProgram } from '../../go-program';

const SEED = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const RANDOM = 300;
const NGINX = `${HOST}/docker-hub/library/nginx:1`, TOOL = `${HOST}/quay/team/tool:2`;

jest.setTimeout(180_000);

const { images, expected } = clusterImages();
const home = mkdtempSync(join(tmpdir(), 'kyverno-'));
const processes = new Processes();
let kyverno: string;
let runs = 0;

beforeAll(() => { kyverno = goProgram('clusters/kyverno', join(home, 'kyverno'), 'github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno'); }, 3_000_000);

afterAll(async () => {
  await processes.stopAll();
  rmSync(home, { recursive: true });
});

const pod = (name: string, image: string, namespace: string = 'default') => ({
  apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { containers: [{ name: 'c', image }] },
});

/** What Kyverno's CLI makes of resources by a policy: the changed ones by their names, and those that are refused. */
async function applied(policy: { [key: string]: unknown }[], resources: object[]) {
  const folder = join(home, `run-${++runs}`), out = join(folder, 'out');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(folder, 'policy.yaml'), images.toYaml(policy));
  writeFileSync(join(folder, 'resources.yaml'), resources.map(one => JSON.stringify(one)).join('\n---\n'));
  const { code, output } = await processes.run(kyverno, [
    'apply', join(folder, 'policy.yaml'), '--resource', join(folder, 'resources.yaml'), '--output', `${out}/`, '--remove-color',
  ], { env: { PATH: process.env.PATH, HOME: home } });
  const written = readdirSync(out).flatMap(name => parseAllDocuments(readFileSync(join(out, name), 'utf8')).map(one => one.toJSON()).filter(one => one !== null));
  return {
    code,
    output,
    changed: new Map<string, any>(written.map(one => [one.metadata.name, one])),
    refused: [...output.matchAll(/resource default\/Pod\/(\S+) failed/g)].map(([, name]) => name),
  };
}

describe(`MutatingPolicy (SEED=${SEED})`, () => {
  test('rewrites each name as manifest() does', async () => {
    const random = fc.sample(anyText, { seed: SEED, numRuns: RANDOM }).filter(name => !/\p{Surrogate}/u.test(name));
    const names = [...new Set([...SHORT_FORMS, ...FULL_FORMS].map(({ text }) => text)), ...HOSTILE, ...random];
    const { code, output, changed } = await applied(images.kyvernoMutatingPolicy(), names.map((image, at) => pod(`p${at}`, image)));
    expect([code, output]).toEqual([0, expect.stringContaining('error: 0')]);
    const wrong = names.flatMap((name, at) => {
      const got = changed.get(`p${at}`)?.spec.containers[0].image ?? 'nothing';
      return got === expected(name) ? [] : [`${name}: ${got}, not ${expected(name)}`];
    });
    expect(wrong).toEqual([]);
    expect(names.filter(name => expected(name) !== name).length).toBeGreaterThan(10);
  });

  test('rewrites containers of all kinds and image volumes of Pods, and leaves workloads and the excluded namespace', async () => {
    const { spec } = pod('', 'nginx:1');
    const whole = {
      ...pod('whole', 'nginx:1'),
      spec: {
        ...spec,
        initContainers: [{ name: 'init', image: 'quay.io/team/tool:2' }, { name: 'sidecar', image: 'nginx:1', restartPolicy: 'Always' }],
        ephemeralContainers: [{ name: 'debug', image: 'quay.io/team/tool:2' }],
        volumes: [{ name: 'empty', emptyDir: {} }, { name: 'model', image: { reference: 'quay.io/team/tool:2' } }],
      },
    };
    const labels = { app: 'web' };
    const deployment = {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'default' }, spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    };
    const { changed } = await applied(images.kyvernoMutatingPolicy(), [whole, deployment, pod('system', 'nginx:1', 'kube-system')]);
    const got = changed.get('whole').spec;
    expect([...got.containers, ...got.initContainers, ...got.ephemeralContainers].map(({ image }) => image)).toEqual([NGINX, TOOL, NGINX, TOOL]);
    expect(got.volumes[1].image.reference).toBe(TOOL);
    expect((changed.get('web') ?? deployment).spec.template.spec).toEqual(spec);
    expect((changed.get('system') ?? { spec }).spec).toEqual(spec);
  });

  test('is refused with an expression that is wrong', async () => {
    const [policy] = images.kyvernoMutatingPolicy();
    const wrong = { ...policy, spec: { ...policy.spec, variables: [{ name: 'images', expression: 'object.spec.map(c, c.image + 1' }] } };
    const { code, output } = await applied([wrong], [pod('p', 'nginx:1')]);
    expect([code, output]).toEqual([1, expect.stringContaining('spec.variables[0].expression')]);
  });
});

describe('ValidatingPolicy', () => {
  test('refuses each hostile name, and takes what the other one makes', async () => {
    const good = ['nginx:1', 'quay.io/team/tool:2'].map(expected);
    const { code, output, refused } = await applied(images.kyvernoValidatingPolicy({ enforce: true }), [
      ...HOSTILE.map((image, at) => pod(`bad-${at}`, image)), ...good.map((image, at) => pod(`good-${at}`, image)), pod('system', 'ghcr.io/a/b', 'kube-system'),
    ]);
    expect(refused).toEqual(HOSTILE.map((_, at) => `bad-${at}`));
    expect([code, output]).toEqual([1, expect.stringContaining(`pass: ${good.length}, fail: ${HOSTILE.length}, warn: 0, error: 0`)]);
    for (const image of HOSTILE) { expect(output).toContain(image); }
  });
});
