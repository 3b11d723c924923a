import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { PullThroughCache } from '../../../src/pull-through-cache';
import { CachedImages } from '../../../src/rewriting/cached-images';
import type { CachedImagesOptions } from '../../../src/rewriting/options';
import { UpstreamRegistry } from '../../../src/upstream/upstream-registry';
import { cached, caches, DIGEST, newStack, plain, pullable, warnings } from '../fixture';

const HOST = cached('').slice(0, -1);

function setting(options: CachedImagesOptions = {}) {
  const stack = newStack();
  const nodes = new iam.Role(stack, 'Nodes', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  const images = CachedImages.of(stack);
  images.configure({ pullers: [nodes], ...options });
  const { dockerHub, quay } = caches(stack);
  images.use(dockerHub, quay);
  const resolved = <T>(value: T): T => plain(stack.resolve(value)) as T;
  return { stack, images, resolved };
}

const warned = (stack: Stack, id: string) => warnings(stack).filter(text => text.includes(`:${id}]`));

describe('a name without its registry', () => {
  test.each([
    [{ image: { repository: 'grafana/grafana', tag: '11.3.0' } }, "'grafana/grafana:11.3.0' at image"],
    [{ web: { image: 'grafana/grafana' } }, "'grafana/grafana' at web.image"],
  ])('stays with a warning: %j', (values, named) => {
    const { stack, images } = setting();

    expect(images.helmValues(values)).toEqual(values);
    expect(images.found.map(({ outcome }) => outcome)).toEqual(['REGISTRY_NOT_KNOWN']);
    expect(warned(stack, 'registryNotKnown')).toEqual([expect.stringContaining(`the registry of ${named} is not known, since a chart may put any in front`)]);
  });

  test("is that of the chart's own values", () => {
    const { stack, images, resolved } = setting();
    const defaults = { image: { registry: 'quay.io', repository: 'other/app', tag: '1' }, side: { image: { repository: 'busybox', tag: '1' } }, list: [1] };

    expect(resolved(images.helmValues({ image: { repository: 'team/app' } }, { defaults }))).toEqual({
      image: { repository: 'quay/team/app', registry: HOST },
      side: { image: { repository: `${HOST}/docker-hub/library/busybox` } },
    });
    expect(pullable(stack, /^Nodes/)).toEqual(['docker-hub/library/busybox', 'quay/team/app']);
    expect(warned(stack, 'registryNotKnown')).toEqual([]);
  });

  test('of a list of the chart takes the whole list along', () => {
    const { images, resolved } = setting();

    expect(resolved(images.helmValues({}, { defaults: { extra: [{ name: 'a', image: 'redis:7', port: 1 }, { name: 'b' }] } })))
      .toEqual({ extra: [{ name: 'a', image: cached('docker-hub/library/redis:7'), port: 1 }, { name: 'b' }] });
  });
});

describe('a registry for the whole chart', () => {
  test('moves with the own ones, so that either may go before the other', () => {
    const { stack, images, resolved } = setting();
    const values = { global: { imageRegistry: 'quay.io' }, image: { registry: 'docker.io', repository: 'team/app', tag: '1' }, web: { image: { repository: 'a/b', tag: '1' } } };

    expect(resolved(images.helmValues(values))).toEqual({
      global: { imageRegistry: `${HOST}/quay` },
      image: { registry: `${HOST}/docker-hub`, repository: 'team/app', tag: '1' },
      web: { image: { repository: 'a/b', tag: '1' } },
    });
    expect(images.found.map(({ property, before, outcome }) => [property, before, outcome])).toEqual([
      ['values.global.imageRegistry', 'quay.io', 'CACHED'],
      ['values.web.image', 'quay.io/a/b:1', 'CACHED'],
      ['values.image', 'docker.io/team/app:1', 'CACHED'],
    ]);
    expect(pullable(stack, /^Nodes/)).toEqual(['docker-hub/team/app', 'quay/*', 'quay/a/b']);
  });

  test.each<[string, object]>([
    ["is Docker Hub's, whose names change", { global: { imageRegistry: 'docker.io' }, image: { repository: 'a/b', tag: '1' } }],
    ['has a name that a digest pins', { global: { imageRegistry: 'quay.io' }, image: { repository: 'a/b', tag: '1', digest: DIGEST } }],
  ])('stays with its names where it %s', (_, values) => {
    const { stack, images } = setting();

    expect(images.helmValues(values)).toEqual(values);
    expect(warned(stack, 'registryNotKnown')).toHaveLength(1);
  });

  test('with a path is granted as far as the path', () => {
    const { stack, images, resolved } = setting();

    expect(resolved(images.helmValues({ global: { hub: 'docker.io/istio' }, pilot: { image: 'pilot' } })))
      .toEqual({ global: { hub: `${HOST}/docker-hub/istio` }, pilot: { image: 'pilot' } });
    expect(pullable(stack, /^Nodes/)).toEqual(['docker-hub/istio/*']);
  });
});

describe('an image', () => {
  test('keeps a tag that stands in the repository, and its digest', () => {
    const { images, resolved } = setting({ digests: true });

    expect(resolved(images.helmValues({ a: { image: { repository: 'quay.io/a/b:1.2' } }, b: { image: { repository: `quay.io/a/c@${DIGEST}` } } }))).toEqual({
      a: { image: { repository: `${HOST}/quay/a/b:1.2` } }, b: { image: { repository: `${HOST}/quay/a/c@${DIGEST}` } },
    });
  });

  test('that the chart adds to may be pulled with what is added', () => {
    const { stack, images } = setting();

    images.helmValues({ operator: { image: { repository: 'quay.io/cilium/operator', tag: '1', suffix: '' } } });

    expect(pullable(stack, /^Nodes/)).toEqual(['quay/cilium/operator*']);
  });

  test('without the digest that its chart was told to use is told to use none', () => {
    const { images, resolved } = setting();
    const defaults = { image: { repository: 'quay.io/a/b', tag: '1', digest: DIGEST, useDigest: true } };

    expect(resolved(images.helmValues({ image: { digest: '' } }, { defaults }))).toEqual({
      image: { digest: '', repository: `${HOST}/quay/a/b`, useDigest: false },
    });
  });

  test.each([
    [{ osImage: 'ubuntu:22.04' }], [{ banner: { image: 'logo.png' } }], [{ image: 'auto' }], [{ pilot: { image: 'pilot' } }], [{ logo: { image: 'https://quay.io/a:1' } }],
  ])('is none in %j', values => {
    const { stack, images } = setting();

    expect(images.helmValues(values)).toEqual(values);
    expect(images.found).toEqual([]);
    expect(warnings(stack)).toEqual([]);
  });

  test('is reported where none is known to stand', () => {
    const { stack, images } = setting();

    images.helmValues({ config: 'image quay.io/a/b:1 and https://quay.io/c/d' });
    images.manifest({ kind: 'ConfigMap', data: { init: 'docker.io/a/c:2' } });

    expect(images.found.map(({ property, before, outcome }) => [property, before, outcome])).toEqual([
      ['values.config', 'quay.io/a/b:1', 'MENTIONED'], ['manifest.data.init', 'docker.io/a/c:2', 'MENTIONED'],
    ]);
    expect(warned(stack, 'imagesMentioned')).toHaveLength(2);
  });

  test('is found in arguments and variables of a manifest', () => {
    const { images, resolved } = setting();
    const pod = (solver: string, reloader: string) => ({
      kind: 'Pod', spec: { containers: [{ name: 'a', args: [`--solver-image=${solver}`, '-v'], env: [{ name: 'RELOADER', value: reloader }] }] },
    });

    expect(resolved(images.manifest(pod('quay.io/jetstack/solver:v1', 'docker.io/a/reloader:1'))))
      .toEqual(pod(cached('quay/jetstack/solver:v1'), cached('docker-hub/a/reloader:1')));
  });
});

describe("Bitnami's charts", () => {
  const values = { image: { registry: 'docker.io', repository: 'bitnami/redis', tag: '7' } };

  test('are said to refuse substituted images', () => {
    const { stack, images } = setting();
    images.helmValues(values);

    expect(warned(stack, 'substitutedImages')).toEqual([expect.stringContaining('global.security.allowInsecureImages: true')]);
  });

  test('are told to take them on request', () => {
    const { stack, images } = setting();

    expect(images.helmValues(values, { allowInsecureImages: true }).global).toEqual({ security: { allowInsecureImages: true } });
    expect(warned(stack, 'substitutedImages')).toEqual([]);
  });
});

describe('what is no image', () => {
  test('passes untouched: dates, null, numbers, objects of classes', () => {
    const { stack, images } = setting();
    const values = { since: new Date(0), gone: null, list: [null, 1.5], stack, image: 'quay.io/a/b:1' };
    const changed = images.helmValues(values);

    expect(changed.since).toBe(values.since);
    expect(changed.stack).toBe(stack);
    expect([changed.gone, changed.list]).toEqual([null, [null, 1.5]]);
  });

  test('passes as JSON, with null', () => {
    const { images, resolved } = setting();

    expect(JSON.parse(resolved(images.helmValuesJson('{"a": null, "image": {"repository": "b"}}', { defaults: '{"image": {"registry": "quay.io", "tag": "1"}}' }))))
      .toEqual({ a: null, image: { repository: 'quay/b', registry: HOST } });
    expect(JSON.parse(resolved(images.manifestJson('{"spec": {"image": "quay.io/a/b:1", "list": [null]}}'))))
      .toEqual({ spec: { image: cached('quay/a/b:1'), list: [null] } });
  });

  test.each([['[]', 'the JSON'], ['{', 'text that is no JSON']])('is refused as JSON: %s', (text, got) => {
    expect(() => setting().images.helmValuesJson(text)).toThrow(`got ${got}`);
  });
});

describe('images of ECR Public in place of others', () => {
  test('have what is put in front', () => {
    const stack = newStack();
    const ecrPublic = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Public', { repositoryPrefix: 'ecr-public', upstream: UpstreamRegistry.ECR_PUBLIC });
    const images = CachedImages.of(stack);

    expect(() => images.useWith(ecrPublic, { replaces: ['docker.io/library/*'] })).toThrow("for Docker's official images to 'docker/library'");
    expect(() => images.useWith(ecrPublic, { replaces: ['docker.io/library/*'], replacementPrefix: 'docker/' })).toThrow("got the replacement prefix 'docker/'");
    images.useWith(ecrPublic, { replaces: ['docker.io/library/*'], replacementPrefix: 'docker/library' });

    expect(plain(stack.resolve(images.manifest({ spec: { image: 'nginx:1' } })))).toEqual({ spec: { image: cached('ecr-public/docker/library/nginx:1') } });
  });
});
