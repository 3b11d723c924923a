import { Stack, Token } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { ROOT } from '../private/checks';
import { InvalidInputError, sentence } from '../private/errors';
import { warn, WarningId } from '../private/warnings';
import type { CacheRule } from './cache-rule';

/** Amazon ECR User Guide, "Amazon ECR service quotas": rules per registry, not adjustable. */
const MOST_RULES = 50;

const REGISTER = Symbol.for('cdk-ecr-pull-through-cache.RuleRegister');

interface Entry {
  readonly prefix: string;
  readonly path: string;
  readonly registry: Registry;
}

/** The account and Region that a rule goes to, as far as they are known. */
interface Registry {
  /** Equal keys surely mean the same registry. */
  readonly key: string;
  /** Whether account or Region are known at deployment only. */
  readonly agnostic: boolean;
}

/**
 * The rules of one app: what may exist only once or fifty times in an account and Region can be seen only from the root
 * of the tree. It hangs on that root, as aspects do.
 */
export class RuleRegister {
  public static of(scope: IConstruct): RuleRegister {
    const root: IConstruct & { [REGISTER]?: RuleRegister } = scope.node.root;
    if (!root[REGISTER]) {
      const register = new RuleRegister();
      Object.defineProperty(root, REGISTER, { value: register });
      root.node.addValidation({ validate: () => register.compareWithL1Rules(root) });
    }
    return root[REGISTER]!;
  }

  private readonly entries: Entry[] = [];

  private constructor() {}

  /** Refuses a second rule for a prefix and the 51st of a registry; warns where prefixes overlap. */
  public add(rule: CacheRule): void {
    const registry = registryOf(rule);
    const prefix = rule.repositoryPrefix;
    const entry: Entry = { prefix, path: rule.node.path, registry };
    const neighbours = this.entries.filter(other => other.registry.key === registry.key);
    const twin = neighbours.find(other => other.prefix === prefix);
    if (twin) {
      throw new InvalidInputError(samePrefix(prefix, twin.path), rule);
    }
    if (neighbours.length >= MOST_RULES) {
      throw new InvalidInputError({
        got: `${neighbours.length + 1} pull-through cache rules for one account and Region`,
        expected: `at most ${MOST_RULES}, a quota of ECR that can't be raised`,
        fix: 'put some of the caches into another account or Region',
      }, rule);
    }
    for (const other of neighbours) {
      if (overlap(prefix, other.prefix)) {
        warn(rule, WarningId.OVERLAPPING_PREFIXES,
          `the prefixes '${prefix}' and '${other.prefix}' (${other.path}) overlap: which rule ECR follows for a name below both `
          + 'is not documented. Choose prefixes of which none starts another.');
      }
    }
    const maybe = registry.agnostic && this.entries.find(other =>
      other.registry.agnostic && other.registry.key !== registry.key && other.prefix === prefix);
    if (maybe) {
      warn(rule, WarningId.POSSIBLY_SAME_PREFIX,
        `another rule (${maybe.path}) has the prefix '${prefix}' too, and neither stack says where it goes: in one account and `
        + 'Region the second one fails. Give the stacks an env, or deploy them to different places.');
    }
    this.entries.push(entry);
  }

  /** L1 rules register nowhere, so they are looked for once, when the app is synthesized. */
  private compareWithL1Rules(root: IConstruct): string[] {
    const problems: string[] = [];
    const own = new Set(this.entries.map(entry => entry.path));
    for (const node of root.node.findAll()) {
      if (!CfnPullThroughCacheRule.isCfnPullThroughCacheRule(node) || own.has(node.node.scope?.node.path ?? '')) {
        continue;
      }
      const key = registryOf(node).key;
      const twin = this.entries.find(entry => entry.registry.key === key && entry.prefix === node.ecrRepositoryPrefix);
      if (twin) {
        problems.push(`${sentence(samePrefix(twin.prefix, node.node.path))} [at ${twin.path}]`);
      }
    }
    return problems;
  }
}

function samePrefix(prefix: string, elsewhere: string) {
  return {
    got: `the repository prefix '${prefix}' a second time for one account and Region (${elsewhere} has it)`,
    expected: 'a prefix for each rule',
    fix: 'set another repositoryPrefix, or use the cache that is there',
  };
}

function registryOf(construct: IConstruct): Registry {
  const stack = Stack.of(construct);
  if (Token.isUnresolved(stack.account) || Token.isUnresolved(stack.region)) {
    return { key: `stack ${stack.node.addr}`, agnostic: true };
  }
  return { key: `${stack.account}/${stack.region}`, agnostic: false };
}

function overlap(one: string, other: string): boolean {
  if (Token.isUnresolved(one) || Token.isUnresolved(other) || one === ROOT || other === ROOT) {
    // ROOT is what ECR falls back to, by its documentation
    return false;
  }
  return one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}
