import { excerpt, InvalidInputError } from '../private/errors';

/** Where a text leaves the grammar of image references, and the way back. */
interface Flaw {
  /** Offset in the whole text of the first character that is wrong; the end of the part when something is missing there. */
  readonly offset: number;
  readonly expected: string;
  readonly fix: string;
}

/** Which of the ASCII codes belong to it: a table of bytes, since it is asked once for each character. */
type CharacterSet = Readonly<Uint8Array>;

const LOWER_AND_DIGITS = characters('a-z', '0-9');
const DIGITS = characters('0-9');
const DASHES = characters('-');
const UNDERSCORES = characters('_');
const LABEL_CHARACTERS = characters('a-z', 'A-Z', '0-9', '-');
const TAG_STARTS = characters('a-z', 'A-Z', '0-9', '_');
const TAG_CHARACTERS = characters('a-z', 'A-Z', '0-9', '_', '.', '-');
const LOWER_HEX = characters('a-f', '0-9');
const ADDRESS_CHARACTERS = characters('a-f', 'A-F', '0-9', ':');

const HOST_FIX = "name the registry as host or host:port, such as 'quay.io', 'localhost:5000' or '[2001:db8::1]:5000'";
const PATH_FIX = "write the repository in lower case without other signs, such as 'library/nginx' or 'my-team/my_app'";
const TAG_FIX = "write the tag behind one ':', such as ':1.27', or leave out both";
const DIGEST_FIX = "give the digest as the registry prints it, such as '@sha256:' and 64 digits";

const LONGEST_TAG = 128;
const DIGEST_DIGITS = new Map([['sha256', 64], ['sha384', 96], ['sha512', 128]]);

/** Whether the text is what Docker prints as an image's own identifier, which no repository may be named. */
function isIdentifier(text: string): boolean {
  return text.length === 64 && endOfRun(text, 0, 64, LOWER_HEX) === 64;
}

/** A registry in front of an offset: a domain name or IPv4 address, or an IPv6 address in brackets, each with an optional port. */
function hostFlaw(text: string, end: number): Flaw | undefined {
  const nameEnd = text[0] === '[' ? endOfAddress(text, end) : endOfDomain(text, end);
  if (typeof nameEnd !== 'number') { return nameEnd; }
  return nameEnd === end ? undefined : portFlaw(text, nameEnd, end);
}

function endOfAddress(text: string, limit: number): number | Flaw {
  const close = endOfRun(text, 1, limit, ADDRESS_CHARACTERS);
  return close > 1 && text[close] === ']'
    ? close + 1
    : { offset: close, expected: "hexadecimal digits and ':' up to a ']' in the registry's address", fix: HOST_FIX };
}

function endOfDomain(text: string, limit: number): number | Flaw {
  const label = { expected: "letters, digits and inner dashes between the dots of the registry's name", fix: HOST_FIX };
  for (let at = 0; ;) {
    const end = endOfRun(text, at, limit, LABEL_CHARACTERS);
    if (end === at || text[at] === '-') { return { offset: at, ...label }; }
    if (text[end - 1] === '-') { return { offset: end - 1, ...label }; }
    if (end === limit || text[end] === ':') { return end; }
    if (text[end] !== '.') { return { offset: end, ...label }; }
    at = end + 1;
  }
}

function portFlaw(text: string, start: number, limit: number): Flaw | undefined {
  const end = text[start] === ':' ? endOfRun(text, start + 1, limit, DIGITS) : start;
  return end > start + 1 && end === limit ? undefined : { offset: end, expected: "a ':' and a port of digits after the registry's host", fix: HOST_FIX };
}

/** A repository, up to a limit, a ':' or an '@': lower-case words joined by '/', '.', '_', '__' or any number of dashes. */
function endOfPath(text: string, start: number, limit: number): number | Flaw {
  for (let at = start; ;) {
    const end = endOfRun(text, at, limit, LOWER_AND_DIGITS);
    if (end === at) { return { offset: at, expected: "a lower-case letter or digit on both sides of '/', '.', '_', '__' and dashes", fix: PATH_FIX }; }
    if (end === limit || text[end] === ':' || text[end] === '@') { return end; }
    at = endOfSeparator(text, end, limit);
    if (at === end) { return { offset: end, expected: "only a-z, 0-9, '/', '.', '_', '__' and dashes in the repository", fix: PATH_FIX }; }
  }
}

function endOfSeparator(text: string, at: number, limit: number): number {
  switch (text[at]) {
    case '/':
    case '.':
      return at + 1;
    case '_':
      return Math.min(endOfRun(text, at, limit, UNDERSCORES), at + 2);
    default:
      return endOfRun(text, at, limit, DASHES);
  }
}

/** A tag, up to an '@' or the text's end: a letter, digit or '_', then those, dots and dashes. */
function endOfTag(text: string, start: number): number | Flaw {
  const end = endOfRun(text, start, text.length, TAG_CHARACTERS);
  if (!TAG_STARTS[text.charCodeAt(start)]) {
    return { offset: start, expected: "a letter, digit or '_' at the start of the tag", fix: TAG_FIX };
  }
  if (end < text.length && text[end] !== '@') { return { offset: end, expected: "only letters, digits, '_', '.' and '-' in the tag", fix: TAG_FIX }; }
  return end - start > LONGEST_TAG
    ? { offset: start + LONGEST_TAG, expected: `at most ${LONGEST_TAG} characters in the tag, not ${end - start}`, fix: 'shorten the tag' }
    : end;
}

/** A digest, up to the text's end: an algorithm that registries can check, ':' and as many lower-case hexadecimal digits as it makes. */
function digestFlaw(text: string, start: number): Flaw | undefined {
  const colon = text.indexOf(':', start);
  // Stryker disable next-line EqualityOperator: the colon is looked for behind a name and an '@', so it is never found at 0
  const algorithm = text.slice(start, colon < 0 ? text.length : colon);
  const digits = DIGEST_DIGITS.get(algorithm);
  if (digits === undefined) {
    return { offset: start, expected: `sha256, sha384 or sha512 as the digest's algorithm, not ${excerpt(algorithm)}`, fix: DIGEST_FIX };
  }
  const first = Math.min(start + algorithm.length + 1, text.length);
  const end = endOfRun(text, first, text.length, LOWER_HEX);
  if (end < text.length) { return { offset: end, expected: 'only 0-9 and a-f in the digest', fix: DIGEST_FIX }; }
  return end - first === digits
    ? undefined
    : { offset: Math.min(end, first + digits), expected: `${digits} hexadecimal digits after '${algorithm}:', not ${end - first}`, fix: DIGEST_FIX };
}

/** Where a run of accepted characters ends. The only loop over characters, and it never goes back. */
function endOfRun(text: string, from: number, limit: number, accepted: CharacterSet): number {
  let at = from;
  // Stryker disable next-line ConditionalExpression,EqualityOperator: what is at a limit ends a run by itself; the bound spares a look behind the text
  while (at < limit && accepted[text.charCodeAt(at)]) { at++; }
  return at;
}

function characters(...ranges: string[]): CharacterSet {
  const table = new Uint8Array(128);
  for (const range of ranges) {
    table.fill(1, range.charCodeAt(0), range.charCodeAt(range.length - 1) + 1);
  }
  return table;
}

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
  // Stryker disable next-line EqualityOperator: with a slash at 0 the part in front of it is empty, as it is without a slash
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
