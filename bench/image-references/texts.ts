import * as fc from 'fast-check';
import { EVERYDAY } from './everyday';
import { anyText } from '../../test/upstream/image-reference.arbitraries';
import { FULL_FORMS, PARTS, REFUSED, SHORT_FORMS } from '../../test/upstream/image-reference.cases';

export const SEED = Number(process.env.SEED ?? 20);
export const LONG = 2_048;

/** What stands in front of a filling, the filling, and what stands behind: shapes that make a parser go back. */
const SHAPES = [
  ['', 'a', ''], ['', 'a', '!'], ['a', '-', ''], ['a', '_', ''], ['', 'a-', 'A'], ['', 'a.', ''], ['', 'a/', ''], ['', '@', ''],
  ['', 'a.', 'a/app'], ['a', '-', '.io/app'], ['', 'a.', 'a_b/app'], ['host:', '0', '/app'], ['[', ':', '/app'],
  ['nginx:', 'a.', ''], ['nginx@sha256:', '0', ''], ['nginx@', 'a+', ':0'], ['', '\u0130', '/app'],
];

/** What the parsers are asked about, by where it is from. */
export const TEXTS = {
  everyday: EVERYDAY,
  cases: [...SHORT_FORMS, ...FULL_FORMS, ...PARTS, ...REFUSED].map(({ text }) => text),
  generated: fc.sample(anyText, { seed: SEED, numRuns: 500 }),
  long: SHAPES.map(([head, filling, tail]) => head + filling.repeat(LONG / filling.length) + tail),
};
