import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GROUPS } from '../../integ/groups';
import type { Verdict } from '../../integ/runner/check';
import { engineGround } from '../../integ/runner/engine';
import { removeAll } from '../../integ/runner/remains';
import { runGroups } from '../../integ/runner/run';
import type { Outcome } from '../../integ/runner/run';
import { Processes } from '../../local/harness/processes';

// some twenty deployments
jest.setTimeout(900_000);

const pace = async (seconds: number) => new Promise<void>(resolve => setTimeout(resolve, seconds * 1000));
const ON_ENGINE = GROUPS.filter(({ checks }) => checks.some(({ notOnEngine }) => notOnEngine === undefined));
/** What the engine takes to be otherwise, by its readings. */
const REFUTED = ['source-account-trust', 'request-tag'];

const processes = new Processes();
let home: string;
let ground: Awaited<ReturnType<typeof engineGround>>;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'integ-'));
  ground = await engineGround(processes, home, ON_ENGINE, pace);
});

afterAll(async () => {
  await processes.stopAll();
  rmSync(home, { recursive: true, force: true });
});

/** Some checks of the groups that have them. */
async function run(ids: readonly string[]): Promise<Outcome> {
  const groups = ON_ENGINE.map(group => ({ ...group, checks: group.checks.filter(({ id }) => ids.includes(id)) }));
  return runGroups(groups.filter(({ checks }) => checks.length > 0), ground, () => false);
}

const answers = ({ rows }: Outcome): Record<string, Verdict['answer']> => Object.fromEntries(rows.map(({ id, answer }) => [id, answer]));

test('the engine decides each assumption that it can, and keeps nothing', async () => {
  const ids = ON_ENGINE.flatMap(({ checks }) => checks).filter(({ notOnEngine }) => notOnEngine === undefined).map(({ id }) => id);
  const outcome = await run(ids);

  const undecided = outcome.rows.filter(({ answer }) => answer === 'not decided');
  expect(undecided).toEqual([]);
  expect(answers(outcome)).toEqual(Object.fromEntries(ids.map(id => [id, REFUTED.includes(id) ? 'refuted' : 'confirmed'])));
  expect(outcome.left).toEqual([]);
});

test('a switch that is turned the other way gives the other verdict', async () => {
  await ground.engine.switches({ first_pull_by_digest_refused: false, failure_events: 0, pullers_need_tag_resource: false, trust_sees_source: true });
  const outcome = await run(['digest-first-pull', 'sync-status', 'tag-resource-for-pullers', 'other-accounts-tags', 'source-account-trust']);
  await ground.engine.switches({ first_pull_by_digest_refused: true, failure_events: 1, pullers_need_tag_resource: true, trust_sees_source: false });

  expect(answers(outcome)).toEqual({
    'digest-first-pull': 'refuted', 'sync-status': 'refuted', 'tag-resource-for-pullers': 'refuted', 'other-accounts-tags': 'refuted', 'source-account-trust': 'confirmed',
  });
});

test('a run that is interrupted deletes what it made, and decides nothing more', async () => {
  let interrupted = false;
  const [group] = GROUPS.filter(({ name }) => name === 'rules');
  const [first, second] = group.checks.filter(({ id }) => ['rule-ref', 'templates-quota'].includes(id));
  const interrupting: typeof first = { ...first, run: async session => { interrupted = true; return first.run(session); } };
  const outcome = await runGroups([{ ...group, checks: [interrupting, second] }], ground, () => interrupted);

  expect(outcome.rows.map(({ answer, seen }) => [answer, seen])).toEqual([['confirmed', expect.anything()], ['not decided', 'interrupted']]);
  expect(outcome.left).toEqual([]);
  expect(await removeAll(ground.account)).toEqual([]);
});
