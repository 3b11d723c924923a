import { AspectPriority, Aspects, Stage } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { CachedImagesAspect } from './aspect';
import type { Settings } from './aspect';
import { problemsIn } from './checks';
import { checkImageProperty, IMAGE_PROPERTIES, ImagePlaces } from './image-properties';
import type { ImageProperty } from './image-properties';
import { helmValuesWith, manifestWith } from './kubernetes';
import type { Replace, Tree } from './kubernetes';
import { CacheLookup, NamePattern } from './lookup';
import { foundImage, reportOf } from './report';
import type { FoundImage } from './report';
import { CacheAddress } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';
import { ImageReference } from '../upstream/image-reference';

/** How the image names of a scope are rewritten. */
export interface CachedImagesOptions {
  /**
   * Names that stay as they are: complete, without tag, perhaps with a `*` at the end, such as `ghcr.io/my-team/*`.
   *
   * @default - none
   */
  readonly exceptions?: string[];

  /**
   * Whether names with a digest are rewritten too. A first pull by digest is reported to fail until a tag of the image was pulled once
   * (aws/containers-roadmap 2837), so warm the cache first.
   *
   * @default false
   */
  readonly digests?: boolean;

  /**
   * Whether synthesis fails when an image name stays that none of the caches serves, or that is pinned by a digest. Private ECR registries,
   * images of a service itself, tokens and names in `exceptions` may stay.
   *
   * @default false
   */
  readonly requireCached?: boolean;

  /**
   * Who pulls where a resource has no role that does: the nodes of an EKS cluster, instances of ECS or Batch.
   *
   * @default - nobody; each such place warns
   */
  readonly pullers?: iam.IGrantable[];
}

/** What a cache serves besides its own upstream. */
export interface CacheUseOptions {
  /**
   * Names of other registries that the cache's upstream has images for: complete, without tag, perhaps with a `*` at the end. What the `*`
   * stands for is the image's name in the upstream; without one, what follows the last slash.
   *
   * `docker.io/library/*` lets Echo's `nginx` stand in for Docker's.
   */
  readonly replaces: string[];
}

/**
 * Finds the image names of a whole scope, rewrites those that a cache serves, and lets the roles pull that have to.
 *
 * It looks into ECS task definitions (Fargate and EC2), Batch job definitions and CodeBuild projects, and where `addImageProperty()` says.
 * What the caches don't serve, tokens and names that lead to a cache already stay untouched, so it can be used twice. For Kubernetes,
 * pass manifests and the values of charts through `manifest()` and `helmValues()`.
 *
 * It is an Aspect: use it before synthesis, not in another Aspect, and after the Stages of the scope were made.
 *
 * @example
 * import { CachedImages, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * declare const dockerHub: PullThroughCache;
 * declare const echo: PullThroughCache;
 *
 * const images = CachedImages.of(this, { requireCached: true });
 * images.use(dockerHub);
 * images.useWith(echo, { replaces: ['docker.io/library/*'] });
 */
export class CachedImages {
  /**
   * The image names of a scope: an app, a stage, a stack or any construct. Nothing happens before `use()`.
   *
   * @param scope whose image names are rewritten
   * @param options what stays, what fails, and who pulls where no role does
   */
  public static of(scope: IConstruct, options: CachedImagesOptions = {}): CachedImages {
    return new CachedImages(scope, options);
  }

  private readonly settings: Settings;
  private readonly aspect: CachedImagesAspect;
  private readonly covered = new Set<IConstruct>();

  private constructor(private readonly scope: IConstruct, options: CachedImagesOptions) {
    this.settings = {
      lookup: new CacheLookup((options.exceptions ?? []).map(pattern => new NamePattern(pattern)), options.digests ?? false),
      places: new ImagePlaces(),
      pullers: options.pullers ?? [],
      found: [],
    };
    IMAGE_PROPERTIES.forEach(property => this.settings.places.add(property));
    this.aspect = new CachedImagesAspect(this.settings);
    scope.node.addValidation({ validate: () => problemsIn(scope, this.settings, this.covered, options.requireCached ?? false) });
  }

  /** What was found and what became of it, in the order of the tree. Complete after synthesis. */
  public get found(): FoundImage[] {
    return this.settings.found.map(foundImage);
  }

  /**
   * Rewrites the names of images in the upstreams of these caches. The first cache that serves a name gets it.
   *
   * @param caches the caches; one whose upstream is not known serves nothing
   */
  public use(...caches: ICacheRule[]): void {
    caches.forEach(rule => this.settings.lookup.add({ rule, replaces: [] }));
    this.cover();
  }

  /**
   * Rewrites the names of images in the upstream of this cache, and of those that it stands in for. Replacements go before what any cache
   * serves by itself; names with a digest are never replaced, since the other image has another one.
   *
   * @param cache the cache
   * @param options what it stands in for
   */
  public useWith(cache: ICacheRule, options: CacheUseOptions): void {
    this.settings.lookup.add({ rule: cache, replaces: options.replaces.map(pattern => new NamePattern(pattern)) });
    this.cover();
  }

  /**
   * Looks for images in another property of an L1 resource, too.
   *
   * @param path the resource type, the property that holds the image, and the one that holds the role
   */
  public addImageProperty(path: ImageProperty): void {
    checkImageProperty(path);
    this.settings.places.add(path);
  }

  /**
   * A Kubernetes manifest with its images rewritten: each text under a key `image`, at any depth, except below metadata and data. Call it after
   * `use()`; the manifest that is given stays as it is.
   *
   * @param manifest the manifest, as `eks.KubernetesManifest` takes it
   */
  public manifest(manifest: { [key: string]: any }): { [key: string]: any } {
    return this.rewrite('manifest', replace => manifestWith(manifest as Tree, replace));
  }

  /**
   * Values of a Helm chart with their images rewritten: a text under `image` or `...Image`, or an object of `registry`, `repository` (or
   * `image`), `tag` and `digest` (or `sha`). Call it after `use()`; the values that are given stay as they are.
   *
   * Only what is given is seen, not what the chart has by itself: give the images that the chart names in its own values.
   *
   * @param values the values, as `eks.HelmChart` takes them
   */
  public helmValues(values: { [key: string]: any }): { [key: string]: any } {
    return this.rewrite('values', replace => helmValuesWith(values as Tree, replace));
  }

  /** What was found and what became of it as lines of text, changes first. Complete after synthesis. */
  public renderReport(): string {
    return reportOf(this.found);
  }

  private rewrite(what: string, change: (replace: Replace) => Tree): Tree {
    const images: Parameters<CachedImagesAspect['grant']>[1][number][] = [];
    const changed = change((name, place) => {
      const cached = this.aspect.judge(this.scope, `${what}.${place}`, name);
      if (!cached) { return undefined; }
      images.push(cached);
      const { repositoryName, digest, tag } = cached.image;
      const written = ImageReference.parse(name).tag === undefined ? '' : `:${tag}`;
      return {
        host: CacheAddress.fromRule(cached.rule).registryHost,
        repositoryName,
        suffix: digest === undefined ? written : `@${digest}`,
      };
    });
    if (images.length > 0) { this.aspect.grant(this.scope, images, undefined); }
    return changed;
  }

  /** Aspects don't enter Stages, which are synthesized by themselves. */
  private cover(): void {
    for (const part of this.scope.node.findAll().filter(one => one === this.scope || Stage.isStage(one))) {
      if (!this.covered.has(part)) {
        this.covered.add(part);
        Aspects.of(part).add(this.aspect, { priority: AspectPriority.MUTATING });
      }
    }
  }
}
