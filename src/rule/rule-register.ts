import { Token } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place, sentence } from '../private/errors';
import type { Problem } from '../private/errors';
import { Placement, PlacedConstructs } from '../private/placement';
import { isInTree, oncePerTree, sameNames } from '../private/tree';
import { warn, WarningId } from '../private/warnings';

/** Amazon ECR User Guide, "Amazon ECR service quotas": rules per registry, not adjustable. */
const MOST_RULES = 50;

interface RegisteredRule extends IConstruct {
  readonly repositoryPrefix: string;
}

/**
 * The rules of one app: what may exist only once or fifty times in an account and Region can be seen only from the root
 * of the tree.
 */
export class RuleRegister {
  public static of(scope: IConstruct): RuleRegister {
    return oncePerTree(scope, 'RuleRegister', root => {
      root.node.addValidation({ validate: () => problemsWithL1Rules(root) });
      return new RuleRegister();
    });
  }

  private readonly rules = new PlacedConstructs<RegisteredRule>();

  private constructor() {}

  /** Refuses a second rule for a prefix and the 51st of a registry; warns where prefixes overlap. */
  public add(rule: RegisteredRule): void {
    // names first: whether a rule is still in the tree takes a walk to the root
    const neighbours = this.rules.at(rule, Placement.SAME);
    const twin = neighbours.find(other => other.repositoryPrefix === rule.repositoryPrefix && isInTree(other));
    if (twin) {
      throw new InvalidInputError(samePrefix(rule.repositoryPrefix, twin), rule);
    }
    if (neighbours.length >= MOST_RULES && neighbours.filter(isInTree).length >= MOST_RULES) {
      throw new InvalidInputError(tooMany(MOST_RULES + 1), rule);
    }
    for (const other of neighbours.filter(({ repositoryPrefix }) => overlap(rule.repositoryPrefix, repositoryPrefix)).filter(isInTree)) {
      warnOfOverlap(rule, other);
    }
    this.warnOfPossibleTwin(rule);
    this.rules.add(rule);
  }

  private warnOfPossibleTwin(rule: RegisteredRule): void {
    const twin = this.rules.at(rule, Placement.UNKNOWN)
      .find(other => other.repositoryPrefix === rule.repositoryPrefix && isInTree(other));
    if (twin) {
      warn(rule, WarningId.POSSIBLY_SAME_PREFIX,
        `another rule (${place(twin)}) has ${named(rule.repositoryPrefix)} too, and at least one of the two stacks doesn't say where `
        + 'it goes: in one account and Region the second rule fails. Give the stacks an env, or deploy them to different places.');
    }
  }
}

/** L1 rules register nowhere, so they are looked for once, when the app is synthesized. */
function problemsWithL1Rules(root: IConstruct): string[] {
  const rules = root.node.findAll().filter(construct => CfnPullThroughCacheRule.isCfnPullThroughCacheRule(construct));
  const prefixed = rules.filter(rule => rule.ecrRepositoryPrefix !== undefined);
  const twins = sameNames(prefixed, rule => rule.ecrRepositoryPrefix!, earlier => samePrefix(earlier.ecrRepositoryPrefix!, earlier));

  const certain = rules.filter(rule => rule.cfnOptions.condition === undefined);
  const placed = new PlacedConstructs(certain);
  const countBeside = (rule: IConstruct) => placed.at(rule, Placement.SAME).length;
  const crowded = certain.find(rule => countBeside(rule) > MOST_RULES);
  return crowded ? [...twins, `${sentence(tooMany(countBeside(crowded)))} [at ${place(crowded)}]`] : twins;
}

function warnOfOverlap(rule: RegisteredRule, other: RegisteredRule): void {
  warn(rule, WarningId.OVERLAPPING_PREFIXES,
    `the prefixes '${rule.repositoryPrefix}' and '${other.repositoryPrefix}' (${place(other)}) overlap: which rule ECR follows for a `
    + 'name below both is not documented. Choose prefixes of which none starts another.');
}

/** ROOT begins no other prefix: by "Customizing repository prefixes" in the ECR User Guide it serves what no other rule does. */
function overlap(one: string, other: string): boolean {
  const nested = one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
  return nested && !Token.isUnresolved(one) && !Token.isUnresolved(other);
}

function named(prefix: string): string {
  return Token.isUnresolved(prefix) ? 'this repository prefix, which is known at deployment only,' : `the repository prefix '${prefix}'`;
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
