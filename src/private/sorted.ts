import { Tokenization } from 'aws-cdk-lib';

/*
 * Maps of some languages, such as Java's `Map.of` and the immutable dictionaries of .NET, have another order in each process. What is made
 * of a map is sorted, so that templates and fingerprints stay as they are.
 */

/** The entries of a map by their keys, in the order of the code units. */
export function sortedEntries<T>(map: { readonly [key: string]: T }): [string, T][] {
  // Stryker disable next-line EqualityOperator: no two keys of a map are equal, so '<=' is the same
  return Object.entries(map).sort(([one], [other]) => one < other ? -1 : 1);
}

/** A value in which every map is sorted by its keys, however deep it is. Lists keep their order. */
export function sortedByKey(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sortedByKey);
  }
  if (typeof value !== 'object' || value === null || Tokenization.isResolvable(value) || isIntrinsic(value)) {
    return value;
  }
  return Object.fromEntries(sortedEntries(value as { [key: string]: unknown }).map(([key, member]) => [key, sortedByKey(member)]));
}

/** Such as `{ Ref: ... }`: one key, and marked by aws-cdk in a way that a copy loses. */
function isIntrinsic(value: object): boolean {
  const keys = Object.keys(value);
  return keys.length === 1 && /^(?:Ref$|Fn::)/.test(keys[0]);
}
