import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { credentialProviderConfig } from './credential-provider';
import { buildkitToml, hostsToml, registriesConf } from './host-configuration';
import { literalHosts, mirroredHosts } from './mirrored-hosts';
import type { MirroredHost } from './mirrored-hosts';
import { nodeFiles } from './node-files';
import type { NodeFiles } from './node-files';
import { checkScope, NodeLogin, readMirrorOptions } from './options';
import type { NodeMirrorsOptions } from './options';
import { addToUserData, userDataText } from './user-data';
import { checkNoMore } from '../private/access';
import { BY_METHOD, checkMadeByMethod } from '../private/choices';
import { InvalidInputError } from '../private/errors';
import { PullThroughCacheGrants } from '../pulling/cache-grants';
import type { ICacheRule } from '../rule/cache-rule';

/**
 * Has nodes and builders pull unchanged image names through caches: `docker.io/library/nginx` in a chart, an operator or an injected sidecar comes
 * from the cache of Docker Hub, although nobody rewrote it.
 *
 * It prints configuration for containerd, kubelet, CRI-O, podman and BuildKit, and makes no resources. On nodes of EKS with Amazon Linux 2023 the node logs
 * in with its role: a unit that kubelet requires writes containerd's files with a token, and a timer writes them again every three hours. When
 * something is amiss, kubelet doesn't start, or a pull fails: no name goes to the upstream, and the node's login to nobody but ECR.
 *
 * What it can't do is in docs/nodes.md: names with a port or in upper case, Docker's own daemon, Fargate and Auto Mode, Bottlerocket.
 *
 * @example
 * import { NodeMirrors, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import * as ec2 from 'aws-cdk-lib/aws-ec2';
 * import * as iam from 'aws-cdk-lib/aws-iam';
 *
 * declare const dockerHub: PullThroughCache;
 * declare const quay: PullThroughCache;
 * declare const nodeRole: iam.Role;
 *
 * const mirrors = NodeMirrors.forCaches(this, [dockerHub, quay]);
 * mirrors.grantPull(nodeRole);
 *
 * const userData = new ec2.MultipartUserData();
 * mirrors.addToUserData(userData);
 * new ec2.LaunchTemplate(this, 'Nodes', { userData });
 */
export class NodeMirrors {
  /**
   * The mirrors of caches, for nodes in the Region of a scope. Each cache has to serve the whole of its upstream.
   *
   * @param scope where the nodes or builders are defined, such as their stack
   * @param caches the caches, one for each upstream
   * @param options how nodes log in, and what they do without the cache
   * @throws for two caches of one host, a cache of another Region, one without a known upstream or with an `upstreamRepositoryPrefix`
   */
  public static forCaches(scope: IConstruct, caches: ICacheRule[], options?: NodeMirrorsOptions): NodeMirrors {
    checkNoMore('forCaches', arguments, 3, 'name the options in one object', scope);
    checkScope(scope);
    const mirrors = mirroredHosts(scope, caches);
    return new NodeMirrors(BY_METHOD, scope, [...caches], mirrors, readMirrorOptions(scope, options));
  }

  private constructor(
    key: symbol,
    private readonly scope: IConstruct,
    private readonly caches: readonly ICacheRule[],
    private readonly mirrors: readonly MirroredHost[],
    private readonly options: Required<NodeMirrorsOptions>,
  ) {
    checkMadeByMethod(key, NodeMirrors, 'NodeMirrors.forCaches()');
  }

  /**
   * The files of a node by their paths.
   *
   * They are a table of hosts and a template of containerd's `hosts.toml`, a script that fills it, and units of systemd that run it before kubelet
   * and every three hours. For nodes that are not made by the CDK: docs/nodes.md says how to install them.
   *
   * @throws for caches whose account or Region is known only at deployment
   */
  public get files(): { [path: string]: string } {
    return { ...this.nodeFiles('files') };
  }

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
   * Adds two parts to the user data of nodes with EKS's image of Amazon Linux 2023: a NodeConfig that has containerd read one folder, and a script
   * that installs the files. References are filled in at deployment.
   *
   * A change of user data replaces all nodes, and so does a new cache.
   *
   * @param userData the user data of a launch template, which may have other parts
   * @throws for user data of Windows, Bottlerocket or one part, and for `FastImagePull`
   */
  public addToUserData(userData: ec2.MultipartUserData): void {
    const literal = this.options.login === NodeLogin.CREDENTIAL_PROVIDER;
    addToUserData(this.scope, userData, literal ? this.nodeFiles('addToUserData() with NodeLogin.CREDENTIAL_PROVIDER') : this.allFiles());
  }

  /**
   * The same user data as text: for `userData` of Karpenter's `EC2NodeClass`, and for launch templates of other tools.
   *
   * @throws for caches whose account or Region is known only at deployment, and for more hosts than fit into user data
   */
  public userDataText(): string {
    return userDataText(this.scope, this.nodeFiles('userDataText()'));
  }

  /**
   * containerd's `hosts.toml` for each host, by the host: below `certs.d`, each goes into a folder of that name. They have no login, which the
   * files of a node get on the node.
   *
   * @throws for caches whose account or Region is known only at deployment
   */
  public hostsToml(): { [host: string]: string } {
    const mirrors = literalHosts(this.scope, this.mirrors, 'hostsToml()');
    return Object.fromEntries(mirrors.map(mirror => [mirror.host, hostsToml(mirror, this.options.fallback)]));
  }

  /**
   * kubelet's image credential provider configuration for `NodeLogin.CREDENTIAL_PROVIDER`: which images the node logs in for are ECR's and those of
   * the hosts that have a `hosts.toml`.
   *
   * @throws for another login, and for caches whose account or Region is known only at deployment
   */
  public credentialProviderConfig(): string {
    if (this.options.login !== NodeLogin.CREDENTIAL_PROVIDER) {
      throw new InvalidInputError({
        got: 'credentialProviderConfig() of mirrors whose files hold the token',
        expected: 'one way to log in: kubelet would send the login of the node wherever a file is missing',
        fix: "set 'login' to NodeLogin.CREDENTIAL_PROVIDER, and install its files, which have a provider for the hosts of ECR too",
      }, this.scope);
    }
    return credentialProviderConfig(literalHosts(this.scope, this.mirrors, 'credentialProviderConfig()'));
  }

  /**
   * A drop-in for CRI-O, podman, buildah and skopeo: `/etc/containers/registries.conf.d/*.conf`. The cache takes the place of each host, also with
   * `fallback`: CRI-O would send its login to the upstream as well.
   *
   * @throws for caches whose account or Region is known only at deployment
   */
  public registriesConf(): string {
    return registriesConf(literalHosts(this.scope, this.mirrors, 'registriesConf()'));
  }

  /**
   * The registries of a BuildKit daemon, for its `buildkitd.toml`. BuildKit goes on to the upstream when a cache has no answer, without the login
   * to the cache.
   *
   * @throws for caches whose account or Region is known only at deployment
   */
  public buildkitToml(): string {
    return buildkitToml(literalHosts(this.scope, this.mirrors, 'buildkitToml()'));
  }

  private nodeFiles(what: string): NodeFiles {
    literalHosts(this.scope, this.mirrors, what);
    return this.allFiles();
  }

  private allFiles(): NodeFiles {
    const { fallback, login } = this.options;
    return nodeFiles(this.mirrors, { fallback, token: login === NodeLogin.TOKEN_IN_FILES });
  }
}
