import { Stack, Stage } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { namesAt, namesOfCachedImage } from './context-names';
import { findInDockerfile } from './dockerfile-images';
import type { DockerfileOptions } from './dockerfile-images';
import { publishingRoleOf } from './publishing-role';
import { accessList, checkNoMore, kindOf } from '../private/access';
import { checkText } from '../private/checks';
import { BY_METHOD, checkMadeByMethod } from '../private/choices';
import { excerpt, InvalidInputError, warn, WarningId } from '../private/errors';
import { differ, outermostStack, stacksBefore } from '../private/places';
import { sortedEntries } from '../private/sorted';
import { ImageInCache } from '../pulling/image-in-cache';
import type { ICacheRule } from '../rule/cache-rule';
import { ImageReference } from '../upstream/image-reference';

/**
 * The images that a stack's Dockerfiles are built from, pulled through caches: `FROM node:24` stays as it is.
 *
 * `buildContexts` goes to whatever builds an image of the stack: `DockerImageAsset`, `ContainerImage.fromAsset()`, `DockerImageFunction` and
 * `DockerImage.fromBuild()`. BuildKit then pulls the cached image wherever a Dockerfile names one of them, in `FROM`, `COPY --from` and
 * `RUN --mount`. It is a convenience and no control: a name that is written in another way, such as with a digest, goes to the upstream.
 *
 * **The CDK builds images before it deploys anything**, so the caches and the permission to pull have to be there first: keep caches in a stack
 * of their own that this one depends on, call `grantPublishing()`, and deploy with `cdk deploy --no-asset-prebuild`.
 *
 * Docker documentation, "docker buildx build", `--build-context`.
 *
 * @example
 * import { BuildImages, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import { Stack } from 'aws-cdk-lib';
 * import { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';
 *
 * declare const dockerHub: PullThroughCache;
 * declare const quay: PullThroughCache;
 *
 * const build = BuildImages.forStack(Stack.of(this), [dockerHub.image('node:24'), quay.image('team/tool:2')]);
 * build.grantPublishing();
 * new DockerImageAsset(this, 'App', { directory: 'app', buildContexts: build.buildContexts });
 */
export class BuildImages {
  /**
   * The images that Dockerfiles of a stack are built from.
   *
   * @param stack the stack with the assets, whose account and Region the CDK logs in to
   * @param images the cached images, with the tags or digests that the Dockerfiles name
   * @throws for an empty list, a cache of another account or Region than the stack's, one whose account or Region is known only at deployment, one
   * whose upstream is not known, and two images for one name
   */
  public static forStack(stack: Stack, images: ImageInCache[]): BuildImages {
    checkNoMore('forStack', arguments, 2, 'name all images in one list');
    const build = new BuildImages(BY_METHOD, checkedStack(stack));
    for (const image of accessList('images', images, 'name the images that the Dockerfiles are built from', stack)) {
      checkImage(image, stack);
      build.add(namesOfCachedImage(image), image);
    }
    return build;
  }

  /**
   * The images that a Dockerfile names and that caches serve. It reads `FROM`, `COPY --from`, `RUN --mount=from=` and the syntax directive; an
   * argument in `FROM` counts with its default or the build argument that you name.
   *
   * A warning names what only the build knows: an argument without a value. What no cache serves is in `notCached`. Of several caches that serve
   * a name, the first gets it.
   *
   * @param stack the stack with the asset, whose account and Region the CDK logs in to
   * @param caches the caches, of that account and Region
   * @param directory the directory of the build, as for `DockerImageAsset`
   * @param options which file, and the build arguments of the asset
   * @throws for a file that isn't there, and as `forStack`
   */
  public static fromDockerfile(stack: Stack, caches: ICacheRule[], directory: string, options: DockerfileOptions = {}): BuildImages {
    checkNoMore('fromDockerfile', arguments, 4, 'name all caches in one list');
    const found = findInDockerfile(checkedStack(stack), caches, directory, options);
    const build = new BuildImages(BY_METHOD, stack, found.notCached);
    for (const { image, name } of found.cached) {
      checkImage(image, stack);
      const { registry, repository } = ImageReference.parse(name);
      build.add(namesAt([registry], repository, image), image);
    }
    return build;
  }

  /** The images that a Dockerfile names and that no cache serves, as they are written there. Empty for `forStack()`. */
  public readonly notCached: string[];

  private readonly images = new Map<string, ImageInCache>();
  /** Who was allowed to pull, and is allowed what comes later. */
  private readonly grants: ((image: ImageInCache) => void)[] = [];
  /** Who builds: the role, or that of the bootstrap. */
  private readonly publishers: (iam.IRole | undefined)[] = [];
  private read = false;

  private constructor(key: symbol, private readonly stack: Stack, notCached: readonly string[] = []) {
    checkMadeByMethod(key, BuildImages, 'BuildImages.forStack() or BuildImages.fromDockerfile()');
    this.notCached = [...notCached];
    stack.node.addValidation({ validate: () => this.warnOfOrder() });
  }

  /**
   * What replaces which name: the name in a Dockerfile, and `docker-image://` with the address of the cached image. For `buildContexts` of image
   * assets.
   */
  public get buildContexts(): { [name: string]: string } {
    this.read = true;
    return Object.fromEntries(sortedEntries(Object.fromEntries(this.images)).map(([name, image]) => [name, `docker-image://${image.literalUri}`]));
  }

  /**
   * Lets a cached image stand in for another name, such as Echo's `nginx` for Docker's.
   *
   * @param name the name as a Dockerfile has it, such as `nginx:1.27`
   * @param image the cached image that is pulled instead
   * @throws for a text that is no image name, and a name that has another image already
   */
  public replace(name: string, image: ImageInCache): void {
    checkText('image', name, "'nginx:1.27', the name that the Dockerfile has", this.stack);
    checkImage(image, this.stack);
    if (this.read) {
      throw new InvalidInputError({
        got: `replace() of ${excerpt(name)} after buildContexts was read`,
        expected: 'all replacements before, since an asset that is made has its contexts already',
        fix: 'call replace() before buildContexts goes anywhere',
      }, this.stack);
    }
    const reference = ImageReference.parse(name);
    this.add(namesAt([reference.registry], reference.repository, reference), image);
  }

  /**
   * Lets the role by which the CDK builds and pushes the images of the stack pull these, also for the first time.
   *
   * @param role the role that builds, the image publishing role of the stack's bootstrap when it is left out
   * @throws for a synthesizer without such a role, when no role is given
   */
  public grantPublishing(role?: iam.IRole): void {
    this.publishers.push(role);
    this.allow(image => image.grantPull(role ?? publishingRoleOf(this.stack, image._rule)));
  }

  /**
   * Lets a principal that builds, such as the role of a CI job, pull these images, also for the first time.
   *
   * @param grantee who builds
   */
  public grantPull(grantee: iam.IGrantable): void {
    this.allow(image => image.grantPull(grantee));
  }

  private allow(grant: (image: ImageInCache) => void): void {
    new Set(this.images.values()).forEach(grant);
    this.grants.push(grant);
  }

  private add(names: readonly string[], image: ImageInCache): void {
    const { literalUri } = image;
    for (const name of names) {
      const other = this.images.get(name);
      if (other !== undefined && other.literalUri !== literalUri) {
        throw new InvalidInputError({
          got: `two images for ${excerpt(name)}: '${other.literalUri}' and '${literalUri}'`,
          expected: 'one, since a name in a Dockerfile has one image',
          fix: 'leave one of them out',
        }, this.stack);
      }
    }
    names.forEach(name => this.images.set(name, this.images.get(name) ?? image));
    this.grants.forEach(grant => grant(image));
  }

  /** A stack that makes a cache has to be deployed before images are built through it. */
  private warnOfOrder(): string[] {
    const before = stacksBefore(this.stack);
    const rules = new Set([...this.images.values()].map(image => image._rule));
    for (const rule of rules) {
      const owner = outermostStack(rule);
      if (isMadeHere(rule) && !before.has(owner)) {
        warn(this.stack, WarningId.BUILT_BEFORE_CACHE, `images of this stack are built through the cache '${rule.node.path}', which `
          + (owner === this.stack
            ? 'is deployed with them, after they are built. Move the cache to a stack of its own, let this stack depend on it'
            : Stage.of(owner) === Stage.of(this.stack)
              ? `may be deployed after them. Call addDependency() of this stack with '${owner.node.path}'`
              : 'is in another Stage, which nothing orders before this one. Deploy that first')
          + ', and deploy with --no-asset-prebuild; or acknowledge this warning once the cache exists.');
      } else {
        this.warnOfPermission(rule, before);
      }
    }
    return [];
  }

  /** So does the permission, which lands in the stack of the role: that of an import may be this one. */
  private warnOfPermission(rule: ICacheRule, before: ReadonlySet<Stack>): void {
    const owners = new Set(this.publishers.map(role => outermostStack(role ?? rule)));
    for (const owner of [...owners].filter(one => !before.has(one))) {
      warn(this.stack, WarningId.BUILT_BEFORE_CACHE, `the permission to build images of this stack through the cache '${rule.repositoryPrefix}' is in the stack `
        + `'${owner.node.path}', which ${owner === this.stack ? 'is' : 'may be'} deployed after they are built. Import the cache, and the role that you pass to `
        + 'grantPublishing(), in a stack that this one depends on; or acknowledge this warning once the permission exists.');
    }
  }
}

function checkedStack(stack: Stack): Stack {
  if (!Stack.isStack(stack)) {
    throw new InvalidInputError({ got: `${kindOf(stack)} as the stack with the images`, expected: 'a stack', fix: 'pass Stack.of() of the construct with the assets' });
  }
  return outermostStack(stack);
}

function checkImage(image: ImageInCache, stack: Stack): void {
  if (!(image instanceof ImageInCache)) {
    throw new InvalidInputError({ got: `${kindOf(image)} as an image`, expected: 'an image of a cache', fix: "write it such as dockerHub.image('node:24')" }, stack);
  }
  ImageInCache._grantedPath(image, stack);
  const { account, region } = image._rule.env;
  if (differ(account, stack.account) || differ(region, stack.region)) {
    throw new InvalidInputError({
      got: `the image '${image.repositoryName}' of a cache in the account ${account} and Region ${region}`,
      expected: `one of the account ${stack.account} and Region ${stack.region}, where the CDK logs in before it builds images of this stack`,
      fix: 'make a cache there, and take its image',
    }, stack);
  }
}

function isMadeHere(rule: ICacheRule): boolean {
  return rule.node.findAll().some(one => CfnPullThroughCacheRule.isCfnPullThroughCacheRule(one));
}
