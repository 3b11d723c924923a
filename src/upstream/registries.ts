/** What ECR reads a registry with. */
type ReadWith = 'nothing' | 'credential' | 'role';

/** A registry that ECR can cache. A name in braces stands for a part of a host, see `PARTS`. */
export interface KnownRegistry {
  /** Its name in ECR's API: `UpstreamRegistry` of `AWS::ECR::PullThroughCacheRule`. */
  readonly registryName: string;
  /** Where it is. */
  readonly url: string;
  /** The prefix that AWS's console proposes: ECR User Guide, "Pulling an image with a pull through cache rule in Amazon ECR". */
  readonly defaultRepositoryPrefix: string;
  /** The hosts by which image names mean it, the usual one first. */
  readonly imageHosts: readonly string[];
  readonly readWith: ReadWith;
  /** What makes such an upstream in `UpstreamRegistry`. */
  readonly madeBy: string;
}

/** What may stand for a name in braces, as a regular expression. */
export const PARTS: { readonly [part: string]: string } = {
  account: '[0-9]{12}',
  region: '[a-z0-9-]+',
  // that of a partition, such as amazonaws.com.cn
  suffix: '[a-z0-9-]+(?:\\.[a-z0-9-]+)+',
  // that of a partition, such as on.aws
  dualStackSuffix: 'on\\.[a-z.]+',
  name: '[a-z0-9-]+',
};

/**
 * The one table of what ECR can cache: ECR User Guide, "Sync an upstream registry with an Amazon ECR private registry"; ECR API Reference,
 * `CreatePullThroughCacheRule`. The local engine reads it from `local/engine/registries.json`, which projen writes.
 */
export const REGISTRIES = {
  // the second is its dual-stack host: Amazon ECR Public User Guide, "Making requests to Amazon ECR Public registries"
  ecrPublic: {
    registryName: 'ecr-public',
    url: 'public.ecr.aws',
    defaultRepositoryPrefix: 'ecr-public',
    imageHosts: ['public.ecr.aws', 'ecr-public.aws.com'],
    readWith: 'nothing',
    madeBy: 'ECR_PUBLIC',
  },
  // the second is the project's former host, which leads to the same registry
  kubernetes: {
    registryName: 'k8s',
    url: 'registry.k8s.io',
    defaultRepositoryPrefix: 'kubernetes',
    imageHosts: ['registry.k8s.io', 'k8s.gcr.io'],
    readWith: 'nothing',
    madeBy: 'KUBERNETES',
  },
  quay: {
    registryName: 'quay',
    url: 'quay.io',
    defaultRepositoryPrefix: 'quay',
    imageHosts: ['quay.io'],
    readWith: 'nothing',
    madeBy: 'QUAY',
  },
  dockerHub: {
    registryName: 'docker-hub',
    url: 'registry-1.docker.io',
    defaultRepositoryPrefix: 'docker-hub',
    imageHosts: ['docker.io', 'index.docker.io', 'registry-1.docker.io'],
    readWith: 'credential',
    madeBy: 'dockerHub()',
  },
  gitHub: {
    registryName: 'github-container-registry',
    url: 'ghcr.io',
    defaultRepositoryPrefix: 'github',
    imageHosts: ['ghcr.io'],
    readWith: 'credential',
    madeBy: 'gitHub()',
  },
  gitLab: {
    registryName: 'gitlab-container-registry',
    url: 'registry.gitlab.com',
    defaultRepositoryPrefix: 'gitlab',
    imageHosts: ['registry.gitlab.com'],
    readWith: 'credential',
    madeBy: 'gitLab()',
  },
  azure: {
    registryName: 'azure-container-registry',
    url: '{name}.azurecr.io',
    defaultRepositoryPrefix: 'azure',
    imageHosts: ['{name}.azurecr.io'],
    readWith: 'credential',
    madeBy: 'azure()',
  },
  chainguard: {
    registryName: 'chainguard',
    url: 'cgr.dev',
    defaultRepositoryPrefix: 'chainguard',
    imageHosts: ['cgr.dev'],
    readWith: 'credential',
    madeBy: 'chainguard()',
  },
  // the second is the same registry over IPv6: ECR User Guide, "Making requests to Amazon ECR registries"
  ecr: {
    registryName: 'ecr',
    url: '{account}.dkr.ecr.{region}.{suffix}',
    defaultRepositoryPrefix: 'ecr',
    imageHosts: ['{account}.dkr.ecr.{region}.{suffix}', '{account}.dkr-ecr.{region}.{dualStackSuffix}'],
    readWith: 'role',
    madeBy: 'ecr()',
  },
} as const satisfies { readonly [key: string]: KnownRegistry };

type Parts = { readonly [part: string]: string };

/** What is known of a registry by its name in the API or, when the name is another, by its URL or one of its hosts. */
export function knownRegistry(registryName: string, url: string): KnownRegistry | undefined {
  const all: readonly KnownRegistry[] = Object.values(REGISTRIES);
  return all.find(one => one.registryName === registryName) ?? all.find(one => partsOf(one, url) !== undefined);
}

/** Whether names without a path mean Docker's official images, which `library/` has: by the registry's name in the API, or by one of its hosts. */
export function isDockerHub(registryName: string, hosts: readonly string[]): boolean {
  const { dockerHub } = REGISTRIES;
  return registryName === dockerHub.registryName || dockerHub.imageHosts.some(host => hosts.includes(host));
}

/**
 * The hosts of a known registry that has a URL. One that is in many places, such as Azure's, is only where its URL says; of the others there
 * is one, whatever its URL.
 */
export function hostsAt(known: KnownRegistry, url: string): string[] {
  const parts = partsOf(known, url);
  if (parts) {
    return known.imageHosts.map(host => filled(host, parts));
  }
  return known.url.includes('{') ? [url] : [...known.imageHosts, url];
}

/** A pattern of the table with its names in braces filled in. */
export function filled(pattern: string, parts: Parts): string {
  return pattern.replace(/\{(\w+)\}/g, (_, part: string) => parts[part]);
}

/** What the names in braces stand for in a URL or host of a known registry; undefined for another host. */
function partsOf(known: KnownRegistry, url: string): Parts | undefined {
  for (const pattern of [known.url, ...known.imageHosts]) {
    const source = pattern.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, (_, part: string) => `(?<${part}>${PARTS[part]})`);
    const found = new RegExp(`^${source}$`).exec(url);
    if (found) {
      return found.groups ?? {};
    }
  }
  return undefined;
}
