import { CfnResource, Stage } from 'aws-cdk-lib';
import type { IAspect } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { Allowed, pathsByRule } from './allowed';
import type { Pulled } from './allowed';
import { warnOfBypass } from './checks';
import { ExecutionRoles } from './execution-role';
import { imageNamesIn } from './image-choices';
import { changeAt, holdersAt, imagesIn, overridesAt, valueAt, withImages } from './image-properties';
import type { Holder, ImagePlace } from './image-properties';
import { warnOfPlace } from './judged';
import type { Cached, Judged, Written } from './judged';
import { lacksExecutionRole, warnOfNoExecutionRole } from './launch-types';
import { ImageOutcome } from './lookup';
import type { Finding } from './lookup';
import { OciCharts } from './oci-charts';
import { shown } from './report';
import { RoleFinder } from './roles';
import type { ImageScopes, Settings } from './scopes';
import { isBypassed } from '../private/bypass';
import { excerpt, InvalidInputError, warn, WarningId } from '../private/errors';
import { oncePerTree } from '../private/tree';
import { pathInCache } from '../pulling/path-in-cache';
import { orderPull } from '../pulling/pull-order';

function uriOf({ image }: Cached): string {
  return image.uri;
}

/** Rewrites the image names of a tree and lets the roles pull that have to. A tree has one, so that it visits each construct once. */
export class CachedImagesAspect implements IAspect {
  private readonly roles = new RoleFinder();
  private readonly allowed = new Allowed();
  private readonly ociCharts = new OciCharts(this);
  private readonly executionRoles = new ExecutionRoles();

  constructor(private readonly scopes: ImageScopes) {}

  /**
   * Makes the roles that will pull, and lets them, for all that is there: before aws-cdk parts the policies of a role that has too many statements, and
   * closes those of `grantRun()`. What comes later gets it when it is visited.
   */
  public grantAhead(stage: Stage): void {
    if (this.scopes.at(stage).lookup.rules.length > 0 && isBypassed(stage)) { warnOfBypass(stage); }
    this.forget();
    this.grantIn(stage);
    // other Aspects may make roles until the first visit
    this.forget();
  }

  private forget(): void {
    this.roles.forget();
    this.executionRoles.forget();
  }

  private grantIn(within: IConstruct): void {
    for (const part of within.node.children.filter(child => !Stage.isStage(child))) {
      const { lookup, pullers, places } = this.scopes.at(part);
      if (lookup.rules.length > 0 && part instanceof ecs.TaskDefinition) {
        // what another version of this package has taken, it changes too
        const taken = namesOf(part.node.defaultChild as ecs.CfnTaskDefinition, 'ImageNamesGrantedAhead');
        const images = namesIn(part, places.of(TASK_DEFINITION)).filter(name => !taken.has(name)).flatMap(name => {
          const { cached } = lookup.find(name, part);
          if (cached) { taken.add(name); }
          return cached ?? [];
        });
        if (images.length > 0) { this.allowed.allow(images, [this.executionRoles.of(part)]); }
      } else if (lookup.rules.length > 0 && CfnResource.isCfnResource(part) && !(part.node.scope instanceof ecs.TaskDefinition)) {
        const resource = part;
        const images = places.of(resource.cfnResourceType).filter(({ kept }) => !kept).flatMap(place => imagesAt(resource, place));
        images.forEach(({ name, place, indices }) => {
          const cached = ofService(name, place) || lacksExecutionRole(resource, place, indices) ? undefined : lookup.find(name, resource).cached;
          const role = cached && this.roleAt(resource, place, indices);
          if (cached) { this.allowed.allow([cached], role ? [role] : pullers); }
        });
      }
      this.grantIn(part);
    }
  }

  public visit(node: IConstruct): void {
    if (node instanceof ecs.TaskDefinition) {
      this.visitTaskDefinition(node);
    } else if (CfnResource.isCfnResource(node) && !(node.node.scope instanceof ecs.TaskDefinition)) {
      const settings = this.scopes.at(node);
      this.refuseLambda(node, settings);
      if (settings.lookup.rules.length > 0) { this.ociCharts.visit(node); }
      settings.places.of(node.cfnResourceType).forEach(place => this.visitResource(node, place));
    }
  }

  /** Records what becomes of a name, warns where that needs a hand, and gives the image that a cache has, with what it is called now. */
  public judge(node: IConstruct, property: string, before: string, { ownImages, kept, written = uriOf }: Written = {}): Judged | undefined {
    const finding: Finding = ofService(before, { ownImages })
      ? { outcome: ImageOutcome.OF_SERVICE }
      : this.bypassed(node, kept, this.scopes.at(node).lookup.find(before, node));
    const { outcome, cached } = finding;
    const after = cached && outcome === ImageOutcome.CACHED ? written(cached) : undefined;
    this.scopes.found.push({ node, property, before, after: after ?? before, outcome, image: cached?.image });
    warnOfPlace(node, before, finding);
    if (outcome === ImageOutcome.PINNED_BY_DIGEST) {
      warn(node, WarningId.DIGEST_NOT_CACHED,
        `${excerpt(before)} is pinned by a digest and is not pulled through a cache: a first pull by digest is reported to fail until a tag of the `
        + "image was pulled once, and a replaced image has another digest. Use a tag, set 'digests', or acknowledge this warning.");
    }
    return cached && { cached, after };
  }

  /** Whether a cache has a name for a construct. */
  public serves(node: IConstruct, name: string): boolean {
    return this.scopes.at(node).lookup.find(name, node).outcome === ImageOutcome.CACHED;
  }

  private bypassed(node: IConstruct, kept: boolean | undefined, finding: Finding): Finding {
    if (finding.outcome !== ImageOutcome.CACHED) { return finding; }
    if (kept) { return { outcome: ImageOutcome.NOT_REWRITTEN }; }
    return isBypassed(node) ? { ...finding, outcome: ImageOutcome.BYPASSED } : finding;
  }

  /** Lets those pull who have to; without a role, those who were named for it. */
  public grant(node: IConstruct, images: readonly Pulled[], role: iam.IGrantable | undefined): void {
    const pullers = role ? [role] : this.scopes.at(node).pullers;
    this.allowed.allow(images, pullers);
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
    const places = this.scopes.at(task).places.of(TASK_DEFINITION);
    const [place] = places;
    const l1 = task.node.defaultChild as ecs.CfnTaskDefinition;
    const done = namesOf(l1, 'ChangedImageNames');
    const images: Cached[] = [];
    const changes = new Map<string, string>();
    for (const name of new Set(namesIn(task, places).filter(one => !done.has(one)))) {
      const judged = this.judge(task, place.imagePath, name);
      if (judged) { images.push(judged.cached); }
      if (judged?.after !== undefined) { changes.set(name, judged.after); }
    }
    if (images.length > 0) {
      // a task that comes only now may be run by what has come since, too
      if (!task.executionRole) { this.executionRoles.forget(); }
      const role = this.executionRoles.of(task);
      this.grant(task, images, role);
      order(l1, images, role);
    }
    this.change(l1, place, changes);
    [...changes.keys()].forEach(name => done.add(name));
  }

  private visitResource(resource: CfnResource, place: ImagePlace): void {
    const changes = new Map<string, string>();
    const byRole = new Map<iam.IGrantable | undefined, Cached[]>();
    for (const { name, indices } of imagesAt(resource, place)) {
      const unrewritable = lacksExecutionRole(resource, place, indices);
      const judged = this.judge(resource, place.imagePath, name, { ...place, kept: place.kept || unrewritable });
      if (judged?.after !== undefined) { changes.set(name, judged.after); }
      if (unrewritable && this.scopes.at(resource).lookup.find(name, resource).cached) { warnOfNoExecutionRole(resource, name, place); }
      if (judged) {
        const role = this.roleAt(resource, place, indices);
        byRole.set(role, [...byRole.get(role) ?? [], judged.cached]);
      }
    }
    byRole.forEach((images, role) => {
      this.grant(resource, images, role);
      order(resource, images, role);
    });
    this.change(resource, place, changes);
  }

  private roleAt(resource: CfnResource, { roleSteps }: ImagePlace, indices: Holder['indices']): iam.IGrantable | undefined {
    return roleSteps && this.roles.behind(valueAt(resource, roleSteps, indices), resource);
  }

  /** Changes exactly those names that were judged and granted. */
  private change(resource: CfnResource, place: ImagePlace, changes: ReadonlyMap<string, string>): void {
    if (changes.size === 0) { return; }
    changeAt(resource, place, holder => withImages(holder, place, name => changes.get(name)));
  }

  private refuseLambda(resource: CfnResource, { lookup }: Settings): void {
    if (resource.cfnResourceType !== 'AWS::Lambda::Function') { return; }
    const image = imageNamesIn(valueAt(resource, ['Code', 'ImageUri'], []))
      .find(name => lookup.rules.some(rule => pathInCache(rule, name) !== undefined));
    if (image !== undefined) {
      throw new InvalidInputError({
        got: `the cached image '${shown(image, resource)}' for a Lambda function`,
        expected: 'an image in a repository of its own, since Lambda does not pull through a cache',
        fix: 'build or copy the image into a repository, for example with DockerImageCode.fromImageAsset() and a Dockerfile that begins with FROM',
      }, resource);
    }
  }
}

const TASK_DEFINITION = ecs.CfnTaskDefinition.CFN_RESOURCE_TYPE_NAME;

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

/** The names of a task's containers, and those that overrides of its L1 have. */
function namesIn(task: ecs.TaskDefinition, [place]: readonly ImagePlace[]): string[] {
  return [
    ...task.node.children.filter(child => child instanceof ecs.ContainerDefinition).flatMap(container => imageNamesIn(container.imageName)),
    ...overridesAt(task.node.defaultChild as ecs.CfnTaskDefinition, place).flatMap(({ properties }) => imagesIn(properties, place)),
  ];
}

interface NamedImage {
  readonly name: string;
  readonly place: ImagePlace;
  readonly indices: Holder['indices'];
}

function imagesAt(resource: CfnResource, place: ImagePlace): NamedImage[] {
  return holdersAt(resource, place).flatMap(({ properties, indices }) => imagesIn(properties, place).map(name => ({ name, place, indices })));
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
