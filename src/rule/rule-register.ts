import type { Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { watchRemoval } from './removed-rules';
import { refusals } from '../private/accepted';
import { CheckId, place, warn, WarningId } from '../private/errors';
import type { Problem } from '../private/errors';
import { isLater } from '../private/later';
import { addPlaced, Placement, placedAt } from '../private/places';
import type { Placed } from '../private/places';
import { isInTree, oncePerTree, sameNames } from '../private/tree';

/** Amazon ECR User Guide, "Amazon ECR service quotas": rules per registry, not adjustable. */
const MOST_RULES = 50;

interface RegisteredRule {
  readonly construct: IConstruct;
  readonly repositoryPrefix: string;
}

/**
 * The rules of one app: what may exist only once or fifty times in an account and Region can be seen only from the root
 * of the tree.
 */
function rulesIn(scope: IConstruct): Placed<RegisteredRule> {
  return oncePerTree(scope, 'Rules', root => {
    root.node.addValidation({ validate: () => problemsWithRules(root) });
    return new Map<Stack, RegisteredRule[]>();
  });
}

/**
 * Warns where prefixes overlap. A second rule for a prefix and the 51st of a registry are refused when the app is synthesized: a condition, under which
 * another may exclude it, is set after the rule is made.
 */
export function registerRule(construct: IPullThroughCacheRuleRef, repositoryPrefix: string): void {
  const rules = rulesIn(construct);
  const isThere = (other: RegisteredRule) => isInTree(other.construct);
  // names first: whether a rule is still in the tree takes a walk to the root
  const twinAmong = (others: RegisteredRule[]) => others.find(other => other.repositoryPrefix === repositoryPrefix && isThere(other))?.construct;

  const neighbours = placedAt(rules, construct, Placement.SAME);
  const rule = { construct, repositoryPrefix };
  neighbours.filter(other => overlap(repositoryPrefix, other.repositoryPrefix)).filter(isThere).forEach(other => warnOfOverlap(rule, other));
  const possibleTwin = twinAmong(placedAt(rules, construct, Placement.UNKNOWN));
  if (possibleTwin) {
    warnOfPossibleTwin(rule, possibleTwin);
  }
  addPlaced(rules, construct, rule);
  watchRemoval(construct, () => twinAmong(placedAt(rules, construct, Placement.SAME)) !== undefined);
}

/** By the L1 rules, which those of this library have too. */
function problemsWithRules(root: IConstruct): string[] {
  const rules = root.node.findAll().filter(construct => CfnPullThroughCacheRule.isCfnPullThroughCacheRule(construct));
  const prefixed = rules.filter(rule => rule.ecrRepositoryPrefix !== undefined);
  const twins = sameNames(prefixed, rule => rule.ecrRepositoryPrefix!, earlier => samePrefix(earlier.ecrRepositoryPrefix!, earlier));

  const certain = rules.filter(rule => rule.cfnOptions.condition === undefined);
  const placed: Placed<IConstruct> = new Map();
  certain.forEach(rule => addPlaced(placed, rule, rule));
  const countBeside = (rule: IConstruct) => placedAt(placed, rule, Placement.SAME).length;
  const crowded = certain.find(rule => countBeside(rule) > MOST_RULES);
  return crowded ? [...twins, ...refusals(crowded, CheckId.RULE_COUNT, tooMany(countBeside(crowded)))] : twins;
}

function warnOfOverlap(rule: RegisteredRule, other: RegisteredRule): void {
  warn(rule.construct, WarningId.OVERLAPPING_PREFIXES,
    `the prefixes '${rule.repositoryPrefix}' and '${other.repositoryPrefix}' (${place(other.construct)}) overlap: which rule ECR follows for a `
    + 'name below both is not documented. Choose prefixes of which none starts another.');
}

function warnOfPossibleTwin({ construct, repositoryPrefix }: RegisteredRule, twin: IConstruct): void {
  warn(construct, WarningId.POSSIBLY_SAME_PREFIX,
    `another rule (${place(twin)}) has ${named(repositoryPrefix)} too, and at least one of the two stacks doesn't say where `
    + 'it goes: in one account and Region the second rule fails. Give the stacks an env, or deploy them to different places.');
}

/** ROOT begins no other prefix: by "Customizing repository prefixes" in the ECR User Guide it serves what no other rule does. */
function overlap(one: string, other: string): boolean {
  const nested = one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
  return nested && !isLater(one) && !isLater(other);
}

function named(prefix: string): string {
  return isLater(prefix) ? 'this repository prefix, which is known at deployment only,' : `the repository prefix '${prefix}'`;
}

function samePrefix(prefix: string, twin: IConstruct): Problem {
  return {
    got: `${named(prefix)} a second time for one account and Region (${place(twin)} has it)`,
    expected: 'a prefix for each rule',
    fix: 'set another repositoryPrefix, or use the cache that is there',
  };
}

function tooMany(count: number): Problem {
  return {
    got: `${count} pull-through cache rules for one account and Region`,
    expected: `at most ${MOST_RULES}, a quota of ECR that can't be raised`,
    fix: 'put some of the caches into another account or Region',
  };
}
