import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { buildkitToml, registriesConf } from './container-tools';
import { literalHosts, mirroredHosts } from './mirrored-hosts';
import type { MirroredHost } from './mirrored-hosts';
import { checkNoMore } from '../private/access';
import { PullThroughCacheGrants } from '../pulling/cache-grants';
import type { ICacheRule } from '../rule/cache-rule';

/**
 * Configuration that lets nodes and builders pull unchanged image names through caches.
 *
 * @example
 * import { NodeMirrors, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * declare const quay: PullThroughCache;
 *
 * const conf = NodeMirrors.forCaches(this, [quay]).registriesConf();
 */
export class NodeMirrors {
  /**
   * The mirrors of caches, for nodes in the Region of a scope.
   *
   * @param scope where the nodes are defined
   * @param caches the caches, one for each upstream
   */
  public static forCaches(scope: IConstruct, caches: ICacheRule[]): NodeMirrors {
    return new NodeMirrors(scope, caches, mirroredHosts(scope, caches));
  }

  private constructor(private readonly scope: IConstruct, private readonly caches: readonly ICacheRule[], private readonly mirrors: MirroredHost[]) {}

  /**
   * Lets the nodes pull through all of the caches, also for the first time.
   *
   * @param nodeRole the role of the nodes
   */
  public grantPull(nodeRole: iam.IGrantable): iam.Grant {
    checkNoMore('grantPull', arguments, 1, 'call grants.pullImages() of a cache for some of its images', this.scope);
    return this.caches.map(cache => PullThroughCacheGrants.fromRule(cache).pull(nodeRole)).reduce((all, one) => all.combine(one));
  }

  /**
   * A drop-in for CRI-O, podman, buildah and skopeo: `/etc/containers/registries.conf.d/*.conf`.
   *
   * @throws for caches whose account or Region is known only at deployment
   */
  public registriesConf(): string {
    return registriesConf(literalHosts(this.scope, this.mirrors, 'registriesConf()'));
  }

  /**
   * The registries of a BuildKit daemon, for its `buildkitd.toml`.
   *
   * @throws for caches whose account or Region is known only at deployment
   */
  public buildkitToml(): string {
    return buildkitToml(literalHosts(this.scope, this.mirrors, 'buildkitToml()'));
  }
}
