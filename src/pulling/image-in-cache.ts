import { createHash } from 'crypto';
import { Stack, Token } from 'aws-cdk-lib';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { CachedContainerImage, CachedRepository } from './bound-image';
import { PullThroughCacheGrants } from './cache-grants';
import { checkGrantee, isForLambda } from './grants/principals';
import { pathInCache, refuseOtherRepository } from './path-in-cache';
import { upstreamRepository, warnOfName } from './upstream-names';
import { refuse } from '../private/accepted';
import { checkNoMore } from '../private/access';
import { isBypassed } from '../private/bypass';
import { checkText, ROOT } from '../private/checks';
import { BY_METHOD, checkMadeByMethod, keepMade } from '../private/choices';
import { CheckId, excerpt, InvalidInputError, warn, WarningId } from '../private/errors';
import { checkAround, checkWhenKnown, isLater } from '../private/later';
import { CacheAddress, checkRule } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';
import { literalHostOf } from '../rule/registry-host';
import { noteUse } from '../rule/removed-rules';
import { readPath, readUpstreamImage } from '../upstream/upstream-image';
import type { UpstreamImage } from '../upstream/upstream-image';

/** ECR API Reference, "CreateRepository": repositoryName. */
const LONGEST_NAME = 256;
/** Below this id of a cache are the repositories that `toRepository()` gives. */
const IMAGES = 'Images';

/** What is granted of an image. It is kept apart from the image, since JavaScript can put other values in front of its properties. */
interface Granted {
  readonly rule: ICacheRule;
  readonly image: string;
  readonly path: string;
  readonly pathKnown: boolean;
}

const granted = new WeakMap<ImageInCache, Granted>();

/**
 * An image of the upstream seen through a cache: what to pull instead, and who may.
 *
 * A tag is served from the cache for up to 24 hours before ECR looks upstream again: Amazon ECR User Guide, "Sync an upstream registry with
 * an Amazon ECR private registry".
 *
 * @example
 * import { PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import * as ecs from 'aws-cdk-lib/aws-ecs';
 *
 * declare const echo: PullThroughCache;
 * declare const taskDefinition: ecs.FargateTaskDefinition;
 *
 * const uri = echo.image('nginx:1.27').uri; // <account>.dkr.ecr.<region>.amazonaws.com/echo/nginx:1.27
 * taskDefinition.addContainer('web', { image: echo.image('nginx:1.27').toContainerImage() });
 */
export class ImageInCache {
  /**
   * An image seen through a rule.
   *
   * The name is the one that the image has in the upstream: `nginx:1.27`, `team/app@sha256:...`, with the upstream's host or without;
   * Docker Hub's official images with `library/` or without. With an `upstreamRepositoryPrefix` of `team-a`, that name begins with
   * `team-a/`. The full URI of an image in this very cache is taken as it is.
   *
   * A token stands for a part of the name, a tag or a digest as it is: nothing in it is completed, checked or stripped. A repository that is
   * written out is completed and checked, also before a tag or digest that is a token; one with a token in it is not completed. When the text
   * ends with a token that may hold a tag as well, `tag` stays unknown, and grants reach all that begins with what is known of the name: `team/*`
   * for a token behind `team/`, and the whole cache for a token alone. A warning says so.
   *
   * @param rule the rule of the cache
   * @param image the name of the image, whose tag is `latest` when it has neither tag nor digest
   * @throws for a text that is no image name, an image of another registry, one outside of the upstream prefix, a name that is too long
   */
  public static fromRule(rule: ICacheRule, image: string): ImageInCache {
    checkRule(rule);
    checkText('image', image, "'nginx:1.27', the name that it has in the upstream", rule);
    noteUse(rule, `the image ${excerpt(image)}`);
    return new ImageInCache(BY_METHOD, rule, image);
  }

  /**
   * What is allowed to those who pull this image: its path below the prefix, as it was read.
   *
   * @throws for what a cache did not give
   * @internal
   */
  public static _grantedPath(image: ImageInCache, scope?: IConstruct): string {
    return grantedOf(image, scope).path;
  }

  /** The name of the image below the prefix of the cache, such as `nginx`. */
  public readonly path: string;

  /** The name of the cached repository, without the registry. */
  public readonly repositoryName: string;

  /** The tag as written, or `latest` when there is neither tag nor digest. It is not known for a digest alone or in a token. */
  public readonly tag?: string;

  /** The digest with its algorithm, where the name has one. */
  public readonly digest?: string;

  /** The digest or, when there is none, the tag: what aws-cdk's `fromEcrRepository()` methods take. */
  public readonly tagOrDigest: string;

  /** What follows the repository in the URI. */
  private readonly version: string;

  private constructor(key: symbol, private readonly rule: ICacheRule, private readonly image: string) {
    checkMadeByMethod(key, ImageInCache, 'ImageInCache.fromRule(), or image() of a cache');
    const address = CacheAddress.fromRule(rule);
    const own = pathInCache(rule, image);
    if (own === undefined) {
      refuseOtherRepository(rule, address, image);
    }
    const name = own === undefined ? this.readAsUpstream(image) : readPath(own);
    this.path = name.repository;
    this.repositoryName = address.repositoryName(this.path);
    checkAround('image', this.path, /^[^*?$]*$/, rule);
    checkWhenKnown('image', rule, image, known => checkNoWildcard(known, rule));
    this.checkLength();
    if (own === undefined) {
      warnOfName(rule, image, this.path, this.repositoryName);
    }

    this.digest = name.digest;
    this.tag = name.tag ?? (name.digest === undefined && name.complete ? 'latest' : undefined);
    this.tagOrDigest = this.digest ?? this.tag ?? 'latest';
    this.version = this.digest !== undefined ? `@${this.digest}` : this.tag !== undefined ? `:${this.tag}` : '';
    granted.set(this, { rule, image, path: this.path, pathKnown: name.complete });
    keepMade(this);
  }

  /**
   * What to pull: registry, repository, and tag or digest. It is for templates, since it ends the registry's name by reference: see
   * `literalUri` for text.
   *
   * With both, the digest alone: ECS documents one or the other for images of ECR, and clients ignore the tag beside a digest.
   */
  public get uri(): string {
    this.warnOfDigest();
    return `${CacheAddress.fromRule(this.rule).repositoryUri(this.path)}${this.version}`;
  }

  /**
   * The rule of the cache.
   *
   * @internal
   */
  public get _rule(): ICacheRule {
    return this.rule;
  }

  /**
   * What a function pulls: the tag first, and the digest beside it after that, so that both together are nothing to warn of.
   *
   * @internal
   */
  public _pulledByTag(): string {
    if (this.tag === undefined) {
      this.warnOfDigest();
    }
    return `${this.repositoryName}${this.tag === undefined ? '' : `:${this.tag}`}${this.digest === undefined ? '' : `@${this.digest}`}`;
  }

  /**
   * What to pull, as text without references: for hosts files, policies, build contexts and files that others deploy.
   *
   * @throws where the account or Region of the cache, or a part of the image's name, is known only at deployment
   */
  public get literalUri(): string {
    const host = literalHostOf(CacheAddress.fromRule(this.rule));
    const name = `${this.repositoryName}${this.version}`;
    if (host === undefined || Token.isUnresolved(name)) {
      throw new InvalidInputError({
        got: `the literal address of an image whose ${host === undefined ? 'account or Region' : 'name'} is known only at deployment`,
        expected: 'account, Region and name, since the address is text',
        fix: host === undefined
          ? 'give the stack of the cache an env with both, name them in the attributes of an imported cache, or use uri in a template'
          : 'write the name out, or use uri in a template',
      }, this.rule);
    }
    this.warnOfDigest();
    return `${host}/${name}`;
  }

  /** Commands for a shell that log in to the registry and pull the image, for example as a `CfnOutput`. */
  public get pullCommand(): string {
    const { writtenRegion, registryHost } = CacheAddress.fromRule(this.rule);
    return `aws ecr get-login-password --region ${writtenRegion} | `
      + `docker login --username AWS --password-stdin ${registryHost} && docker pull ${this.uri}`;
  }

  /**
   * The image for a container of ECS or Batch. Its use lets the execution role pull it, also for the first time. Within a stack the task or job
   * definition waits for the cache and for that permission.
   *
   * With the context `cdk-ecr-pull-through-cache:bypass` it is the image of the upstream itself, for the time of an outage: see
   * docs/disaster-recovery.md.
   *
   * @throws when it is bypassed, and the upstream is not known or is a private ECR registry
   */
  public toContainerImage(): ecs.ContainerImage {
    this.warnOfDigest();
    return new CachedContainerImage(this, this.rule);
  }

  /**
   * The image for builds of CodeBuild on Linux on x86-64, with its tag or digest. Its use lets the role of the project pull it, also for the first
   * time.
   *
   * @throws for an image whose tag may be in a token of its name
   */
  public toLinuxBuildImage(): codebuild.IBuildImage {
    return isBypassed(this.rule)
      ? codebuild.LinuxBuildImage.fromDockerRegistry(this._upstreamUri)
      : codebuild.LinuxBuildImage.fromEcrRepository(this.toRepository(), this.versionOfBuildImage());
  }

  /**
   * The image for builds of CodeBuild on Linux on ARM, with its tag or digest. Its use lets the role of the project pull it, also for the first
   * time.
   *
   * @throws for an image whose tag may be in a token of its name
   */
  public toLinuxArmBuildImage(): codebuild.IBuildImage {
    return isBypassed(this.rule)
      ? codebuild.LinuxArmBuildImage.fromDockerRegistry(this._upstreamUri)
      : codebuild.LinuxArmBuildImage.fromEcrRepository(this.toRepository(), this.versionOfBuildImage());
  }

  /**
   * The image for builds of CodeBuild on Windows, with its tag or digest. Its use lets the role of the project pull it, also for the first time.
   *
   * @param imageType the environment that the image needs, `WindowsImageType.STANDARD` when it isn't set
   * @throws for an image whose tag may be in a token of its name
   */
  public toWindowsBuildImage(imageType?: codebuild.WindowsImageType): codebuild.IBuildImage {
    return isBypassed(this.rule)
      ? codebuild.WindowsBuildImage.fromDockerRegistry(this._upstreamUri, {}, imageType)
      : codebuild.WindowsBuildImage.fromEcrRepository(this.toRepository(), this.versionOfBuildImage(), imageType);
  }

  /**
   * The cached repository for what takes an `ecr.IRepository`. Its `grantPull()` grants first pulls too.
   *
   * **A repository has neither tag nor digest.** Pass `tagOrDigest` beside it wherever it goes: without, most of what takes a repository pulls
   * `latest`. For ECS and Batch there is `toContainerImage()`, for CodeBuild `toLinuxBuildImage()` and the like, which keep them.
   *
   * Lambda can't pull through a cache, so a function that uses it is refused.
   */
  public toRepository(): ecr.IRepository {
    // its ARN is for grants too
    grantedOf(this);
    this.warnOfDigest();
    const scope = this.rule.node.tryFindChild(IMAGES) as Construct | undefined ?? new Construct(this.rule, IMAGES);
    const id = isLater(this.path)
      ? createHash('sha256').update(JSON.stringify(Stack.of(this.rule).resolve(this.path))).digest('hex').slice(0, 16)
      : encodeURIComponent(this.path);
    return scope.node.tryFindChild(id) as CachedRepository | undefined ?? new CachedRepository(scope, id, this, this.rule);
  }

  /**
   * Lets a principal pull this image, also for the first time, and no other image of the cache.
   *
   * The name of an image that ends with a token, which may hold a tag as well, is known in part: more is granted then, as `fromRule` describes, and
   * a warning says what. With the tag written after the token, the grant is for the image alone.
   *
   * @param grantee who pulls, which can't be a Lambda function
   */
  public grantPull(grantee: iam.IGrantable): iam.Grant {
    checkNoMore('grantPull', arguments, 1, 'call grantPull() of each image', this.rule);
    checkGrantee(grantee, this.rule);
    if (isForLambda(grantee)) {
      throw new InvalidInputError({
        got: `the cached image '${this.repositoryName}' for a Lambda function`,
        expected: 'an image in a repository of its own, since Lambda does not pull through a cache',
        fix: 'build or copy the image into a repository, for example with DockerImageCode.fromImageAsset() and a Dockerfile that begins with FROM',
      }, this.rule);
    }
    return grantImage(this, grantee, '_pullPaths');
  }

  /**
   * The same for a resource that uses the image: the grants of many resources to one role are joined.
   *
   * @internal
   */
  public _grantTo(grantee: iam.IGrantable): void {
    grantImage(this, grantee, '_pullPathsTogether');
  }

  /**
   * The image by its full address in the upstream.
   *
   * @internal
   */
  public get _upstreamUri(): string {
    return `${upstreamRepository(this.rule, this.path)}${this.version}`;
  }

  /** Warns once it is known that the image is pulled by its digest; whoever pulls the tag first has nothing to fear. */
  private warnOfDigest(): void {
    if (this.digest !== undefined) {
      warn(this.rule, WarningId.DIGEST_FIRST_PULL,
        `the image ${excerpt(this.image)} is pinned by its digest: a first pull by digest is reported to fail until the image was pulled by a tag once `
        + "(aws/containers-roadmap 2837), although AWS's guide has it. Pull its tag once, or acknowledge this warning.");
    }
  }

  private versionOfBuildImage(): string {
    if (this.version === '') {
      throw new InvalidInputError({
        got: `the image '${this.path}' for a build, whose tag may be in the token at its end`,
        expected: 'a name with its tag or digest beside the token',
        fix: "write the tag after the token, such as ':latest'",
      }, this.rule);
    }
    return this.tagOrDigest;
  }

  private readAsUpstream(image: string): UpstreamImage {
    const { upstream, upstreamRepositoryPrefix: prefix } = this.rule;
    const name = upstream ? upstream._read(image) : readUpstreamImage(image, []);
    if (prefix === undefined || prefix === ROOT) {
      return name;
    }
    if (!name.repository.startsWith(`${prefix}/`)) {
      throw new InvalidInputError({
        got: `the image ${excerpt(image)}, in the upstream '${name.repository}'`,
        expected: `an image below '${prefix}/', the part of the upstream that this cache serves`,
        fix: isLater(prefix)
          ? 'begin the name with the same token'
          : `write the name that the image has in the upstream, such as '${prefix}/${name.repository}'`,
      }, this.rule);
    }
    return { ...name, repository: name.repository.slice(prefix.length + 1) };
  }

  private checkLength(): void {
    if (!isLater(this.repositoryName) && this.repositoryName.length > LONGEST_NAME) {
      refuse(this.rule, CheckId.REPOSITORY_NAME_LENGTH, {
        got: `a cached repository name of ${this.repositoryName.length} characters`,
        expected: `at most ${LONGEST_NAME}, with the prefix of the cache`,
        fix: 'give the cache a shorter prefix, or serve a part of the upstream by upstreamRepositoryPrefix',
      });
    }
  }
}

function grantImage(image: ImageInCache, grantee: iam.IGrantable, method: '_pullPaths' | '_pullPathsTogether'): iam.Grant {
  const { rule, image: written, path, pathKnown } = grantedOf(image);
  const grants = PullThroughCacheGrants.fromRule(rule);
  if (pathKnown) {
    return grants[method](grantee, [path]);
  }
  const known = knownStart(path);
  const { repositoryPrefix: prefix } = CacheAddress.fromRule(rule);
  warn(rule, WarningId.GRANT_WIDER_THAN_IMAGE,
    `the grant for ${grantee.grantPrincipal} of the image '${written}' reaches ${known === '' ? `the whole cache '${prefix}'` : `all images '${known}*'`}: `
    + "the token at the end of the name may hold a tag, which no policy knows. Write the tag after the token, such as ':latest', "
    + 'or acknowledge this warning.');
  return known === '' ? grants.pull(grantee) : grants[method](grantee, [`${known}*`]);
}

function grantedOf(image: ImageInCache, scope?: IConstruct): Granted {
  const found = granted.get(image);
  if (found === undefined) {
    throw new InvalidInputError({
      got: 'a copy of a cached image, or an object around one',
      expected: 'the image itself, since its properties may say something else by now',
      fix: "take the image that cache.image('nginx:1.27') gives",
    }, scope);
  }
  return found;
}

function checkNoWildcard(image: string, rule: ICacheRule): void {
  if (/[*?$]/.test(image)) {
    throw new InvalidInputError({
      got: `the image ${excerpt(image)} with a wildcard`,
      expected: 'the name of one image',
      fix: "call pull() of the cache's grants for the whole cache, or pullImages() for all below a path",
    }, rule);
  }
}

/** What of a path is in front of the tokens in its last part, of which any may hold the beginning of a tag. */
function knownStart(path: string): string {
  const lastPart = path.lastIndexOf('/') + 1;
  return path.slice(0, lastPart) + path.slice(lastPart).replace(/\$\{Token\[.*$/, '');
}
