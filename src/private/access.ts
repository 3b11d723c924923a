import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { excerpt, InvalidInputError, place } from './errors';
import type { Problem } from './errors';
import { checkArnPartition } from './partitions';

/*
 * Readers of what opens access. JavaScript passes anything, whatever the types say, and what is misread here opens more than was asked for:
 * so they refuse what they don't know, and give copies, which nobody empties or adds to later.
 */

/**
 * Reads a list of what opens access, as a copy. A list that asks for nothing is refused, since it never means everything: one that a filter has
 * left empty, or with a place that has no value.
 *
 * @param name what is in the list: `images`
 * @param fix how everything is asked for
 */
export function accessList<T>(name: string, list: readonly T[], fix: string, scope?: IConstruct): T[] {
  const refused = (problem: Problem) => new InvalidInputError(problem, scope);
  if (Token.isUnresolved(list)) {
    throw refused({
      got: `a list of ${name} that is known only at deployment`,
      expected: 'a list that can be read before, since an empty one is refused',
      fix: 'write the list out; a single entry in it may be known only at deployment',
    });
  }
  if (isMissing(list)) {
    throw refused({ got: `no list of ${name}`, expected: 'a list with at least one entry', fix });
  }
  if (!Array.isArray(list)) {
    throw refused({ got: `${kindOf(list)} instead of a list of ${name}`, expected: 'a list, also of a single entry', fix: 'write it as a list' });
  }
  // by index, since a hole is passed over by most methods of lists
  const copy = Array.from({ length: list.length }, (_, at) => list[at] as T);
  if (copy.length === 0) {
    throw refused({ got: `an empty list of ${name}`, expected: 'at least one', fix });
  }
  const at = copy.findIndex(isMissing);
  if (at >= 0) {
    throw refused({
      got: `a list of ${name} with nothing in place ${at + 1}`,
      expected: 'a value in each place',
      fix: 'leave the place out of the list, or look for the variable that is not set',
    });
  }
  return copy;
}

/** Reads a list of text that opens access. */
export function accessTexts(name: string, list: readonly string[], fix: string, scope?: IConstruct): string[] {
  const texts = accessList<unknown>(name, list, fix, scope);
  const at = texts.findIndex(entry => typeof entry !== 'string');
  if (at >= 0) {
    throw new InvalidInputError({
      got: `a list of ${name} with ${kindOf(texts[at])} in place ${at + 1}`, expected: 'text in each place', fix: 'write each entry as text',
    }, scope);
  }
  return texts as string[];
}

/**
 * Refuses options that narrow access and can't be read: a list or a text in the place of options, and an option that there is not.
 *
 * @param name what the options are about: `pullers of an account`
 */
export function checkOptions(name: string, options: unknown, known: readonly string[], scope?: IConstruct): void {
  const expected = `options with ${known.map(one => `'${one}'`).join(', ')}`;
  if (typeof options !== 'object' || options === null || Symbol.iterator in options) {
    throw new InvalidInputError({ got: `${kindOf(options)} as options of ${name}`, expected, fix: 'name the option that is meant' }, scope);
  }
  const unknown = namesIn(options).find(key => !known.includes(key));
  if (unknown !== undefined) {
    throw new InvalidInputError({
      got: `the option ${excerpt(unknown)} of ${name}`, expected, fix: 'name the option that is meant, or leave it out',
    }, scope);
  }
}

/** The names that options have: also what they inherit and the getters of a class, which are read like all others. */
export function namesIn(options: object): string[] {
  const names = new Set(Object.keys(options));
  let inherited: object | null = Object.getPrototypeOf(options) as object | null;
  // the prototype of all objects, of any realm, has no options
  while (inherited !== null && !Object.hasOwn(inherited, 'isPrototypeOf')) {
    const properties = Object.entries(Object.getOwnPropertyDescriptors(inherited));
    properties.filter(([, { enumerable, get }]) => enumerable || get).forEach(([name]) => names.add(name));
    inherited = Object.getPrototypeOf(inherited) as object | null;
  }
  return [...names];
}

/** A copy of options with all that `namesIn` finds, which a spread leaves out in part. */
export function copyOf<T extends object>(options: T): T {
  return Object.fromEntries(namesIn(options).map(name => [name, options[name as keyof T]])) as T;
}

/** Refuses properties that a class hasn't. A subclass may have properties of its own, so only what is of the class itself is checked. */
export function checkProps(construct: IConstruct, ofClass: object, name: string, props: unknown, known: readonly string[]): void {
  if (construct.constructor === ofClass) {
    checkOptions(name, props, known, construct);
  }
}

/** Refuses what is written after the parameters of a method that opens a whole: JavaScript drops it, and with it what it would narrow to. */
export function checkNoMore(name: string, more: ArrayLike<unknown>, parameters: number, fix: string, scope?: IConstruct): void {
  const extra = Array.from(more).slice(parameters).find(one => one !== undefined);
  if (extra !== undefined) {
    throw new InvalidInputError({
      got: `${kindOf(extra)} as one more argument of ${name}()`, expected: parameters === 0 ? 'none' : `${parameters}, since it opens the whole`, fix,
    }, scope);
  }
}

/** Reads a setting that is on or off. What is neither is refused, since it would be taken for one of the two. */
export function readFlag(name: string, value: boolean | undefined, otherwise: boolean, scope?: IConstruct): boolean {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new InvalidInputError({
      got: `${kindOf(value)} as ${name}`, expected: 'true or false', fix: `write one of the two, or leave ${name} out for ${otherwise}`,
    }, scope);
  }
  return value ?? otherwise;
}

/**
 * Refuses what isn't the resource it should be, such as its ARN or its name: aws-cdk passes over it.
 *
 * @param attribute what each such resource has
 */
export function checkResource(name: string, value: object | undefined, attribute: string, fix: string, scope?: IConstruct): void {
  checkAttribute(name, value, attribute, fix, scope);
  // by its place, since an object of another language that has one will do
  if (typeof (value as Partial<IConstruct>).node?.path !== 'string') {
    throw new InvalidInputError({ got: `${kindOf(value)} as ${name}`, expected: `a construct that has the attribute ${attribute}`, fix }, scope);
  }
}

function checkAttribute(name: string, value: object | undefined, attribute: string, fix: string, scope?: IConstruct): void {
  const found: unknown = isMissing(value) ? undefined : (value as unknown as Record<string, unknown>)[attribute];
  if (typeof found !== 'string') {
    throw new InvalidInputError({ got: `${kindOf(value)} as ${name}`, expected: `an object that has the attribute ${attribute}`, fix }, scope);
  }
  if (scope) { checkArnPartition(name, found, scope); }
}

/** Refuses a boundary that is none, such as its ARN: aws-cdk makes the role without one then. */
export function checkPermissionsBoundary(boundary: object, scope?: IConstruct): void {
  checkAttribute('permissionsBoundary', boundary, 'managedPolicyArn', 'import the policy by ManagedPolicy.fromManagedPolicyArn()', scope);
}

/** What a value is, in words that hold in every language. */
export function kindOf(value: unknown): string {
  if (isMissing(value)) {
    return 'nothing';
  }
  if (Array.isArray(value)) {
    return 'a list';
  }
  if (Construct.isConstruct(value)) {
    return `the construct ${excerpt(place(value))}`;
  }
  switch (typeof value) {
    case 'string': return `the text ${excerpt(value)}`;
    case 'number':
    case 'bigint': return `the number ${value}`;
    case 'boolean': return `the value ${value}`;
    case 'function': return 'a function that was not called';
    default: return Token.isUnresolved(value) ? 'a value that is known only at deployment' : objectOf(value as object);
  }
}

function objectOf(value: object): string {
  const { name } = Object(value.constructor) as { name?: unknown };
  return typeof value === 'object' && typeof name === 'string' && name !== '' && name !== 'Object' ? `an object of ${name}` : 'an object';
}

/** Whether nothing was given, in any language. */
export function isMissing(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

/** The operators and keys of conditions that came out empty, once references are filled in: a statement without them allows everybody. */
export function emptyConditions(statements: readonly object[]): string[] {
  return statements.flatMap(statement => {
    const { Condition: condition } = statement as { Condition?: { [operator: string]: object } };
    return condition !== undefined && isEmpty(condition) ? ['Condition'] : Object.entries(condition ?? {}).flatMap(([operator, keys]) => isEmpty(keys)
      ? [operator]
      : Object.entries(keys).filter(([, value]) => isEmpty(value)).map(([key]) => key));
  });
}

function isEmpty(value: unknown): boolean {
  return isMissing(value) || typeof value === 'object' && Object.keys(value).length === 0;
}

/** Whether a policy allows something to everybody: a statement for the principal `*`, or for all but some, without any condition. */
export function isOpenToEverybody(statements: readonly object[]): boolean {
  return (statements as PrincipalStatement[]).some(({ Effect: effect, Principal: principal, NotPrincipal: others, Condition: condition }) =>
    effect === 'Allow' && isEmpty(condition) && (others !== undefined || isEverybody(principal)));
}

interface PrincipalStatement {
  readonly Effect?: string;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: object;
}

function isEverybody(principal: unknown): boolean {
  const { AWS: accounts } = Object(principal) as { AWS?: unknown };
  return [principal, accounts].flat().includes('*');
}

/** What to say of conditions that came out empty. */
export function emptyConditionProblems(statements: readonly object[]): Problem[] {
  return emptyConditions(statements).map(name => ({
    got: `a condition ${name} that came out empty`,
    expected: 'a value in each condition, since a statement without its conditions allows everybody it would have narrowed to',
    fix: 'look for the organisation, path or role that resolves to nothing, such as a variable that is not set',
  }));
}
