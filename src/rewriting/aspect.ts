import { CfnResource, Stage } from 'aws-cdk-lib';
import type { IAspect } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { executionRoleOf } from './execution-role';
import { changedAt, holdersAt, valueAt } from './image-properties';
import type { ImagePlace } from './image-properties';
import { ImageOutcome } from './lookup';
import type { Finding } from './lookup';
import { warnOfPlace } from './place-warnings';
import { shown } from './report';
import { RoleFinder } from './roles';
import type { ImageScopes, Settings } from './scopes';
import { excerpt, InvalidInputError, warn, WarningId } from '../private/errors';
import { oncePerTree } from '../private/tree';
import { PullThroughCacheGrants } from '../pulling/cache-grants';
import { pathInCache } from '../pulling/image-in-cache';
import { orderPull } from '../pulling/pull-order';

type Cached = NonNullable<Finding['cached']>;

/** Rewrites the image names of a tree and lets the roles pull that have to. A tree has one, so that it visits each construct once. */
export class CachedImagesAspect implements IAspect {
  private readonly roles = new RoleFinder();

  constructor(private readonly scopes: ImageScopes) {}

  /**
   * Makes the roles that will pull, and lets them, for all that is there: before aws-cdk parts the policies of a role that has too many statements, and
   * closes those of `grantRun()`. What comes later gets it when it is visited.
   */
  public grantAhead(within: IConstruct): void {
    for (const part of within.node.children.filter(child => !Stage.isStage(child))) {
      const { lookup, pullers, places } = this.scopes.at(part);
      if (lookup.rules.length > 0 && part instanceof ecs.TaskDefinition) {
        // what another version of this package has taken, it changes too
        const taken = namesOf(part.node.defaultChild as ecs.CfnTaskDefinition, 'ImageNamesGrantedAhead');
        const served = namesIn(part).filter(name => !taken.has(name) && lookup.find(name, part).cached);
        served.forEach(name => taken.add(name));
        if (served.length > 0) { allow(served.flatMap(name => lookup.find(name, part).cached ?? []), [executionRoleOf(part)]); }
      } else if (lookup.rules.length > 0 && CfnResource.isCfnResource(part) && !(part.node.scope instanceof ecs.TaskDefinition)) {
        const resource = part;
        places.of(resource.cfnResourceType).flatMap(place => imagesAt(resource, place)).forEach(({ name, place, indices }) => {
          const { cached } = ofService(name, place) ? { cached: undefined } : lookup.find(name, resource);
          const role = cached && this.roleAt(resource, place, indices);
          if (cached) { allow([cached], role ? [role] : pullers); }
        });
      }
      this.grantAhead(part);
    }
  }

  public visit(node: IConstruct): void {
    if (node instanceof ecs.TaskDefinition) {
      this.visitTaskDefinition(node);
    } else if (CfnResource.isCfnResource(node) && !(node.node.scope instanceof ecs.TaskDefinition)) {
      const settings = this.scopes.at(node);
      this.refuseLambda(node, settings);
      settings.places.of(node.cfnResourceType).forEach(place => this.visitResource(node, place));
    }
  }

  /** Records what becomes of a name, warns where that needs a hand, and gives the image to pull instead. */
  public judge(node: IConstruct, property: string, before: string, ownImages?: string): Cached | undefined {
    const finding: Finding = ofService(before, { ownImages })
      ? { outcome: ImageOutcome.OF_SERVICE }
      : this.scopes.at(node).lookup.find(before, node);
    const { outcome, cached } = finding;
    this.scopes.found.push({ node, property, before, after: cached?.image.uri ?? before, outcome });
    warnOfPlace(node, before, finding);
    if (outcome === ImageOutcome.PINNED_BY_DIGEST) {
      warn(node, WarningId.DIGEST_NOT_CACHED,
        `${excerpt(before)} is pinned by a digest and is not pulled through a cache: a first pull by digest is reported to fail until a tag of the `
        + "image was pulled once, and a replaced image has another digest. Use a tag, set 'digests', or acknowledge this warning.");
    }
    return cached;
  }

  /** Lets those pull who have to; without a role, those who were named for it. */
  public grant(node: IConstruct, images: readonly Cached[], role: iam.IGrantable | undefined): void {
    const pullers = role ? [role] : this.scopes.at(node).pullers;
    allow(images, pullers);
    for (const [rule, paths] of pathsByRule(images)) {
      if (pullers.length === 0) {
        warn(node, WarningId.PULLER_NOT_FOUND,
          `no role was found that pulls ${paths.join(', ')} from the cache '${rule.repositoryPrefix}' here, so nobody was allowed to. `
          + "Name who pulls (EKS nodes, an instance role, a role of another stack) in 'pullers', or grant it and acknowledge this warning.");
      }
    }
  }

  /**
   * The L2, not its L1: only here the execution role comes in time for tags, and the containers are known without resolving the L1's
   * stable Lazy, which would lose those that come later.
   */
  private visitTaskDefinition(task: ecs.TaskDefinition): void {
    const [place] = this.scopes.at(task).places.of(ecs.CfnTaskDefinition.CFN_RESOURCE_TYPE_NAME);
    const l1 = task.node.defaultChild as ecs.CfnTaskDefinition;
    const done = namesOf(l1, 'ChangedImageNames');
    const changes = new Map<string, Cached>();
    for (const name of new Set(namesIn(task).filter(one => !done.has(one)))) {
      const cached = this.judge(task, place.imagePath, name);
      if (cached) { changes.set(name, cached); }
    }
    if (changes.size > 0) {
      const role = executionRoleOf(task);
      this.grant(task, [...changes.values()], role);
      order(l1, [...changes.values()], role);
      this.change(l1, place, changes);
      [...changes.keys()].forEach(name => done.add(name));
    }
  }

  private visitResource(resource: CfnResource, place: ImagePlace): void {
    const changes = new Map<string, Cached>();
    const byRole = new Map<iam.IGrantable | undefined, Cached[]>();
    for (const { name, indices } of imagesAt(resource, place)) {
      const cached = this.judge(resource, place.imagePath, name, place.ownImages);
      if (cached) {
        changes.set(name, cached);
        const role = this.roleAt(resource, place, indices);
        byRole.set(role, [...byRole.get(role) ?? [], cached]);
      }
    }
    byRole.forEach((images, role) => {
      this.grant(resource, images, role);
      order(resource, images, role);
    });
    if (changes.size > 0) { this.change(resource, place, changes); }
  }

  private roleAt(resource: CfnResource, { roleSteps }: ImagePlace, indices: readonly number[]): iam.IGrantable | undefined {
    return roleSteps && this.roles.behind(valueAt(resource, roleSteps, indices), resource);
  }

  /** Changes exactly those names that were judged and granted. */
  private change(resource: CfnResource, { holderSteps, key, beside }: ImagePlace, changes: ReadonlyMap<string, Cached>): void {
    const [property, ...steps] = holderSteps;
    const l1 = resource as unknown as Record<string, unknown>;
    l1[property] = changedAt(l1[property], steps, (holder) => {
      const cached = typeof holder[key] === 'string' ? changes.get(holder[key]) : undefined;
      return cached ? { ...holder, ...beside, [key]: cached.image.uri } : holder;
    });
  }

  private refuseLambda(resource: CfnResource, { lookup }: Settings): void {
    if (resource.cfnResourceType !== 'AWS::Lambda::Function') { return; }
    const image = valueAt(resource, ['code', 'imageUri'], []);
    if (typeof image === 'string' && lookup.rules.some(rule => pathInCache(rule, image) !== undefined)) {
      throw new InvalidInputError({
        got: `the cached image '${shown(image, resource)}' for a Lambda function`,
        expected: 'an image in a repository of its own, since Lambda does not pull through a cache',
        fix: 'build or copy the image into a repository, for example with DockerImageCode.fromImageAsset() and a Dockerfile that begins with FROM',
      }, resource);
    }
  }
}

function order(resource: CfnResource, images: readonly Cached[], role: iam.IGrantable | undefined): void {
  new Set(images.map(({ rule }) => rule)).forEach(rule => orderPull(resource, rule, role));
}

/** Has the grants made ahead, when a Stage or the app begins to be synthesized. */
export class GrantsAheadAspect implements IAspect {
  constructor(private readonly images: CachedImagesAspect) {}

  public visit(node: IConstruct): void {
    if (Stage.isStage(node)) { this.images.grantAhead(node); }
  }
}

function allow(images: readonly Cached[], pullers: readonly iam.IGrantable[]): void {
  for (const [rule, paths] of pathsByRule(images)) {
    pullers.forEach(puller => PullThroughCacheGrants.fromRule(rule)._pullPathsTogether(puller, paths));
  }
}

function pathsByRule(images: readonly Cached[]): Map<Cached['rule'], string[]> {
  return new Map(images.map(({ rule }) => [rule, [...new Set(images.filter(one => one.rule === rule).map(one => one.image.path))]]));
}

function namesIn(task: ecs.TaskDefinition): string[] {
  return task.node.children.filter(child => child instanceof ecs.ContainerDefinition).map(container => container.imageName);
}

interface NamedImage {
  readonly name: string;
  readonly place: ImagePlace;
  readonly indices: readonly number[];
}

function imagesAt(resource: CfnResource, place: ImagePlace): NamedImage[] {
  return holdersAt(resource, place.holderSteps).flatMap(({ properties, indices }) => {
    const name = properties[place.key];
    return typeof name === 'string' ? [{ name, place, indices }] : [];
  });
}

/** Whether the service itself has the image. */
function ofService(name: string, { ownImages }: Pick<ImagePlace, 'ownImages'>): boolean {
  return ownImages !== undefined && name.startsWith(ownImages);
}

/** Names that were granted or changed in an L1 whose construct still shows them as they were, perhaps by another version of this package. */
function namesOf(l1: CfnResource, register: 'ChangedImageNames' | 'ImageNamesGrantedAhead'): Set<string> {
  const byResource = oncePerTree(l1, register, () => new WeakMap<IConstruct, Set<string>>());
  const names = byResource.get(l1) ?? new Set<string>();
  byResource.set(l1, names);
  return names;
}
