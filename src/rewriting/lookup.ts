import { Token } from 'aws-cdk-lib';
import { textOf } from './given';
import { isPrivateEcr } from './private-ecr';
import { ROOT } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';
import { ImageInCache, pathInCache } from '../pulling/image-in-cache';
import type { ICacheRule } from '../rule/cache-rule';
import { ImageReference } from '../upstream/image-reference';
import { isLater, isLookup } from '../private/later';

/** What became of an image name that `CachedImages` found. */
export enum ImageOutcome {
  /** It is pulled through a cache now. */
  CACHED = 'CACHED',

  /** It was the URI of an image in one of the caches already, and stays. */
  ALREADY_CACHED = 'ALREADY_CACHED',

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

/** Which cache serves an image name. Pure: the same name and caches give the same answer. */
export class CacheLookup {
  /** All of the caches. */
  public readonly rules: readonly ICacheRule[];

  /** @param scopes the caches of each scope, the nearest scope first */
  constructor(private readonly scopes: readonly (readonly UsedCache[])[], private readonly options: LookupOptions) {
    this.rules = [...new Set(scopes.flat().map(({ rule }) => rule))];
  }

  public find(text: string): Finding {
    if (this.rules.some(rule => pathInCache(rule, text) !== undefined)) { return { outcome: ImageOutcome.ALREADY_CACHED }; }
    if (isLater(text)) { return { outcome: ImageOutcome.TOKEN }; }
    const reference = readable(text);
    if (reference === undefined) { return { outcome: ImageOutcome.NOT_A_NAME }; }
    if (this.options.exceptions.some(pattern => pattern.matches(reference))) { return { outcome: ImageOutcome.EXCEPTED }; }
    for (const caches of this.scopes) {
      const finding = this.replaced(caches, reference) ?? this.served(caches, reference);
      if (finding) { return finding; }
    }
    return { outcome: isPrivateEcr(reference.registry) ? ImageOutcome.PRIVATE_ECR : ImageOutcome.NOT_SERVED };
  }

  /** A replacement is asked for by name, so it goes before any cache of its scope that just happens to serve the registry. */
  private replaced(caches: readonly UsedCache[], reference: ImageReference): Finding | undefined {
    for (const { rule, replaces } of caches) {
      const pattern = replaces.find(one => one.matches(reference));
      if (pattern) {
        if (reference.digest !== undefined) { return { outcome: ImageOutcome.PINNED_BY_DIGEST }; }
        const prefix = rule.upstreamRepositoryPrefix;
        const below = prefix === undefined || prefix === ROOT ? '' : `${prefix}/`;
        const host = rule.upstream === undefined ? '' : `${rule.upstream.imageHosts[0]}/`;
        const name = `${host}${below}${pattern.rest(reference)}:${reference.tag ?? 'latest'}`;
        return { outcome: ImageOutcome.CACHED, cached: { image: ImageInCache.fromRule(rule, name), rule } };
      }
    }
    return undefined;
  }

  private served(caches: readonly UsedCache[], reference: ImageReference): Finding | undefined {
    const cache = caches.find(({ rule }) => serves(rule, reference));
    if (!cache) { return undefined; }
    if (reference.digest !== undefined && !this.options.digests) { return { outcome: ImageOutcome.PINNED_BY_DIGEST }; }
    const { rule } = cache;
    return { outcome: ImageOutcome.CACHED, cached: { image: ImageInCache.fromRule(rule, reference.toString()), rule } };
  }
}

function serves(rule: ICacheRule, reference: ImageReference): boolean {
  const prefix = rule.upstreamRepositoryPrefix;
  return rule.upstream !== undefined && rule.upstream.imageHosts.includes(reference.registry)
    && (prefix === undefined || prefix === ROOT || reference.repository.startsWith(`${prefix}/`));
}

/** A text that Docker would refuse is nothing that this library could complain of: it is reported as what it is. */
function readable(text: string): ImageReference | undefined {
  try {
    return ImageReference.parse(text);
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
