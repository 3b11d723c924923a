import { figuresOf, scoreOf } from './figures';
import { AREA, mutant, mutants, OTHER_AREA } from './mutants.fixture';
import type { ReasonedSurvivor } from './survivors';
import { problemsOf } from './verdict';

function reasonsFor(times: number): ReasonedSurvivor[] {
  const { file, mutator, original, replacement } = mutant();
  return [{ file, mutator, original, replacement, reason: 'none can', times }];
}

describe('the score', () => {
  test('counts what hangs the tests as noticed, and what no test runs as not', () => {
    const figures = figuresOf([...mutants(5, 'Killed'), ...mutants(1, 'Timeout'), ...mutants(2, 'Survived'), ...mutants(2, 'NoCoverage')]);
    expect(figures).toMatchObject({ files: 1, mutants: 10, killed: 5, timedOut: 1, survived: 2, uncovered: 2 });
    expect(scoreOf(figures)).toBe(60);
  });

  test('leaves out what could not be tried', () => {
    const figures = figuresOf([...mutants(1, 'Killed'), ...mutants(1, 'Ignored'), ...mutants(1, 'RuntimeError'), ...mutants(1, 'CompileError')]);
    expect(figures).toMatchObject({ ignored: 1, invalid: 2 });
    expect(scoreOf(figures)).toBe(100);
  });
});

describe('a run', () => {
  test('passes at the goal', () => {
    expect(problemsOf([AREA], [...mutants(17, 'Killed'), ...mutants(3, 'Survived')], reasonsFor(3))).toEqual([]);
  });

  test('fails below the goal', () => {
    expect(problemsOf([AREA], [...mutants(16, 'Killed'), ...mutants(3, 'Survived')], reasonsFor(3))).toEqual([
      'Upstreams: 84.2 % of the mutants are noticed, expected at least 85 %: write tests',
      'All areas: 84.2 % of the mutants are noticed, expected at least 85 %: write tests',
    ]);
  });

  test('fails in one area, however good the others are', () => {
    const others = mutants(1000, 'Killed', { file: 'src/pulling/a.ts' });
    expect(problemsOf([AREA, OTHER_AREA], [...mutants(1, 'Killed'), ...mutants(1, 'Survived'), ...others], reasonsFor(1))).toEqual([
      'Upstreams: 50.0 % of the mutants are noticed, expected at least 85 %: write tests',
    ]);
  });

  test('fails in an area without mutants, where nothing was tried', () => {
    expect(problemsOf([AREA, OTHER_AREA], mutants(1, 'Killed'), [])).toEqual([
      'Grants: NaN % of the mutants are noticed, expected at least 85 %: write tests',
    ]);
  });

  test.each(['Ignored', 'Pending'] as const)('fails with mutants that are %s', (status) => {
    expect(problemsOf([AREA], [...mutants(9, 'Killed'), ...mutants(1, status)], [])).toContain(
      'Upstreams: 1 mutants were not tried, expected all: remove what leaves them out');
  });

  test('fails with a survivor that has no reason', () => {
    expect(problemsOf([AREA], [...mutants(99, 'Killed'), ...mutants(1, 'NoCoverage')], [])).toHaveLength(1);
  });

  test('does not ask for reasons where there is no goal', () => {
    const others = mutants(5, 'Survived', { file: 'src/registry/a.ts' });
    expect(problemsOf([AREA], [...mutants(1, 'Killed'), ...others], [])).toEqual([]);
  });
});
