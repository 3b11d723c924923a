import { ImageReference } from './image-reference';
import { knownRegistry } from './registries';
import { excerpt, InvalidInputError } from '../private/errors';
import { isLater, maskLater } from '../private/later';

/** An image by the name that it has in its upstream. */
export interface UpstreamImage {
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
  /** Whether the repository ends where a tag may begin: not, when the last part is a token that may hold both. */
  readonly complete: boolean;
}

/** A host that no registry has, for reading names whose own host is a token or unknown. */
const STAND_IN = 'upstream.invalid';
const SHORT_FORM_OF_DOCKER_HUB = /^(?:index\.)?docker\.io\//;

/**
 * Reads the name of an image as one of an upstream: without a registry, or with one of the upstream's hosts. Docker Hub's names are
 * completed by their `library/`, also before a tag or digest that is a token.
 *
 * @param hosts the hosts that mean this upstream, the usual one first; none when the upstream isn't known
 * @param completedAs the host that completes the names
 */
export function readUpstreamImage(image: string, hosts: readonly string[], completedAs: string | undefined = hosts[0]): UpstreamImage {
  const host = hosts.find(one => image.startsWith(`${one}/`));
  const rest = host === undefined ? image : image.slice(host.length + 1);
  const literal = literalIn(rest);
  if (literal === undefined) {
    checkNoForeignHead(image, rest, host !== undefined, hosts);
  } else if (host === undefined) {
    checkNoForeignHost(literal, image, hosts);
  } else if (!isLater(host)) {
    // read the text as it came once, so that a message names its own offsets
    ImageReference.parse(`${host}/${literal}`);
  }
  return readPath(rest, completedAs);
}

/** A name as it is written, its tag and digest apart: both may be tokens. */
export interface WrittenName {
  /** Registry and repository. */
  readonly name: string;
  /** With their colon and at sign. */
  readonly version: string;
}

/** Parts a name whose tag or digest is a token from them; undefined where a token is in the name itself, or may hold more than a tag. */
export function writtenName(text: string): WrittenName | undefined {
  const { repository, complete } = splitTokens(text);
  return complete && !isLater(repository) ? { name: repository, version: text.slice(repository.length) } : undefined;
}

/** Reads what follows a registry: `path[:tag][@digest]`. */
export function readPath(rest: string, host: string = STAND_IN): UpstreamImage {
  const literal = literalIn(rest);
  if (literal === undefined) {
    return splitTokens(rest);
  }
  const read = ImageReference.parse(`${isLater(host) ? STAND_IN : host}/${literal}`);
  const { tag, digest } = literal === rest ? read : splitTokens(rest);
  return { repository: read.repository, tag, digest, complete: true };
}

/** What is written out of a name: all but a tag or digest with a token. A repository with a token has nothing that could be completed. */
function literalIn(rest: string): string | undefined {
  if (!isLater(rest)) {
    return rest;
  }
  const { repository, tag, digest } = splitTokens(rest);
  const written = (sign: string, part: string | undefined) => part === undefined || isLater(part) ? '' : `${sign}${part}`;
  return isLater(repository) ? undefined : `${repository}${written(':', tag)}${written('@', digest)}`;
}

function checkNoForeignHost(literal: string, image: string, hosts: readonly string[]): void {
  const { registry, repository } = ImageReference.parse(literal);
  const short = registry === '' || (registry === 'docker.io' && !SHORT_FORM_OF_DOCKER_HUB.test(literal));
  if (!short) {
    throw foreign(image, registry, repository, hosts);
  }
}

function checkNoForeignHead(image: string, rest: string, own: boolean, hosts: readonly string[]): void {
  const masked = maskLater(rest);
  const head = masked.slice(0, Math.max(0, masked.indexOf('/')));
  if (!own && (head === 'localhost' || head.includes('.') || head.includes(':'))) {
    throw foreign(image, rest.slice(0, head.length), rest.slice(head.length + 1), hosts);
  }
}

/** The signs that part a name are looked for outside of tokens. What a token holds is not looked into, nor completed. */
function splitTokens(rest: string): UpstreamImage {
  const masked = maskLater(rest);
  const at = masked.includes('@') ? masked.indexOf('@') : masked.length;
  const name = masked.slice(0, at);
  // a colon in front of a slash is that of a port
  const colon = name.includes(':', name.lastIndexOf('/')) ? name.indexOf(':', name.lastIndexOf('/')) : at;
  const tag = colon < at ? rest.slice(colon + 1, at) : undefined;
  const digest = at < rest.length ? rest.slice(at + 1) : undefined;
  return {
    repository: rest.slice(0, colon),
    tag,
    digest,
    complete: tag !== undefined || digest !== undefined || !rest.endsWith(']}'),
  };
}

function foreign(image: string, registry: string, repository: string, hosts: readonly string[]): InvalidInputError {
  const own = hosts.filter(host => !isLater(host));
  return new InvalidInputError(own.length === 0
    ? {
      got: `the image ${excerpt(image)} of the registry '${registry}' for a cache whose upstream is not known by name`,
      expected: 'the name of the image without a registry',
      fix: `write '${repository}', or say what is cached with the upstream of PullThroughCache.fromPullThroughCacheAttributes()`,
    }
    : {
      got: `the image ${excerpt(image)} of the registry '${registry}'`,
      expected: `an image of ${own.join(', ')}, which this cache serves`,
      fix: knownRegistry('', registry)
        ? `use a cache of '${registry}', or write the name that the image has at ${own[0]}`
        : `use a cache of '${registry}'; if '${registry}' is part of the image's name, write '${own[0]}/${image}'`,
    });
}
