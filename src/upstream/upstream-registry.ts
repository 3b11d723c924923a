import { Aws, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { filled, hostsAt, isDockerHub, knownRegistry, REGISTRIES } from './registries';
import type { KnownRegistry } from './registries';
import { checkCredential } from './upstream-credential';
import type { UpstreamCredential } from './upstream-credential';
import { readUpstreamImage } from './upstream-image';
import type { UpstreamImage } from './upstream-image';
import { isMissing, kindOf, checkOptions } from '../private/access';
import { checkAccount, checkRegionName, checkText } from '../private/checks';
import { BY_METHOD, checkChoice, checkMadeByMethod, keepMade } from '../private/choices';
import { excerpt, InvalidInputError } from '../private/errors';
import { isLater } from '../private/later';
import { partitionOf } from '../private/partitions';

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
   * The hosts by which image names mean this registry, the usual one first: at least one.
   *
   * @default - those of the registry when ECR's name for it is one of docs/upstreams.md, such as `docker.io` of `docker-hub`; the host of the URL
   * for others
   */
  readonly imageHosts?: string[];
}

interface Wire extends UpstreamRegistryOptions {
  readonly imageHosts: string[];
  /** Set for private registries of ECR only: ECR reads them by a role. */
  readonly account?: string;
  readonly region?: string;
}

const HOST = /^[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]+)?$/;
const [DOCKER_HUB] = REGISTRIES.dockerHub.imageHosts;
/** What to write where something else was given than an `UpstreamRegistry`. */
const CHOICES = 'UpstreamRegistry.QUAY, UpstreamRegistry.dockerHub(credential) or another of its constants and methods';
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
  public static readonly ECR_PUBLIC = UpstreamRegistry.known(REGISTRIES.ecrPublic);

  /**
   * The images of the Kubernetes project, `registry.k8s.io`. Its prefix is `kubernetes` unless you say otherwise.
   *
   * Image names with the project's former host `k8s.gcr.io`, which leads to the same registry, mean it too.
   */
  public static readonly KUBERNETES = UpstreamRegistry.known(REGISTRIES.kubernetes);

  /** Quay, `quay.io`: its public images. Its prefix is `quay` unless you say otherwise. */
  public static readonly QUAY = UpstreamRegistry.known(REGISTRIES.quay);

  /**
   * Docker Hub. Its prefix is `docker-hub` unless you say otherwise.
   *
   * Images are named as for `docker pull`: `nginx` is Docker Hub's `library/nginx`, and is cached as such. ECR caches Docker Hub for a user only.
   *
   * @param credential a user of Docker Hub and an access token of theirs
   */
  public static dockerHub(credential: UpstreamCredential): UpstreamRegistry {
    return UpstreamRegistry.withCredential(REGISTRIES.dockerHub, credential);
  }

  /**
   * GitHub's container registry, `ghcr.io`. Its prefix is `github` unless you say otherwise.
   *
   * GitHub's registry takes no fine-grained token: GitHub Docs, "Working with the Container registry".
   *
   * @param credential a GitHub user and a personal access token (classic) with the scope `read:packages`
   */
  public static gitHub(credential: UpstreamCredential): UpstreamRegistry {
    return UpstreamRegistry.withCredential(REGISTRIES.gitHub, credential);
  }

  /**
   * GitLab's container registry, `registry.gitlab.com`. ECR caches no self-managed GitLab. Its prefix is `gitlab` unless you say otherwise.
   *
   * @param credential a personal, group or project access token with the scope `read_registry` and its user, or a deploy token with that scope
   * and its user name: GitLab Docs, "Authenticate with the container registry"
   */
  public static gitLab(credential: UpstreamCredential): UpstreamRegistry {
    return UpstreamRegistry.withCredential(REGISTRIES.gitLab, credential);
  }

  /**
   * A registry of Microsoft Azure, `<name>.azurecr.io`. Its prefix is `azure` unless you say otherwise.
   *
   * @param name the name of the registry: the part before `.azurecr.io`, in lower case
   * @param credential a user or token of the registry and its password
   */
  public static azure(name: string, credential: UpstreamCredential): UpstreamRegistry {
    checkText('name for UpstreamRegistry.azure()', name, "'myregistry'");
    if (!isLater(name) && !AZURE_NAME.test(name)) {
      throw new InvalidInputError({
        got: `the Azure registry ${excerpt(name)}`,
        expected: "the part before '.azurecr.io' in its login server: lower-case letters, digits and inner dashes",
        fix: name.endsWith('.azurecr.io') ? `write '${name.slice(0, -'.azurecr.io'.length)}'` : "write a name such as 'myregistry'",
      });
    }
    return UpstreamRegistry.withCredential(REGISTRIES.azure, credential, filled(REGISTRIES.azure.url, { name }));
  }

  /**
   * Chainguard's registry, `cgr.dev`. Its prefix is `chainguard` unless you say otherwise.
   *
   * An organisation's name looks like a host there: write `cgr.dev/example.com/nginx` for such images, with the registry.
   *
   * @param credential the id and the password of a pull token
   */
  public static chainguard(credential: UpstreamCredential): UpstreamRegistry {
    return UpstreamRegistry.withCredential(REGISTRIES.chainguard, credential);
  }

  /**
   * Echo's hardened images, in a private ECR registry of Echo's account. Their prefix is `echo` unless you say otherwise.
   *
   * @param options the account that Echo told you, and its Region
   */
  public static echo(options: EchoUpstreamOptions): UpstreamRegistry {
    const { account, region }: Partial<EchoUpstreamOptions> = readPlace('UpstreamRegistry.echo()', options);
    return UpstreamRegistry.privateEcr(account, region ?? 'us-east-1', 'echo');
  }

  /**
   * A private ECR registry of any account and Region. Its prefix is `ecr` unless you say otherwise.
   *
   * @param options the account and Region of the registry
   */
  public static ecr(options: EcrUpstreamOptions): UpstreamRegistry {
    const { account, region }: Partial<EcrUpstreamOptions> = readPlace('UpstreamRegistry.ecr()', options);
    return UpstreamRegistry.privateEcr(account, region, REGISTRIES.ecr.defaultRepositoryPrefix);
  }

  /**
   * A registry that ECR learnt to cache after this library was written, or one of a known kind at another host, such as Azure's elsewhere.
   *
   * @param options what ECR's documentation says about it
   * @throws for a kind that ECR reads by a role, or by a credential when there is none, and for an empty list of hosts
   */
  public static of(options: UpstreamRegistryOptions): UpstreamRegistry {
    const { registryName, url, defaultRepositoryPrefix, ...others } = requiredOf(options);
    const credential = others.credential ?? undefined;
    const imageHosts = others.imageHosts ?? undefined;
    checkHosts(registryName, url, imageHosts);
    if (credential !== undefined) {
      checkCredential(`the registry '${registryName}'`, credential);
    }
    const known = knownRegistry(registryName, url);
    if (known) {
      checkReadable(known, credential);
    }
    return new UpstreamRegistry(BY_METHOD, {
      registryName, url, defaultRepositoryPrefix, credential, imageHosts: imageHosts ?? (known ? hostsAt(known, url) : [url]),
    });
  }

  private static known(known: KnownRegistry, credential?: UpstreamCredential, url: string = known.url): UpstreamRegistry {
    const { registryName, defaultRepositoryPrefix } = known;
    return new UpstreamRegistry(BY_METHOD, { registryName, url, defaultRepositoryPrefix, credential, imageHosts: hostsAt(known, url) });
  }

  private static withCredential(known: KnownRegistry, credential: UpstreamCredential, url?: string): UpstreamRegistry {
    checkCredential(`UpstreamRegistry.${known.madeBy}`, credential);
    return UpstreamRegistry.known(known, credential, url);
  }

  private static privateEcr(account: string | undefined, region: string | undefined, defaultRepositoryPrefix: string): UpstreamRegistry {
    checkAccount(account);
    checkRegionName(region);
    const { registryName, url, imageHosts: [host, dualStackHost] } = REGISTRIES.ecr;
    const { suffix, dualStackSuffix } = partitionOf(region);
    const fill = (pattern: string, end: object) => filled(pattern, { account, region, ...end });
    // a Region that is known at deployment only is of the partition to which the stack goes: no role reads a registry of another one
    const own = fill(url, { suffix: Token.isUnresolved(region) ? Aws.URL_SUFFIX : suffix });
    const hosts = [own, fill(host, { suffix }), ...(dualStackSuffix === undefined ? [] : [fill(dualStackHost, { dualStackSuffix })])];
    return new UpstreamRegistry(BY_METHOD, { registryName, url: own, imageHosts: [...new Set(hosts)], defaultRepositoryPrefix, account, region });
  }

  /** The name by which ECR's API knows this kind of registry, such as `ecr`. */
  public readonly registryName: string;

  /** Where the registry is: a host name without a scheme. */
  public readonly url: string;

  /** The prefix of the cached repositories when none is chosen. */
  public readonly defaultRepositoryPrefix: string;

  /** The hosts by which image names mean this registry, the usual one first: `docker.io` for Docker Hub. */
  public readonly imageHosts: string[];

  /** What ECR logs in with. Public registries and private ECR registries have none. */
  public readonly credential?: UpstreamCredential;

  /** The account of a private ECR registry. Every other upstream has none. */
  public readonly account?: string;

  /** The Region of a private ECR registry. Every other upstream has none. */
  public readonly region?: string;

  /** Whether ECR reads this upstream by assuming an IAM role: true for private ECR registries. */
  public readonly readByRole: boolean;

  private constructor(key: symbol, wire: Wire, private readonly named: boolean = true) {
    checkMadeByMethod(key, UpstreamRegistry, CHOICES);
    this.registryName = wire.registryName;
    this.url = wire.url;
    this.defaultRepositoryPrefix = wire.defaultRepositoryPrefix;
    this.imageHosts = Object.freeze([...wire.imageHosts]) as string[];
    this.credential = wire.credential;
    this.account = wire.account;
    this.region = wire.region;
    this.readByRole = wire.account !== undefined;
    keepMade(this);
  }

  /**
   * The same upstream, whose rule leaves the property `UpstreamRegistry` out of the template, as a bare `CfnPullThroughCacheRule` may: to take
   * the place of such a rule without replacing it. Write new caches without it.
   *
   * ECR tells the registry from its URL then. Its API Reference says that the name may be left out and gives a URL for each name, and not
   * what becomes of a URL that is none of these: keep the name of a registry elsewhere, such as Azure's in another cloud.
   */
  public withoutRegistryName(): UpstreamRegistry {
    checkChoice('upstream', this, UpstreamRegistry, CHOICES);
    return new UpstreamRegistry(BY_METHOD, this, false);
  }

  /**
   * What the rule's template says the registry's name is.
   *
   * @internal
   */
  public get _writtenName(): string | undefined {
    return this.named ? this.registryName : undefined;
  }

  /**
   * Reads an image's name as one of this upstream.
   *
   * @internal
   */
  public _read(image: string): UpstreamImage {
    return readUpstreamImage(image, this.imageHosts, isDockerHub(this.registryName, this.imageHosts) ? DOCKER_HUB : this.imageHosts[0]);
  }
}

/**
 * Refuses what is no upstream: from JavaScript the call of a factory may be forgotten, and every language can pass what isn't set.
 *
 * @param scope the construct that caches it
 */
export function checkUpstream(upstream: UpstreamRegistry, scope: IConstruct): void {
  const given: unknown = upstream;
  if (isMissing(given) || typeof given === 'function' || typeof given === 'string') {
    throw new InvalidInputError({
      got: isMissing(given) ? 'no upstream' : `${kindOf(given)} as upstream`,
      expected: 'a registry that ECR can cache, as UpstreamRegistry gives them',
      fix: `write ${CHOICES}`,
    }, scope);
  }
  checkChoice('upstream', upstream, UpstreamRegistry, CHOICES, scope);
}

/** What `of()` can't do without. */
function requiredOf(options: UpstreamRegistryOptions): UpstreamRegistryOptions {
  const given: Partial<UpstreamRegistryOptions> = options ?? {};
  checkOptions('UpstreamRegistry.of()', given, ['registryName', 'url', 'defaultRepositoryPrefix', 'credential', 'imageHosts']);
  const { registryName, url, defaultRepositoryPrefix } = given;
  // an empty text is as good as none
  checkText('registryName for UpstreamRegistry.of()', registryName || undefined, "'quay'");
  checkText('url for UpstreamRegistry.of()', url, "'quay.io'");
  checkText('defaultRepositoryPrefix for UpstreamRegistry.of()', defaultRepositoryPrefix || undefined, "'quay'");
  return options;
}

function checkHosts(registryName: string, url: string, imageHosts: readonly string[] | undefined): void {
  checkHost(url);
  if (imageHosts === undefined) { return; }
  if (!Array.isArray(imageHosts) || imageHosts.length === 0) {
    throw new InvalidInputError({
      got: Array.isArray(imageHosts) ? `no image hosts for the registry '${registryName}'` : `${kindOf(imageHosts)} as image hosts`,
      expected: 'at least one, by which image names mean this registry',
      fix: "name it, such as 'registry.example.com', or leave imageHosts out",
    });
  }
  imageHosts.forEach(checkHost);
}

/** What can't be written without its role or credential by its own name can't be written without it here. */
function checkReadable({ registryName, readWith, madeBy }: KnownRegistry, credential: UpstreamCredential | undefined): void {
  if (readWith === 'nothing' || readWith === 'credential' && credential) {
    return;
  }
  throw new InvalidInputError({
    got: `the registry '${registryName}' without ${readWith === 'role' ? 'its account and Region' : 'a credential'}`,
    expected: 'what ECR reads such a registry with',
    fix: `use UpstreamRegistry.${madeBy}${readWith === 'role' ? '' : ', or pass the credential'}`,
  });
}

function checkHost(host: string): void {
  checkText('registry host', host, "'registry.example.com'");
  if (!isLater(host) && !HOST.test(host)) {
    throw new InvalidInputError({
      got: `the registry host ${excerpt(host)}`,
      expected: "a host name in lower case, with a port if it has one, without 'https://' and without a path",
      fix: "write it such as 'registry.example.com'",
    });
  }
}

function readPlace<T extends object>(name: string, options: T | undefined): Partial<T> {
  const given = options ?? {};
  checkOptions(name, given, ['account', 'region']);
  return given;
}
