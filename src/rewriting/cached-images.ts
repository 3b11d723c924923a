import { AspectPriority, Aspects, Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { MutatingPolicyOptions, ValidatingPolicyOptions } from './admission/options';
import { policyFor } from './admission/policy-of-scope';
import type { PolicyKind } from './admission/policy-of-scope';
import { toYaml } from './admission/yaml';
import { CachedImagesAspect, GrantsAheadAspect } from './aspect';
import { ChartJudge } from './chart-judge';
import { manifestWith } from './charts/manifest';
import { merged } from './charts/tree';
import type { Tree } from './charts/tree';
import { helmValuesWith } from './charts/values';
import { checkInTime, leftIn, problemsIn } from './checks';
import { checkCache, checkReplacements, checkScope, checkTree, listOf, readOptions, textOf } from './given';
import { readImageProperty } from './given-property';
import { HELM_JSON_KINDS, HELM_KINDS, readJson, withSubstitutes } from './helm-options';
import type { HelmValuesJsonOptions, HelmValuesOptions } from './helm-options';
import type { ImageProperty } from './known-properties';
import { NAME_PATTERN, NamePattern } from './lookup';
import type { UsedCache } from './lookup';
import type { CachedImagesOptions } from './options';
import { foundImage, keyOf, reportOf } from './report';
import type { FoundImage } from './report';
import { ImageScopes } from './scopes';
import { checkNoMore } from '../private/access';
import { BY_METHOD, checkMadeByMethod } from '../private/choices';
import { InvalidInputError, warn, WarningId } from '../private/errors';
import { accessorOf } from '../private/tree';
import type { ImageInCache } from '../pulling/image-in-cache';
import type { ICacheRule } from '../rule/cache-rule';

/** What a cache serves besides its own upstream. */
export interface CacheUseOptions {
  /**
   * Names of other registries that the cache's upstream has images for: complete, without tag, perhaps with a `*` at the end. What the `*`
   * stands for is the image's name in the upstream; without one, what follows the last slash.
   *
   * `docker.io/library/*` lets Echo's `nginx` stand in for Docker's.
   */
  readonly replaces: string[];

  /**
   * What stands in front of such names in the upstream: `docker/library` for Docker's official images at ECR Public, whose `nginx` is
   * `docker/library/nginx` there.
   *
   * @default - nothing
   */
  readonly replacementPrefix?: string;
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
    scope.node.addValidation({
      validate: () => {
        this.scopes.settled.add(scope);
        return problemsIn(scope, this.scopes);
      },
    });
  }

  /**
   * What was found in this scope and what became of it, in the order of the tree. Complete after synthesis: then it also has what stands in the
   * templates where no image name is rewritten, and each read of it renders them.
   */
  public get found(): FoundImage[] {
    const found = this.scopes.foundIn(this.scope).map(foundImage);
    const settled = this.scope.node.scopes.some(one => this.scopes.settled.has(one));
    const left = settled && this.scopes.at(this.scope).lookup.rules.length > 0
      ? leftIn(this.scope.node.findAll(), this.scopes).map(foundImage)
      : [];
    const known = new Set(found.map(keyOf));
    return [...found, ...left.filter(one => !known.has(keyOf(one)))];
  }

  /**
   * Sets what stays, what fails, and who pulls where no role does. Call it before `helmValues()` and `manifest()`.
   *
   * What is left out stays as it is.
   *
   * @param options the options to set
   * @throws for an option that is not known, has a wrong value, or has another value in this scope already; after a Stage of the scope was synthesized
   */
  public configure(options: CachedImagesOptions): void {
    checkInTime(this.scope, 'configure()');
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
   * @throws without any cache, for what is none, and after a Stage of the scope was synthesized, as `pipeline.addStage()` does
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
    checkInTime(this.scope, 'use()');
    this.add(caches.map(rule => ({ rule, replaces: [] })));
  }

  /**
   * Rewrites the names of images in the upstream of this cache, and of those that it stands in for. Replacements go before what any cache
   * of this scope serves by itself; names with a digest are never replaced, since the other image has another one.
   *
   * @param cache the cache
   * @param options what it stands in for
   * @throws for an empty list, for what is no cache or no name of an image, and after a Stage of the scope was synthesized
   */
  public useWith(cache: ICacheRule, options: CacheUseOptions): void {
    checkCache(cache, 'useWith()', this.scope);
    const { replaces = [], replacementPrefix } = readOptions(options, 'useWith()', {
      replaces: listOf(NAME_PATTERN, 'image names'), replacementPrefix: textOf('docker/library'),
    }, this.scope);
    if (replaces.length === 0) {
      throw new InvalidInputError({
        got: `no names that the cache '${cache.repositoryPrefix}' replaces`,
        expected: "at least one in 'replaces'",
        fix: "write them such as 'docker.io/library/*', or call use() for a cache that serves its own upstream only",
      }, this.scope);
    }
    checkReplacements(cache, replaces, replacementPrefix, this.scope);
    checkInTime(this.scope, 'useWith()');
    this.add([{ rule: cache, replaces: replaces.map(pattern => new NamePattern(pattern)), replacementPrefix }]);
  }

  /**
   * Looks for images in another property of an L1 resource, too. What is said of the same property in a wider scope, or by this library,
   * is used where the path leaves it out.
   *
   * @param path the resource type, the property that holds the image, and the one that holds the role
   * @throws for a path that can't lead to an image, a property that was added to this scope in another way, and after a Stage of the scope was synthesized
   */
  public addImageProperty(path: ImageProperty): void {
    checkInTime(this.scope, 'addImageProperty()');
    const property = readImageProperty(path, this.scope);
    this.scopes.change(this.scope, settings => settings.addProperty(property));
  }

  /**
   * A Kubernetes manifest with its images rewritten: each text under a key `image`, at any depth, and names with registry and tag in arguments,
   * variables and other keys of images, except below metadata and data. The manifest that is given stays as it is, and what is no image
   * passes untouched.
   *
   * The caches are those that this scope and the wider ones have when it is called. It warns when there are none, and of what names a
   * registry of theirs elsewhere.
   *
   * @param manifest one manifest: call it for each of those that `eks.KubernetesManifest` takes
   * @throws for a list
   */
  public manifest(manifest: { [key: string]: any }): { [key: string]: any } {
    checkTree(manifest, 'manifest()', 'one Kubernetes manifest', this.scope);
    return this.rewrite('manifest', 'manifest()', judge => manifestWith(manifest as Tree, judge));
  }

  /**
   * The same for a manifest that is JSON text, for what takes text, and for languages whose dictionaries can't hold every value, such as null.
   *
   * @param manifest one manifest as JSON
   * @throws for what is no JSON, and for a list
   */
  public manifestJson(manifest: string): string {
    const tree = readJson(manifest, 'manifestJson()', 'one Kubernetes manifest', this.scope);
    return JSON.stringify(this.rewrite('manifest', 'manifestJson()', judge => manifestWith(tree, judge)));
  }

  /**
   * Values of a Helm chart with their images rewritten: a text under `image`, `...Image` and the like, or an object of `registry`, `repository` (or
   * `image` or `name`), `tag` and `digest` (or `sha`). The values that are given stay as they are, and what is no image passes untouched.
   *
   * Give the chart's own values as `defaults`: images that only the chart names are rewritten then too, and it is known what the chart puts in
   * front of a name. Without, a name without its registry stays, with a warning.
   *
   * The caches are those that this scope and the wider ones have when it is called. It warns when there are none, and of what names a
   * registry of theirs where no image is known to stand. docs/images.md lists the shapes.
   *
   * @param values the values, as `eks.HelmChart` takes them
   * @param options the chart's own values, and what else is known of it
   */
  public helmValues(values: { [key: string]: any }, options: HelmValuesOptions = {}): { [key: string]: any } {
    checkTree(values, 'helmValues()', 'the values of one Helm chart', this.scope);
    const { defaults, allowInsecureImages } = readOptions(options, 'helmValues()', HELM_KINDS, this.scope);
    if (defaults !== undefined) { checkTree(defaults, 'helmValues()', "the chart's own values", this.scope); }
    return this.rewriteValues(values as Tree, 'helmValues()', defaults, allowInsecureImages);
  }

  /**
   * The same for values that are JSON text, for what takes text, and for languages whose dictionaries can't hold every value, such as the null by
   * which Helm takes a default away.
   *
   * @param values the values as JSON
   * @param options the chart's own values, and what else is known of it
   * @throws for what is no JSON
   */
  public helmValuesJson(values: string, options: HelmValuesJsonOptions = {}): string {
    const tree = readJson(values, 'helmValuesJson()', 'the values of one Helm chart', this.scope);
    const { defaults, allowInsecureImages } = readOptions(options, 'helmValuesJson()', HELM_JSON_KINDS, this.scope);
    const own = defaults === undefined ? undefined : readJson(defaults, 'helmValuesJson()', "the chart's own values", this.scope);
    return JSON.stringify(this.rewriteValues(tree, 'helmValuesJson()', own, allowInsecureImages));
  }

  /**
   * The caches of this scope and the wider ones, as they are now.
   *
   * @internal
   */
  public get _caches(): readonly ICacheRule[] {
    return this.scopes.at(this.scope).lookup.rules;
  }

  /**
   * What this scope pulls through caches, each image once, as far as it is known by now.
   *
   * @internal
   */
  public get _pulled(): ImageInCache[] {
    const images = this.scopes.foundIn(this.scope).flatMap(({ image }) => image ?? [])
      .filter(({ tag, digest }) => tag !== undefined || digest !== undefined);
    return [...new Map(images.map(image => [`${image._rule.node.addr} ${image.path} ${image.tagOrDigest}`, image])).values()];
  }

  /**
   * A `MutatingAdmissionPolicy` of Kubernetes with its binding, for `eks.KubernetesManifest`: each new Pod of a cluster pulls through the caches. It
   * is stable from Kubernetes 1.36. Older clusters take `kyvernoMutatingPolicy()`.
   *
   * Names are rewritten as `manifest()` does, in containers, init and ephemeral containers and image volumes; workloads and running Pods stay as they
   * are. It is a convenience, not a control: see `validatingAdmissionPolicy()`. The `pullers` of `configure()` get a grant for the whole caches.
   *
   * @param options what is left alone
   * @throws before `use()`, for caches of several registries, and for options that there are not
   */
  public mutatingAdmissionPolicy(options: MutatingPolicyOptions = {}): { [key: string]: any }[] {
    checkNoMore('mutatingAdmissionPolicy', arguments, 1, 'name all options in one object', this.scope);
    return this.policy('mutatingAdmissionPolicy', options);
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
    checkNoMore('validatingAdmissionPolicy', arguments, 1, 'name all options in one object', this.scope);
    return this.policy('validatingAdmissionPolicy', options);
  }

  /**
   * A `MutatingPolicy` of Kyverno, 1.17 and later: the same as `mutatingAdmissionPolicy()` for clusters before Kubernetes 1.36. Images that later
   * webhooks inject keep their names, since Kyverno's run once.
   *
   * @param options what is left alone
   * @throws before `use()`, for caches of several registries, and for options that there are not
   */
  public kyvernoMutatingPolicy(options: MutatingPolicyOptions = {}): { [key: string]: any }[] {
    checkNoMore('kyvernoMutatingPolicy', arguments, 1, 'name all options in one object', this.scope);
    return this.policy('kyvernoMutatingPolicy', options);
  }

  /**
   * A `ValidatingPolicy` of Kyverno, 1.17 and later: the same as `validatingAdmissionPolicy()`.
   *
   * @param options what is let in besides, and whether Pods are refused
   * @throws before `use()`, for caches of several registries, and for options that there are not
   */
  public kyvernoValidatingPolicy(options: ValidatingPolicyOptions = {}): { [key: string]: any }[] {
    checkNoMore('kyvernoValidatingPolicy', arguments, 1, 'name all options in one object', this.scope);
    return this.policy('kyvernoValidatingPolicy', options);
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

  private policy(kind: PolicyKind, options: MutatingPolicyOptions & ValidatingPolicyOptions): { [key: string]: any }[] {
    const documents = policyFor(this.scope, this.scopes.at(this.scope), kind, options);
    this.scopes.noteRead(this.scope, `${kind}()`);
    return documents;
  }

  /** What was found in this scope and what became of it as lines of text, changes first. Complete after synthesis. */
  public renderReport(): string {
    return reportOf(this.found);
  }

  private rewriteValues(values: Tree, call: string, defaults: Tree | undefined, allowInsecureImages = false): Tree {
    return this.rewrite('values', call, judge => {
      const changed = helmValuesWith(values, judge, defaults);
      return withSubstitutes(changed, merged(defaults ?? {}, values), judge.substitutesBitnami, allowInsecureImages, this.scope);
    });
  }

  private rewrite(what: 'manifest' | 'values', call: string, change: (judge: ChartJudge) => Tree): Tree {
    if (this.scopes.at(this.scope).lookup.rules.length === 0) {
      warn(this.scope, WarningId.NO_CACHE_IN_USE,
        `${call} was called before this scope or a wider one has any cache, so all of its images stay. Call use() of CachedImages before, for `
        + 'the scope or one above it, or acknowledge this warning.');
    }
    this.scopes.noteRead(this.scope, call);
    const judge = new ChartJudge(this.scope, what, this.scopes, this.aspect);
    const changed = change(judge);
    judge.finish(changed);
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
