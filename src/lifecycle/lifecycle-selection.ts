import { Token, Tokenization } from 'aws-cdk-lib';
import { kindOf } from '../private/access';
import { checkText } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';
import type { Problem } from '../private/errors';
import { isLater } from '../private/later';

/** ECR's words for the images that a rule may select. */
export const TAG_STATUSES = ['tagged', 'untagged', 'any'] as const;
type LifecycleTagStatus = typeof TAG_STATUSES[number];

/** The part of a rule's selection that says which images it is about, in AWS's own words. */
export interface TagSelection {
  readonly tagStatus: LifecycleTagStatus;
  readonly tagPatternList?: string[];
  readonly tagPrefixList?: string[];
}

/** The error for what ECR refuses as far as this version knows: it rests on a limit or a list of ECR, so it says the way round. */
export function refusedByEcr({ got, expected, fix }: Problem): InvalidInputError {
  return new InvalidInputError({ got, expected, fix: `${fix}; if ECR takes it by now, write the whole policy in CacheLifecycleRule.fromUncheckedPolicyText()` });
}

const MAX_WILDCARDS = 4;
// What a tag may hold by the OCI distribution specification; anything else can match no image.
const TAG_CHARACTERS = '[A-Za-z0-9_.-]';
const PREFIX = new RegExp(`^${TAG_CHARACTERS}{1,128}$`);
const PATTERN = new RegExp(`^(?:${TAG_CHARACTERS}|\\*){1,128}$`);

/** Refuses what ECR refuses in a selection by tags; `where` names the rule in the message. */
export function checkTagSelection(selection: TagSelection, where: string): void {
  const { tagStatus, tagPatternList, tagPrefixList } = selection;
  if (tagPatternList !== undefined && tagPrefixList !== undefined) {
    throw refusedByEcr({
      got: `tag patterns and tag prefixes in ${where}`,
      expected: 'one of the two',
      fix: 'write a prefix as a pattern that ends in *, or make two rules of it',
    });
  }
  const tags = tagPatternList ?? tagPrefixList;
  if (tagStatus !== 'tagged' && tags !== undefined) {
    throw refusedByEcr({
      got: `tag patterns or prefixes in ${where}, whose tagStatus is '${tagStatus}'`,
      expected: "them only with the tagStatus 'tagged'",
      fix: 'leave the patterns and prefixes out, or select tagged images',
    });
  }
  if (tagStatus === 'tagged' && tags === undefined) {
    throw refusedByEcr({
      got: `neither tagPatternList nor tagPrefixList in ${where}, whose tagStatus is 'tagged'`,
      expected: 'exactly one of the two',
      fix: 'give the tagPatternList ["*"] to select all tagged images',
    });
  }
  if (tags === undefined || Token.isUnresolved(tags)) return;
  if (!Array.isArray(tags)) {
    throw new InvalidInputError({ got: `${kindOf(tags)} as the tags in ${where}`, expected: 'a list of patterns or prefixes', fix: 'put it into a list' });
  }
  tags.forEach(tag => checkText(`tag in ${where}`, tag, "'v1.*'"));
  if (tags.length === 0) {
    throw new InvalidInputError({
      got: `an empty list of tags in ${where}`,
      expected: 'at least one pattern or prefix',
      fix: 'name the tags, or leave the list out to select all tagged images',
    });
  }
  tags.forEach((tag, index) => {
    if (tags.indexOf(tag) !== index) {
      throw new InvalidInputError({ got: `${excerpt(tag)} twice in ${where}`, expected: 'each pattern or prefix once', fix: 'remove one of the two' });
    }
  });
  const check = tagPrefixList ? checkPrefix : checkPattern;
  tags.filter(tag => !isLater(tag)).forEach(tag => check(tag, where));
}

function checkPattern(pattern: string, where: string): void {
  if (!PATTERN.test(pattern)) {
    throw refusedByEcr({
      got: `the tag pattern ${excerpt(pattern)} in ${where}`,
      expected: '1 to 128 letters, digits, underscores, dots, hyphens and the wildcard *',
      fix: 'use * for any run of characters, as in v1.*; regular expressions and other wildcards match no tag',
    });
  }
  const wildcards = pattern.split('*').length - 1;
  if (wildcards > MAX_WILDCARDS) {
    throw refusedByEcr({
      got: `${wildcards} wildcards in the tag pattern ${excerpt(pattern)} in ${where}`,
      expected: `at most ${MAX_WILDCARDS}`,
      fix: 'write a shorter pattern, or several rules',
    });
  }
}

function checkPrefix(prefix: string, where: string): void {
  if (!PREFIX.test(prefix)) {
    throw refusedByEcr({
      got: `the tag prefix ${excerpt(prefix)} in ${where}`,
      expected: '1 to 128 letters, digits, underscores, dots and hyphens',
      fix: 'write how the tags begin, or use tag patterns where you need the wildcard *',
    });
  }
}

/** The selected images in words: `tagged images`, `images tagged v1.* and *-slim`, `untagged images`. */
export function describeImages(selection: TagSelection): string {
  const { tagStatus } = selection;
  if (tagStatus === 'untagged') return 'untagged images';
  if (tagStatus === 'any') return 'images, tagged or not';
  const patterns = asPatterns(selection);
  if (patterns === undefined) return 'images with the given tags';
  return patterns.every(pattern => pattern === '*') ? 'tagged images' : `images tagged ${patterns.join(' and ')}`;
}

/** Prefixes and patterns alike as patterns; nothing where they are known only at deployment. */
function asPatterns({ tagPatternList, tagPrefixList = [] }: TagSelection): string[] | undefined {
  if (Token.isUnresolved(tagPatternList) || Token.isUnresolved(tagPrefixList)) return undefined;
  return tagPatternList ?? tagPrefixList.map(prefix => `${prefix}*`);
}

/**
 * Whether each tagged image that the second selects is surely selected by the first too.
 *
 * An image must match all entries of a list, so the first covers the second when each of its entries follows from one of
 * the second's. `false` where it can't be told.
 */
export function covers(first: TagSelection, second: TagSelection): boolean {
  if (first.tagStatus !== 'tagged') return false;
  const patterns = asPatterns(first);
  if (patterns === undefined || patterns.some(pattern => isLater(pattern))) return false;
  // Whatever the second's patterns will be, they select tagged images; without any, it selects others.
  // Stryker disable next-line StringLiteral: only patterns of nothing but wildcards match '*', and these match the empty text too
  const others = asPatterns(second) ?? ['*'];
  return patterns.every(pattern => {
    // A wildcard of the second is a plain character here, which only a wildcard of the first can match.
    const matcher = new RegExp(`^${pattern.split('*').map(literal => literal.replaceAll('.', '\\.')).join('.*')}$`);
    return others.some(other => matcher.test(other));
  });
}

/** A number for a text, also where it is known only at deployment. */
export function numberText(value: number): string {
  return Tokenization.stringifyNumber(value);
}
