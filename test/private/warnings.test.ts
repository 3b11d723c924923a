import { Aws } from 'aws-cdk-lib';
import { warn, WarningId } from '../../src/private/warnings';
import { newStack, warningsOf } from '../app';

test('the ids of warnings are those by which users acknowledge them', () => {
  expect(Object.values(WarningId)).toEqual(expect.arrayContaining([
    'overlappingPrefixes', 'possiblySamePrefix', 'immutableTemplate', 'wholeRegistryGrant', 'upstreamIsOwnRegistry', 'grantHalfMissing',
    'digestFirstPull',
  ]));
});

test('no two warnings have one id', () => {
  expect(new Set(Object.values(WarningId)).size).toBe(Object.values(WarningId).length);
});

test('a warning says of a token that its value comes later', () => {
  const stack = newStack();

  warn(stack, WarningId.IMMUTABLE_TEMPLATE, `the Region '${Aws.REGION}'`);

  expect(warningsOf(stack)).toEqual(["/Stack immutableTemplate: the Region '<known at deployment>'"]);
});
