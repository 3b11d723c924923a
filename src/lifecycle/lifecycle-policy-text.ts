import { Token } from 'aws-cdk-lib';
import { checkPolicy } from './lifecycle-policy';
import { ACTION_TYPES, checkRule, COUNT_TYPES, STORAGE_CLASSES } from './lifecycle-rule';
import type { LifecycleAction, LifecycleRule, LifecycleSelection } from './lifecycle-rule';
import { refusedByEcr, TAG_STATUSES } from './lifecycle-selection';
import { checkText } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';
import type { Problem } from '../private/errors';

/**
 * Reads the lifecycle policy JSON that ECR takes, and refuses what ECR refuses.
 *
 * Returns the rules by ascending priority, or `undefined` for a text that can't be read before deployment.
 */
export function parsePolicyText(text: string): LifecycleRule[] | undefined {
  const document = parseJson(text);
  if (document === undefined) return undefined;
  const { rules } = members(document, 'the lifecycle policy', { required: ['rules'] });
  const places = new Map<number, string>();
  const ranked = list(rules, 'rules').map((rule, index) => {
    const path = `rules[${index}]`;
    const { rulePriority, description, selection, action } = members(rule, path, {
      required: ['rulePriority', 'selection', 'action'],
      optional: ['description'],
    });
    const rank = priority(rulePriority, `${path}.rulePriority`);
    const other = places.get(rank);
    if (other !== undefined) {
      throw new InvalidInputError({
        got: `the rulePriority ${rank} in both ${other} and ${path}`,
        expected: 'each priority once',
        fix: 'number the rules in the order in which they shall apply',
      });
    }
    places.set(rank, path);
    return { rank, rule: parseRule({ description, selection, action }, path) };
  });
  const sorted = ranked.sort((one, other) => one.rank - other.rank).map(({ rule }) => rule);
  checkPolicy(sorted);
  return sorted;
}

/** Refuses a text that is no JSON object: whatever a policy may hold, ECR takes no other. */
export function checkPolicyJson(text: string): void {
  const document = parseJson(text);
  if (document !== undefined && (typeof document !== 'object' || document === null || Array.isArray(document))) {
    throw wrongType(document, 'the lifecycle policy', 'an object');
  }
}

function parseJson(text: string): unknown {
  if (!Token.isUnresolved(text)) {
    checkText('lifecycle policy', text, '{"rules": [...]}, or write an object as JSON');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    if (Token.isUnresolved(text)) return undefined;
    throw new InvalidInputError({
      got: `a lifecycle policy that is no JSON (${(error as Error).message})`,
      expected: 'a JSON object such as {"rules": [...]}',
      fix: 'correct the text, or write an object as JSON',
    });
  }
}

function parseRule(rule: { description: unknown; selection: unknown; action: unknown }, path: string): LifecycleRule {
  const parsed: LifecycleRule = {
    description: optional(rule.description, value => string(value, `${path}.description`)),
    selection: parseSelection(rule.selection, `${path}.selection`),
    action: parseAction(rule.action, `${path}.action`),
  };
  checkRule(parsed, path);
  return parsed;
}

function parseSelection(value: unknown, path: string): LifecycleSelection {
  const selection = members(value, path, {
    required: ['tagStatus', 'countType', 'countNumber'],
    optional: ['tagPatternList', 'tagPrefixList', 'storageClass', 'countUnit'],
  });
  return {
    tagStatus: keyword(selection.tagStatus, `${path}.tagStatus`, TAG_STATUSES),
    tagPatternList: optional(selection.tagPatternList, tags => strings(tags, `${path}.tagPatternList`)),
    tagPrefixList: optional(selection.tagPrefixList, tags => strings(tags, `${path}.tagPrefixList`)),
    storageClass: optional(selection.storageClass, storageClass => keyword(storageClass, `${path}.storageClass`, STORAGE_CLASSES)),
    countType: keyword(selection.countType, `${path}.countType`, COUNT_TYPES),
    countUnit: optional(selection.countUnit, unit => keyword(unit, `${path}.countUnit`, ['days'] as const)),
    countNumber: number(selection.countNumber, `${path}.countNumber`),
  };
}

function parseAction(value: unknown, path: string): LifecycleAction {
  const action = members(value, path, { required: ['type'], optional: ['targetStorageClass'] });
  return {
    type: keyword(action.type, `${path}.type`, ACTION_TYPES),
    targetStorageClass: optional(action.targetStorageClass, target => keyword(target, `${path}.targetStorageClass`, ['archive'] as const)),
  };
}

/** The members of a JSON object that has all of the required keys and no other than these and the optional ones. */
function members(value: unknown, path: string, keys: { required: string[]; optional?: string[] }): { [key: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrongType(value, path, 'an object');
  }
  const known = [...keys.required, ...keys.optional ?? []];
  const unknown = Object.keys(value).find(key => !known.includes(key));
  if (unknown !== undefined) {
    throw refusedByEcr({ got: `the unknown key ${excerpt(unknown)} in ${path}`, expected: known.join(', '), fix: 'remove or rename it' });
  }
  const missing = keys.required.find(key => !Object.hasOwn(value, key));
  if (missing !== undefined) {
    throw refusedByEcr({ got: `no '${missing}' in ${path}`, expected: keys.required.join(', '), fix: `add '${missing}'` });
  }
  return value as { [key: string]: unknown };
}

function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function string(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongType(value, path, 'a string');
  return value;
}

function number(value: unknown, path: string): number {
  if (typeof value !== 'number') throw wrongType(value, path, 'a number');
  return value;
}

function list(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw wrongType(value, path, 'a list');
  return value;
}

function strings(value: unknown, path: string): string[] {
  return list(value, path).map((entry, index) => string(entry, `${path}[${index}]`));
}

function keyword<T extends string>(value: unknown, path: string, allowed: readonly T[]): T {
  const found = allowed.find(one => one === value);
  if (found === undefined) throw refusedByEcr(wrong(value, path, allowed.map(one => `'${one}'`).join(' or ')));
  return found;
}

function priority(value: unknown, path: string): number {
  const rank = number(value, path);
  // An order that is known only at deployment can't be kept here.
  if (Token.isUnresolved(rank) || !Number.isSafeInteger(rank) || rank < 1) {
    throw wrongType(value, path, 'a whole number above 0 that is known now');
  }
  return rank;
}

function wrongType(value: unknown, path: string, expected: string): InvalidInputError {
  return new InvalidInputError(wrong(value, path, expected));
}

function wrong(value: unknown, path: string, expected: string): Problem {
  return { got: `${shown(value)} as ${path}`, expected, fix: `correct ${path}` };
}

function shown(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (Token.isUnresolved(value)) return 'a value known only at deployment';
  return typeof value === 'string' ? excerpt(value) : String(value);
}
