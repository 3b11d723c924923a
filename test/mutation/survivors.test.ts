import { mutant } from './mutants.fixture';
import { problemsOfReasons, reasonFor, survivorsOf } from './survivors';

const survivor = mutant({ status: 'Survived' });
const { file, mutator, original, replacement } = survivor;
const reason = { file, mutator, original, replacement, reason: 'a is never b' };
const DESCRIBED = 'EqualityOperator in src/upstream/one.ts: "a < b" -> "a <= b"';

test('mutants survive when tests pass, and when no test runs them', () => {
  const statuses = survivorsOf((['Killed', 'Timeout', 'Survived', 'NoCoverage', 'RuntimeError'] as const).map(status => mutant({ status })))
    .map(({ status }) => status);
  expect(statuses).toEqual(['Survived', 'NoCoverage']);
});

describe('the reasons of survivors', () => {
  test('are in order when each survivor has one', () => {
    expect(problemsOfReasons([survivor], [reason])).toEqual([]);
  });

  test('are found again when lines move', () => {
    expect(reasonFor({ ...survivor, line: 'return a < b || c;' } as typeof survivor, [reason])).toBe('a is never b');
  });

  test('may stand for several survivors that do the same', () => {
    expect(problemsOfReasons([survivor, survivor], [{ ...reason, times: 2 }])).toEqual([]);
  });

  test('fail without one for a survivor', () => {
    expect(problemsOfReasons([survivor], [])).toEqual([
      `1 survivors of which 0 have a reason, ${DESCRIBED}: write a test, or the reason in survivors.json`,
    ]);
  });

  test('fail without one for a second survivor that does the same', () => {
    expect(problemsOfReasons([survivor, survivor], [reason])).toEqual([
      `2 survivors of which 1 have a reason, ${DESCRIBED}: write a test, or the reason in survivors.json`,
    ]);
  });

  test.each([
    ['file', { file: 'src/upstream/two.ts' }],
    ['mutator', { mutator: 'ConditionalExpression' }],
    ['original', { original: 'b < a' }],
    ['replacement', { replacement: 'a >= b' }],
  ])('fail with one for another %s', (_, other) => {
    expect(problemsOfReasons([survivor], [{ ...reason, ...other }])).toHaveLength(2);
    expect(reasonFor(survivor, [{ ...reason, ...other }])).toBeUndefined();
  });

  test('fail with one for a mutant that no longer survives', () => {
    expect(problemsOfReasons([], [reason])).toEqual([
      `a reason for 1 survivors of which 0 are alive, ${DESCRIBED}: remove it, or correct 'times'`,
    ]);
  });

  test('fail with one for more survivors than there are', () => {
    expect(problemsOfReasons([survivor], [{ ...reason, times: 2 }])).toEqual([
      `a reason for 2 survivors of which 1 are alive, ${DESCRIBED}: remove it, or correct 'times'`,
    ]);
  });

  test('fail with two for one survivor', () => {
    expect(problemsOfReasons([survivor], [reason, reason])).toEqual([
      `two reasons for one survivor, ${DESCRIBED}: join them, with their number as 'times'`,
    ]);
  });

  test('fail with an empty one', () => {
    expect(problemsOfReasons([survivor], [{ ...reason, reason: ' ' }])).toEqual([
      `an empty reason for the survivor ${DESCRIBED}: write one, or a test`,
    ]);
  });
});
