import { propertyAfter, readChangeSets } from './change-set';
import type { ChangeDetail, ChangeSet, ResourceChange } from './change-set';

/** What a deployment would meet. */
export enum ReplacementDanger {
  /** The deployment fails: a prefix would be made a second time while the first one lives. */
  COLLISION = 'COLLISION',
  /** The deployment succeeds, and a prefix that is pulled from is none of a cache any more, or its new repositories get no settings. */
  PREFIX_LOST = 'PREFIX_LOST',
  /** The deployment succeeds, and images that are cached are deleted, or may be. */
  IMAGES_DELETED = 'IMAGES_DELETED',
  /** The change set doesn't tell. */
  NOT_KNOWN = 'NOT_KNOWN',
}

/** A change that is not safe. */
export interface ReplacementFinding {
  /** What the deployment would meet. */
  readonly danger: ReplacementDanger;

  /** The logical id of the resource: in the change set's stack, or in that of a nested one. */
  readonly logicalId: string;

  /**
   * The prefix that the resource has now, or works for.
   *
   * @default - it has none yet, or it isn't known
   */
  readonly repositoryPrefix?: string;

  /** What happens and why that is not safe: a sentence. */
  readonly reason: string;

  /** What to do instead: a sentence. */
  readonly wayOut: string;
}

/** The types whose prefix is their name, and the property that has it. */
const RULE = 'AWS::ECR::PullThroughCacheRule';
const PREFIXED: { readonly [type: string]: { readonly what: string; readonly property: string } | undefined } = {
  [RULE]: { what: 'pull-through cache rule', property: 'EcrRepositoryPrefix' },
  'AWS::ECR::RepositoryCreationTemplate': { what: 'repository creation template', property: 'Prefix' },
};
const REMOVAL = 'Custom::PullThroughCacheRemoval';
/** The id of a removal: its prefix, and since when. */
const REMOVAL_ID = /^(.+)@[0-9]{4}-[0-9T:.-]+Z$/;
const NESTED = 'AWS::CloudFormation::Stack';
/** How a change set writes a value that only the deployment brings. */
const LATER = '{{changeSet:KNOWN_AFTER_APPLY}}';

const SIDE_BY_SIDE = 'make a cache with another prefix beside this one, move the pullers, then remove this one';

/**
 * Tells before a deployment whether it would replace a rule or a template of the pull-through cache, from the change set.
 *
 * Every property of a rule is create-only, and CloudFormation creates a replacement before it deletes what it replaces. So a change of a
 * rule's properties, of its logical id or of its stack fails on the prefix that still lives; one of the prefix itself succeeds, and takes the
 * cache from those who pull from it. A `RepositoryRemoval` that goes deletes images, and is a finding too.
 *
 * CloudFormation User Guide, "Update behaviors of stack resources"; CloudFormation Template Reference, `AWS::ECR::PullThroughCacheRule`;
 * CloudFormation API Reference, `DescribeChangeSet`.
 *
 * @example
 * import { ReplacementCheck } from 'cdk-ecr-pull-through-cache';
 *
 * declare const changeSet: string; // what `aws cloudformation describe-change-set --include-property-values` printed
 * ReplacementCheck.ofChangeSet([changeSet]); // gives no finding when nothing is in danger
 */
export class ReplacementCheck {
  /**
   * What is not safe about a change set. Nothing of AWS is asked.
   *
   * A nested stack that is removed has no change set: give the answer of `DescribeStackResources` for it.
   *
   * @param descriptions the answers of `DescribeChangeSet` as JSON, best with property values: all pages, in any order, and those of the change sets of nested stacks
   * @returns Nothing when the deployment is known to touch no rule and no template in an unsafe way.
   * @throws for a text that isn't the JSON of a change set, for a change set that isn't made or failed, and when pages are missing
   */
  public static ofChangeSet(descriptions: string[]): ReplacementFinding[] {
    const sets = readChangeSets(descriptions);
    const all = sets.flatMap(({ changes }) => changes);
    return sets.flatMap(set => set.changes.flatMap(change => [
      ...replaced(change, set),
      ...removed(change, all),
      ...removalGone(change, all),
      ...taken(change, all),
      ...notTold(change),
      ...notSeen(change, sets),
    ]));
  }

  private constructor() {}
}

/** A rule or template that is replaced, or may be. */
function replaced(change: ResourceChange, { changes }: ChangeSet): ReplacementFinding[] {
  const type = PREFIXED[change.ResourceType];
  const certain = change.Replacement === 'True';
  if (!type || !(certain || change.Replacement === 'Conditional')) {
    return [];
  }
  const causes = (change.Details ?? []).filter(detail => detail.Target?.RequiresRecreation !== 'Never' && !staysTheSame(detail, changes));
  if (!certain && causes.length === 0) {
    return [];
  }
  const finding = { logicalId: change.LogicalResourceId, repositoryPrefix: change.PhysicalResourceId };
  const live = named(change.PhysicalResourceId);
  const names = [...new Set(causes.map(cause => cause.Target?.Name ?? cause.Target?.Attribute ?? 'something'))].join(', ') || 'its type';
  if (!certain) {
    const entities = [...new Set(causes.flatMap(({ CausingEntity: entity }) => entity ? [entity] : []))].join(', ');
    return [{
      ...finding,
      danger: ReplacementDanger.NOT_KNOWN,
      reason: `the ${type.what} ${live} is replaced if the value of ${names} changes${entities && `, which depends on ${entities}`}; with the same prefix `
        + 'that fails, since the new one is created before the old one is deleted.',
      wayOut: 'deploy what it depends on first and make the change set again, or write out a value that stays.',
    }];
  }
  if (causes.some(cause => cause.Target?.Name === type.property)) {
    return [{
      ...finding,
      danger: ReplacementDanger.PREFIX_LOST,
      reason: `the ${type.what} ${live} gets another prefix: what is pulled by the old one is cached no more, and its repositories stay behind.`,
      wayOut: `${SIDE_BY_SIDE}.`,
    }];
  }
  return [{
    ...finding,
    danger: ReplacementDanger.COLLISION,
    reason: `the ${type.what} ${live} has to be replaced, since ${names} can't be changed in place; the new one is created before the old one is `
      + 'deleted, and the prefix is taken.',
    wayOut: `keep the value and change what it stands for, such as the value of a secret or the permissions of a role; or ${SIDE_BY_SIDE}.`,
  }];
}

/** A reference to something that is changed in place gives the same ARN as before; so does a value that is shown to be the same. */
function staysTheSame({ Target: target, Evaluation: evaluation, ChangeSource: source, CausingEntity: entity = '' }: ChangeDetail, changes: ResourceChange[]): boolean {
  if (target?.BeforeValue !== undefined && target.BeforeValue === target.AfterValue) {
    return true;
  }
  const [logicalId, attribute = 'Arn'] = entity.split('.');
  return evaluation === 'Dynamic' && (source === 'ResourceReference' || source === 'ResourceAttribute') && attribute === 'Arn'
    && changes.some(change => change.LogicalResourceId === logicalId && change.Replacement === 'False');
}

/** A rule or template that goes, and is not made anew, which would be a collision. */
function removed(change: ResourceChange, all: ResourceChange[]): ReplacementFinding[] {
  const type = PREFIXED[change.ResourceType];
  const prefix = change.PhysicalResourceId;
  if (!type || change.Action !== 'Remove' || isRetained(change)) {
    return [];
  }
  // one that is added without its prefix being told is a finding of its own
  const mayBe = (other: ResourceChange, added: string | undefined) => added === prefix || added === undefined && other.Action === 'Add';
  const isMadeAnew = all.some(other =>
    isMade(other) && other.ResourceType === change.ResourceType && mayBe(other, prefixAfter(other, type.property)));
  const isRule = change.ResourceType === RULE;
  const goesWithRule = !isRule && all.some(other =>
    other.ResourceType === RULE && other.Action === 'Remove' && !isRetained(other) && other.PhysicalResourceId === prefix);
  if (isMadeAnew || goesWithRule) {
    return [];
  }
  return [{
    danger: ReplacementDanger.PREFIX_LOST,
    logicalId: change.LogicalResourceId,
    repositoryPrefix: prefix,
    reason: `the ${type.what} ${named(prefix)} is removed: `
      + (isRule ? 'nothing that is not cached can be pulled by it any more.' : 'repositories that are created below it from then on lack its settings.'),
    wayOut: isRule ? 'move the pullers to another cache before, or keep it.' : 'keep it for as long as the rule is there.',
  }];
}

/** A removal of repositories that goes: what it does then depends on the rule. */
function removalGone(change: ResourceChange, all: ResourceChange[]): ReplacementFinding[] {
  if (change.ResourceType !== REMOVAL || change.Action !== 'Remove' || isRetained(change)) {
    return [];
  }
  const [, prefix] = REMOVAL_ID.exec(change.PhysicalResourceId ?? '') ?? [];
  const withRule = all.some(other =>
    other.ResourceType === RULE && other.Action === 'Remove' && !isRetained(other) && (prefix === undefined || other.PhysicalResourceId === prefix));
  return [{
    danger: ReplacementDanger.IMAGES_DELETED,
    logicalId: change.LogicalResourceId,
    repositoryPrefix: prefix,
    reason: `the removal of the repositories ${prefix === undefined ? named(prefix) : `below '${prefix}'`} is removed: `
      + (withRule
        ? 'with the rule, and deletes the repositories that are younger than it, with all their images.'
        : 'alone, and deletes nothing while the rule is there, but if it is gone, the repositories that are younger, with all their images.'),
    wayOut: 'deploy it with keepAll: true before, if the images are to stay.',
  }];
}

/** A rule or template that is made with a prefix that another resource of the change set still has. */
function taken(change: ResourceChange, all: ResourceChange[]): ReplacementFinding[] {
  const type = PREFIXED[change.ResourceType];
  if (!type || !isMade(change)) {
    return [];
  }
  const living = all.filter(other => other !== change && other.ResourceType === change.ResourceType && leaves(other));
  if (living.length === 0) {
    return [];
  }
  const prefix = prefixAfter(change, type.property);
  if (prefix === undefined) {
    return change.Action === 'Add' ? [unknownPrefix(change, type.what, living)] : [];
  }
  return living.filter(other => other.PhysicalResourceId === prefix).map(other => ({
    danger: ReplacementDanger.COLLISION,
    logicalId: change.LogicalResourceId,
    repositoryPrefix: prefix,
    reason: `the ${type.what} '${prefix}' is created anew as ${change.LogicalResourceId} before that of ${other.LogicalResourceId} is deleted, `
      + 'and the prefix is taken.',
    wayOut: other.Action === 'Remove'
      ? `give the construct the place and the id back by which it is ${other.LogicalResourceId}, or call overrideLogicalId('${other.LogicalResourceId}').`
      : `deploy twice: first what frees the prefix '${prefix}', then what takes it.`,
  }));
}

function isMade(change: ResourceChange): boolean {
  return change.Action === 'Add' || change.Replacement === 'True';
}

function isRetained({ PolicyAction: policy }: ResourceChange): boolean {
  return policy === 'Retain';
}

function leaves(change: ResourceChange): boolean {
  return change.Action === 'Remove' || change.Replacement === 'True';
}

function unknownPrefix(change: ResourceChange, what: string, living: ResourceChange[]): ReplacementFinding {
  return {
    danger: ReplacementDanger.NOT_KNOWN,
    logicalId: change.LogicalResourceId,
    reason: `a ${what} is created whose prefix the change set does not tell, while ${living.map(other => other.LogicalResourceId).join(', ')} `
      + `(${living.map(other => named(other.PhysicalResourceId)).join(', ')}) is deleted after that; with the same prefix this fails.`,
    wayOut: 'describe the change set with --include-property-values and check again.',
  };
}

function prefixAfter(change: ResourceChange, property: string): string | undefined {
  const detail = change.Details?.find(({ Target: target }) => target?.Name === property && target.AfterValue !== undefined);
  const prefix = detail?.Target?.AfterValue ?? propertyAfter(change, property);
  return prefix === LATER ? undefined : prefix;
}

/** A rule or template of which CloudFormation can't say what it does, or in words that this version doesn't know. */
function notTold(change: ResourceChange): ReplacementFinding[] {
  const { Action: action, Replacement: replacement, LogicalResourceId: logicalId, PhysicalResourceId: prefix } = change;
  const type = PREFIXED[change.ResourceType];
  const known = action === 'Modify' ? ['True', 'False', 'Conditional'].includes(replacement ?? '') : ['Add', 'Remove', 'Import'].includes(action);
  return !type || known ? [] : [{
    danger: ReplacementDanger.NOT_KNOWN,
    logicalId,
    repositoryPrefix: prefix,
    reason: `CloudFormation can't tell before the deployment what happens to the ${type.what} ${named(prefix)}.`,
    wayOut: 'deploy what it depends on first and make the change set again.',
  }];
}

/** A nested stack that the given change sets leave open. */
function notSeen(change: ResourceChange, sets: ChangeSet[]): ReplacementFinding[] {
  const { LogicalResourceId: logicalId, ChangeSetId: changeSetId, PhysicalResourceId: stackId, Action: action } = change;
  const wanted = action === 'Remove' ? stackId : changeSetId;
  if (change.ResourceType !== NESTED || action === 'Remove' && isRetained(change) || wanted !== undefined && sets.some(({ id }) => id === wanted)) {
    return [];
  }
  const finding = { danger: ReplacementDanger.NOT_KNOWN, logicalId };
  if (action === 'Remove') {
    return [{
      ...finding,
      reason: `the nested stack ${logicalId} is removed, and a change set does not tell what goes with it: a rule among it goes, or collides when it is `
        + 'created elsewhere.',
      wayOut: `give what aws cloudformation describe-stack-resources --stack-name ${stackId ?? 'its ARN'} prints as well, and check both together.`,
    }];
  }
  return [{
    ...finding,
    reason: `the nested stack ${logicalId} ${action === 'Add' ? 'is new' : 'changes'}, and `
      + `${changeSetId === undefined ? 'there is no change set of it' : `its change set ${changeSetId} was not given`}.`,
    wayOut: changeSetId === undefined
      ? 'make the change set with --include-nested-stacks.'
      : 'describe the change set of the nested stack as well, and check both together.',
  }];
}

function named(physicalId: string | undefined): string {
  return physicalId === undefined ? 'of a prefix that is not known' : `'${physicalId}'`;
}
