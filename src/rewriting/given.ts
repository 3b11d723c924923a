import { Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { isTree, shownPath } from './charts/tree';
import type { Path } from './charts/tree';
import { kindOf, namesIn } from '../private/access';
import { PATH } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';
import { maskLater } from '../private/later';
import type { ICacheRule } from '../rule/cache-rule';
import { REGISTRIES } from '../upstream/registries';

/*
 * What callers gave, whatever the types say: in JavaScript and Python nothing else looks at it, and a value that is taken for another one
 * rewrites nothing without a word.
 */

/** Refuses what is no construct as a scope. */
export function checkScope(scope: IConstruct): void {
  if (!Construct.isConstruct(scope)) {
    throw new InvalidInputError({
      got: `${kindOf(scope)} as the scope of CachedImages.of()`,
      expected: 'a construct, such as an app, a stage or a stack',
      fix: 'pass the construct whose image names are rewritten',
    });
  }
}

/** Refuses what is no cache. */
export function checkCache(cache: ICacheRule, call: string, scope: IConstruct): void {
  const { node, repositoryPrefix, pullThroughCacheRuleRef } = Object(cache) as Partial<ICacheRule>;
  if (node === undefined || typeof repositoryPrefix !== 'string' || pullThroughCacheRuleRef === undefined) {
    throw new InvalidInputError({
      got: `${kindOf(cache)} as a cache for CachedImages.${call}`,
      expected: 'a cache: a PullThroughCache, an import of one, or a CacheRule',
      fix: Array.isArray(cache) ? 'pass each cache of the list as an argument of its own' : 'pass the cache itself, and leave it out where there is none',
    }, scope);
  }
}

/** Refuses what stands in front of replaced names and can't, and names of one part at ECR Public, where every image has its registry's alias. */
export function checkReplacements(cache: ICacheRule, replaces: readonly string[], replacementPrefix: string | undefined, scope: IConstruct): void {
  if (replacementPrefix !== undefined && !PATH.test(maskLater(replacementPrefix))) {
    throw new InvalidInputError({
      got: `the replacement prefix ${excerpt(replacementPrefix)}`,
      expected: 'the beginning of a path in the upstream, without a slash at either end',
      fix: "write it such as 'docker/library', or leave it out",
    }, scope);
  }
  const short = replaces.find(pattern => !pattern.endsWith('*') || /\/library\/[^/]*$/.test(pattern));
  if (short !== undefined && replacementPrefix === undefined && cache.upstream?.registryName === REGISTRIES.ecrPublic.registryName) {
    throw new InvalidInputError({
      got: `${excerpt(short)} to be replaced by images of ECR Public that have the same name`,
      expected: 'names with the alias of their registry, since ECR Public has no others',
      fix: "set 'replacementPrefix', for Docker's official images to 'docker/library'",
    }, scope);
  }
}

/** What the value of an option may be. */
export interface Kind {
  readonly expected: string;
  readonly is: (value: unknown) => boolean;
  /** The way out. */
  readonly fix: string;
  /** What each entry of a list may be. */
  readonly member?: Kind;
}

export const TRUTH: Kind = { expected: 'true or false', is: value => typeof value === 'boolean', fix: 'write true or false, not a text' };

export function textOf(example: string): Kind {
  return { expected: 'a text', is: value => typeof value === 'string', fix: `write it such as '${example}'` };
}

export function listOf(member: Kind, members: string): Kind {
  return { expected: `a list of ${members}`, is: value => Array.isArray(value), fix: 'put it into a list', member };
}

type Kinds<T> = { readonly [K in keyof Required<T>]: Kind };

/** A copy of the options that a call was given, lists copied, too. Refuses names that are not known, and values that are none of theirs. */
export function readOptions<T extends object>(given: T, call: string, kinds: Kinds<T>, scope: IConstruct): Partial<T> {
  const known = Object.keys(kinds);
  const names = known.map(name => `'${name}'`).join(', ');
  if (!isRecord(given)) {
    throw new InvalidInputError({
      got: `${kindOf(given)} as the options of CachedImages.${call}`,
      expected: `an object with ${names}`,
      fix: 'say what is to be set, or leave the call out',
    }, scope);
  }
  const values = given as object as Readonly<Record<string, unknown>>;
  const unknown = isPlain(given) ? namesIn(values).find(name => !known.includes(name) && values[name] !== undefined) : undefined;
  if (unknown !== undefined) {
    throw new InvalidInputError({
      got: `the unknown name ${excerpt(unknown)} among the options of CachedImages.${call}`,
      expected: names,
      fix: 'look at its spelling, or leave it out',
    }, scope);
  }
  // by name, since the getters of a class are no entries
  const set = known.map(name => [name, values[name]] as const).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(set.map(([name, value]) => [name, valueOf(name, value, kinds[name as keyof T], call, scope)])) as Partial<T>;
}

function valueOf(name: string, value: unknown, kind: Kind, call: string, scope: IConstruct): unknown {
  const refuse = (got: string, { expected, fix }: Kind) => {
    throw new InvalidInputError({ got: `${got} '${name}' of CachedImages.${call}`, expected, fix }, scope);
  };
  if (!kind.is(value)) { refuse(`${kindOf(value)} as`, kind); }
  if (!kind.member || !Array.isArray(value)) { return value; }
  const { member } = kind;
  // a hole becomes a member here
  return Array.from<unknown>(value).map(one => member.is(one) ? one : refuse(`${kindOf(one)} in the list`, member));
}

/** Refuses what is no tree of values whose keys can be read. */
export function checkTree(tree: object, call: string, what: string, scope: IConstruct): void {
  if (isRecord(tree)) { return checkEnds(tree, call, what, scope); }
  throw new InvalidInputError({
    got: `${kindOf(tree)} for CachedImages.${call}`,
    expected: `${what}, an object with keys that are known at synthesis`,
    fix: Array.isArray(tree)
      ? `call ${call} for each element of the list, and give all of the results to the construct that takes them`
      : 'pass the object itself, before it becomes a text, a token or part of a construct',
  }, scope);
}

/** Refuses a tree with an object that is in itself: it has no end. */
function checkEnds(tree: object, call: string, what: string, scope: IConstruct): void {
  const ending = new Set<object>();
  const walk = (value: unknown, path: Path, around: readonly unknown[]) => {
    if (!Array.isArray(value) && !isTree(value) || ending.has(value)) { return; }
    if (around.includes(value)) {
      throw new InvalidInputError({
        got: `${excerpt(shownPath(path))}, which is an object around itself, for CachedImages.${call}`,
        expected: `${what}, which ends at some depth, as JSON does`,
        fix: 'leave out the reference back, or copy what is needed of it',
      }, scope);
    }
    Object.entries(value).forEach(([key, inner]) => walk(inner, [...path, key], [...around, value]));
    ending.add(value);
  };
  walk(tree, [], []);
}

/** Objects of plain values only; what they are in another realm they are here. */
function isRecord(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Object]' && !Token.isUnresolved(value) && !Construct.isConstruct(value);
}

/** Whether it is an object of no class: one of a class may have more in it than options. */
function isPlain(value: object): boolean {
  const { constructor } = value as { constructor?: unknown };
  return constructor === undefined || (constructor as { name?: unknown }).name === 'Object';
}
