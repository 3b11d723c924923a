import { bornWithRule, idOfRemoval } from '../../src/functions/removal-id';

const MADE = new Date('2026-03-01T12:00:00.500Z');

test('keeps since when the rule is there', async () => {
  const id = await idOfRemoval('team/echo', async () => [{ prefix: 'other', createdAt: new Date(0) }, { prefix: 'team/echo', createdAt: MADE }], false);

  expect(bornWithRule(id, 'team/echo')).toEqual(MADE);
});

test('begins now when there is no rule yet', async () => {
  const before = Date.now();
  const since = bornWithRule(await idOfRemoval('echo', async () => [], false), 'echo')!;

  expect(since.getTime()).toBeGreaterThanOrEqual(before);
  expect(since.getTime()).toBeLessThanOrEqual(Date.now());
});

test('begins now when the rules can not be read and the stack may not be kept from going back', async () => {
  const denied = async () => { throw new Error('denied'); };

  expect(bornWithRule(await idOfRemoval('echo', denied, true), 'echo')).toBeInstanceOf(Date);
  await expect(idOfRemoval('echo', denied, false)).rejects.toThrow('denied');
});

test.each([
  ['of another prefix', 'hub@2026-03-01T12:00:00.000Z'],
  ['of a longer prefix', 'team/echo@2026-03-01T12:00:00.000Z'],
  ['of a request', '6a1b2c3d-1111-2222-3333-444455556666'],
  ['with a time that there is not', 'echo@2026-13-41T12:00:00.000Z'],
  ['that is missing', undefined],
])('knows nothing of an id %s', (_, id) => {
  expect(bornWithRule(id, 'echo')).toBeUndefined();
});
