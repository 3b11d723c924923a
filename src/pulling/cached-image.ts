import { CacheAddress } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';

/**
 * An image of the upstream seen through a cache: what to pull instead.
 *
 * @example
 * import { PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 * const uri = echo.image('nginx:1.27').uri; // <account>.dkr.ecr.<region>.amazonaws.com/echo/nginx:1.27
 */
export class CachedImage {
  /**
   * An image seen through a rule.
   *
   * @param rule the rule of the cache
   * @param image the image as the upstream names it: `nginx:1.27`, `team/app@sha256:...`; without a tag, `latest`
   */
  public static fromRule(rule: ICacheRule, image: string): CachedImage {
    return new CachedImage(rule, image);
  }

  /** The name of the cached repository, without the registry. */
  public readonly repositoryName: string;

  /** What to pull: registry, repository, and tag or digest. */
  public readonly uri: string;

  /** Commands for a shell that log in to the registry and pull the image, for example as a `CfnOutput`. */
  public readonly pullCommand: string;

  private constructor(rule: ICacheRule, image: string) {
    const address = CacheAddress.fromRule(rule);
    this.repositoryName = address.repositoryName(image);
    this.uri = address.repositoryUri(image);
    this.pullCommand = `aws ecr get-login-password --region ${address.region} | `
      + `docker login --username AWS --password-stdin ${address.registryHost} && docker pull ${this.uri}`;
  }
}
