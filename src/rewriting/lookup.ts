import { Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { textOf } from './given';
import { ROOT } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';
import { isLater, isLookup, maskLater } from '../private/later';
import { differ } from '../private/places';
import { ImageInCache } from '../pulling/image-in-cache';
import { Nearness, nearnessOf } from '../pulling/nearness';
import { pathInCache } from '../pulling/path-in-cache';
import type { ICacheRule } from '../rule/cache-rule';
import { unknownFrom } from '../rule/own-place';
import { isPrivateEcr } from '../rule/registry-host';
import { ImageReference } from '../upstream/image-reference';
import { writtenName } from '../upstream/upstream-image';

/** What became of an image name that `CachedImages` found. */
export enum ImageOutcome {
  /** It is pulled through a cache now. */
  CACHED = 'CACHED',

  /** It was the URI of an image in one of the caches already, and stays. Those who pull it are granted as for `CACHED`. */
  ALREADY_CACHED = 'ALREADY_CACHED',

  /** Only caches of other accounts serve it, which nothing here lets this account pull from. It stays. */
  CACHED_ELSEWHERE = 'CACHED_ELSEWHERE',

  /** A cache serves it, and the context `cdk-ecr-pull-through-cache:bypass` keeps it from being rewritten. Those who pull it are granted. */
  BYPASSED = 'BYPASSED',

  /** A private ECR registry has it, which none of the caches caches. It stays. */
  PRIVATE_ECR = 'PRIVATE_ECR',

  /** It is known at deployment only, and stays. */
  TOKEN = 'TOKEN',

  /** You asked for it to stay. */
  EXCEPTED = 'EXCEPTED',

  /** The service itself has it, such as CodeBuild's `aws/codebuild/...`. It stays. */
  OF_SERVICE = 'OF_SERVICE',

  /** It is pinned by a digest, and stays: a first pull by digest is reported to fail, and another registry's image has another digest. */
  PINNED_BY_DIGEST = 'PINNED_BY_DIGEST',

  /** None of the caches caches its registry or this part of it. It stays. */
  NOT_SERVED = 'NOT_SERVED',

  /** It is no image name that Docker would take. It stays. */
  NOT_A_NAME = 'NOT_A_NAME',

  /** Its registry stands somewhere else, in a chart or in another value: nobody can tell here which it is. It stays. */
  REGISTRY_NOT_KNOWN = 'REGISTRY_NOT_KNOWN',

  /** A cache serves it, and it stands where it can't be rewritten, or came after the others were. It stays. */
  NOT_REWRITTEN = 'NOT_REWRITTEN',

  /** A text names a registry that a cache serves, where no image is known to stand. It stays. */
  MENTIONED = 'MENTIONED',
}

/** An image name and the cache that serves it, if one does. */
export interface Finding {
  readonly outcome: ImageOutcome;
  readonly cached?: { readonly image: ImageInCache; readonly rule: ICacheRule };
  /** Other caches that would have served it. */
  readonly others?: readonly ICacheRule[];
}

export interface UsedCache {
  readonly rule: ICacheRule;
  /** Names of other registries that the cache stands in for. */
  readonly replaces: readonly NamePattern[];
  /** What stands in front of them in the cache's upstream. */
  readonly replacementPrefix?: string;
}

/** What a pattern has to be before it is read as one. */
export const NAME_PATTERN = textOf('quay.io/team/*');

/** Image names with their registry and without tag: one of them, or all that begin with what stands before a `*` at the end. */
export class NamePattern {
  /** What is in front of the `*`, or the whole name. */
  public readonly start: string;
  public readonly open: boolean;

  constructor(pattern: string) {
    this.open = pattern.endsWith('*');
    this.start = this.open ? pattern.slice(0, -1) : pattern;
    // behind a part of a registry's name, a `*` would stand for hosts of anybody
    const end = this.start.endsWith('/') ? 'x/x' : '-x/x';
    const name = this.open ? nameIn(this.start + end)?.replace(new RegExp(`${end}$`), '*') : nameIn(pattern);
    // what stands in for a name that is looked up is nobody's name, and matches nothing
    if (!isLookup(pattern) && (name !== pattern || !this.start.includes('/'))) {
      const instead = this.start.includes('/') || !this.open ? name : wholeRegistry(this.start) ?? officialImages(this.start);
      throw new InvalidInputError({
        got: `the image names ${excerpt(pattern)}`,
        expected: "a name with its whole registry and without tag, perhaps with a '*' at its end behind the first slash",
        fix: instead === undefined ? "write them such as 'docker.io/library/*' or 'quay.io/team/app'" : `write '${instead}'`,
      });
    }
  }

  public matches(reference: ImageReference): boolean {
    return this.open ? reference.name.startsWith(this.start) : reference.name === this.start;
  }

  /** What the `*` stands for in a name; without one, what follows the last slash. */
  public rest(reference: ImageReference): string {
    return this.open ? reference.name.slice(this.start.length) : reference.name.slice(reference.name.lastIndexOf('/') + 1);
  }
}

export interface LookupOptions {
  readonly exceptions: readonly NamePattern[];
  readonly digests: boolean;
}

/** A cache that has an image, under a name of the upstream. */
interface Candidate {
  readonly rule: ICacheRule;
  readonly nameIn: () => string;
  readonly pinned: boolean;
}

/** The hosts by which images of the caches are named. */
function hostsOf(rules: readonly ICacheRule[]): Set<string> {
  return new Set(rules.flatMap(({ upstream }) => upstream?.imageHosts ?? []).filter(host => !Token.isUnresolved(host)));
}

/** Which cache serves an image name for whom. */
export class CacheLookup {
  /** All of the caches. */
  public readonly rules: readonly ICacheRule[];
  /** The hosts of their upstreams. */
  public readonly hosts: ReadonlySet<string>;
  /** What a rule makes of a name is asked once for a grant and once for the name. */
  private readonly images = new Map<ICacheRule, Map<string, ImageInCache>>();

  /** @param scopes the caches of each scope, the nearest scope first */
  constructor(public readonly scopes: readonly (readonly UsedCache[])[], public readonly options: LookupOptions) {
    this.rules = [...new Set(scopes.flat().map(({ rule }) => rule))];
    this.hosts = hostsOf(this.rules);
  }

  /** Whether the user asked for such names to stay. */
  public isExcepted(name: string): boolean {
    const reference = readable(name);
    return reference !== undefined && this.options.exceptions.some(pattern => pattern.matches(reference));
  }

  /** Whether names with a digest are rewritten too. */
  public get digests(): boolean {
    return this.options.digests;
  }

  /** @param user what pulls the image: it goes to the cache that is nearest to it */
  public find(text: string, user: IConstruct): Finding {
    const own = this.rules.find(rule => pathInCache(rule, text) !== undefined);
    if (own) {
      const image = this.ownImage(own, text);
      return { outcome: ImageOutcome.ALREADY_CACHED, cached: image && { image, rule: own } };
    }
    const written = isLater(text) ? writtenName(text) : { name: text, version: '' };
    if (written === undefined) { return { outcome: ImageOutcome.TOKEN }; }
    const reference = readable(written.name);
    if (reference === undefined) { return { outcome: ImageOutcome.NOT_A_NAME }; }
    if (this.options.exceptions.some(pattern => pattern.matches(reference))) { return { outcome: ImageOutcome.EXCEPTED }; }
    // a replacement is asked for by name, so it goes before any cache of its scope that just happens to serve the registry
    const groups = this.scopes.flatMap(caches => [replacing(caches, reference, written.version), this.serving(caches, reference, written.version)])
      .filter(group => group.length > 0);
    const near = groups.map(group => nearestFirst(group, user)).find(([first]) => first.nearness < Nearness.NOWHERE);
    return near ? this.found(near) : this.unfound(groups.flat(), reference, user);
  }

  private found([first, ...others]: readonly Near[]): Finding {
    if (first.pinned) { return { outcome: ImageOutcome.PINNED_BY_DIGEST }; }
    return {
      outcome: ImageOutcome.CACHED,
      cached: { image: this.imageOf(first.rule, first.nameIn()), rule: first.rule },
      others: others.filter(({ nearness }) => nearness === Nearness.UNKNOWN && first.nearness === nearness).map(({ rule }) => rule)
        .filter(rule => isElsewhere(rule, first.rule)),
    };
  }

  /** What stands below a cache may still be no name: a part of one, or a template of a chart. */
  private ownImage(rule: ICacheRule, text: string): ImageInCache | undefined {
    return unlessInvalid(() => this.imageOf(rule, text));
  }

  private imageOf(rule: ICacheRule, name: string): ImageInCache {
    const ofRule = this.images.get(rule) ?? new Map<string, ImageInCache>();
    this.images.set(rule, ofRule);
    const image = ofRule.get(name) ?? ImageInCache.fromRule(rule, name);
    ofRule.set(name, image);
    return image;
  }

  private serving(caches: readonly UsedCache[], reference: ImageReference, version: string): Candidate[] {
    return caches.filter(({ rule }) => serves(rule, reference)).map(({ rule }) => ({
      rule, nameIn: () => `${reference}${version}`, pinned: isPinned(reference, version) && !this.options.digests,
    }));
  }

  private unfound(far: readonly Candidate[], reference: ImageReference, user: IConstruct): Finding {
    const refusal = far.map(({ rule }) => unknownFrom(rule, user)).find(problem => problem !== undefined);
    if (refusal) { throw refusal; }
    if (far.length > 0) { return { outcome: ImageOutcome.CACHED_ELSEWHERE, others: far.map(({ rule }) => rule) }; }
    return { outcome: isPrivateEcr(reference.registry) ? ImageOutcome.PRIVATE_ECR : ImageOutcome.NOT_SERVED };
  }
}

interface Near extends Candidate {
  readonly nearness: Nearness;
}

/** Caches that are equally near stay in their order. */
function nearestFirst(candidates: readonly Candidate[], user: IConstruct): Near[] {
  return candidates.map(one => ({ ...one, nearness: nearnessOf(one.rule, user) })).sort((one, other) => one.nearness - other.nearness);
}

function isElsewhere(one: ICacheRule, other: ICacheRule): boolean {
  return differ(one.env.account, other.env.account) || differ(one.env.region, other.env.region);
}

function replacing(caches: readonly UsedCache[], reference: ImageReference, version: string): Candidate[] {
  return caches.flatMap(cache => {
    const pattern = cache.replaces.find(one => one.matches(reference));
    const name = () => `${replacementIn(cache, pattern!.rest(reference))}${version || `:${reference.tag ?? 'latest'}`}`;
    return pattern ? [{ rule: cache.rule, nameIn: name, pinned: isPinned(reference, version) }] : [];
  });
}

/** The name in the upstream of what stands in for another image. */
function replacementIn({ rule, replacementPrefix }: UsedCache, rest: string): string {
  const prefix = rule.upstreamRepositoryPrefix;
  const below = prefix === undefined || prefix === ROOT ? '' : `${prefix}/`;
  const host = rule.upstream === undefined ? '' : `${rule.upstream.imageHosts[0]}/`;
  return `${host}${below}${replacementPrefix === undefined ? '' : `${replacementPrefix}/`}${rest}`;
}

function serves(rule: ICacheRule, reference: ImageReference): boolean {
  const prefix = rule.upstreamRepositoryPrefix;
  return rule.upstream !== undefined && rule.upstream.imageHosts.includes(reference.registry)
    && (prefix === undefined || prefix === ROOT || reference.repository.startsWith(`${prefix}/`));
}

/** @param version a tag or digest that is a token */
function isPinned(reference: ImageReference, version: string): boolean {
  return reference.digest !== undefined || maskLater(version).includes('@');
}

/** A text that Docker would refuse is nothing that this library could complain of: it is reported as what it is. */
function readable(text: string): ImageReference | undefined {
  return unlessInvalid(() => ImageReference.parse(text));
}

function unlessInvalid<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InvalidInputError) { return undefined; }
    throw error;
  }
}

/** All names of a registry: `quay.io/*` for `quay.io`. */
function wholeRegistry(host: string): string | undefined {
  return /[.:]|^localhost$/.test(host) ? nameIn(`${host}/x/x`)?.replace(/x\/x$/, '*') : undefined;
}

/** All official images of Docker Hub whose names begin so. */
function officialImages(start: string): string | undefined {
  const name = /[.:]/.test(start) ? undefined : nameIn(start);
  return name === undefined ? undefined : `${name}*`;
}

function nameIn(text: string): string | undefined {
  return Token.isUnresolved(text) ? undefined : readable(text)?.name;
}
