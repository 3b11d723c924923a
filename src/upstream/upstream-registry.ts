import { checkAccount, checkRegion } from '../private/checks';

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

/** What ECR has to be told about an upstream, in CloudFormation's own values. */
interface Wire {
  /** `UpstreamRegistry` of the rule. */
  readonly registryName: string;
  /** `UpstreamRegistryUrl` of the rule. */
  readonly url: string;
  readonly defaultRepositoryPrefix: string;
  /** Set for private registries of ECR only: ECR reads them by a role. */
  readonly account?: string;
  readonly region?: string;
}

/**
 * A registry that ECR can cache: its URL, its name in the API, and the prefix its images get.
 *
 * An upstream that is read by a role or a credential can't be written without what it takes: the factory asks for it.
 *
 * Upstreams and URLs: Amazon ECR User Guide, "Sync an upstream registry with an Amazon ECR private registry".
 *
 * @example
 * import { UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 *
 * const echo = UpstreamRegistry.echo({ account: '123456789012' });
 */
export class UpstreamRegistry {
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

  private static privateEcr(defaultRepositoryPrefix: string, account: string, region: string): UpstreamRegistry {
    checkAccount(account);
    checkRegion(region);
    return new UpstreamRegistry({
      registryName: 'ecr',
      // the pull-through cache exists in Regions of this suffix only, and the upstream's suffix isn't the cache's
      url: `${account}.dkr.ecr.${region}.amazonaws.com`,
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
    this.account = wire.account;
    this.region = wire.region;
    this.readByRole = wire.account !== undefined;
  }
}
