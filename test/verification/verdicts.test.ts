import type { Claim } from './claim';
import { testsOfStep } from './evidence';
import type { Evidence } from './evidence';
import { count, NOT_RUN } from './figures';
import { OURS } from './judges';
import { figuresIn, render, versionsIn } from './page';
import { junit, kept } from './results.fixture';
import { verdicts, written } from './verdicts';

const claimOf = (...evidence: Evidence[]): Claim => ({ id: 'works', claim: 'It works', judges: [{ ...OURS, name: 'judge', version: () => '1' }], tried: 'this; that is refused', evidence });
const TESTS = testsOfStep('npm test', ['test/a']);
const CLAIM = claimOf(TESTS);
const passed = (number: number) => kept({ 'npm-test/junit.xml': junit(...Array.from({ length: number }, (_, at) => ({ file: 'test/a.test.ts', name: `${at}` }))) });

const page = (figures: ReturnType<typeof figuresIn>, claims = [CLAIM]) => render({
  areas: [{ title: 'Area', claims }],
  figures,
  versions: new Map([['judge', '1.2']]),
  assumptions: [{ id: 'guess', assumed: 'AWS does', matters: '`it`' }],
  before: 'Prepare.',
  sessions: [{ title: 'A session', setUp: 'Set up.', settlings: [{ id: 'guess', text: '- Confirmed if so.' }], cleanUp: 'Tidy.' }],
});
const pageOf = (number: number) => page(count([CLAIM], passed(number)).figures);

describe('a claim against a run', () => {
  const verdict = (run: ReturnType<typeof kept>, text: string) => verdicts([CLAIM], count([CLAIM], run), figuresIn(text))[0];

  test('holds with as many tests as the page says', () => expect(verdict(passed(3), pageOf(3))).toEqual({ holds: true, text: 'works: 3 tests' }));

  test('holds with more tests than the page says, which lags behind', () => expect(verdict(passed(4), pageOf(3)).holds).toBe(true));

  test('holds on a page that does not have it yet', () => expect(verdict(passed(1), '').holds).toBe(true));

  test('fails with fewer tests than the page says', () => {
    expect(verdict(passed(1), pageOf(1500))).toEqual({
      holds: false, text: 'works: docs/verification.md says 1,500 tests of npm test: `test/a`, there are 1 test',
    });
  });

  test('fails without its tests', () => {
    expect(verdict(kept({}), pageOf(1))).toEqual({ holds: false, text: "works: no test of test/a ran in the step 'npm test'" });
  });

  test('fails with a test that failed', () => {
    const run = kept({ 'npm-test/junit.xml': junit({ file: 'test/a.test.ts', name: 'x' }, { file: 'test/a.test.ts', name: 'y', outcome: 'failure' }) });
    expect(verdict(run, '')).toEqual({ holds: false, text: 'works: failed: test/a.test.ts: y' });
  });

  test('fails with another figure than that of a page it is taken from', () => {
    const claim = claimOf({ unit: 'rows', where: 'a page', files: [], exact: true, read: () => ({ count: 7, problems: [] }) });
    const said = (number: number) => new Map([['works: rows of a page', number]]);
    const holds = (number: number) => verdicts([claim], count([claim], kept({})), said(number))[0].holds;
    expect([6, 7, 8].map(holds)).toEqual([false, true, false]);
  });
});

describe('the page', () => {
  test('says the figures that are read from it again', () => {
    expect([...figuresIn(pageOf(1234))]).toEqual([['works: tests of npm test: `test/a`', 1234]]);
    expect([...versionsIn(pageOf(1))]).toEqual([['judge', '1.2']]);
  });

  test('shows a claim with its judge, what was tried and its figure', () => {
    expect(pageOf(1234)).toContain('| [It works](#works) | judge | this; that is refused | 1,234 tests |');
    expect(pageOf(1)).toContain('| 1 test |');
  });

  test('says that it is incomplete when a figure is missing', () => {
    expect(pageOf(1)).not.toContain('incomplete');
    expect(page(count([CLAIM], kept({})).figures)).toContain('**This page is incomplete:** 1 figures are missing');
    expect([...figuresIn(page(new Map())).values()]).toEqual([NOT_RUN]);
  });

  test('says that nothing was run against AWS, and what nobody decides', () => {
    expect(pageOf(1)).toContain('**Nothing of this was ever run against AWS.**');
    expect(pageOf(1)).toContain('#### guess\n\nAssumed: AWS does. It matters for: `it`.\n\n- Confirmed if so.');
  });

  test('has no figure without anything to count', () => {
    const nothing = claimOf({ unit: 'tests', where: 'nowhere', files: [], read: () => ({ problems: [] }) });
    expect(page(count([nothing], kept({})).figures, [nothing])).toContain('- tests of nowhere: not judged in this run');
  });

  test('is as its script writes it', () => expect(written(pageOf(2), page(figuresIn(pageOf(2))))).toEqual({ holds: true, text: 'the page is what its script writes' }));

  test('fails with a word that was changed by hand', () => {
    const changed = pageOf(2).replace('It works](', 'It always works](');
    const { holds, text } = written(changed, page(figuresIn(changed)));
    expect(holds).toBe(false);
    expect(text).toMatch(/^docs\/verification\.md has in line \d+ '\| \[It always works.*expected '\| \[It works.*: run npm run verification$/);
  });

  test('fails with a figure that was changed in the overview only', () => {
    const changed = pageOf(2).replace('| 2 tests |', '| 200 tests |');
    expect(written(changed, page(figuresIn(changed))).holds).toBe(false);
  });
});
