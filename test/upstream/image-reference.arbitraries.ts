import * as fc from 'fast-check';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const LETTERS = LOWER + LOWER.toUpperCase();

const word = (characters: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength, maxLength });
const optional = (prefix: string, part: fc.Arbitrary<string>) =>
  fc.option(part.map((text) => prefix + text), { nil: '' });
const joined = (part: fc.Arbitrary<string>, separator: string, maxLength: number) =>
  fc.array(part, { minLength: 1, maxLength }).map((parts) => parts.join(separator));
/** A part repeated up to a length that a limit is about, and one to each side of it. */
const around = (limit: number, start: string, filler: string) =>
  fc.constantFrom(limit - 1, limit, limit + 1).map((length) => start + filler.repeat(length - start.length));

const label = fc.tuple(word(LETTERS + DIGITS, 1, 4), optional('-', word(LETTERS + DIGITS, 1, 3)), optional('--', word(LETTERS + DIGITS, 1, 2)))
  .map((parts) => parts.join(''));
const address = word('0123456789abcdefABCDEF:', 1, 12).map((text) => `[${text}]`);
const host = fc.oneof(
  fc.constantFrom('docker.io', 'index.docker.io', 'localhost', 'quay.io', 'registry-1.docker.io', 'Docker.io', '127.0.0.1', '[::1]', '[]', 'a_b.c'),
  joined(label, '.', 4),
  address,
);
const registry = fc.tuple(host, optional(':', word(DIGITS, 1, 6))).map((parts) => parts.join(''));

const separator = fc.oneof(fc.constantFrom('.', '_', '__', '-', '--', '---'), word('-', 1, 5));
const component = fc.tuple(word(LOWER + DIGITS, 1, 6), fc.array(fc.tuple(separator, word(LOWER + DIGITS, 1, 4)), { maxLength: 3 }))
  .map(([first, rest]) => first + rest.flat().join(''));
const path = fc.oneof(
  { arbitrary: joined(component, '/', 4), weight: 8 },
  { arbitrary: component.map((name) => `library/${name}`), weight: 1 },
  { arbitrary: fc.constantFrom('', 'a/', 'a/b-').chain((start) => around(255, start, 'z')), weight: 1 },
  { arbitrary: around(255 - 'library/'.length, '', 'z'), weight: 1 },
  { arbitrary: fc.oneof(around(64, '', 'a'), word('0123456789abcdef', 64, 64)), weight: 1 },
);

const tag = fc.oneof(
  { arbitrary: fc.tuple(word(`${LETTERS}${DIGITS}_`, 1, 1), word(`${LETTERS}${DIGITS}_.-`, 0, 8)).map((parts) => parts.join('')), weight: 6 },
  { arbitrary: fc.constantFrom('', '_', 'v1.').chain((start) => around(128, start, '-')), weight: 1 },
);

const algorithm = fc.constantFrom(['sha256', 64], ['sha384', 96], ['sha512', 128]) as fc.Arbitrary<[string, number]>;
const digest = algorithm.chain(([name, length]) => word('0123456789abcdef', length, length).map((hex) => `${name}:${hex}`));
const wrongDigest = fc.oneof(
  algorithm.chain(([name, length]) => around(length, '', 'f').map((hex) => `${name}:${hex}`)),
  fc.tuple(fc.constantFrom('sha256', 'sha384', 'sha512', 'SHA256', 'Sha512', 'md5', 'sha1', 'sha256+b64', 'sha256.x_y', '', '0sha'),
    fc.oneof(word('0123456789abcdefABCDEF', 30, 34), word('0123456789abcdefABCDEF', 64, 64), fc.constant('')))
    .map((parts) => parts.join(':')),
);

const reference = (digests: fc.Arbitrary<string>) =>
  fc.tuple(optional('', registry.map((text) => `${text}/`)), path, optional(':', tag), optional('@', digests))
    .map((parts) => parts.join(''));

const hub = fc.record({ registry: fc.constant('docker.io'), repository: joined(component, '/', 4).map((text) => `library/${text}`) });
const elsewhere = fc.record({
  registry: fc.tuple(fc.oneof(fc.constant('localhost'), address, joined(label, '.', 4)), word(DIGITS, 1, 6)).map((parts) => parts.join(':')),
  repository: joined(component, '/', 5),
});

/** The parts of references in their complete form, all of them within the limits. */
export const completeParts = fc.tuple(
  fc.oneof(hub, elsewhere),
  fc.record({ tag: word(`${LETTERS}${DIGITS}_`, 1, 128), digest }, { requiredKeys: [] }),
).map(([name, version]) => ({ ...name, ...version }));

/** Signs that the grammar gives a meaning, and ones that only look like them. */
const HOSTILE = [
  ...'aZ0._-/:@[]%+~ \t\n\r\0\\\'"${}#?!*',
  '//', '::', '..', '__', '___', '--', '@@', '[]', '://', '\u00e9', '\u0430', '\u0130', '\u212a', '\uff0f', '\u200b', '\ufeff', '\u{1f433}', '\ud800',
];
const hostileSign = fc.constantFrom(...HOSTILE);

/** One to three signs put in, taken out, replaced, doubled or changed in case, anywhere. */
const mutated = fc.tuple(
  reference(fc.oneof(digest, wrongDigest)),
  fc.array(fc.tuple(fc.constantFrom('insert', 'remove', 'replace', 'double', 'case'), fc.nat(), hostileSign), { minLength: 1, maxLength: 3 }),
).map(([text, edits]) => edits.reduce((changed, [edit, position, sign]) => {
  const at = position % (changed.length + 1);
  const [before, here, after] = [changed.slice(0, at), changed.slice(at, at + 1), changed.slice(at + 1)];
  switch (edit) {
    case 'insert': return before + sign + here + after;
    case 'remove': return before + after;
    case 'replace': return before + sign + after;
    case 'double': return before + here + here + after;
    default: return before + (here === here.toUpperCase() ? here.toLowerCase() : here.toUpperCase()) + after;
  }
}, text));

const hostile = fc.array(fc.oneof({ arbitrary: hostileSign, weight: 2 }, { arbitrary: fc.constantFrom('a', 'b1', 'docker.io', 'sha256:'), weight: 1 }), { maxLength: 12 })
  .map((signs) => signs.join(''));

const identifier = fc.constantFrom(63, 64, 65).chain((length) => word('0123456789abcdef', length, length));

/** Texts of all sorts, accepted and refused ones in like numbers. */
export const anyText = fc.oneof(
  { arbitrary: reference(digest), weight: 8 },
  { arbitrary: reference(wrongDigest), weight: 2 },
  { arbitrary: mutated, weight: 8 },
  { arbitrary: hostile, weight: 2 },
  { arbitrary: identifier, weight: 1 },
);
