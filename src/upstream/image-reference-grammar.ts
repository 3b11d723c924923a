import { excerpt } from '../private/excerpt';

/** A part of a text. It names the whole text, so that offsets are those that a user can count. */
export interface Span {
  readonly text: string;
  readonly start: number;
  /** Offset of the first character behind the part. */
  readonly end: number;
}

/** Where a text leaves the grammar of image references, and the way back. */
export interface Flaw {
  /** Offset of the first character that is wrong; the end of the part when something is missing there. */
  readonly offset: number;
  readonly expected: string;
  readonly fix: string;
}

/** Which of the ASCII codes belong to it: a table, since it is asked once for each character. */
type CharacterSet = readonly boolean[];

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
export function isIdentifier(text: string): boolean {
  return text.length === 64 && endOfRun({ text, start: 0, end: 64 }, 0, LOWER_HEX) === 64;
}

/** A registry: a domain name or IPv4 address, or an IPv6 address in brackets, each with an optional port. */
export function hostFlaw(host: Span): Flaw | undefined {
  const bracketed = host.text[host.start] === '[';
  const nameEnd = bracketed
    ? endOfRun(host, host.start + 1, ADDRESS_CHARACTERS) + 1
    : startOf(':', host);
  const name = { ...host, end: nameEnd };
  return (bracketed ? addressFlaw(name, host.end) : domainFlaw(name)) ?? portFlaw({ ...host, start: nameEnd });
}

function addressFlaw(address: Span, limit: number): Flaw | undefined {
  const close = address.end - 1;
  const closed = close > address.start + 1 && close < limit && address.text[close] === ']';
  return closed ? undefined : { offset: close, expected: "hexadecimal digits and ':' up to a ']' in the registry's address", fix: HOST_FIX };
}

function domainFlaw(domain: Span): Flaw | undefined {
  const label = { expected: "letters, digits and inner dashes between the dots of the registry's name", fix: HOST_FIX };
  for (let at = domain.start; ;) {
    const end = endOfRun(domain, at, LABEL_CHARACTERS);
    if (end === at || domain.text[at] === '-') { return { offset: at, ...label }; }
    if (domain.text[end - 1] === '-') { return { offset: end - 1, ...label }; }
    if (end === domain.end) { return undefined; }
    if (domain.text[end] !== '.') { return { offset: end, ...label }; }
    at = end + 1;
  }
}

function portFlaw(port: Span): Flaw | undefined {
  if (port.start === port.end) { return undefined; }
  const expected = "a ':' and a port of digits after the registry's host";
  if (port.text[port.start] !== ':') { return { offset: port.start, expected, fix: HOST_FIX }; }
  const end = endOfRun(port, port.start + 1, DIGITS);
  return end > port.start + 1 && end === port.end ? undefined : { offset: end, expected, fix: HOST_FIX };
}

/** A repository: lower-case words joined by '/', '.', '_', '__' or any number of dashes. */
export function pathFlaw(path: Span): Flaw | undefined {
  for (let at = path.start; ;) {
    const end = endOfRun(path, at, LOWER_AND_DIGITS);
    if (end === at) { return { offset: at, expected: "a lower-case letter or digit on both sides of '/', '.', '_', '__' and dashes", fix: PATH_FIX }; }
    if (end === path.end) { return undefined; }
    at = endOfSeparator(path, end);
    if (at === end) { return { offset: end, expected: "only a-z, 0-9, '/', '.', '_', '__' and dashes in the repository", fix: PATH_FIX }; }
  }
}

function endOfSeparator(path: Span, at: number): number {
  switch (path.text[at]) {
    case '/':
    case '.':
      return at + 1;
    case '_':
      return Math.min(endOfRun(path, at, UNDERSCORES), at + 2);
    default:
      return endOfRun(path, at, DASHES);
  }
}

/** A tag: a letter, digit or '_', then those, dots and dashes. */
export function tagFlaw(tag: Span): Flaw | undefined {
  const end = endOfRun(tag, tag.start, TAG_CHARACTERS);
  if (tag.start === end || !TAG_STARTS[tag.text.charCodeAt(tag.start)]) {
    return { offset: tag.start, expected: "a letter, digit or '_' at the start of the tag", fix: TAG_FIX };
  }
  if (end < tag.end) { return { offset: end, expected: "only letters, digits, '_', '.' and '-' in the tag", fix: TAG_FIX }; }
  return end - tag.start > LONGEST_TAG
    ? { offset: tag.start + LONGEST_TAG, expected: `at most ${LONGEST_TAG} characters in the tag, not ${end - tag.start}`, fix: 'shorten the tag' }
    : undefined;
}

/** A digest: an algorithm that registries can check, ':' and as many lower-case hexadecimal digits as it makes. */
export function digestFlaw(digest: Span): Flaw | undefined {
  const colon = startOf(':', digest);
  const algorithm = digest.text.slice(digest.start, colon);
  const digits = DIGEST_DIGITS.get(algorithm);
  if (digits === undefined) {
    return { offset: digest.start, expected: `sha256, sha384 or sha512 as the digest's algorithm, not ${excerpt(algorithm)}`, fix: DIGEST_FIX };
  }
  const start = Math.min(colon + 1, digest.end);
  const end = endOfRun(digest, start, LOWER_HEX);
  if (end < digest.end) { return { offset: end, expected: 'only 0-9 and a-f in the digest', fix: DIGEST_FIX }; }
  return end - start === digits
    ? undefined
    : { offset: Math.min(end, start + digits), expected: `${digits} hexadecimal digits after '${algorithm}:', not ${end - start}`, fix: DIGEST_FIX };
}

/** Where a run of accepted characters ends. The only loop over characters, and it never goes back. */
function endOfRun(span: Span, from: number, accepted: CharacterSet): number {
  let at = from;
  while (at < span.end && accepted[span.text.charCodeAt(at)]) { at++; }
  return at;
}

/** Where a sign first stands in a part, or the part's end. */
export function startOf(sign: string, span: Span): number {
  const at = span.text.indexOf(sign, span.start);
  return at < 0 || at > span.end ? span.end : at;
}

function characters(...ranges: string[]): CharacterSet {
  const table = new Array<boolean>(128).fill(false);
  for (const range of ranges) {
    table.fill(true, range.charCodeAt(0), range.charCodeAt(range.length - 1) + 1);
  }
  return table;
}
