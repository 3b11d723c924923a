import { WarningId } from '../../src/private/warnings';

test('the ids of warnings are those by which users acknowledge them', () => {
  expect(Object.values(WarningId)).toEqual(expect.arrayContaining([
    'overlappingPrefixes', 'possiblySamePrefix', 'immutableTemplate', 'wholeRegistryGrant', 'upstreamIsOwnRegistry', 'grantHalfMissing',
    'digestFirstPull',
  ]));
});

test('no two warnings have one id', () => {
  expect(new Set(Object.values(WarningId)).size).toBe(Object.values(WarningId).length);
});
