import { CfnParameter, Stack } from 'aws-cdk-lib';
import { statementId, withUniqueIds } from '../../src/registry/statement-ids';

describe('the id of a statement', () => {
  test.each([
    ['echo', 'FirstPullEcho'], ['team-a/echo', 'FirstPullTeamAEcho'], ['docker.hub__x', 'FirstPullDockerHubX'], ['ROOT', 'FirstPullROOT'], ['9lives', 'FirstPull9lives'],
  ])('for %s is %s', (prefix, id) => {
    expect(statementId('FirstPull', prefix)).toBe(id);
  });

  test('holds nothing of a token', () => {
    expect(statementId('FirstPull', new CfnParameter(new Stack(), 'Prefix').valueAsString)).toBe('FirstPull');
  });
});

describe('ids of several statements', () => {
  const ids = (statements: object[]) => withUniqueIds(statements).map(({ Sid }) => Sid);

  test('stay when they differ', () => {
    expect(ids([{ Sid: 'A' }, { Sid: 'B' }])).toEqual(['A', 'B']);
  });

  test('get a hash of what a later one says', () => {
    const [first, second] = ids([{ Sid: 'A', Resource: 'x' }, { Sid: 'A', Resource: 'y' }]);
    expect([first, second]).toEqual(['A', expect.stringMatching(/^A[0-9a-f]{8}$/)]);
  });

  test('do not depend on what stands between them', () => {
    const [a, b] = [{ Sid: 'A', Resource: 'x' }, { Sid: 'A', Resource: 'y' }];
    expect(ids([a, { Sid: 'C' }, b])).toEqual([ids([a, b])[0], 'C', ids([a, b])[1]]);
  });

  test('are not given to what was said before, which is left out', () => {
    expect(withUniqueIds([{ Sid: 'A' }, { Sid: 'B' }, { Sid: 'A' }])).toEqual([{ Sid: 'A' }, { Sid: 'B' }]);
  });

  test('are all different', () => {
    const statements = Array.from({ length: 50 }, (_, index) => ({ Sid: 'A', Resource: String(index) }));
    expect(new Set(ids(statements)).size).toBe(50);
  });

  test('are not given to a statement without', () => {
    const statements: object[] = [{ Effect: 'Allow' }, { Effect: 'Deny' }];
    expect(withUniqueIds(statements)).toStrictEqual(statements);
  });

  test('appear once for what is said twice', () => {
    expect(ids([{ Sid: 'A', Resource: 'x' }, { Sid: 'A', Resource: 'x' }])).toEqual(['A']);
  });
});
