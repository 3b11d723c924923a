import { CfnElement, CfnResource, Reference, Stack, Token, Tokenization } from 'aws-cdk-lib';
import type { IAspect } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { changeAt, holdersAt, imageIn, overridesAt, valueAt, withImage } from './image-properties';
import type { ImagePlace } from './image-properties';
import { ImageOutcome } from './lookup';
import type { Finding } from './lookup';
import { shown } from './report';
import type { ImageScopes, Settings } from './scopes';
import { isBypassed } from '../private/bypass';
import { excerpt, InvalidInputError, warn, WarningId } from '../private/errors';
import { oncePerTree } from '../private/tree';
import { PullThroughCacheGrants } from '../pulling/cache-grants';
import { pathInCache } from '../pulling/image-in-cache';
import type { ICacheRule } from '../rule/cache-rule';

type Cached = NonNullable<Finding['cached']>;

/** An image of a cache whose pullers are granted, and what it is called now where its name changes. */
export interface Judged {
  readonly cached: Cached;
  readonly after?: string;
}

/** What is pulled from a cache: an image, or with a `*` at its end all that begins so. */
export interface Pulled {
  readonly rule: ICacheRule;
  readonly image: { readonly path: string };
}

/** Where a name stands, and what is written instead of it. */
export interface Written {
  /** How names begin that the service itself understands. */
  readonly ownImages?: string;
  /** Whether names stay here. */
  readonly kept?: boolean;
  /** What is written for an image of a cache. */
  readonly written?: (cached: Cached) => string;
}

function uriOf({ image }: Cached): string {
  return image.uri;
}

/** Rewrites the image names of a tree and lets the roles pull that have to. A tree has one, so that it visits each construct once. */
export class CachedImagesAspect implements IAspect {
  constructor(private readonly scopes: ImageScopes) {}

  public visit(node: IConstruct): void {
    if (node instanceof ecs.TaskDefinition) {
      this.visitTaskDefinition(node);
    } else if (CfnResource.isCfnResource(node) && !(node.node.scope instanceof ecs.TaskDefinition)) {
      const settings = this.scopes.at(node);
      this.refuseLambda(node, settings);
      settings.places.of(node.cfnResourceType).forEach(place => this.visitResource(node, place));
    }
  }

  /** Records what becomes of a name, warns where that needs a hand, and gives the image that a cache has, with what it is called now. */
  public judge(node: IConstruct, property: string, before: string, { ownImages, kept, written = uriOf }: Written = {}): Judged | undefined {
    const { outcome, cached } = ownImages !== undefined && before.startsWith(ownImages)
      ? { outcome: ImageOutcome.OF_SERVICE, cached: undefined }
      : this.bypassed(node, kept, this.scopes.at(node).lookup.find(before));
    const after = cached && outcome === ImageOutcome.CACHED ? written(cached) : undefined;
    this.scopes.found.push({ node, property, before, after: after ?? before, outcome, image: cached?.image });
    if (outcome === ImageOutcome.PINNED_BY_DIGEST) {
      warn(node, WarningId.DIGEST_NOT_CACHED,
        `${excerpt(before)} is pinned by a digest and is not pulled through a cache: a first pull by digest is reported to fail until a tag of the `
        + "image was pulled once, and a replaced image has another digest. Use a tag, set 'digests', or acknowledge this warning.");
    }
    return cached && { cached, after };
  }

  private bypassed(node: IConstruct, kept: boolean | undefined, finding: Finding): Finding {
    if (finding.outcome !== ImageOutcome.CACHED) { return finding; }
    if (kept) { return { outcome: ImageOutcome.NOT_REWRITTEN }; }
    return isBypassed(node) ? { ...finding, outcome: ImageOutcome.BYPASSED } : finding;
  }

  /** Lets those pull who have to; without a role, those who were named for it. */
  public grant(node: IConstruct, images: readonly Pulled[], role: iam.IGrantable | undefined): void {
    const pullers = role ? [role] : this.scopes.at(node).pullers;
    for (const rule of new Set(images.map(one => one.rule))) {
      const paths = [...new Set(images.filter(one => one.rule === rule).map(one => one.image.path))];
      for (const puller of pullers) {
        PullThroughCacheGrants.fromRule(rule)._pullPaths(puller, paths);
      }
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
    const done = changedNames(l1);
    const names = [
      ...task.node.children.filter(child => child instanceof ecs.ContainerDefinition).map(container => container.imageName),
      ...overridesAt(l1, place).flatMap(({ properties }) => imageIn(properties, place) ?? []),
    ];
    const images: Cached[] = [];
    const changes = new Map<string, string>();
    for (const name of new Set(names.filter(one => !done.has(one)))) {
      const judged = this.judge(task, place.imagePath, name);
      if (judged) { images.push(judged.cached); }
      if (judged?.after !== undefined) { changes.set(name, judged.after); }
    }
    if (images.length > 0) { this.grant(task, images, task.obtainExecutionRole()); }
    this.change(l1, place, changes);
    [...changes.keys()].forEach(name => done.add(name));
  }

  private visitResource(resource: CfnResource, place: ImagePlace): void {
    const changes = new Map<string, string>();
    const byRole = new Map<iam.IGrantable | undefined, Cached[]>();
    for (const { properties, indices } of holdersAt(resource, place)) {
      const name = imageIn(properties, place);
      if (name === undefined) { continue; }
      const judged = this.judge(resource, place.imagePath, name, place);
      if (judged?.after !== undefined) { changes.set(name, judged.after); }
      if (judged) {
        const role = place.roleSteps && roleBehind(valueAt(resource, place.roleSteps, indices), resource);
        byRole.set(role, [...byRole.get(role) ?? [], judged.cached]);
      }
    }
    byRole.forEach((images, role) => this.grant(resource, images, role));
    this.change(resource, place, changes);
  }

  /** Changes exactly those names that were judged and granted. */
  private change(resource: CfnResource, place: ImagePlace, changes: ReadonlyMap<string, string>): void {
    if (changes.size === 0) { return; }
    changeAt(resource, place, holder => {
      const after = changes.get(imageIn(holder, place) ?? '');
      return after === undefined ? undefined : withImage(holder, place, after);
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

/** Names that were changed in an L1 whose construct still shows them as they were, perhaps by another version of this package. */
function changedNames(l1: CfnResource): Set<string> {
  const byResource = oncePerTree(l1, 'ChangedImageNames', () => new WeakMap<IConstruct, Set<string>>());
  const names = byResource.get(l1) ?? new Set<string>();
  byResource.set(l1, names);
  return names;
}

/** The id below an L1 role of the import that lets policies be attached to it. */
const IMPORT = 'CachedImages';

/** The principal behind a role's ARN in a template: a role of this app, or one that it imported. */
function roleBehind(arn: unknown, user: CfnResource): iam.IGrantable | undefined {
  const target = referenceTarget(arn) ?? attributeTarget(arn, user);
  if (target && iam.CfnRole.isCfnRole(target)) {
    const parent = target.node.scope;
    return iam.Role.isRole(parent) ? parent : (target.node.tryFindChild(IMPORT) as iam.IRole | undefined
      ?? iam.Role.fromRoleName(target, IMPORT, target.ref));
  }
  return typeof arn === 'string' && !Token.isUnresolved(arn) ? importedRole(arn, user) : undefined;
}

/** What a reference made by aws-cdk points at, in whichever stack it is. */
function referenceTarget(arn: unknown): IConstruct | undefined {
  const token = typeof arn === 'string' ? Tokenization.reverseString(arn).firstToken : arn;
  return Reference.isReference(token) ? token.target : undefined;
}

/** What `Fn::GetAtt` names, in the stack of its user. */
function attributeTarget(arn: unknown, user: CfnResource): IConstruct | undefined {
  if (!Token.isUnresolved(arn) && typeof arn !== 'object') { return undefined; }
  const stack = Stack.of(user);
  const attribute: unknown = (stack.resolve(arn) as { 'Fn::GetAtt'?: string[] } | undefined)?.['Fn::GetAtt']?.[0];
  return stack.node.findAll().find(one => CfnElement.isCfnElement(one) && Stack.of(one) === stack && stack.resolve(one.logicalId) === attribute);
}

function importedRole(arn: string, user: CfnResource): iam.IGrantable | undefined {
  return user.node.root.node.findAll().find((one): one is IConstruct & iam.IRole => {
    const role = one as Partial<iam.IRole>;
    return role.roleArn === arn && role.grantPrincipal !== undefined;
  });
}
