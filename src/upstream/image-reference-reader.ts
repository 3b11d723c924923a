import { digestFlaw, endOfPath, endOfTag, Flaw, hostFlaw, isIdentifier } from './image-reference-grammar';
import { InvalidInputError } from '../private/errors';
import { excerpt } from '../private/excerpt';

const DOCKER_HUB = 'docker.io';
const OLD_DOCKER_HUB = 'index.docker.io';
const OFFICIAL = 'library/';
const LONGEST_REPOSITORY = 255;

/** What an image reference is made of, short forms completed. */
export interface ReferenceParts {
  readonly registry: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Reads a reference as Docker does, or throws an InvalidInputError that says where and why it is none. */
export function readReference(text: string): ReferenceParts {
  if (isIdentifier(text)) {
    throw new InvalidInputError({
      got: `the image reference ${excerpt(text)}, an identifier of 64 hexadecimal digits`,
      expected: "a repository's name",
      fix: `write the repository in front, such as 'nginx@sha256:${text.slice(0, 8)}...'`,
    });
  }
  const slash = text.indexOf('/');
  const head = slash > 0 ? text.slice(0, slash) : '';
  return looksLikeRegistry(head) ? readWithRegistry(text, head) : readRemainder(text, DOCKER_HUB, 0);
}

/** Docker's rule of what, in front of the first slash, is a registry and not part of a repository on Docker Hub. */
function looksLikeRegistry(head: string): boolean {
  return head.includes('.') || head.includes(':') || head === 'localhost' || head !== head.toLowerCase();
}

function readWithRegistry(text: string, head: string): ReferenceParts {
  const slash = head.length;
  const flaw = hostFlaw(text, slash);
  if (flaw === undefined) { return readRemainder(text, head === OLD_DOCKER_HUB ? DOCKER_HUB : head, slash + 1); }
  if (endOfPath(text, 0, slash) === slash) { return readRemainder(text, '', 0); }
  throw text.startsWith('//', slash) && text[slash - 1] === ':'
    ? invalid(text, { offset: slash, expected: 'an image name without a scheme', fix: `leave out ${excerpt(text.slice(0, slash + 2))}` })
    : invalid(text, flaw);
}

/** What follows the registry, in one pass: `path[:tag][@digest]`. None of the parts can hold the sign that ends it. */
function readRemainder(text: string, registry: string, start: number): ReferenceParts {
  const pathEnd = within(text, endOfPath(text, start, text.length));
  const path = text.slice(start, pathEnd);
  const official = registry === DOCKER_HUB && !path.includes('/') ? OFFICIAL : '';
  const flaw = lengthFlaw(path, start, official);
  if (flaw) { throw invalid(text, flaw); }

  const tagged = text[pathEnd] === ':';
  const tagEnd = tagged ? within(text, endOfTag(text, pathEnd + 1)) : pathEnd;
  return {
    registry,
    repository: official + path,
    tag: tagged ? text.slice(pathEnd + 1, tagEnd) : undefined,
    digest: tagEnd < text.length ? readDigest(text, tagEnd + 1) : undefined,
  };
}

function lengthFlaw(path: string, start: number, official: string): Flaw | undefined {
  const length = official.length + path.length;
  return length <= LONGEST_REPOSITORY ? undefined : {
    offset: start + LONGEST_REPOSITORY - official.length,
    expected: `at most ${LONGEST_REPOSITORY} characters in the repository${official && ` with its '${official}'`}, not ${length}`,
    fix: 'shorten the repository',
  };
}

function readDigest(text: string, start: number): string {
  const flaw = digestFlaw(text, start);
  if (flaw) { throw invalid(text, flaw); }
  return text.slice(start);
}

function within(text: string, end: number | Flaw): number {
  if (typeof end === 'number') { return end; }
  throw invalid(text, end);
}

function invalid(text: string, flaw: Flaw): InvalidInputError {
  const where = flaw.offset < text.length ? `with ${excerpt(text[flaw.offset])} at` : 'ending at';
  return new InvalidInputError({ got: `the image reference ${excerpt(text)} ${where} offset ${flaw.offset}`, expected: flaw.expected, fix: flaw.fix });
}
