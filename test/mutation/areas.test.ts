import { existsSync, readdirSync } from 'fs';
import { join } from 'path';
import { AREAS, owns, problemsOfScope } from './areas';
import { AREA, FILE, OTHER_AREA } from './mutants.fixture';

const repository = join(__dirname, '..', '..');

describe('the scope of a run', () => {
  test('is in order when each file of an area was mutated', () => {
    expect(problemsOfScope([AREA, OTHER_AREA], [FILE, 'src/pulling/a.ts'], [FILE, 'src/pulling/a.ts', 'src/registry/a.ts'])).toEqual([]);
  });

  test('fails for a file of no area', () => {
    expect(problemsOfScope([AREA], [FILE, 'src/registry/a.ts'], [])).toEqual([
      'src/registry/a.ts was mutated and is in 0 areas: give it to one in scope.json',
    ]);
  });

  test('fails for a file of two areas', () => {
    expect(problemsOfScope([AREA, AREA], [FILE], [])).toEqual([`${FILE} was mutated and is in 2 areas: give it to one in scope.json`]);
  });

  test('fails for a file that the run left out', () => {
    expect(problemsOfScope([AREA], [], [FILE])).toEqual([`${FILE} was not mutated: run all of its area, as stryker.config.json says`]);
  });
});

describe('the areas', () => {
  const tests = readdirSync(join(repository, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.test.ts')).map(file => `test/${file}`);
  const sources = readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' }).map(file => `src/${file}`);

  test.each(AREAS.flatMap(({ judged }) => judged))('judge $files, which are there, by $tests, which are there', (row) => {
    expect(sources.some(file => new RegExp(row.files).test(file))).toBe(true);
    expect(row.tests.filter(path => !tests.some(file => new RegExp(path).test(file)))).toEqual([]);
  });

  test('have each file once', () => {
    expect(sources.filter(file => AREAS.filter(area => owns(area, file)).length > 1)).toEqual([]);
  });

  test('have the image references, the lifecycle, the grants and the checks with a goal', () => {
    const withGoal = AREAS.filter(({ goal }) => goal);
    for (const file of ['src/upstream/image-reference.ts', 'src/repository/cache-lifecycle.ts', 'src/pulling/cache-grants.ts', 'src/private/checks.ts']) {
      expect(existsSync(join(repository, file))).toBe(true);
      expect(withGoal.filter(area => owns(area, file))).toHaveLength(1);
    }
  });
});
