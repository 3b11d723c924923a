import { Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { describeRule, storageClassOf } from './lifecycle-rule';
import type { LifecycleRule } from './lifecycle-rule';
import { covers, numberText, refusedByEcr } from './lifecycle-selection';
import { isMissing } from '../private/access';
import { InvalidInputError } from '../private/errors';
import { cameOutEmpty, isEmptyWhenKnown } from '../private/later';

/** ECR User Guide, "Amazon ECR service quotas": rules per lifecycle policy, lifecycle policy length. */
const MAX_RULES = 50;
const MAX_CHARACTERS = 30720;

/** The policy JSON of rules that are each in order, the first with priority 1; refuses a set that ECR refuses. */
export function renderPolicy(rules: LifecycleRule[]): string {
  checkPolicy(rules);
  const text = json({
    rules: rules.map(({ description, selection, action }, index) => ({ rulePriority: index + 1, description, selection, action })),
  });
  if (!Token.isUnresolved(text) && text.length > MAX_CHARACTERS) {
    throw refusedByEcr({
      got: `a lifecycle policy of ${text.length} characters`,
      expected: `at most ${MAX_CHARACTERS}`,
      fix: 'shorten descriptions and tag lists, or use fewer rules',
    });
  }
  return text;
}

/** Refuses a set of rules that ECR refuses, or of which one could never act. */
export function checkPolicy(rules: LifecycleRule[]): void {
  const count = { got: `${rules.length} rules for a lifecycle policy`, expected: `1 to ${MAX_RULES}` };
  if (rules.length === 0) {
    throw new InvalidInputError({ ...count, fix: 'give at least one rule; CacheLifecycleRule.keepEverything() says that nothing shall go' });
  }
  if (rules.length > MAX_RULES) {
    throw refusedByEcr({ ...count, fix: 'join rules, and note that protect() makes one rule of each of its patterns' });
  }
  rules.forEach((rule, index) => rules.slice(0, index).forEach((earlier, earlierIndex) =>
    checkPair({ ...earlier, place: earlierIndex + 1 }, { ...rule, place: index + 1 })));
}

interface PlacedRule extends LifecycleRule {
  readonly place: number;
}

function checkPair(earlier: PlacedRule, later: PlacedRule): void {
  const sameClass = storageClassOf(earlier) === storageClassOf(later);
  const [first, second] = [earlier.selection, later.selection];
  if (first.tagStatus === 'any' && second.tagStatus !== 'any') {
    throw refusedByEcr({
      got: `${name(later)} after ${name(earlier)}`,
      expected: 'a rule about any image, tagged or not, to be the last',
      fix: `move rule ${earlier.place} to the end`,
    });
  }
  if (sameClass && first.tagStatus !== 'tagged' && first.tagStatus === second.tagStatus) {
    const images = first.tagStatus === 'any' ? 'any image' : 'untagged images';
    throw refusedByEcr({
      got: `two rules about ${images} of the storage class '${storageClassOf(later)}', ${name(earlier)} and ${name(later)}`,
      expected: 'one a storage class',
      fix: 'remove one of the two',
    });
  }
  if (!sameClass) return;
  const prefix = sharedPrefix(first.tagPrefixList, second.tagPrefixList);
  if (prefix !== undefined) {
    throw refusedByEcr({
      got: `the tag prefix '${prefix}' in two rules, ${name(earlier)} and ${name(later)}`,
      expected: 'each tag prefix in one rule of a storage class',
      fix: 'join the two rules, or select the tags of one of them by a pattern',
    });
  }
  if (covers(first, second)) {
    throw new InvalidInputError({
      got: `${name(later)}, which can never act: each of its images also matches ${name(earlier)}, which comes first`,
      expected: 'the narrower rule first, since ECR lets no later rule expire or archive an image whose tags match an earlier one',
      fix: `move rule ${later.place} before rule ${earlier.place}, or remove it`,
    });
  }
}

function sharedPrefix(first?: string[], second?: string[]): string | undefined {
  return first?.find(prefix => second?.includes(prefix));
}

function name(rule: PlacedRule): string {
  return `lifecycle rule ${rule.place} (${describeRule(rule)})`;
}

/** JSON in which values that are known only at deployment keep their type: a number without quotes, a list as a list. */
function json(value: unknown, key = 'rules'): string {
  if (typeof value === 'number') return Token.isUnresolved(value) ? deferredNumber(key, value) : numberText(value);
  if (typeof value === 'string') return Token.isUnresolved(value) ? deferredString(key, value) : JSON.stringify(value);
  if (Array.isArray(value)) {
    return Token.isUnresolved(value) ? deferredList(key, value as string[]) : `[${value.map(one => json(one, key)).join(',')}]`;
  }
  const members = Object.entries(value as object).filter(([, member]) => member !== undefined);
  return `{${members.map(([member, one]) => `${JSON.stringify(member)}:${json(one, member)}`).join(',')}}`;
}

/*
 * What turns out to be nothing is refused when it is resolved, wherever the policy goes: without its tags, a rule that protects images protects
 * none, while the rules below it still delete.
 */

function deferredNumber(key: string, value: number): string {
  return Lazy.uncachedString({
    produce: ({ scope }) => {
      if (isMissing(Stack.of(scope).resolve(value))) throw new InvalidInputError(cameOutEmpty(`${key} of a lifecycle rule`), scope);
      return numberText(value);
    },
  });
}

/** Its quotes can be escaped only when it is resolved. */
function deferredString(key: string, value: string): string {
  return Lazy.uncachedString({
    produce: ({ scope }) => {
      const stack = Stack.of(scope);
      if (isEmptyWhenKnown(value, one => stack.resolve(one) as unknown)) throw new InvalidInputError(cameOutEmpty(`${key} of a lifecycle rule`), scope);
      return stack.toJsonString(value);
    },
  });
}

function deferredList(key: string, value: string[]): string {
  return Lazy.uncachedString({
    produce: ({ scope }) => {
      const known: unknown = Stack.of(scope).resolve(value);
      if (isMissing(known) || Array.isArray(known) && (known.length === 0 || known.some(one => isMissing(one) || one === ''))) {
        throw new InvalidInputError(cameOutEmpty(`${key} of a lifecycle rule`), scope);
      }
      // Stack.toJsonString would bring a Lambda function into the user's stack to do this.
      return `["${Fn.join('","', value)}"]`;
    },
  });
}
