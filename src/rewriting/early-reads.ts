import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { CacheLookup } from './lookup';
import { place, warn, WarningId } from '../private/errors';

/** What a call goes by that gives its result at once. */
interface Known {
  readonly lookup: CacheLookup;
  readonly pullers: readonly iam.IGrantable[];
}

interface Read {
  readonly scope: IConstruct;
  readonly call: string;
  readonly parts: ReadonlyMap<string, ReadonlySet<unknown>>;
  readonly told: Set<string>;
}

/** The calls that gave something by what was known then: what a scope is told later they don't know. */
export class EarlyReads {
  private readonly reads: Read[] = [];

  public note(scope: IConstruct, call: string, known: Known): void {
    // without a cache there is a warning already
    if (known.lookup.rules.length > 0) { this.reads.push({ scope, call, parts: partsOf(known), told: new Set() }); }
  }

  /** Warns of what a scope was told too late for calls in it and below it. */
  public changed(changed: IConstruct, now: (scope: IConstruct) => Known): void {
    for (const { scope, call, parts, told } of this.reads.filter(read => read.scope.node.scopes.includes(changed))) {
      const later = [...partsOf(now(scope))].filter(([name, part]) => !told.has(name) && !isSame(parts.get(name), part)).map(([name]) => name);
      later.forEach(name => told.add(name));
      if (later.length > 0) {
        warn(scope, WarningId.SET_TOO_LATE,
          `${call} was called before CachedImages of ${changed.node.scope ? `'${place(changed)}'` : 'the app'} got ${later.join(' and ')}, and what it gave `
          + `doesn't know of that. Call use(), useWith() and configure() before ${call}, or acknowledge this warning.`);
      }
    }
  }
}

/** What a result depends on, part by part, as it is now: scopes grow. */
function partsOf({ lookup, pullers }: Known): Map<string, ReadonlySet<unknown>> {
  const { exceptions, digests } = lookup.options;
  return new Map<string, ReadonlySet<unknown>>([
    ['caches', new Set(lookup.scopes.flat().map(({ rule }) => rule))],
    ['replacements', new Set(lookup.scopes.flat().flatMap(({ rule, replaces, replacementPrefix = '' }) =>
      replaces.map(({ start, open }) => `${rule.node.addr} ${start} ${open} ${replacementPrefix}`)))],
    ["'exceptions'", new Set(exceptions.map(({ start, open }) => `${start} ${open}`))],
    ["'digests'", new Set([digests])],
    ["'pullers'", new Set(pullers)],
  ]);
}

function isSame(one: ReadonlySet<unknown> | undefined, other: ReadonlySet<unknown>): boolean {
  return one?.size === other.size && [...one].every(member => other.has(member));
}
