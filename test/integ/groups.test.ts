import { App } from 'aws-cdk-lib';
import { GROUPS } from '../../integ/groups';
import type { Place } from '../../integ/runner/check';
import { assumptions, issue, plan, table } from '../../integ/runner/report';
import { runGroups } from '../../integ/runner/run';
import type { Ground } from '../../integ/runner/session';

interface Resource {
  readonly Type: string;
  readonly Properties: { readonly EcrRepositoryPrefix?: string };
}

const PLACE: Place = { account: '123456789012', otherAccount: '444455556666', organization: 'o-a1b2c3d4e5', region: 'us-east-1', farRegion: 'us-west-2', engine: false };

test('every assumption has a check, and every check decides one', () => {
  expect(GROUPS.flatMap(({ checks }) => checks.map(({ id }) => id)).sort()).toEqual([...assumptions().keys()].sort());
});

test('the list of assumptions names the group that decides each', () => {
  const named = Object.fromEntries([...assumptions()].map(([id, { group }]) => [id, group]));
  expect(named).toEqual(Object.fromEntries(GROUPS.flatMap(({ name, checks }) => checks.map(({ id }) => [id, name]))));
});

test.each(GROUPS.filter(({ stacks }) => stacks !== undefined).map(group => [group.name, group] as const))("the stacks of '%s' synthesize, with names that the end of a run deletes", (_, { stacks }) => {
  const app = new App();
  stacks!(app, PLACE);
  const { stacks: made } = app.synth();
  expect(made.length).toBeGreaterThan(0);
  expect(made.filter(({ stackName }) => !/^Integ[A-Z]/.test(stackName))).toEqual([]);
  const resources = made.flatMap(({ template }) => Object.values(template.Resources as Record<string, Resource>));
  const prefixes = resources.filter(({ Type }) => Type === 'AWS::ECR::PullThroughCacheRule').map(({ Properties }) => Properties.EcrRepositoryPrefix);
  expect(prefixes.filter(prefix => !prefix!.startsWith('integ-'))).toEqual([]);
});

describe('a run says before', () => {
  const said = plan(GROUPS.slice(0, 2), PLACE, [[GROUPS[6], 'it takes a second account']]);

  test.each(['account 123456789012', 'Region us-east-1', 'at most USD', GROUPS[1].creates, 'is left out: it takes a second account', 'deletes everything at the end and when it is interrupted'])('%s', text => {
    expect(said).toContain(text);
  });
});

describe('a report', () => {
  const rows = [{ group: 'tagged', id: 'tag-resource-for-pullers', answer: 'refuted' as const, seen: 'a|b of 123456789012\nand 444455556666, 999988887777 in o-a1b2c3d4e5 by ASIAABCDEFGHIJKLMNOP' }];

  test('counts the verdicts', () => {
    expect(table(rows)).toContain('0 confirmed, 1 refuted, 0 not decided');
  });

  test('can be published: ids of accounts, organisations and keys are not in it', () => {
    expect(issue({ rows, left: ['stack IntegX'] }, PLACE, 'versions')).toContain(
      '| refuted | a\\|b of 111111111111 and 222222222222, 333333333333 in o-example by ASIA... |');
  });
});

test('a group whose stacks fail decides nothing, a check that throws neither, and what was made is deleted', async () => {
  const cleaned: string[] = [];
  const nothing = async (command: object) => { cleaned.push(command.constructor.name); return {}; };
  const client = { send: nothing };
  const account = { config: { region: 'us-east-1' }, ecr: { ...client, config: {} }, cloudFormation: client, in: () => account } as unknown as Ground['account'];
  const ground: Ground = { place: PLACE, account, home: process.env.TMPDIR ?? '/tmp', cdk: async () => ({ code: 1, output: 'no bootstrap stack' }), pass: async () => undefined };
  const check = { id: 'one', run: async () => { throw new Error('broken'); } };
  const [tagged] = GROUPS.filter(({ name }) => name === 'tagged');

  const { rows } = await runGroups([{ ...tagged, checks: [check] }, { ...tagged, name: 'bare', stacks: undefined, checks: [check] }], ground, () => false);

  expect(rows.map(({ answer, seen }) => [answer, seen])).toEqual([
    ['not decided', 'IntegTagged could not be deployed: no bootstrap stack'], ['not decided', 'one failed: broken'],
  ]);
  expect(cleaned).toContain('ListStacksCommand');
});
