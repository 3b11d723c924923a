import { CfnParameter } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as eks from 'aws-cdk-lib/aws-eks';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as fc from 'fast-check';
import { CachedImages } from '../../../src/rewriting/cached-images';
import type { ImageJudge } from '../../../src/rewriting/charts/judge';
import { manifestWith } from '../../../src/rewriting/charts/manifest';
import { helmValuesWith } from '../../../src/rewriting/charts/values';
import type { CachedImagesOptions } from '../../../src/rewriting/options';
import { cached, caches, DIGEST, newStack, plain, pullable, warnings } from '../fixture';

const HOST = cached('').slice(0, -1);

function setting(options?: CachedImagesOptions) {
  const stack = newStack();
  const { dockerHub, echo, quay } = caches(stack);
  const images = CachedImages.of(stack);
  images.configure(options ?? {});
  images.use(dockerHub, quay);
  const helm = (values: object) => plain(stack.resolve(images.helmValues(values as Record<string, unknown>)));
  const manifest = (value: object) => plain(stack.resolve(images.manifest(value as Record<string, unknown>)));
  return { stack, images, echo, helm, manifest };
}

/** Values as well-known charts lay them out, cut down to the keys that name images. */
describe("a chart's values", () => {
  test.each<[string, object, object]>([
    ['with registry, repository, tag and an empty sha (kube-prometheus-stack)',
      {
        global: { imageRegistry: '', imagePullSecrets: [] },
        alertmanager: { alertmanagerSpec: { image: { registry: 'quay.io', repository: 'prometheus/alertmanager', tag: 'v1', sha: '' } } },
        prometheusOperator: {
          image: { registry: 'quay.io', repository: 'prometheus-operator/prometheus-operator', tag: '', sha: '' },
          thanosImage: { registry: 'quay.io', repository: 'thanos/thanos', tag: 'v2', sha: '' },
          admissionWebhooks: { patch: { image: { registry: 'ghcr.io', repository: 'team/certgen', tag: '1', sha: '' } } },
        },
        crds: { upgradeJob: { image: { busybox: { registry: 'docker.io', repository: 'busybox', tag: 'latest', sha: '' } } } },
      },
      {
        global: { imageRegistry: '', imagePullSecrets: [] },
        alertmanager: { alertmanagerSpec: { image: { registry: HOST, repository: 'quay/prometheus/alertmanager', tag: 'v1', sha: '' } } },
        prometheusOperator: {
          image: { registry: HOST, repository: 'quay/prometheus-operator/prometheus-operator', tag: '', sha: '' },
          thanosImage: { registry: HOST, repository: 'quay/thanos/thanos', tag: 'v2', sha: '' },
          admissionWebhooks: { patch: { image: { registry: 'ghcr.io', repository: 'team/certgen', tag: '1', sha: '' } } },
        },
        crds: { upgradeJob: { image: { busybox: { registry: HOST, repository: 'docker-hub/library/busybox', tag: 'latest', sha: '' } } } },
      }],
    ['with the registry in the repository (prometheus)',
      { server: { image: { repository: 'quay.io/prometheus/prometheus', pullPolicy: 'IfNotPresent', tag: '', digest: '' } } },
      { server: { image: { repository: `${HOST}/quay/prometheus/prometheus`, pullPolicy: 'IfNotPresent', tag: '', digest: '' } } }],
    ['with a global image and empty ones below it (argo-cd)',
      {
        global: { image: { repository: 'quay.io/argoproj/argocd', tag: '', imagePullPolicy: 'IfNotPresent' } },
        controller: { image: { repository: '', tag: '', imagePullPolicy: '' } },
        dex: { image: { repository: 'ghcr.io/dexidp/dex', tag: 'v2' }, initImage: { repository: '', tag: '' } },
      },
      {
        global: { image: { repository: `${HOST}/quay/argoproj/argocd`, tag: '', imagePullPolicy: 'IfNotPresent' } },
        controller: { image: { repository: '', tag: '', imagePullPolicy: '' } },
        dex: { image: { repository: 'ghcr.io/dexidp/dex', tag: 'v2' }, initImage: { repository: '', tag: '' } },
      }],
    ['with image for the repository and a registry (ingress-nginx, older)',
      { defaultBackend: { image: { registry: 'quay.io', image: 'team/backend', tag: '1.5', pullPolicy: 'IfNotPresent' } } },
      { defaultBackend: { image: { registry: HOST, image: 'quay/team/backend', tag: '1.5', pullPolicy: 'IfNotPresent' } } }],
    ['with image for the repository and the registry elsewhere (ingress-nginx)',
      { global: { image: { registry: 'registry.k8s.io' } }, controller: { image: { image: 'ingress-nginx/controller', tag: 'v1' } } },
      { global: { image: { registry: 'registry.k8s.io' } }, controller: { image: { image: 'ingress-nginx/controller', tag: 'v1' } } }],
    ['with image and tag under any key, and with the tag under a key of its own',
      { curl: { image: 'quay.io/a/curl', tag: '8' }, init: { image: 'busybox', tag: '1.36' }, old: { image: 'quay.io/a/b', imageTag: 'v1' } },
      {
        curl: { image: `${HOST}/quay/a/curl`, tag: '8' },
        init: { image: 'busybox', tag: '1.36' },
        old: { image: `${HOST}/quay/a/b`, imageTag: 'v1' },
      }],
    ['with containers of Kubernetes in them',
      { extraContainers: [{ name: 'side', image: 'busybox:1.36', imagePullPolicy: 'Always' }] },
      { extraContainers: [{ name: 'side', image: cached('docker-hub/library/busybox:1.36'), imagePullPolicy: 'Always' }] }],
    ['with text, also in lists and in templates of the chart',
      {
        extraInitContainers: [{ name: 'init', image: 'busybox:1.36' }, { name: 'other', image: 'ghcr.io/a/b' }],
        sidecar: { image: '{{ .Values.sidecar.name }}:1' },
        helperImage: 'quay.io/a/helper:1',
      },
      {
        extraInitContainers: [{ name: 'init', image: cached('docker-hub/library/busybox:1.36') }, { name: 'other', image: 'ghcr.io/a/b' }],
        sidecar: { image: '{{ .Values.sidecar.name }}:1' },
        helperImage: cached('quay/a/helper:1'),
      }],
    ['with the name of Docker Hub and a tag that is a number',
      { image: { repository: 'docker.io/bitnami/redis', tag: 7 }, metrics: { image: { registry: 'docker.io', repository: 'bitnami/redis-exporter', tag: '1' } } },
      {
        image: { repository: `${HOST}/docker-hub/bitnami/redis`, tag: 7 },
        metrics: { image: { registry: HOST, repository: 'docker-hub/bitnami/redis-exporter', tag: '1' } },
      }],
    ['with repositories of something else',
      { git: { repository: 'team/config', branch: 'main' }, helm: { repository: 'https://charts.example.com' }, imagePullSecrets: ['x'], replicas: 2, a: null },
      { git: { repository: 'team/config', branch: 'main' }, helm: { repository: 'https://charts.example.com' }, imagePullSecrets: ['x'], replicas: 2, a: null }],
    ['with a word that only ends like a key of images', { pilgrimage: 'nginx:1' }, { pilgrimage: 'nginx:1' }],
    ['with image for a name with a dot and no registry', { a: { image: 'my.image', tag: '1' } }, { a: { image: 'my.image', tag: '1' } }],
    ['with image for a name whose registry is one of few letters', { a: { image: 'a.b/c', tag: '1' } }, { a: { image: 'a.b/c', tag: '1' } }],
    ['with image for a name whose dot is not in a registry', { a: { image: 'team/app.web', tag: '1' } }, { a: { image: 'team/app.web', tag: '1' } }],
  ])('%s', (_, values, after) => {
    expect(setting().helm(values)).toEqual(after);
  });

  test('stay as they are where a digest pins the image, with a warning', () => {
    const { helm, stack } = setting();
    const values = {
      a: { image: { registry: 'quay.io', repository: 'a/b', tag: '1', digest: DIGEST } },
      b: { image: { registry: 'quay.io', repository: 'a/b', tag: '1', sha: DIGEST.replace('sha256:', '') } },
      c: { web: { image: 'quay.io/a/c', digest: DIGEST } },
      d: { web: { image: 'quay.io/a/d', sha: DIGEST.replace('sha256:', '') } },
    };

    expect(helm(values)).toEqual(values);
    expect(warnings(stack).filter(text => text.includes('is pinned by a digest'))).toHaveLength(3);
  });

  test('keep their digest on request', () => {
    const { helm } = setting({ digests: true });

    expect(helm({ image: { registry: 'quay.io', repository: 'a/b', tag: '1', digest: DIGEST } }))
      .toEqual({ image: { registry: HOST, repository: 'quay/a/b', tag: '1', digest: DIGEST } });
  });

  test.each(['tag', 'digest', 'sha', 'pullPolicy', 'imagePullPolicy'])('name an image under any key by a repository beside %s', (neighbour) => {
    expect(setting().helm({ web: { repository: 'quay.io/a/b', [neighbour]: '' } })).toEqual({ web: { repository: `${HOST}/quay/a/b`, [neighbour]: '' } });
  });

  test('name an image under any key by a repository beside its registry', () => {
    expect(setting().helm({ web: { registry: 'quay.io', repository: 'a/b' } })).toEqual({ web: { registry: HOST, repository: 'quay/a/b' } });
  });

  test.each(['digest', 'sha'])('name an image under any key by an image beside %s', (neighbour) => {
    expect(setting().helm({ web: { image: 'quay.io/a/b', [neighbour]: '' } })).toEqual({ web: { image: `${HOST}/quay/a/b`, [neighbour]: '' } });
  });

  test('name an image under any key by an image beside its registry', () => {
    expect(setting().helm({ web: { registry: 'quay.io', image: 'a/b' } })).toEqual({ web: { registry: HOST, image: 'quay/a/b' } });
  });

  test('are found with their place, a tag that is a number and a digest without its algorithm', () => {
    const { helm, images } = setting({ digests: true });

    helm({ image: { repository: 'quay.io/a/b', tag: 7 }, other: { image: { repository: 'quay.io/a/c', sha: DIGEST.replace('sha256:', '') } } });

    expect(images.found.map(({ property, before, outcome }) => ({ property, before, outcome }))).toEqual([
      { property: 'values.image', before: 'quay.io/a/b:7', outcome: 'CACHED' },
      { property: 'values.other.image', before: `quay.io/a/c@${DIGEST}`, outcome: 'CACHED' },
    ]);
  });

  test('may hold tokens, which stay', () => {
    const { helm, stack } = setting();
    const token = new CfnParameter(stack, 'Image').valueAsString;

    expect(helm({ image: token, other: { image: { repository: token, tag: '1' } } }))
      .toEqual({ image: { Ref: 'Image' }, other: { image: { repository: { Ref: 'Image' }, tag: '1' } } });
  });

  test('are the same when they are rewritten again', () => {
    const { images, stack } = setting();
    const values = { image: { registry: 'quay.io', repository: 'a/b', tag: '1' }, helperImage: 'nginx:1', c: { image: { repository: 'quay.io/a/b', tag: '1' } } };
    const once = images.helmValues(values);

    expect(stack.resolve(images.helmValues(once))).toEqual(stack.resolve(once));
  });

  test('may name what a cache stands in for', () => {
    const { images, echo, helm } = setting();
    images.useWith(echo, { replaces: ['docker.io/library/nginx'] });

    expect(helm({ image: { repository: 'docker.io/nginx', tag: '1.27' } })).toEqual({ image: { repository: `${HOST}/echo/nginx`, tag: '1.27' } });
  });
});

describe('any values', () => {
  const name = fc.constantFrom('nginx', 'nginx:1', 'quay.io/a/b', 'quay.io/a/b:1', 'ghcr.io/a/b', 'Not a name', '', `quay.io/a/b@${DIGEST}`, '{{ .Values.x }}');
  const leaf = fc.oneof(name, fc.constantFrom('1.27', '1.27', DIGEST, 7, true, null));
  const key = fc.constantFrom('image', 'helperImage', 'repository', 'registry', 'tag', 'digest', 'sha', 'pullPolicy', 'containers', 'x');
  const { tree } = fc.letrec<{ tree: Record<string, unknown>; value: unknown }>(tie => ({
    tree: fc.dictionary(key, tie('value'), { maxKeys: 5 }),
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('tree'), fc.array(tie('value'), { maxLength: 3 })),
  }));
  const { images } = setting();

  test.each(['helmValues', 'manifest'] as const)('go through %s, and through it again unchanged', (method) => {
    let changed = 0;
    fc.assert(fc.property(tree, (values) => {
      const once = images[method](values);
      changed += JSON.stringify(once) === JSON.stringify(values) ? 0 : 1;

      expect(images[method](once)).toEqual(once);
    }), { numRuns: 1_000 });
    expect(changed).toBeGreaterThan(100);
  });
});

describe('a manifest', () => {
  const DEPLOYMENT = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', annotations: { image: 'nginx:1' } },
    spec: {
      template: {
        metadata: { labels: { image: 'nginx' } },
        spec: {
          initContainers: [{ name: 'init', image: 'busybox:1.36' }],
          containers: [{ name: 'web', image: 'nginx:1', env: [{ name: 'image', value: 'nginx:1' }] }, { name: 'side', image: 'ghcr.io/a/b:1' }],
          volumes: [{ name: 'model', image: { reference: 'quay.io/a/model:1', pullPolicy: 'IfNotPresent' } }],
        },
      },
    },
  };

  test('has the images of its pods rewritten and nothing else', () => {
    const after = setting().manifest(DEPLOYMENT);

    expect(after.spec.template.spec).toEqual({
      initContainers: [{ name: 'init', image: cached('docker-hub/library/busybox:1.36') }],
      containers: [
        { name: 'web', image: cached('docker-hub/library/nginx:1'), env: [{ name: 'image', value: 'nginx:1' }] },
        { name: 'side', image: 'ghcr.io/a/b:1' },
      ],
      volumes: [{ name: 'model', image: { reference: cached('quay/a/model:1'), pullPolicy: 'IfNotPresent' } }],
    });
    expect(after.metadata).toEqual(DEPLOYMENT.metadata);
    expect(after.spec.template.metadata).toEqual(DEPLOYMENT.spec.template.metadata);
  });

  test('has its images found with their place', () => {
    const { images, manifest } = setting();
    manifest({ kind: 'Pod', spec: { containers: [{ image: 'nginx:1' }], volumes: [{ image: { reference: 'quay.io/a/model:1' } }] } });

    expect(images.found.map(({ property }) => property)).toEqual(['manifest.spec.containers.0.image', 'manifest.spec.volumes.0.image.reference']);
  });

  test('of another kind has its own image rewritten', () => {
    expect(setting().manifest({ kind: 'Prometheus', spec: { image: 'quay.io/prometheus/prometheus:v3' } }))
      .toEqual({ kind: 'Prometheus', spec: { image: cached('quay/prometheus/prometheus:v3') } });
  });

  test('keeps its digest on request', () => {
    expect(setting({ digests: true }).manifest({ spec: { image: `quay.io/a/b:1@${DIGEST}` } })).toEqual({ spec: { image: cached(`quay/a/b@${DIGEST}`) } });
  });

  test('keeps references of other things', () => {
    const pod = { kind: 'Pod', spec: { volumes: [{ name: 'a', volume: { reference: 'quay.io/a/model:1' } }] } };

    expect(setting().manifest(pod)).toEqual(pod);
  });

  test.each(['data', 'stringData', 'binaryData'])('keeps its %s', (key) => {
    const configMap = { kind: 'ConfigMap', [key]: { image: 'nginx:1' } };

    expect(setting().manifest(configMap)).toEqual(configMap);
  });

  test('that a schema describes keeps it', () => {
    const definition = { kind: 'CustomResourceDefinition', spec: { properties: { image: { type: 'string' } } } };

    expect(setting().manifest(definition)).toEqual(definition);
  });
});

describe('those who pull', () => {
  test('are the given ones, for exactly these images', () => {
    const stack = newStack();
    const nodes = new iam.Role(stack, 'Nodes', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
    const images = CachedImages.of(stack);
    images.configure({ pullers: [nodes] });
    images.use(caches(stack).quay);

    images.manifest({ spec: { containers: [{ image: 'quay.io/a/b:1' }, { image: 'quay.io/a/c:1' }] } });

    expect(pullable(stack, /^Nodes/)).toEqual(['quay/a/b', 'quay/a/c']);
    expect(warnings(stack)).toEqual([]);
  });

  test('are missed otherwise', () => {
    const { helm, stack } = setting();

    helm({ image: 'quay.io/a/b:1' });

    expect(warnings(stack).filter(text => text.includes("no role was found that pulls a/b from the cache 'quay' here"))).toHaveLength(1);
  });

  test('are missed for all images of a cache at once', () => {
    const { helm, stack } = setting();

    helm({ image: 'quay.io/a/b:1', sidecarImage: 'quay.io/a/c:1' });

    expect(warnings(stack).filter(text => text.includes("no role was found that pulls a/b, a/c from the cache 'quay' here"))).toHaveLength(1);
  });
});

describe('requireCached', () => {
  test.each([
    ['manifest', (images: CachedImages) => images.manifest({ spec: { image: 'ghcr.io/a/b:1' } }), 'Stack manifest.spec.image'],
    ['values', (images: CachedImages) => images.helmValues({ web: { image: { repository: 'ghcr.io/a/b', tag: '1' } } }), 'Stack values.web.image'],
  ])('fails for what stays in %s', (_, call, where) => {
    const { images, stack } = setting({ requireCached: true });

    call(images);

    expect(() => Template.fromStack(stack)).toThrow('got the image \'ghcr.io/a/b:1\', which is not pulled through a cache, expected images of the caches only, '
      + `as 'requireCached' asks: use a cache of its registry, or name it in 'exceptions' [at ${where}]`);
  });
});

describe('what is given', () => {
  const frozen = <T>(value: T): T => {
    if (typeof value === 'object' && value !== null) {
      Object.values(value).forEach(frozen);
      Object.freeze(value);
    }
    return value;
  };
  const judge = (image: ImageJudge['image']): ImageJudge => ({
    digests: false, image, serves: () => false, registry: () => undefined, below: () => undefined, unknown: () => undefined,
  });
  const replace = judge(() => ({ host: 'host', repositoryName: 'name', suffix: ':1' }));

  test('is not changed', () => {
    const values = frozen({ a: [{ image: 'nginx:1' }], image: { repository: 'quay.io/x', tag: '1' } });

    expect(helmValuesWith(values, replace)).toEqual({ a: [{ image: 'host/name:1' }], image: { repository: 'host/name', tag: '1' } });
    expect(manifestWith(frozen({ spec: { image: 'nginx:1' } }), replace)).toEqual({ spec: { image: 'host/name:1' } });
  });

  test('names where an image is found', () => {
    const places: string[] = [];
    const note = judge((_, place) => {
      places.push(place);
      return undefined;
    });

    helmValuesWith({ a: { image: { repository: 'quay.io/x', tag: '1' } }, list: [{ image: 'y:1' }] }, note);

    expect(places).toEqual(['a.image', 'list.0.image']);
  });
});

describe('with EKS', () => {
  test('values and manifests go into a cluster', () => {
    const { stack, images } = setting();
    const kubectlLayer = lambda.LayerVersion.fromLayerVersionArn(stack, 'Layer', 'arn:aws:lambda:eu-west-1:111122223333:layer:kubectl:1');
    const cluster = new eks.Cluster(stack, 'Cluster', {
      version: eks.KubernetesVersion.V1_31, kubectlLayer, defaultCapacity: 0, vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 }),
    });

    cluster.addHelmChart('Chart', { chart: 'prometheus', values: images.helmValues({ server: { image: { repository: 'quay.io/a/b', tag: '1' } } }) });
    cluster.addManifest('Web', images.manifest({ kind: 'Pod', metadata: { name: 'web' }, spec: { containers: [{ name: 'web', image: 'nginx:1' }] } }));

    const template = JSON.stringify(Object.values(Template.fromStack(stack).toJSON().Resources).map(plain));
    expect(template).toContain(`${HOST}/quay/a/b`);
    expect(template).toContain(cached('docker-hub/library/nginx:1'));
  });
});
