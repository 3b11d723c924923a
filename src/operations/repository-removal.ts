import { CustomResource, NestedStack, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allowCarryingOn, LONGEST_WAIT, operationFunction } from './operation-resources';
import { checkNotRoot, otherPrefixes, readLeftOut } from './swept-prefixes';
import type { RemovalProperties } from '../functions/contract';
import { RepositoryRemovalFunction } from '../functions/repository-removal-function';
import { FUNCTION_OPTIONS } from '../monitoring/cache-function-defaults';
import type { CacheFunctionOptions } from '../monitoring/cache-function-options';
import { checkSameRegistry } from '../monitoring/schedule';
import { checkProps } from '../private/access';
import { InvalidInputError } from '../private/errors';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress, checkRule, prefixOf } from '../rule/cache-address';
import { isLater } from '../private/later';

/** Properties of a `RepositoryRemoval`. */
export interface RepositoryRemovalProps extends CacheFunctionOptions {
  /** The cache whose repositories are deleted, of this stack's account and Region. L1 rules and imports will do. */
  readonly cache: IPullThroughCacheRuleRef;

  /** The prefix of the cache, typed out: that all repositories below it, with all their images, may be deleted. */
  readonly confirmedPrefix: string;

  /**
   * Prefixes below that of the cache whose repositories stay, such as `echo/own`: those that no cache has made. What other rules have stays
   * anyway, as far as they are there or in this app.
   *
   * @default - none
   */
  readonly leaveOut?: string[];
}

/**
 * Deletes the repositories of a cache, with all their images, when this construct leaves its stack or the stack is deleted. Without it they
 * stay, since ECR made them, and no stack.
 *
 * Until then it changes nothing: at its creation it lists what a removal would delete. The rule goes first, so that no pull brings a
 * repository back. Nothing is deleted while a stack rolls back. When repositories can't be deleted, the deletion of the stack fails with
 * their reasons and can be repeated.
 *
 * Every repository below the prefix counts as cached: ECR doesn't tell which were made by a cache. Give the construct another id, or move
 * it, and CloudFormation sees a removal too.
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
    checkProps(this, RepositoryRemoval, 'a removal', props ?? {}, ['cache', 'confirmedPrefix', 'leaveOut', ...FUNCTION_OPTIONS]);
    checkRule(props?.cache, this);
    const { cache, confirmedPrefix } = props;
    const prefix = prefixOf(cache);
    checkNotRoot(prefix, 'the removal of repositories', this);
    checkConfirmation(confirmedPrefix, prefix, this);
    const leaveOut = readLeftOut(props.leaveOut, prefix, this);
    checkSameRegistry(this, cache);

    const { role, logGroup, make } = operationFunction(this, props);
    this.logGroup = logGroup;
    const stacks = stacksAround(this);
    const statement = (actions: readonly string[], resources: string[]) =>
      role.addToPolicy(new iam.PolicyStatement({ actions: [...actions], resources }));
    statement(['cloudformation:DescribeStacks'], stacks);
    statement(CacheActions.LIST_RULES, ['*']);
    // a list of repositories can't be narrowed to a prefix
    statement(CacheActions.LIST_REPOSITORIES, [Stack.of(this).formatArn({ service: 'ecr', resource: 'repository', resourceName: '*' })]);
    statement(CacheActions.DELETE_REPOSITORY, [CacheAddress.fromRule(cache).arnOfAllRepositories]);
    const handler = make(RepositoryRemovalFunction, { description: 'Deletes the repositories of a pull-through cache' });
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: handler.functionArn,
      serviceTimeout: LONGEST_WAIT,
      resourceType: 'Custom::PullThroughCacheRemoval',
      properties: { prefix, confirmedPrefix, others: otherPrefixes(this, prefix, leaveOut), stacks } satisfies RemovalProperties,
    });
    resource.node.addDependency(allowCarryingOn(this, handler, role));
    this.summary = resource.getAttString('summary');
    for (const rule of cache.node.findAll()) {
      if (CfnPullThroughCacheRule.isCfnPullThroughCacheRule(rule)) {
        // what is made before is deleted after
        rule.node.addDependency(resource);
      }
    }
  }
}

function stacksAround(scope: Construct): string[] {
  const stacks = [Stack.of(scope)];
  while (NestedStack.isNestedStack(stacks[0])) {
    stacks.unshift(stacks[0].nestedStackParent!);
  }
  return stacks.map(stack => stack.stackId);
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
