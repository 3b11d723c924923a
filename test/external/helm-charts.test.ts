import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goProgram } from './go-program';
import { SHAPES } from './helm-charts.shapes';
import type { Shape } from './helm-charts.shapes';
import { PullThroughCache } from '../../src/pull-through-cache';
import { CachedImages } from '../../src/rewriting/cached-images';
import { UpstreamRegistry } from '../../src/upstream/upstream-registry';
import { caches, newStack, plain } from '../rewriting/fixture';

const HOST = '111122223333.dkr.ecr.eu-west-1.amazonaws.com';
const PREFIXES: Readonly<Record<string, string>> = {
  'docker.io': 'docker-hub', 'quay.io': 'quay', 'public.ecr.aws': 'ecr-public', 'registry.k8s.io': 'kubernetes',
};

/** What the image has to be in the cache of its registry, told apart from the library's own reading: charts here write registries in full. */
function inCache(image: string): string | undefined {
  const [head, ...rest] = image.split('/');
  const registry = rest.length > 0 && head.includes('.') ? head : 'docker.io';
  const path = registry === head ? rest.join('/') : image;
  const prefix = PREFIXES[registry];
  return prefix && `${HOST}/${prefix}/${registry === 'docker.io' && !path.includes('/') ? 'library/' : ''}${path}`;
}

/** Names in a rendered chart: of containers, and behind a flag. */
function imagesIn(rendered: string): string[] {
  return [...rendered.matchAll(/^\s*(?:- )?image: "?([^"\n]+)"?$|--[a-z0-9-]*image=([^"\]]+)/gm)].map(([, image, argument]) => image ?? argument);
}

/** Of which images the rendered chart says something else than it may. A chart that was told to use a digest and has none writes `tag@`. */
function wrong(before: readonly string[], after: readonly string[]): string[] {
  expect(after).toHaveLength(before.length);
  return after.flatMap((image, at) => image === before[at] || image === inCache(before[at].replace(/@$/, '')) ? [] : [`${before[at]} became ${image}`]);
}

describe('helm renders', () => {
  const folder = mkdtempSync(join(tmpdir(), 'helm-charts-'));
  let helm: string;

  beforeAll(() => { helm = goProgram('helm', join(folder, 'helm'), 'helm.sh/helm/v3/cmd/helm'); }, 900_000);

  afterAll(() => rmSync(folder, { recursive: true }));

  function render({ values, pod }: Shape, given: object): string {
    const chart = mkdtempSync(join(folder, 'chart-'));
    mkdirSync(join(chart, 'templates'));
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: chart\nversion: 1.0.0\n');
    // every JSON is YAML
    writeFileSync(join(chart, 'values.yaml'), JSON.stringify(values));
    writeFileSync(join(chart, 'templates/pod.yaml'), `apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod\nspec:\n  containers:\n${pod}`);
    writeFileSync(join(chart, 'given.json'), JSON.stringify(given));
    return execFileSync(helm, ['template', 'release', chart, '--values', join(chart, 'given.json')], { encoding: 'utf8' });
  }

  function rewritten({ values, given }: Shape, withDefaults: boolean) {
    const stack = newStack();
    const { dockerHub, quay } = caches(stack);
    const imported = (id: string, repositoryPrefix: string, upstream: UpstreamRegistry) =>
      PullThroughCache.fromPullThroughCacheAttributes(stack, id, { repositoryPrefix, upstream });
    const images = CachedImages.of(stack);
    images.use(dockerHub, quay, imported('Public', 'ecr-public', UpstreamRegistry.ECR_PUBLIC), imported('Kubernetes', 'kubernetes', UpstreamRegistry.KUBERNETES));
    const changed = images.helmValues({ ...given }, withDefaults ? { defaults: { ...values } } : {});
    const text = JSON.stringify(plain(stack.resolve(changed))).replaceAll('<AWS::URLSuffix>', 'amazonaws.com');
    return { images, changed: JSON.parse(text) as object };
  }

  describe.each(SHAPES.map(shape => [shape.title, shape] as const))('%s', (_, shape) => {
    test.each([['alone', false], ['with the chart\'s own values', true]] as const)('from values %s: right, or as it was and reported', (how, withDefaults) => {
      const { images, changed } = rewritten(shape, withDefaults);
      const before = imagesIn(render(shape, shape.given));
      const after = imagesIn(render(shape, changed));

      expect(wrong(before, after)).toEqual([]);
      const stayed = before.filter((image, at) => after[at] === image && image !== 'auto');
      expect(stayed).toHaveLength(how === 'alone' ? shape.stay.alone : shape.stay.withDefaults);
      // what isn't in the given values at all nobody can see
      const seen = stayed.filter(image => JSON.stringify(shape.given).includes(image.replace(/^[^/]*\.[^/]*\/|[:@].*$/g, '')));
      expect(seen.filter(image => !images.found.some(({ before: name }) => image.endsWith(name)))).toEqual([]);
    });
  });

  test('what a rewrite that knows no chart would make of Grafana, which is wrong', () => {
    const grafana = SHAPES.find(({ title }) => title.includes('Grafana'))!;
    const after = render(grafana, { image: { repository: `${HOST}/docker-hub/grafana/grafana`, tag: '11.3.0' } });

    expect(wrong(imagesIn(render(grafana, grafana.given)), imagesIn(after))).toEqual([
      `docker.io/grafana/grafana:11.3.0 became docker.io/${HOST}/docker-hub/grafana/grafana:11.3.0`,
    ]);
  });
});
