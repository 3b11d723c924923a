/** A statement of a policy with everything in lists, sorted. */
export interface PlainStatement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly principals: { readonly [kind: string]: readonly string[] };
  /** Operator, key, values. */
  readonly conditions: { readonly [operator: string]: { readonly [key: string]: readonly string[] } };
}

type OneOrMany = string | string[];

/** A statement as IAM's JSON has it. */
interface StatementJson {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: OneOrMany;
  readonly Resource?: OneOrMany;
  readonly Principal?: string | { readonly [kind: string]: OneOrMany };
  readonly Condition?: { readonly [operator: string]: { readonly [key: string]: OneOrMany } };
}

export interface PolicyJson {
  readonly Statement: StatementJson | StatementJson[];
}

const KNOWN = ['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition'];

/** The statements of policies, which together allow the same whatever their order. */
export function plainStatements(...policies: PolicyJson[]): PlainStatement[] {
  return policies.flatMap(({ Statement: statements }) => Array.isArray(statements) ? statements : [statements])
    .map(plain)
    .sort((one, other) => JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
}

function plain(statement: StatementJson): PlainStatement {
  const unknown = Object.keys(statement).filter(key => !KNOWN.includes(key));
  if (unknown.length > 0) {
    throw new Error(`the plain contract knows no ${unknown.join(', ')} in a statement`);
  }
  const { Effect: effect, Action: actions, Resource: resources, Principal: principals = {}, Condition: conditions = {} } = statement;
  return {
    effect,
    actions: list(actions),
    resources: list(resources),
    principals: mapValues(typeof principals === 'string' ? { AWS: principals } : principals, list),
    conditions: mapValues(conditions, keys => mapValues(keys, list)),
  };
}

function list(values: OneOrMany = []): string[] {
  return [values].flat().map(String).sort();
}

function mapValues<T, U>(object: { readonly [key: string]: T }, map: (value: T) => U): { [key: string]: U } {
  return Object.fromEntries(Object.entries(object).sort(([one], [other]) => one < other ? -1 : 1).map(([key, value]) => [key, map(value)]));
}
