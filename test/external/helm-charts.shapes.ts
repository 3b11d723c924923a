/** A small chart that names its images as others do, what a user gives it, and what becomes of that. */
export interface Shape {
  readonly title: string;
  /** The chart's own values. */
  readonly values: object;
  /** The text of its Pod. */
  readonly pod: string;
  /** What a user gives. */
  readonly given: object;
  /** How many of its images stay when the chart's own values are not known, and when they are: all others are right. */
  readonly stay: { readonly alone: number; readonly withDefaults: number };
}

const container = (name: string, image: string, more = '') => `  - name: ${name}\n    image: "${image}"\n${more}`;
const DIGEST = `sha256:${'0a'.repeat(32)}`;

export const SHAPES: readonly Shape[] = [
  {
    title: 'the registry in the repository (prometheus)',
    values: { server: { image: { repository: 'quay.io/prometheus/prometheus', tag: 'v3.0.0', digest: '' } } },
    pod: container('server', '{{ .Values.server.image.repository }}:{{ .Values.server.image.tag }}'),
    given: { server: { image: { repository: 'quay.io/prometheus/prometheus', tag: 'v3.1.0' } } },
    stay: { alone: 0, withDefaults: 0 },
  },
  {
    title: 'the registry beside the repository, and one for all that goes before it (Grafana)',
    values: { global: { imageRegistry: null }, image: { registry: 'docker.io', repository: 'grafana/grafana', tag: '' } },
    pod: container('grafana', '{{ .Values.global.imageRegistry | default .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}'),
    given: { image: { repository: 'grafana/grafana', tag: '11.3.0' } },
    stay: { alone: 1, withDefaults: 0 },
  },
  {
    title: "another default registry than Docker Hub's",
    values: { image: { registry: 'quay.io', repository: 'prometheus/prometheus', tag: 'v3' } },
    pod: container('server', '{{ .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}'),
    given: { image: { repository: 'prometheus/prometheus', tag: 'v3.1.0' } },
    stay: { alone: 1, withDefaults: 0 },
  },
  {
    title: 'no registry, as in a chart of helm create',
    values: { image: { repository: 'nginx', tag: '' } },
    pod: container('web', '{{ .Values.image.repository }}:{{ .Values.image.tag | default "1.27" }}'),
    given: { image: { repository: 'nginx', tag: '1.27' } },
    stay: { alone: 1, withDefaults: 0 },
  },
  {
    title: 'a registry for all that is set and goes before the own one (Bitnami)',
    values: { global: { imageRegistry: '' }, image: { registry: 'docker.io', repository: 'bitnami/redis', tag: '7' } },
    pod: container('redis', '{{ .Values.global.imageRegistry | default .Values.image.registry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}'),
    given: { global: { imageRegistry: 'quay.io' }, image: { registry: 'docker.io', repository: 'bitnami/redis', tag: '7.4' } },
    stay: { alone: 0, withDefaults: 0 },
  },
  {
    title: 'a registry for all that is set and goes after the own one (ingress-nginx)',
    values: {
      global: { image: { registry: 'registry.k8s.io' } },
      controller: { image: { image: 'ingress-nginx/controller', tag: 'v1', digest: DIGEST } },
    },
    pod: container('controller', '{{ .Values.controller.image.registry | default .Values.global.image.registry }}/{{ .Values.controller.image.image }}:'
      + '{{ .Values.controller.image.tag }}{{ with .Values.controller.image.digest }}@{{ . }}{{ end }}'),
    given: { controller: { image: { digest: '' } } },
    stay: { alone: 1, withDefaults: 0 },
  },
  {
    title: 'a registry for all, with names of one part (tempo)',
    values: { global: { image: { registry: 'docker.io' } }, tempo: { repository: 'grafana/tempo', tag: '2', pullPolicy: 'Always' }, init: { image: { repository: 'busybox', tag: '1' } } },
    pod: container('tempo', '{{ .Values.global.image.registry }}/{{ .Values.tempo.repository }}:{{ .Values.tempo.tag }}')
      + container('init', '{{ .Values.global.image.registry }}/{{ .Values.init.image.repository }}:{{ .Values.init.image.tag }}'),
    given: { tempo: { repository: 'grafana/tempo', tag: '2.7.0' } },
    stay: { alone: 2, withDefaults: 0 },
  },
  {
    title: 'a registry with a path, and the image by its name (Datadog)',
    values: { registry: 'public.ecr.aws/datadog', agents: { image: { name: 'agent', tag: '7', repository: null, pullPolicy: 'Always' } } },
    pod: container('agent', '{{ .Values.registry }}/{{ .Values.agents.image.name }}:{{ .Values.agents.image.tag }}'),
    given: { registry: 'public.ecr.aws/datadog', agents: { image: { name: 'agent', tag: '7.60.0' } } },
    stay: { alone: 0, withDefaults: 0 },
  },
  {
    title: 'a name whose registry only the chart has (Datadog), and a word beside its hub (ztunnel)',
    values: { node: { image: { name: 'agent', tag: '7', pullPolicy: 'Always' } }, proxy: { hub: 'registry.istio.io/release', image: 'ztunnel', tag: '1' } },
    pod: container('agent', 'registry.datadoghq.com/{{ .Values.node.image.name }}:{{ .Values.node.image.tag }}')
      + container('proxy', '{{ .Values.proxy.hub }}/{{ .Values.proxy.image }}:{{ .Values.proxy.tag }}'),
    given: { node: { image: { tag: '7.60.0' } } },
    stay: { alone: 2, withDefaults: 2 },
  },
  {
    title: 'the hub beside a word, and a registry that is used where none is set (Kyverno)',
    values: {
      proxy: { hub: 'docker.io/istio', image: 'ztunnel', tag: '1' },
      image: { registry: null, defaultRegistry: 'quay.io', repository: 'kyverno/kyverno', tag: '1' },
      config: { defaultRegistry: 'docker.io' },
    },
    pod: container('proxy', '{{ .Values.proxy.hub }}/{{ .Values.proxy.image }}:{{ .Values.proxy.tag }}')
      + container('kyverno', '{{ .Values.image.registry | default .Values.image.defaultRegistry }}/{{ .Values.image.repository }}:{{ .Values.image.tag }}')
      + '  nodeName: {{ .Values.config.defaultRegistry }}\n',
    given: { proxy: { tag: '1.27' } },
    stay: { alone: 2, withDefaults: 0 },
  },
  {
    title: 'registry, namespace and name apart, and a name in the arguments (cert-manager)',
    values: { imageRegistry: 'quay.io', imageNamespace: 'jetstack', image: { name: 'cert-manager-controller', tag: 'v1', pullPolicy: 'Always' }, extraArgs: [] },
    pod: container('controller', '{{ .Values.imageRegistry }}/{{ .Values.imageNamespace }}/{{ .Values.image.name }}:{{ .Values.image.tag }}',
      '    args: {{ toJson .Values.extraArgs }}\n'),
    given: { image: { tag: 'v1.17.0' }, extraArgs: ['--acme-http01-solver-image=quay.io/jetstack/cert-manager-acmesolver:v1.17.0'] },
    stay: { alone: 1, withDefaults: 0 },
  },
  {
    title: 'a hub and words for images (Istio)',
    values: { global: { hub: 'docker.io/istio', tag: '1.24' }, pilot: { image: 'pilot' }, proxy: { image: 'proxyv2' } },
    pod: container('pilot', '{{ .Values.global.hub }}/{{ .Values.pilot.image }}:{{ .Values.global.tag }}')
      + container('proxy', '{{ .Values.global.hub }}/{{ .Values.proxy.image }}:{{ .Values.global.tag }}') + container('injected', 'auto'),
    given: { pilot: { image: 'pilot' }, global: { hub: 'docker.io/istio' } },
    stay: { alone: 0, withDefaults: 0 },
  },
  {
    title: 'the tag in the repository',
    values: { image: { repository: 'quay.io/team/app:1.2', pullPolicy: 'Always' } },
    pod: container('app', '{{ .Values.image.repository }}'),
    given: { image: { repository: 'quay.io/team/app:1.3' } },
    stay: { alone: 0, withDefaults: 0 },
  },
  {
    title: 'a digest that is used when the chart says so, and a name that gets an end (Cilium)',
    values: {
      image: { override: null, repository: 'quay.io/cilium/cilium', tag: 'v1', digest: DIGEST, useDigest: true },
      operator: { image: { repository: 'quay.io/cilium/operator', tag: 'v1', genericDigest: DIGEST, useDigest: true, suffix: '' } },
    },
    pod: container('agent', '{{ with .Values.image.override }}{{ . }}{{ else }}{{ .Values.image.repository }}:{{ .Values.image.tag }}'
      + '{{ if .Values.image.useDigest }}@{{ .Values.image.digest }}{{ end }}{{ end }}')
      + container('operator', '{{ .Values.operator.image.repository }}-generic:{{ .Values.operator.image.tag }}'
      + '{{ if .Values.operator.image.useDigest }}@{{ .Values.operator.image.genericDigest }}{{ end }}'),
    given: { image: { digest: '' }, operator: { image: { repository: 'quay.io/cilium/operator', useDigest: false } } },
    stay: { alone: 1, withDefaults: 0 },
  },
  {
    title: 'whole names under keys of many kinds, and containers',
    values: { extraContainers: [] },
    pod: ['helperImage', 'image_name', 'sidecar_image', 'imageK8S', 'agentRepositoryAndTag'].map(key => container(key.toLowerCase().replace('_', '-'), `{{ .Values.${key} }}`)).join('')
      + container('override', '{{ .Values.image.override }}') + '{{ toYaml .Values.extraContainers | indent 2 }}\n',
    given: {
      helperImage: 'quay.io/a/helper:1',
      image_name: 'docker.io/a/named:1',
      sidecar_image: 'busybox:1.36',
      imageK8S: 'registry.k8s.io/pause:3.10',
      agentRepositoryAndTag: 'quay.io/a/agent:2',
      image: { override: 'public.ecr.aws/a/b:3' },
      extraContainers: [{ name: 'side', image: 'redis' }],
    },
    stay: { alone: 0, withDefaults: 0 },
  },
  {
    title: 'words that are no images, and what no cache serves',
    values: {},
    pod: container('app', '{{ .Values.app.image }}') + '  nodeSelector: { os: "{{ .Values.osImage }}", logo: "{{ .Values.banner.image }}", sidecar: "{{ .Values.sidecar.image }}" }\n',
    given: { osImage: 'ubuntu:22.04', banner: { image: 'logo.png' }, sidecar: { image: 'auto' }, app: { image: 'ghcr.io/team/app:1' } },
    stay: { alone: 1, withDefaults: 1 },
  },
];
