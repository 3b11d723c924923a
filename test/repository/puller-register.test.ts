import { Aws, Stack } from 'aws-cdk-lib';
import { CachePullers } from '../../src';
import { OwnerHalf, PullerRegister } from '../../src/repository/puller-register';

const ACCOUNT = '999999999999';
const PLACE = { prefix: 'echo', account: '111122223333', region: 'eu-central-1' };

function registerWith(pullers: CachePullers[], place = PLACE): PullerRegister {
  const register = PullerRegister.of(new Stack());
  register.add({ ...place, halves: [OwnerHalf.READ], pullers });
  return register;
}

test('is one for all of an app', () => {
  const stack = new Stack();
  PullerRegister.of(stack).add({ ...PLACE, halves: [OwnerHalf.READ], pullers: [CachePullers.account(ACCOUNT)] });
  expect(PullerRegister.of(stack.node.root).has(OwnerHalf.READ, PLACE)).toBe(true);
});

test('knows nobody at first', () => {
  expect(PullerRegister.of(new Stack()).has(OwnerHalf.READ, PLACE)).toBe(false);
});

test('has the half that was noted, and not the other', () => {
  const register = registerWith([CachePullers.account(ACCOUNT)]);
  expect(register.has(OwnerHalf.READ, PLACE)).toBe(true);
  expect(register.has(OwnerHalf.IMPORT, PLACE)).toBe(false);
});

test.each<[string, string, boolean]>([
  ['echo', 'echo', true],
  ['echo', 'echo/team', true],
  ['echo/team', 'echo', true],
  ['ROOT', 'echo', true],
  ['echo', 'ROOT', true],
  ['echo', 'echoes', false],
  ['echoes', 'echo', false],
  ['team/echo', 'echo', false],
  ['echo', 'team/echo', false],
  [Aws.STACK_NAME, 'echo', true],
  ['echo', Aws.STACK_NAME, true],
])('what is noted for the prefix %s counts for %s: %#', (noted, asked, counts) => {
  const register = registerWith([CachePullers.account(ACCOUNT)], { ...PLACE, prefix: noted });
  expect(register.has(OwnerHalf.READ, { ...PLACE, prefix: asked })).toBe(counts);
});

test.each<[string, Partial<typeof PLACE>, boolean]>([
  ['another account', { account: '222233334444' }, false],
  ['another Region', { region: 'us-east-1' }, false],
  ['an account known at deployment only', { account: Aws.ACCOUNT_ID }, true],
  ['a Region known at deployment only', { region: Aws.REGION }, true],
])('%s', (_, asked, counts) => {
  const register = registerWith([CachePullers.account(ACCOUNT)]);
  expect(register.has(OwnerHalf.READ, { ...PLACE, ...asked })).toBe(counts);
});

describe('for an account', () => {
  const organization = (accounts?: string[]) => CachePullers.organization('o-a1b2c3d4e5', { accounts });

  test.each<[string, CachePullers[], boolean]>([
    ['the account', [CachePullers.account(ACCOUNT)], true],
    ['another', [CachePullers.account('888888888888')], false],
    ['an account that is a token', [CachePullers.account(Aws.ACCOUNT_ID)], true],
    ['any account of an organisation', [organization()], true],
    ['accounts of an organisation with it', [organization(['888888888888', ACCOUNT])], true],
    ['accounts of an organisation without it', [organization(['888888888888'])], false],
    ['several pullers with it', [CachePullers.account('888888888888'), CachePullers.account(ACCOUNT)], true],
  ])('%s', (_, pullers, has) => {
    const register = PullerRegister.of(new Stack());
    register.add({ ...PLACE, halves: [OwnerHalf.IMPORT], names: ['echo/*'], pullers });
    expect(register.lacking(OwnerHalf.IMPORT, PLACE, ['echo/nginx'], { account: ACCOUNT })).toEqual(has ? [] : ['echo/nginx']);
  });
});
