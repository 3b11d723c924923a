import { digestFlaw, Flaw, hostFlaw, isIdentifier, pathFlaw, Span, startOf, tagFlaw } from './image-reference-grammar';
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
  return slash > 0 && looksLikeRegistry(text.slice(0, slash))
    ? readWithRegistry(text, slash)
    : readRemainder(text, DOCKER_HUB, 0);
}

/** Docker's rule of what, in front of the first slash, is a registry and not part of a repository on Docker Hub. */
function looksLikeRegistry(head: string): boolean {
  return head === 'localhost' || head.includes('.') || head.includes(':') || head !== head.toLowerCase();
}

function readWithRegistry(text: string, slash: number): ReferenceParts {
  const head: Span = { text, start: 0, end: slash };
  const flaw = hostFlaw(head);
  if (flaw === undefined) {
    const registry = text.slice(0, slash);
    return readRemainder(text, registry === OLD_DOCKER_HUB ? DOCKER_HUB : registry, slash + 1);
  }
  if (pathFlaw(head) === undefined) { return readRemainder(text, '', 0); }
  throw text.startsWith('//', slash) && text[slash - 1] === ':'
    ? invalid(text, { offset: slash, expected: 'an image name without a scheme', fix: `leave out ${excerpt(text.slice(0, slash + 2))}` })
    : invalid(text, flaw);
}

/** What follows the registry: `path[:tag][@digest]`. None of the parts can hold the sign that ends it. */
function readRemainder(text: string, registry: string, start: number): ReferenceParts {
  const at = startOf('@', { text, start, end: text.length });
  const colon = startOf(':', { text, start, end: at });
  const path: Span = { text, start, end: colon };
  const tag = colon < at ? { text, start: colon + 1, end: at } : undefined;
  const digest = at < text.length ? { text, start: at + 1, end: text.length } : undefined;

  const official = registry === DOCKER_HUB && startOf('/', path) === path.end ? OFFICIAL : '';
  const flaw = pathFlaw(path) ?? lengthFlaw(path, official) ?? (tag && tagFlaw(tag)) ?? (digest && digestFlaw(digest));
  if (flaw) { throw invalid(text, flaw); }
  return { registry, repository: official + contentOf(path), tag: tag && contentOf(tag), digest: digest && contentOf(digest) };
}

function lengthFlaw(path: Span, official: string): Flaw | undefined {
  const length = official.length + path.end - path.start;
  return length <= LONGEST_REPOSITORY ? undefined : {
    offset: path.start + LONGEST_REPOSITORY - official.length,
    expected: `at most ${LONGEST_REPOSITORY} characters in the repository${official && ` with its '${official}'`}, not ${length}`,
    fix: 'shorten the repository',
  };
}

function invalid(text: string, flaw: Flaw): InvalidInputError {
  const where = flaw.offset < text.length ? `with ${excerpt(text[flaw.offset])} at` : 'ending at';
  return new InvalidInputError({ got: `the image reference ${excerpt(text)} ${where} offset ${flaw.offset}`, expected: flaw.expected, fix: flaw.fix });
}

function contentOf(span: Span): string {
  return span.text.slice(span.start, span.end);
}
