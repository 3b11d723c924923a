import type { IConstruct } from 'constructs';
import { ROOT } from '../../private/checks';
import { InvalidInputError } from '../../private/errors';
import { checkNear, Nearness, nearnessOf } from '../../pulling/nearness';
import { CacheAddress } from '../../rule/cache-address';
import type { ICacheRule } from '../../rule/cache-rule';
import { checkKnownFrom, unknownFrom } from '../../rule/own-place';
import { literalHostOf, registryHostsOf } from '../../rule/registry-host';
import type { CacheLookup, NamePattern, UsedCache } from '../lookup';

const DOCKER_HUB = 'docker.io';
/** Kubernetes reads it as Docker Hub's usual host. */
const ALIAS = 'index.docker.io';

/** Names that begin with `from` are cached below `to`. */
export interface ServedNames {
  readonly from: string;
  readonly to: string;
  /** Whether a single word behind `from` is an official image, which gets `library/`. */
  readonly completes: boolean;
}

/** Names that a cache stands in for, below `to`. */
export interface ReplacedNames {
  readonly pattern: NamePattern;
  readonly to: string;
  readonly completes: boolean;
}

/** What a policy needs to know of caches, as text. */
export interface PolicyTable {
  /** How the names of cached images begin. */
  readonly cached: readonly string[];
  /** By scope, the nearest first: in each, replacements go before what caches serve. */
  readonly scopes: readonly { readonly replaced: readonly ReplacedNames[]; readonly served: readonly ServedNames[] }[];
  readonly exceptions: readonly NamePattern[];
  readonly digests: boolean;
  /** The caches that Pods are sent to, or whose images they may name. */
  readonly rules: readonly ICacheRule[];
}

/**
 * Reads the caches of scopes for a policy: of those that serve a name, the nearest to the scope.
 *
 * @param several whether the caches may be in several registries
 */
export function policyTable(lookup: CacheLookup, exceptions: readonly NamePattern[], several: boolean, call: string, scope: IConstruct): PolicyTable {
  const { scopes, rules, options } = lookup;
  if (rules.length === 0) {
    throw new InvalidInputError({
      got: `${call} before any cache is used`, expected: 'at least one cache, since the policy is made of them', fix: 'call use() of CachedImages before',
    }, scope);
  }
  const all = scopes.map(caches => nearestFirst(caches, scope));
  const used = unshadowed(all, scope);
  if (used.length === 0) {
    rules.forEach(rule => checkKnownFrom(rule, scope));
  }
  checkOneRegistry(used, several, scope);
  if (used.every(rule => nearnessOf(rule, scope) === Nearness.FOREIGN)) {
    throw new InvalidInputError({
      got: `${call} with caches of other accounts only, which nothing here lets this account pull from`,
      expected: 'a cache of this account, or one that lets it pull',
      fix: 'use a cache of this account, or import the shared one with its account',
    }, scope);
  }
  used.forEach(rule => checkNear(rule, scope, call));
  const hosts = new Set(used.map(hostOf));
  // what no Pod is sent to is let in by an exception alone
  const named = rules.filter(rule => !unknownFrom(rule, scope) && hosts.has(hostOf(rule)));
  return {
    rules: named,
    cached: named.flatMap(startsOf),
    scopes: all.map(caches => ({ replaced: caches.flatMap(replacedBy), served: caches.flatMap(({ rule }) => servedBy(rule)) })),
    exceptions: [...options.exceptions, ...exceptions],
    digests: options.digests,
  };
}

function checkOneRegistry(used: readonly ICacheRule[], several: boolean, scope: IConstruct): void {
  const hosts = [...new Set(used.map(hostOf))];
  if (hosts.length > 1 && !several) {
    throw new InvalidInputError({
      got: `caches of ${hosts.length} registries: ${hosts.map(host => `'${host}'`).join(', ')}`,
      expected: 'those of one, from which the nodes of a cluster pull',
      fix: 'use CachedImages of a scope with the caches of the cluster, or set severalRegistries',
    }, scope);
  }
}

function nearestFirst(caches: readonly UsedCache[], scope: IConstruct): UsedCache[] {
  const near = caches.map(cache => ({ cache, nearness: nearnessOf(cache.rule, scope) })).filter(({ nearness }) => nearness !== Nearness.NOWHERE);
  return near.sort((one, other) => one.nearness - other.nearness).map(({ cache }) => cache);
}

/**
 * The caches that get names: not those whose names all go to one in front of them, of the same registry, nearer or of a nearer scope. Of those of
 * several registries that are equally near, such as two Regions' for an app, nobody knows which the cluster's is, so all get them.
 */
function unshadowed(scopes: readonly (readonly UsedCache[])[], scope: IConstruct): ICacheRule[] {
  const taken: { readonly start: string; readonly by: ICacheRule; readonly group: number }[] = [];
  const used = new Set<ICacheRule>();
  scopes.forEach((caches, group) => {
    for (const { rule, replaces } of caches) {
      const before = (one: typeof taken[number]) =>
        one.group < group || hostOf(one.by) === hostOf(rule) || nearnessOf(one.by, scope) < nearnessOf(rule, scope);
      const free = servedBy(rule).map(({ from }) => from).filter(from => !taken.some(one => from.startsWith(one.start) && before(one)));
      if (free.length > 0 || replaces.length > 0) { used.add(rule); }
      taken.push(...free.map(start => ({ start, by: rule, group })));
    }
  });
  return [...used];
}

/** Text where it can be: a policy is printed for GitOps too. */
function hostOf(rule: ICacheRule): string {
  const address = CacheAddress.fromRule(rule);
  return literalHostOf(address) ?? address.registryHost;
}

function targetOf(rule: ICacheRule): string {
  return `${hostOf(rule)}/${CacheAddress.fromRule(rule).repositoryName('')}`;
}

/** How the names of a cache's images begin, with each host of its registry. */
function startsOf(rule: ICacheRule): string[] {
  const address = CacheAddress.fromRule(rule);
  return [...new Set([hostOf(rule), ...registryHostsOf(address)])].map(host => `${host}/${address.repositoryName('')}`);
}

function partOf({ upstreamRepositoryPrefix: prefix }: ICacheRule): string {
  return prefix === undefined || prefix === ROOT ? '' : `${prefix}/`;
}

function completesWords(rule: ICacheRule): boolean {
  return rule.upstream?.imageHosts[0] === DOCKER_HUB && partOf(rule) === '';
}

function servedBy(rule: ICacheRule): ServedNames[] {
  return (rule.upstream?.imageHosts ?? []).filter(host => host !== ALIAS).map(host => ({
    // a single word of the usual host has its library/ already when it is looked up
    from: `${host}/${partOf(rule)}`, to: targetOf(rule), completes: completesWords(rule) && host !== DOCKER_HUB,
  }));
}

function replacedBy({ rule, replaces, replacementPrefix }: UsedCache): ReplacedNames[] {
  const front = replacementPrefix === undefined ? '' : `${replacementPrefix}/`;
  return replaces.map(pattern => ({ pattern, to: `${targetOf(rule)}${front}`, completes: front === '' && completesWords(rule) }));
}
