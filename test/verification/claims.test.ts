import { readdirSync } from 'node:fs';
import { AREAS } from './claims';
import { keyOf } from './figures';
import { pathOf, textOf } from './repository';
import { SESSIONS } from './settling/sessions';
import { assumptionsIn } from './unverified';

const CLAIMS = AREAS.flatMap(area => area.claims);
const ASSUMPTIONS = assumptionsIn(textOf('docs/unverified.md')).map(({ id }) => id);

const filesOf = (folder: string) => readdirSync(pathOf(folder), { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`);
/** What is there more than once. */
const repeated = (names: string[]) => names.filter((name, at) => names.indexOf(name) !== at);

describe('the claims', () => {
  test('have ids that are no others, on a page where assumptions have theirs', () => {
    expect(repeated([...CLAIMS.map(({ id }) => id), ...ASSUMPTIONS])).toEqual([]);
    expect(CLAIMS.map(({ id }) => id).filter(id => !/^[a-z0-9-]+$/.test(id))).toEqual([]);
  });

  test('have grounds that are told apart, a judge, and a cell each', () => {
    expect(repeated(CLAIMS.flatMap(claim => claim.evidence.map(evidence => keyOf(claim, evidence))))).toEqual([]);
    expect(CLAIMS.filter(({ judges, evidence }) => judges.length === 0 || evidence.length === 0)).toEqual([]);
    expect(CLAIMS.filter(({ claim, tried }) => /[|\n]|\.$/.test(claim) || /[|\n]|\.$/.test(tried))).toEqual([]);
  });

  test('name files that are there', () => {
    const files = ['test', 'local/tests'].flatMap(filesOf);
    const starts = CLAIMS.flatMap(({ evidence }) => evidence.flatMap(one => one.files));
    expect(starts.filter(start => !files.some(file => file.startsWith(start)))).toEqual([]);
  });

  test('name steps that CI has', () => {
    const steps = [...textOf('.ci/run').matchAll(/^step '([^']+)'/gm)].map(([, step]) => step);
    const named = CLAIMS.flatMap(({ evidence }) => evidence.flatMap(({ step }) => step ?? []));
    expect(named.filter(step => !steps.includes(step))).toEqual([]);
  });

  test('rest on assumptions that are listed', () => {
    expect(CLAIMS.flatMap(({ restsOn }) => restsOn ?? []).filter(id => !ASSUMPTIONS.includes(id))).toEqual([]);
  });

  test.each(['test', 'local/tests'])('leave out no test of %s', folder => {
    const starts = CLAIMS.flatMap(({ id, evidence }) => id === 'suite' || id === 'newest-cdk' ? [] : evidence.flatMap(({ files }) => files));
    const tests = filesOf(folder).filter(name => /\.test\.ts$|\/test_\w+\.py$/.test(name));
    expect(tests.length).toBeGreaterThan(10);
    expect(tests.filter(test => !starts.some(start => test.startsWith(start)))).toEqual([]);
  });
});

describe('the assumptions', () => {
  test('are each settled by one session, and no session settles another', () => {
    const settled = SESSIONS.flatMap(({ settlings }) => settlings.map(({ id }) => id));
    expect(repeated(settled)).toEqual([]);
    expect([...settled].sort()).toEqual([...ASSUMPTIONS].sort());
  });

  test.each(SESSIONS.flatMap(({ settlings }) => settlings.map(settling => [settling.id, settling.text] as const)))(
    '%s has commands, what confirms and refutes it, and what to change then', (_, text) => {
      expect(text).toMatch(/```sh\n[^]+\n```\n\n- Confirmed[^]+\n- Refuted[^]+\n- Then [^]+\.$/);
    });

  test('fail to be read from a list without its table', () => {
    expect(() => assumptionsIn('# Nothing')).toThrow('got no table that begins with | id | what is assumed |');
  });

  test('fail to be read from a row with an empty cell', () => {
    expect(() => assumptionsIn('| id | what is assumed | where it matters | how to settle it |\n| --- | --- | --- | --- |\n| x | y |  | z |')).toThrow(
      "got '| x | y |  | z |', expected four cells: fill them");
  });
});
