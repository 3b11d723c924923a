import { Stack } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { prefixOf } from './cache-address';
import { place, warn, WarningId } from '../private/errors';
import { outermostStack } from '../private/places';
import { accessorOf, isInTree } from '../private/tree';

/** Something that a cache was asked for. */
interface Use {
  readonly rule: IPullThroughCacheRuleRef;
  /** In words: `the image 'nginx'`. */
  readonly what: string;
  /** What uses it, where that is known. */
  readonly by?: IConstruct;
}

function usesIn(tree: IConstruct): Use[] {
  return accessorOf(tree.node.root, 'Uses', () => []);
}

/** Notes down that something of a cache is used. */
export function noteUse(rule: IPullThroughCacheRuleRef, what: string, by?: IConstruct): void {
  usesIn(rule).push({ rule, what, by });
}

/** Warns at synthesis when a rule has left the tree and what the app made of it, or of an import of it, is still there. */
export function watchRemoval(rule: IPullThroughCacheRuleRef, isReplaced: () => boolean): void {
  const stack = Stack.of(rule);
  const validate = () => {
    const uses = isInTree(rule) || isReplaced() ? [] : usesIn(rule).filter(use => isOf(use, rule));
    if (uses.length > 0) {
      warn(stack, WarningId.CACHE_REMOVED,
        `the cache '${prefixOf(rule)}' (${place(rule)}) was taken out of the app, which still uses it: ${[...new Set(uses.map(({ what }) => what))].join(', ')}. `
        + 'First pulls fail once it is gone. Take these out too, or acknowledge this warning when the cache is made elsewhere.');
    }
    return [];
  };
  stack.node.addValidation({ validate });
}

function isOf({ rule, by }: Use, removed: IPullThroughCacheRuleRef): boolean {
  const samePlace = rule.env.account === removed.env.account && rule.env.region === removed.env.region;
  const sameStack = outermostStack(rule) === outermostStack(removed);
  // an import that left the tree has no users of its own to speak of
  return prefixOf(rule) === prefixOf(removed) && samePlace && (sameStack || isInTree(rule)) && (by === undefined || isInTree(by));
}
