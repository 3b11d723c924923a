import { Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { accessList } from '../private/access';
import { PATH, ROOT } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';
import { maskLater } from '../private/later';
import { differ } from '../private/places';
import { CacheAddress, checkRule } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';
import { literalHostOf } from '../rule/registry-host';

/** A host of image names, and where its images are pulled from instead. */
export interface MirroredHost {
  /** The host in image names, such as `docker.io`. */
  readonly host: string;
  /** Where the upstream itself answers, such as `registry-1.docker.io`. */
  readonly upstream: string;
  /** The registry of the cache: text, or a reference where account or Region is known only at deployment. */
  readonly registry: string;
  /** The prefix of the cached repositories, or `ROOT`. */
  readonly prefix: string;
}

const HOST = /^[a-z0-9]+(?:[.-][a-z0-9]+)*(?::[0-9]+)?$/;

/**
 * The hosts that caches serve, in the order of the caches. Refuses what a mirror can't do: whatever is written to a node is decided here, so that
 * nothing has to be quoted there.
 */
export function mirroredHosts(scope: IConstruct, caches: readonly ICacheRule[]): MirroredHost[] {
  const given = accessList('caches', caches, 'name the caches whose hosts are mirrored', scope);
  const mirrors = given.flatMap(cache => hostsOf(scope, cache));
  checkOneRegion(scope, given);
  const registries = new Set(mirrors.map(({ registry }) => registry));
  mirrors.forEach(({ host, prefix }, at) => {
    const earlier = mirrors.slice(0, at).find(one => one.host === host);
    if (earlier) {
      throw new InvalidInputError({
        got: `the caches '${earlier.prefix}' and '${prefix}' for the host '${host}'`,
        expected: 'one cache for each host, since a node asks one place for its images',
        fix: 'leave one of them out',
      }, scope);
    }
    if (registries.has(host)) {
      throw new InvalidInputError({
        got: `the cache '${prefix}' of the registry '${host}', which has one of the caches itself`,
        expected: 'an upstream other than the registries of the caches: names that lead to a cache already would be sent below its prefix once more',
        fix: 'leave this cache out',
      }, scope);
    }
  });
  return mirrors;
}

/** The mirrors with registries as text. Refuses what is known only at deployment. */
export function literalHosts(scope: IConstruct, mirrors: readonly MirroredHost[], what: string): readonly MirroredHost[] {
  const mirror = mirrors.find(({ registry }) => Token.isUnresolved(registry));
  if (mirror) {
    throw new InvalidInputError({
      got: `${what} for the cache '${mirror.prefix}', whose account or Region is known only at deployment`,
      expected: 'a concrete account and Region, since it is text that no deployment fills in',
      fix: "give the stack of the cache an env with both, or name them in the cache's attributes; addToUserData() takes references",
    }, scope);
  }
  return mirrors;
}

/** Where a registry has the repositories of a mirror: the registry, and the prefix when there is one. */
export function locationOf({ registry, prefix }: MirroredHost): string {
  return prefix === ROOT ? registry : `${registry}/${prefix}`;
}

/** The registries of mirrors, each once. */
export function registriesOf(mirrors: readonly MirroredHost[]): string[] {
  return [...new Set(mirrors.map(({ registry }) => registry))];
}

function hostsOf(scope: IConstruct, cache: ICacheRule): MirroredHost[] {
  checkRule(cache, scope);
  const address = CacheAddress.fromRule(cache);
  const { repositoryPrefix: prefix, region } = address;
  const { upstream } = cache as Partial<ICacheRule>;
  if (upstream === undefined) {
    throw new InvalidInputError({
      got: `the cache ${excerpt(prefix)}, whose upstream is not known`,
      expected: 'a cache whose upstream says which hosts of image names mean it',
      fix: 'use a PullThroughCache or a CacheRule, or import the cache by PullThroughCache.fromPullThroughCacheAttributes() with its upstream',
    }, scope);
  }
  checkMirror(scope, cache, prefix);
  const own = Stack.of(scope).region;
  if (differ(region, own)) {
    throw new InvalidInputError({
      got: `the cache '${prefix}' of the Region ${region} for nodes of the Region ${own}`,
      expected: 'a cache in the Region of the nodes, which would pay for each pull from another one, and depend on it',
      fix: `make a cache in ${own}, or this NodeMirrors in a stack of ${region}`,
    }, scope);
  }
  return upstream.imageHosts.map(host => {
    checkHost(scope, host, prefix);
    return { host, upstream: upstream.url, registry: literalHostOf(address) ?? address.registryHost, prefix };
  });
}

/** Where nobody says which Region the nodes are in, the caches have to be of one. */
function checkOneRegion(scope: IConstruct, caches: readonly ICacheRule[]): void {
  const regions = caches.map(({ env }) => env.region).filter(region => !Token.isUnresolved(region));
  const other = regions.find(region => differ(region, regions[0]));
  if (other !== undefined) {
    throw new InvalidInputError({
      got: `caches of the Regions ${regions[0]} and ${other}`,
      expected: 'caches of one Region, that of the nodes',
      fix: 'make a NodeMirrors for the nodes of each Region',
    }, scope);
  }
}

function checkMirror(scope: IConstruct, cache: ICacheRule, prefix: string): void {
  if (Token.isUnresolved(prefix) || (prefix !== ROOT && !PATH.test(maskLater(prefix)))) {
    throw new InvalidInputError({
      got: Token.isUnresolved(prefix) ? 'a cache whose prefix is known only at deployment' : `a cache with the prefix ${excerpt(prefix)}`,
      expected: 'a prefix as ECR takes it and as text, since it becomes part of files on nodes',
      fix: 'write the prefix out',
    }, scope);
  }
  const { upstreamRepositoryPrefix: part } = cache;
  if (part !== undefined && part !== ROOT) {
    throw new InvalidInputError({
      got: `the cache '${prefix}' with the upstream repository prefix ${excerpt(part)}`,
      expected: 'a cache of a whole upstream: a mirror puts the prefix before the path of an image and takes nothing from it',
      fix: 'make a cache without upstreamRepositoryPrefix, or rewrite these names with CachedImages',
    }, scope);
  }
}

function checkHost(scope: IConstruct, host: string, prefix: string): void {
  if (Token.isUnresolved(host) || !HOST.test(maskLater(host))) {
    throw new InvalidInputError({
      got: Token.isUnresolved(host)
        ? `the cache '${prefix}' of an upstream whose account or Region is known only at deployment`
        : `the host ${excerpt(host)} of the cache '${prefix}'`,
      expected: 'hosts that are known at synthesis and in lower case, since a node looks them up by their names',
      fix: 'write the account and Region of the upstream, or its host, out',
    }, scope);
  }
}
