import { Token } from 'aws-cdk-lib';
import type { UpstreamCredential } from './upstream-credential';
import { readUpstreamImage } from './upstream-image';
import type { UpstreamImage } from './upstream-image';
import { checkAccount, checkRegion } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';

/** What a private ECR registry is known by. */
export interface EcrUpstreamOptions {
  /** The account that owns the upstream registry: 12 digits, or a token. */
  readonly account: string;

  /** The Region of the upstream registry, or a token. */
  readonly region: string;
}

/** What Echo's registry is known by. */
export interface EchoUpstreamOptions {
  /**
   * The account of Echo's registry, which Echo tells its customers: 12 digits, or a token.
   */
  readonly account: string;

  /**
   * The Region of Echo's registry.
   *
   * @default us-east-1
   */
  readonly region?: string;
}

/** What ECR and image names know a registry by that this library has no word for yet. */
export interface UpstreamRegistryOptions {
  /** The name of the registry in ECR's API: `UpstreamRegistry` of `AWS::ECR::PullThroughCacheRule`, such as `quay`. */
  readonly registryName: string;

  /** Where the registry is: a host name without a scheme and without a path, such as `quay.io`. */
  readonly url: string;

  /** The prefix of the cached repositories when none is chosen: 2 to 30 characters. */
  readonly defaultRepositoryPrefix: string;

  /**
   * What ECR logs in with.
   *
   * @default - the registry is public
   */
  readonly credential?: UpstreamCredential;

  /**
   * The hosts by which image names mean this registry, the usual one first.
   *
   * @default - the host of the URL
   */
  readonly imageHosts?: string[];
}

interface Wire extends UpstreamRegistryOptions {
  /** Set for private registries of ECR only: ECR reads them by a role. */
  readonly account?: string;
  readonly region?: string;
}

const HOST = /^[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]+)?$/;
const ECR = 'ecr';
/** Registries that ECR can't read as they are, and what asks for the rest. */
const AUTHENTICATED: { readonly [registryName: string]: string | undefined } = {
  [ECR]: 'ecr()',
  'docker-hub': 'dockerHub(), or pass the credential',
  'github-container-registry': 'gitHub(), or pass the credential',
  'gitlab-container-registry': 'gitLab(), or pass the credential',
  'azure-container-registry': 'azure(), or pass the credential',
  'chainguard': 'chainguard(), or pass the credential',
};
const AZURE_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * A registry that ECR can cache: its URL, its name in the API, the prefix its images get, what ECR reads it with, and how its images
 * are named.
 *
 * An upstream that is read by a role or a credential can't be written without what it takes: the factory asks for it.
 *
 * Upstreams, URLs and what they are read with: Amazon ECR User Guide, "Sync an upstream registry with an Amazon ECR private registry".
 * The default prefixes are those of AWS's console: same guide, "Pulling an image with a pull through cache rule in Amazon ECR".
 *
 * @example
 * import { UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 *
 * const echo = UpstreamRegistry.echo({ account: '123456789012' });
 * const quay = UpstreamRegistry.QUAY;
 */
export class UpstreamRegistry {
  /**
   * Amazon ECR Public, `public.ecr.aws`. Its prefix is `ecr-public` unless you say otherwise.
   *
   * Image names with its dual-stack host `ecr-public.aws.com` mean it too: Amazon ECR Public User Guide, "Making requests to Amazon ECR
   * Public registries".
   */
  public static readonly ECR_PUBLIC = new UpstreamRegistry({
    registryName: 'ecr-public',
    url: 'public.ecr.aws',
    defaultRepositoryPrefix: 'ecr-public',
    imageHosts: ['public.ecr.aws', 'ecr-public.aws.com'],
  });

  /**
   * The images of the Kubernetes project, `registry.k8s.io`. Its prefix is `kubernetes` unless you say otherwise.
   *
   * Image names with the project's former host `k8s.gcr.io`, which leads to the same registry, mean it too.
   */
  public static readonly KUBERNETES = new UpstreamRegistry({
    registryName: 'k8s', url: 'registry.k8s.io', defaultRepositoryPrefix: 'kubernetes', imageHosts: ['registry.k8s.io', 'k8s.gcr.io'],
  });

  /** Quay, `quay.io`: its public images. Its prefix is `quay` unless you say otherwise. */
  public static readonly QUAY = new UpstreamRegistry({
    registryName: 'quay', url: 'quay.io', defaultRepositoryPrefix: 'quay',
  });

  /**
   * Docker Hub. Its prefix is `docker-hub` unless you say otherwise.
   *
   * Images are named as for `docker pull`: `nginx` is Docker Hub's `library/nginx`, and is cached as such.
   *
   * @param credential a user of Docker Hub and an access token of theirs; ECR caches Docker Hub for a user only
   */
  public static dockerHub(credential: UpstreamCredential): UpstreamRegistry {
    return new UpstreamRegistry({
      registryName: 'docker-hub',
      url: 'registry-1.docker.io',
      defaultRepositoryPrefix: 'docker-hub',
      imageHosts: ['docker.io', 'index.docker.io', 'registry-1.docker.io'],
      credential,
    });
  }

  /**
   * GitHub's container registry, `ghcr.io`. Its prefix is `github` unless you say otherwise.
   *
   * @param credential a GitHub user and a personal access token that may read packages
   */
  public static gitHub(credential: UpstreamCredential): UpstreamRegistry {
    return new UpstreamRegistry({
      registryName: 'github-container-registry', url: 'ghcr.io', defaultRepositoryPrefix: 'github', credential,
    });
  }

  /**
   * GitLab's container registry, `registry.gitlab.com`. ECR caches no self-managed GitLab. Its prefix is `gitlab` unless you say otherwise.
   *
   * @param credential a GitLab user and an access token that may read the registry
   */
  public static gitLab(credential: UpstreamCredential): UpstreamRegistry {
    return new UpstreamRegistry({
      registryName: 'gitlab-container-registry', url: 'registry.gitlab.com', defaultRepositoryPrefix: 'gitlab', credential,
    });
  }

  /**
   * A registry of Microsoft Azure, `<name>.azurecr.io`. Its prefix is `azure` unless you say otherwise.
   *
   * @param name the name of the registry: what stands before `.azurecr.io`, in lower case
   * @param credential a user or token of the registry and its password
   */
  public static azure(name: string, credential: UpstreamCredential): UpstreamRegistry {
    if (!Token.isUnresolved(name) && !AZURE_NAME.test(name)) {
      throw new InvalidInputError({
        got: `the Azure registry ${excerpt(name)}`,
        expected: "what stands before '.azurecr.io' in its login server: lower-case letters, digits and inner dashes",
        fix: name.endsWith('.azurecr.io') ? `write '${name.slice(0, -'.azurecr.io'.length)}'` : "write a name such as 'myregistry'",
      });
    }
    return new UpstreamRegistry({
      registryName: 'azure-container-registry', url: `${name}.azurecr.io`, defaultRepositoryPrefix: 'azure', credential,
    });
  }

  /**
   * Chainguard's registry, `cgr.dev`. Its prefix is `chainguard` unless you say otherwise.
   *
   * An organisation's name looks like a host there: write `cgr.dev/example.com/nginx` for such images, with the registry.
   *
   * @param credential the id and the password of a pull token
   */
  public static chainguard(credential: UpstreamCredential): UpstreamRegistry {
    return new UpstreamRegistry({
      registryName: 'chainguard', url: 'cgr.dev', defaultRepositoryPrefix: 'chainguard', credential,
    });
  }

  /**
   * Echo's hardened images, in a private ECR registry of Echo's account. Their prefix is `echo` unless you say otherwise.
   *
   * @param options the account that Echo told you, and its Region
   */
  public static echo(options: EchoUpstreamOptions): UpstreamRegistry {
    return UpstreamRegistry.privateEcr('echo', options.account, options.region ?? 'us-east-1');
  }

  /**
   * A private ECR registry of any account and Region. Its prefix is `ecr` unless you say otherwise.
   *
   * @param options the account and Region of the registry
   */
  public static ecr(options: EcrUpstreamOptions): UpstreamRegistry {
    return UpstreamRegistry.privateEcr('ecr', options.account, options.region);
  }

  /**
   * A registry that ECR learnt to cache after this library was written, or one of a known kind at another host, such as Azure's elsewhere.
   *
   * @param options what ECR's documentation says about it
   * @throws for a kind that ECR reads by a role, or by a credential when there is none
   */
  public static of(options: UpstreamRegistryOptions): UpstreamRegistry {
    for (const host of [options.url, ...options.imageHosts ?? []]) {
      checkHost(host);
    }
    checkAuthentication(options);
    return new UpstreamRegistry(options);
  }

  private static privateEcr(defaultRepositoryPrefix: string, account: string, region: string): UpstreamRegistry {
    checkAccount(account);
    checkRegion(region);
    // the pull-through cache exists in Regions of this suffix only, and the upstream's suffix isn't the cache's
    const url = `${account}.dkr.ecr.${region}.amazonaws.com`;
    return new UpstreamRegistry({
      registryName: ECR,
      url,
      // ECR User Guide, "Making requests to Amazon ECR registries": the same registry over IPv6
      imageHosts: [url, `${account}.dkr-ecr.${region}.on.aws`],
      defaultRepositoryPrefix,
      account,
      region,
    });
  }

  /** The name by which ECR's API knows this kind of registry, such as `ecr`. */
  public readonly registryName: string;

  /** Where the registry is: a host name without a scheme. */
  public readonly url: string;

  /** The prefix of the cached repositories when none is chosen. */
  public readonly defaultRepositoryPrefix: string;

  /** The hosts by which image names mean this registry, the usual one first: `docker.io` for Docker Hub. */
  public readonly imageHosts: string[];

  /** What ECR logs in with; undefined for public registries and for private ECR registries. */
  public readonly credential?: UpstreamCredential;

  /** The account of a private ECR registry; undefined for every other upstream. */
  public readonly account?: string;

  /** The Region of a private ECR registry; undefined for every other upstream. */
  public readonly region?: string;

  /** Whether ECR reads this upstream by assuming an IAM role: true for private ECR registries. */
  public readonly readByRole: boolean;

  private constructor(wire: Wire) {
    this.registryName = wire.registryName;
    this.url = wire.url;
    this.defaultRepositoryPrefix = wire.defaultRepositoryPrefix;
    this.imageHosts = wire.imageHosts ?? [wire.url];
    this.credential = wire.credential;
    this.account = wire.account;
    this.region = wire.region;
    this.readByRole = wire.account !== undefined;
  }

  /**
   * Reads an image's name as one of this upstream.
   *
   * @internal
   */
  public _read(image: string): UpstreamImage {
    return readUpstreamImage(image, this.imageHosts);
  }
}

/** What cannot be written without its role or credential by its own name cannot be written without it here. */
function checkAuthentication({ registryName, credential }: UpstreamRegistryOptions): void {
  const factory = AUTHENTICATED[registryName];
  if (factory !== undefined && (credential === undefined || registryName === ECR)) {
    throw new InvalidInputError({
      got: `the registry '${registryName}' without ${registryName === ECR ? 'its account and Region' : 'a credential'}`,
      expected: 'what ECR reads such a registry with',
      fix: `use UpstreamRegistry.${factory}`,
    });
  }
}

function checkHost(host: string): void {
  if (!Token.isUnresolved(host) && !HOST.test(host)) {
    throw new InvalidInputError({
      got: `the registry host ${excerpt(host)}`,
      expected: "a host name in lower case, with a port if it has one, without 'https://' and without a path",
      fix: "write it such as 'registry.example.com'",
    });
  }
}
