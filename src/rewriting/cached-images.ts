import { AspectPriority, Aspects, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { MutatingPolicyOptions, ValidatingPolicyOptions } from './admission/options';
import { policyFor } from './admission/policy-of-scope';
import { toYaml } from './admission/yaml';
import { CachedImagesAspect, GrantsAheadAspect } from './aspect';
import { problemsIn } from './checks';
import { checkCache, checkScope, checkTree, listOf, readOptions } from './given';
import { readImageProperty } from './image-properties';
import type { ImageProperty } from './image-properties';
import { helmValuesWith, manifestWith } from './kubernetes';
import type { Replace, Tree } from './kubernetes';
import { NAME_PATTERN, NamePattern } from './lookup';
import type { UsedCache } from './lookup';
import type { CachedImagesOptions } from './options';
import { foundImage, reportOf } from './report';
import type { FoundImage } from './report';
import { ImageScopes } from './scopes';
import { BY_METHOD, checkMadeByMethod } from '../private/choices';
import { InvalidInputError, warn, WarningId } from '../private/errors';
import { accessorOf } from '../private/tree';
import { CacheAddress } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';
import { ImageReference } from '../upstream/image-reference';

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
 * What the caches don't serve, tokens and names that lead to a cache already stay untouched. For Kubernetes, pass manifests and the values
 * of charts through `manifest()` and `helmValues()`.
 *
 * Scopes may lie in each other: the caches of a narrower scope are asked before those of a wider one, and each option of a narrower
 * scope takes the place of the same option of a wider one.
 *
 * It is an Aspect: use it before synthesis, not in another Aspect, after the Stages of the scope were made, and before a pipeline's `addStage()`.
 *
 * @example
 * import { CachedImages, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 *
 * declare const dockerHub: PullThroughCache;
 * declare const echo: PullThroughCache;
 *
 * const images = CachedImages.of(this);
 * images.configure({ requireCached: true });
 * images.use(dockerHub);
 * images.useWith(echo, { replaces: ['docker.io/library/*'] });
 */
export class CachedImages {
  /**
   * The image names of a scope: an app, a stage, a stack or any construct. It is the same object however often it is asked for, so several
   * files can add caches and options. Nothing is rewritten before `use()` of this scope or a wider one.
   *
   * @param scope whose image names are rewritten
   */
  public static of(scope: IConstruct): CachedImages {
    checkScope(scope);
    return accessorOf(scope, 'CachedImages', () => new CachedImages(BY_METHOD, scope));
  }

  private readonly scopes: ImageScopes;
  private readonly aspect: CachedImagesAspect;

  private constructor(key: symbol, private readonly scope: IConstruct) {
    checkMadeByMethod(key, CachedImages, 'CachedImages.of()');
    const { root } = scope.node;
    this.scopes = accessorOf(root, 'ImageScopes', () => new ImageScopes());
    this.aspect = accessorOf(root, 'CachedImagesAspect', () => new CachedImagesAspect(this.scopes));
    this.scopes.add(scope);
    // a Stage around it may have been made after a wider scope got its caches
    this.cover(scope.node.scopes.filter(one => Stage.isStage(one) && this.scopes.at(one).lookup.rules.length > 0));
    scope.node.addValidation({ validate: () => problemsIn(scope, this.scopes) });
  }

  /** What was found in this scope and what became of it, in the order of the tree. Complete after synthesis. */
  public get found(): FoundImage[] {
    return this.scopes.foundIn(this.scope).map(foundImage);
  }

  /**
   * Sets what stays, what fails, and who pulls where no role does. Call it before `helmValues()` and `manifest()`.
   *
   * @param options the options to set; others stay as they are
   * @throws for an option that is not known, has a wrong value, or has another value in this scope already
   */
  public configure(options: CachedImagesOptions): void {
    this.scopes.change(this.scope, settings => settings.options.set(options));
  }

  /**
   * Rewrites the names of images in the upstreams of these caches. Of those that serve a name the nearest gets it: in the account and Region of
   * what pulls, in its Region in an account that lets it pull, in its account in another Region with a warning. A cache of another account that
   * nothing here lets it pull from is never taken: the name stays, with a warning. Of equally near ones the first is taken; the caches of wider
   * scopes come after those of this one.
   *
   * Within a stack, what pulls waits for the rule and for the policy of the role that pulls.
   *
   * It warns for a cache whose upstream is not known, such as one of `fromRepositoryPrefix()`: no image name is known to be one of it.
   *
   * @param caches the caches, each as an argument of its own
   * @throws without any cache, and for what is none
   */
  public use(...caches: ICacheRule[]): void {
    if (caches.length === 0) {
      throw new InvalidInputError({
        got: 'no cache for CachedImages.use()',
        expected: 'at least one, since without a cache no image name is rewritten',
        fix: 'name the caches, or leave the call out where there are none',
      }, this.scope);
    }
    // holes are none to forEach()
    Array.from(caches).forEach(cache => checkCache(cache, 'use()', this.scope));
    for (const { repositoryPrefix } of caches.filter(({ upstream }) => upstream === undefined)) {
      warn(this.scope, WarningId.UPSTREAM_NOT_KNOWN,
        `the upstream of the cache '${repositoryPrefix}' is not known, so CachedImages rewrites no image name to it. Import it by `
        + "fromPullThroughCacheAttributes() with 'upstream', or acknowledge this warning.");
    }
    this.add(caches.map(rule => ({ rule, replaces: [] })));
  }

  /**
   * Rewrites the names of images in the upstream of this cache, and of those that it stands in for. Replacements go before what any cache
   * of this scope serves by itself; names with a digest are never replaced, since the other image has another one.
   *
   * @param cache the cache
   * @param options what it stands in for
   * @throws for an empty list, and for what is no cache or no name of an image
   */
  public useWith(cache: ICacheRule, options: CacheUseOptions): void {
    checkCache(cache, 'useWith()', this.scope);
    const { replaces = [] } = readOptions(options, 'useWith()', { replaces: listOf(NAME_PATTERN, 'image names') }, this.scope);
    if (replaces.length === 0) {
      throw new InvalidInputError({
        got: `no names that the cache '${cache.repositoryPrefix}' replaces`,
        expected: "at least one in 'replaces'",
        fix: "write them such as 'docker.io/library/*', or call use() for a cache that serves its own upstream only",
      }, this.scope);
    }
    this.add([{ rule: cache, replaces: replaces.map(pattern => new NamePattern(pattern)) }]);
  }

  /**
   * Looks for images in another property of an L1 resource, too. What is said of the same property in a wider scope, or by this library,
   * is used where the path leaves it out.
   *
   * @param path the resource type, the property that holds the image, and the one that holds the role
   * @throws for a path that can't lead to an image, and for a property that was added to this scope in another way
   */
  public addImageProperty(path: ImageProperty): void {
    const property = readImageProperty(path, this.scope);
    this.scopes.change(this.scope, settings => settings.addProperty(property));
  }

  /**
   * A Kubernetes manifest with its images rewritten: each text under a key `image`, at any depth, except below metadata and data. The
   * manifest that is given stays as it is.
   *
   * The caches are those that this scope and the wider ones have when it is called. It warns when there are none.
   *
   * @param manifest one manifest: call it for each of those that `eks.KubernetesManifest` takes
   * @throws for a list
   */
  public manifest(manifest: { [key: string]: any }): { [key: string]: any } {
    checkTree(manifest, 'manifest()', 'one Kubernetes manifest', this.scope);
    return this.rewrite('manifest', 'manifest()', replace => manifestWith(manifest as Tree, replace));
  }

  /**
   * Values of a Helm chart with their images rewritten: a text under `image` or `...Image`, or an object of `registry`, `repository` (or
   * `image`), `tag` and `digest` (or `sha`). The values that are given stay as they are.
   *
   * The caches are those that this scope and the wider ones have when it is called. It warns when there are none.
   *
   * Only what is given is seen, not what the chart has by itself: give the images that the chart names in its own values.
   *
   * @param values the values, as `eks.HelmChart` takes them
   */
  public helmValues(values: { [key: string]: any }): { [key: string]: any } {
    checkTree(values, 'helmValues()', 'the values of one Helm chart', this.scope);
    return this.rewrite('values', 'helmValues()', replace => helmValuesWith(values as Tree, replace));
  }

  /**
   * A `MutatingAdmissionPolicy` of Kubernetes with its binding, for `eks.KubernetesManifest`: each new Pod of a cluster pulls through the caches. It
   * is stable from Kubernetes 1.36; older clusters take `kyvernoMutatingPolicy()`.
   *
   * Names are rewritten as `manifest()` does, in containers, init and ephemeral containers and image volumes; workloads and running Pods stay as they
   * are. It is a convenience, not a control: see `validatingAdmissionPolicy()`. The `pullers` of `configure()` get a grant for the whole caches.
   *
   * @param options what is left alone
   * @throws before `use()`, for caches of several registries, and for options that there are not
   */
  public mutatingAdmissionPolicy(options: MutatingPolicyOptions = {}): { [key: string]: any }[] {
    return policyFor(this.scope, this.scopes.at(this.scope), 'mutatingAdmissionPolicy', options);
  }

  /**
   * A `ValidatingAdmissionPolicy` of Kubernetes with its binding, for `eks.KubernetesManifest`: Pods whose images come neither from the caches nor
   * from the exceptions are warned of and, with `enforce`, refused. What `mutatingAdmissionPolicy()` rewrites is let in.
   *
   * Look at the audit before you enforce it: add-ons of EKS bring Pods of AWS's own registries, which belong into `exceptions`.
   *
   * @param options what is let in besides, and whether Pods are refused
   * @throws before `use()`, for caches of several registries, and for options that there are not
   */
  public validatingAdmissionPolicy(options: ValidatingPolicyOptions = {}): { [key: string]: any }[] {
    return policyFor(this.scope, this.scopes.at(this.scope), 'validatingAdmissionPolicy', options);
  }

  /**
   * A `MutatingPolicy` of Kyverno, 1.17 and later: the same as `mutatingAdmissionPolicy()` for clusters before Kubernetes 1.36. Images that later
   * webhooks inject keep their names, since Kyverno's run once.
   *
   * @param options what is left alone
   * @throws before `use()`, for caches of several registries, and for options that there are not
   */
  public kyvernoMutatingPolicy(options: MutatingPolicyOptions = {}): { [key: string]: any }[] {
    return policyFor(this.scope, this.scopes.at(this.scope), 'kyvernoMutatingPolicy', options);
  }

  /**
   * A `ValidatingPolicy` of Kyverno, 1.17 and later: the same as `validatingAdmissionPolicy()`.
   *
   * @param options what is let in besides, and whether Pods are refused
   * @throws before `use()`, for caches of several registries, and for options that there are not
   */
  public kyvernoValidatingPolicy(options: ValidatingPolicyOptions = {}): { [key: string]: any }[] {
    return policyFor(this.scope, this.scopes.at(this.scope), 'kyvernoValidatingPolicy', options);
  }

  /**
   * Documents as text in YAML, for a repository of Argo CD or Flux.
   *
   * @param documents what the methods for policies or `manifest()` gave
   * @throws for a value that is known only at deployment, such as the account of a stack without one
   */
  public toYaml(documents: { [key: string]: any }[]): string {
    return toYaml(documents, this.scope);
  }

  /** What was found in this scope and what became of it as lines of text, changes first. Complete after synthesis. */
  public renderReport(): string {
    return reportOf(this.found);
  }

  private rewrite(what: string, call: string, change: (replace: Replace) => Tree): Tree {
    if (this.scopes.at(this.scope).lookup.rules.length === 0) {
      warn(this.scope, WarningId.NO_CACHE_IN_USE,
        `${call} was called before this scope or a wider one has any cache, so all of its images stay. Call use() of CachedImages before, for `
        + 'the scope or one above it, or acknowledge this warning.');
    }
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

  private add(more: readonly UsedCache[]): void {
    this.scopes.change(this.scope, ({ caches }) => caches.push(...more));
    // Aspects don't enter Stages, which are synthesized by themselves
    this.cover(this.scope.node.findAll().filter(one => one === this.scope || Stage.isStage(one)));
  }

  private cover(parts: readonly IConstruct[]): void {
    for (const part of parts.filter(one => !this.scopes.covered.has(one))) {
      this.scopes.covered.add(part);
      Aspects.of(part).add(this.aspect, { priority: AspectPriority.MUTATING });
      this.grantAheadIn(Stage.of(part) ?? part.node.root);
    }
  }

  /** A Stage is synthesized by itself, and everything in it after its own Aspects. */
  private grantAheadIn(stage: IConstruct): void {
    accessorOf(stage, 'GrantsAhead', () => {
      const aspect = new GrantsAheadAspect(this.aspect);
      Aspects.of(stage).add(aspect, { priority: AspectPriority.MUTATING });
      return aspect;
    });
  }
}
