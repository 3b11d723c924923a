import { Token } from 'aws-cdk-lib';
import { textOf } from './given';
import { isPrivateEcr } from './private-ecr';
import { ROOT } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';
import { ImageInCache, pathInCache } from '../pulling/image-in-cache';
import type { ICacheRule } from '../rule/cache-rule';
import { ImageReference } from '../upstream/image-reference';
import { maskTokens, writtenName } from '../upstream/upstream-image';

/** What became of an image name that `CachedImages` found. */
export enum ImageOutcome {
  /** It is pulled through a cache now. */
  CACHED = 'CACHED',

  /** It was the URI of an image in one of the caches already, and stays. Those who pull it are granted as for `CACHED`. */
  ALREADY_CACHED = 'ALREADY_CACHED',

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
  private readonly start: string;
  private readonly open: boolean;

  constructor(pattern: string) {
    this.open = pattern.endsWith('*');
    this.start = this.open ? pattern.slice(0, -1) : pattern;
    // behind a part of a registry's name, a `*` would stand for hosts of anybody
    const end = this.start.endsWith('/') ? 'x/x' : '-x/x';
    const name = this.open ? nameIn(this.start + end)?.replace(new RegExp(`${end}$`), '*') : nameIn(pattern);
    if (name !== pattern || !this.start.includes('/')) {
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

/** The hosts by which images of the caches are named. */
function hostsOf(rules: readonly ICacheRule[]): Set<string> {
  return new Set(rules.flatMap(({ upstream }) => upstream?.imageHosts ?? []).filter(host => !Token.isUnresolved(host)));
}

/** Which cache serves an image name. Pure: the same name and caches give the same answer. */
export class CacheLookup {
  /** All of the caches. */
  public readonly rules: readonly ICacheRule[];
  /** The hosts of their upstreams. */
  public readonly hosts: ReadonlySet<string>;

  /** @param scopes the caches of each scope, the nearest scope first */
  constructor(private readonly scopes: readonly (readonly UsedCache[])[], private readonly options: LookupOptions) {
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

  public find(text: string): Finding {
    const own = this.rules.find(rule => pathInCache(rule, text) !== undefined);
    if (own) {
      const image = ownImage(own, text);
      return { outcome: ImageOutcome.ALREADY_CACHED, cached: image && { image, rule: own } };
    }
    const written = Token.isUnresolved(text) ? writtenName(text) : { name: text, version: '' };
    if (written === undefined) { return { outcome: ImageOutcome.TOKEN }; }
    const reference = readable(written.name);
    if (reference === undefined) { return { outcome: ImageOutcome.NOT_A_NAME }; }
    if (this.options.exceptions.some(pattern => pattern.matches(reference))) { return { outcome: ImageOutcome.EXCEPTED }; }
    for (const caches of this.scopes) {
      const finding = this.replaced(caches, reference, written.version) ?? this.served(caches, reference, written.version);
      if (finding) { return finding; }
    }
    return { outcome: isPrivateEcr(reference.registry) ? ImageOutcome.PRIVATE_ECR : ImageOutcome.NOT_SERVED };
  }

  /** A replacement is asked for by name, so it goes before any cache of its scope that just happens to serve the registry. */
  private replaced(caches: readonly UsedCache[], reference: ImageReference, version: string): Finding | undefined {
    for (const { rule, replaces, replacementPrefix } of caches) {
      const pattern = replaces.find(one => one.matches(reference));
      if (pattern) {
        if (isPinned(reference, version)) { return { outcome: ImageOutcome.PINNED_BY_DIGEST }; }
        const prefix = rule.upstreamRepositoryPrefix;
        const below = prefix === undefined || prefix === ROOT ? '' : `${prefix}/`;
        const host = rule.upstream === undefined ? '' : `${rule.upstream.imageHosts[0]}/`;
        const front = replacementPrefix === undefined ? '' : `${replacementPrefix}/`;
        const name = `${host}${below}${front}${pattern.rest(reference)}${version || `:${reference.tag ?? 'latest'}`}`;
        return { outcome: ImageOutcome.CACHED, cached: { image: ImageInCache.fromRule(rule, name), rule } };
      }
    }
    return undefined;
  }

  private served(caches: readonly UsedCache[], reference: ImageReference, version: string): Finding | undefined {
    const cache = caches.find(({ rule }) => serves(rule, reference));
    if (!cache) { return undefined; }
    if (isPinned(reference, version) && !this.options.digests) { return { outcome: ImageOutcome.PINNED_BY_DIGEST }; }
    const { rule } = cache;
    return { outcome: ImageOutcome.CACHED, cached: { image: ImageInCache.fromRule(rule, `${reference}${version}`), rule } };
  }
}

function serves(rule: ICacheRule, reference: ImageReference): boolean {
  const prefix = rule.upstreamRepositoryPrefix;
  return rule.upstream !== undefined && rule.upstream.imageHosts.includes(reference.registry)
    && (prefix === undefined || prefix === ROOT || reference.repository.startsWith(`${prefix}/`));
}

/** @param version a tag or digest that is a token */
function isPinned(reference: ImageReference, version: string): boolean {
  return reference.digest !== undefined || maskTokens(version).includes('@');
}

/** What stands below a cache may still be no name: a part of one, or a template of a chart. */
function ownImage(rule: ICacheRule, text: string): ImageInCache | undefined {
  return unlessInvalid(() => ImageInCache.fromRule(rule, text));
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
