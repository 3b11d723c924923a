import { CustomResource, Lazy, Stack, Stage } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { allowCarryingOn, checkDeployedBeside, LONGEST_WAIT, operationFunction } from './operation-resources';
import { SweptRepositories } from './swept-repositories';
import type { RemovalSettings, SweepProperties } from '../functions/contract';
import { RepositoryRemovalFunction } from '../functions/repository-removal-function';
import { FUNCTION_OPTIONS } from '../monitoring/cache-function-defaults';
import type { CacheFunctionOptions } from '../monitoring/cache-function-options';
import { checkSameRegistry } from '../monitoring/schedule';
import { checkProps, readFlag } from '../private/access';
import { InvalidInputError, place, warn, WarningId } from '../private/errors';
import { isLater } from '../private/later';
import { comparePlacement, Placement } from '../private/places';
import { isInTree, oncePerTree } from '../private/tree';
import { CacheActions } from '../rule/cache-actions';
import { checkRule, prefixOf } from '../rule/cache-address';

/** Properties of a `RepositoryRemoval`. */
export interface RepositoryRemovalProps extends CacheFunctionOptions {
  /** The cache whose repositories are deleted, of this stack's account and Region. L1 rules and imports are accepted. */
  readonly cache: IPullThroughCacheRuleRef;

  /** The prefix of the cache, typed out: that all repositories below it, with all their images, may be deleted. */
  readonly confirmedPrefix: string;

  /**
   * Names below the prefix of the cache that stay, each with what is below it: `echo/own` is that repository and `echo/own/app`. Name those that no
   * cache has made. What other rules and longer templates have stays anyway, as far as they are there or in this app.
   *
   * @default - none
   */
  readonly leaveOut?: string[];

  /**
   * Whether all repositories stay, and a removal only tells which. Set it, and deploy, before the cache and this construct are removed together, or
   * this construct alone while a rule of another stack may be missing.
   *
   * @default false
   */
  readonly keepAll?: boolean;
}

/**
 * Deletes the repositories of a cache, with all their images, when the cache is gone and this construct with it, or the stack is deleted. Without
 * it they stay, since ECR made them, and no stack.
 *
 * Until then it changes nothing: at its creation it lists what a removal would delete. Only repositories that are younger than the rule are
 * deleted, and only when the rule is gone, from ECR and from this stack, which goes first: so nothing is deleted when this construct alone is taken
 * out, renamed or moved, and nothing while a stack rolls back. What stays is listed in the log, and in the reason that CloudFormation gets. When repositories can't be deleted,
 * the deletion of the stack fails with their reasons and can be repeated.
 *
 * Every repository that was created below the prefix since counts as cached: ECR doesn't tell which were made by a cache.
 *
 * Amazon ECR API Reference, `DeleteRepository`.
 *
 * @example
 * import { PullThroughCache, RepositoryRemoval } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 *
 * new RepositoryRemoval(this, 'Removal', { cache: echo, confirmedPrefix: 'echo' });
 */
export class RepositoryRemoval extends Construct {
  /** One sentence about what a removal would delete, known after deployment. */
  public readonly summary: string;

  /** Where each repository has a line. It goes with the stack unless `logRemovalPolicy` keeps it. */
  public readonly logGroup: logs.ILogGroup;

  constructor(scope: Construct, id: string, props: RepositoryRemovalProps) {
    super(scope, id);
    checkProps(this, RepositoryRemoval, 'a removal', props ?? {}, ['cache', 'confirmedPrefix', 'leaveOut', 'keepAll', ...FUNCTION_OPTIONS]);
    checkRule(props?.cache, this);
    const { cache, confirmedPrefix } = props;
    const prefix = prefixOf(cache);
    const swept = new SweptRepositories(this, prefix, props.leaveOut, 'the removal of repositories');
    checkConfirmation(confirmedPrefix, prefix, this);
    const keepsAll = readFlag('keepAll', props.keepAll, false, this);
    checkSameRegistry(this, cache);
    checkDeployedBeside(this, cache, 'cache');
    claimPrefix(this, prefix);

    const { role, logGroup, make } = operationFunction(this, props);
    this.logGroup = logGroup;
    swept.letList(role);
    if (!keepsAll) {
      swept.letDo(role, CacheActions.DELETE_REPOSITORY);
      swept.denyOnOthers(role, CacheActions.DELETE_REPOSITORY);
    }
    const rules = rulesOf(cache, prefix);
    const stack = Stack.of(this);
    // the function may ask about its own stack; what another one has, ECR alone tells
    const ownRules = rules.filter(rule => Stack.of(rule) === stack).map(rule => stack.getLogicalId(rule));
    role.addToPolicy(new iam.PolicyStatement({ actions: ['cloudformation:ListStackResources'], resources: [stack.stackId] }));
    const removal = Lazy.string({ produce: () => stack.getLogicalId(resource.node.defaultChild as CfnResource) });
    const { variables, text } = swept.environment<RemovalSettings>({ confirmedPrefix, keepsAll, removal, rules: ownRules });
    const handler = make(RepositoryRemovalFunction, { description: 'Deletes the repositories of a pull-through cache', environment: variables });
    const resource: CustomResource = new CustomResource(this, 'Resource', {
      serviceToken: handler.functionArn,
      serviceTimeout: LONGEST_WAIT,
      resourceType: 'Custom::PullThroughCacheRemoval',
      properties: { changes: [text] } satisfies SweepProperties,
    });
    resource.node.addDependency(allowCarryingOn(this, handler, role));
    this.summary = resource.getAttString('summary');
    deleteBefore(rules, resource, this);
  }
}

/** The rules of the cache and others of its prefix in this app, such as that of an import. Nothing depends on what is in another Stage. */
function rulesOf(cache: IPullThroughCacheRuleRef, prefix: string): CfnPullThroughCacheRule[] {
  const isRule = (one: unknown): one is CfnPullThroughCacheRule => CfnPullThroughCacheRule.isCfnPullThroughCacheRule(one);
  const named = isLater(prefix) ? [] : cache.node.root.node.findAll().filter(isRule)
    .filter(rule => rule.ecrRepositoryPrefix === prefix && comparePlacement(rule, cache) === Placement.SAME);
  return [...new Set([...cache.node.findAll().filter(isRule), ...named])];
}

/** Has rules deleted before the repositories, so that no pull brings one back: what is made before is deleted after. */
function deleteBefore(rules: CfnPullThroughCacheRule[], resource: CustomResource, scope: Construct): void {
  const orderable = rules.filter(rule => Stage.of(rule) === Stage.of(scope));
  orderable.forEach(rule => rule.node.addDependency(resource));
  if (orderable.length === 0) {
    warn(scope, WarningId.REMOVAL_NOT_ORDERED,
      'the rule of the cache is not in this part of the app, so nothing has it deleted before its repositories; while it is there, a removal '
      + 'deletes nothing and lists what stays. Delete the rule first, then what this construct is in, and acknowledge this warning.');
  }
}

/** What an app has removed. Versions of this package share it. */
interface Claim {
  readonly prefix: string;
  readonly removal: IConstruct;
}

/** Refuses a second removal for a cache: one may keep what the other deletes. */
function claimPrefix(removal: IConstruct, prefix: string): void {
  const claims = oncePerTree<Claim[]>(removal, 'RemovalRegister', () => []);
  const earlier = claims.find(one => one.prefix === prefix && isInTree(one.removal) && comparePlacement(removal, one.removal) === Placement.SAME);
  if (earlier) {
    throw new InvalidInputError({
      got: `a second removal of the repositories below '${prefix}' (${place(earlier.removal)} is the first)`,
      expected: 'one for a cache, since the two may differ in what they leave out',
      fix: 'leave one of them out, and name all that stays in leaveOut of the other',
    }, removal);
  }
  claims.push({ prefix, removal });
}

function checkConfirmation(confirmed: string, prefix: string, scope: Construct): void {
  if (confirmed !== prefix && !isLater(prefix)) {
    throw new InvalidInputError({
      got: `the confirmation '${confirmed}' for deleting all repositories below '${prefix}'`,
      expected: 'the prefix itself, typed out',
      fix: `write confirmedPrefix: '${prefix}' if all of them and their images may go`,
    }, scope);
  }
}
