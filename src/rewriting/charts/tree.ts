import { Token } from 'aws-cdk-lib';
import type { ImageJudge } from './judge';

/** A tree of plain values as in a manifest or in the values of a chart. */
export type Tree = { readonly [key: string]: unknown };

/** Where a value stands in a tree: keys and places in lists. */
export type Path = readonly string[];

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Objects of no class only: a date, a construct or a token is a value, whatever it holds. */
export function isTree(value: unknown): value is Tree {
  if (Object.prototype.toString.call(value) !== '[object Object]' || Token.isUnresolved(value)) { return false; }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A value as reports and messages show where it stands. */
export function shownPath(path: Path): string {
  return path.join('.');
}

/** Calls back for each object of a tree, those inside first. `inList` says whether it is an element of a list. */
export function eachObject(
  value: unknown, visit: (object: Tree, path: Path, inList: boolean) => void, opaque: readonly string[] = [], path: Path = [], inList = false,
): void {
  if (Array.isArray(value)) {
    value.forEach((element, at) => eachObject(element, visit, opaque, [...path, String(at)], true));
  } else if (isTree(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (!opaque.includes(key)) { eachObject(inner, visit, opaque, [...path, key]); }
    }
    visit(value, path, inList);
  }
}

/** Calls back for each text of a tree. */
export function eachText(value: unknown, visit: (text: string, path: Path) => void, path: Path = []): void {
  if (typeof value === 'string') {
    visit(value, path);
  } else if (Array.isArray(value) || isTree(value)) {
    Object.entries(value).forEach(([key, inner]) => eachText(inner, visit, [...path, key]));
  }
}

/** Values of a chart with others over them, as Helm merges them: objects key by key, and a null takes a default away. */
export function merged(defaults: Tree, values: Tree): Tree {
  const result: { [key: string]: unknown } = { ...defaults };
  for (const [key, value] of Object.entries(values)) {
    const own = defaults[key];
    if (value === null) {
      delete result[key];
    } else {
      result[key] = isTree(own) && isTree(value) ? merged(own, value) : value;
    }
  }
  return result;
}

/** What is written where, in the order in which it came. */
export class Edits {
  private readonly values = new Map<string, { readonly path: Path; readonly value: unknown }>();

  public set(path: Path, value: unknown): void {
    this.values.set(JSON.stringify(path), { path, value });
  }

  /** Writes what a cache has for a text that is a whole name. It gets a tag only where it had one: a chart may put the one of another key behind it. */
  public replace(path: Path, text: string, judge: ImageJudge): void {
    const replacement = judge.image(text, shownPath(path));
    if (replacement) { this.set(path, `${replacement.host}/${replacement.repositoryName}${replacement.suffix}`); }
  }

  /**
   * A copy of a tree with the edits in it.
   *
   * @param full has what the tree doesn't: a list is copied as a whole, since Helm merges no lists
   */
  public appliedTo(tree: Tree, full: Tree): Tree {
    let result: unknown = tree;
    for (const { path, value } of this.values.values()) {
      result = written(result, full, path, value);
    }
    return result as Tree;
  }
}

function written(tree: unknown, full: unknown, path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) { return value; }
  const whole = Array.isArray(tree) ? tree : Array.isArray(full) ? full : undefined;
  if (whole) {
    return whole.map((element: unknown, at) => String(at) === key ? written(element, element, rest, value) : element);
  }
  const object = isTree(tree) ? tree : {};
  // own keys only, since a document may well have a key `__proto__`
  const entries = Object.entries(object).filter(([name]) => name !== key);
  const inner = { key, value: written(Object.hasOwn(object, key) ? object[key] : undefined, isTree(full) ? full[key] : undefined, rest, value) };
  return Object.fromEntries(Object.hasOwn(object, key)
    ? Object.entries(object).map(([name, old]) => [name, name === key ? inner.value : old])
    : [...entries, [inner.key, inner.value]]);
}
