import { captureLines } from './simulated-aws';
import { CONTEXT, image, SimulatedDeployment, STACK } from './simulated-deployment';
import { SETTINGS } from '../../src/functions/contract';
import type { RemovalSettings } from '../../src/functions/contract';
import { handler } from '../../src/functions/repository-removal.lambda';
import { patience } from '../../src/functions/stack-standing';

const ROOT_STACK = STACK.replace('Cache', 'Around');
const REMOVAL: RemovalSettings = {
  prefix: 'echo', confirmedPrefix: 'echo', others: [], leftOut: [], stacks: [STACK], keepsAll: false, removal: 'Removal', rules: ['Rule'],
};
/** Of the removal: since the rule was made in March. */
const ID = 'echo@2026-03-01T00:00:00.000Z';

let aws: SimulatedDeployment;
let lines: any[];

beforeEach(async () => {
  aws = new SimulatedDeployment();
  await aws.start();
  ({ lines } = captureLines());
  jest.spyOn(patience, 'pause').mockResolvedValue();
  aws.stacks[STACK] = 'DELETE_IN_PROGRESS';
  aws.resources.Removal = { id: ID, status: 'DELETE_IN_PROGRESS' };
  aws.templates = [];
  aws.repositories.set('echo/nginx', [image('one', '1.27')]);
  aws.addRepositories('echo/team/app', 'hub/redis', 'own');
});

afterEach(async () => {
  delete process.env[SETTINGS];
  jest.restoreAllMocks();
  await aws.stop();
});

const set = (settings: Partial<RemovalSettings> = {}) => { process.env[SETTINGS] = JSON.stringify({ ...REMOVAL, ...settings }); };

async function run(type: 'Create' | 'Update' | 'Delete', settings: Partial<RemovalSettings> = {}, PhysicalResourceId: string = ID): Promise<any> {
  set(settings);
  await handler(aws.request(type, {}, type === 'Create' ? {} : { PhysicalResourceId }), CONTEXT);
  expect(aws.answers).toHaveLength(1);
  return aws.answers[0];
}

const left = () => [...aws.repositories.keys()].sort();
const ALL = ['echo/nginx', 'echo/team/app', 'hub/redis', 'own'];

describe('while the cache is there', () => {
  beforeEach(() => {
    aws.stacks[STACK] = 'UPDATE_IN_PROGRESS';
    aws.rules = ['echo'];
    aws.addRepositories('echo/older');
    aws.made.set('echo/older', '2025-12-24T00:00:00Z');
  });

  test.each(['Create', 'Update'] as const)('deletes nothing at the %s, and tells what a removal would', async type => {
    expect(await run(type)).toMatchObject({
      Status: 'SUCCESS',
      PhysicalResourceId: ID,
      Data: {
        found: '2',
        deleted: '0',
        kept: '1',
        summary: "a removal would delete 2 repositories below 'echo', 1 would stay (echo/older) that are older than the cache",
      },
    });

    expect(aws.callsOf('DeleteRepository')).toEqual([]);
    expect(lines.filter(line => line.kind === 'repository').sort((one, other) => one.repository < other.repository ? -1 : 1)).toEqual([
      { kind: 'repository', repository: 'echo/nginx', outcome: 'found' },
      { kind: 'repository', repository: 'echo/older', outcome: 'kept', reason: 'it is older than the cache', createdAt: '2025-12-24T00:00:00.000Z' },
      { kind: 'repository', repository: 'echo/team/app', outcome: 'found' },
    ]);
  });

  test('keeps in its id when it was made itself, if the rule comes later', async () => {
    aws.rules = [];

    const { PhysicalResourceId, Data } = await run('Create');

    expect(Date.now() - Date.parse(PhysicalResourceId.slice('echo@'.length))).toBeLessThan(60_000);
    expect(Data).toMatchObject({ found: '0', kept: '3' });
  });

  test('gets another id with another prefix, so that the old repositories are not taken for its own', async () => {
    aws.rules = ['hub'];

    expect(await run('Update', { prefix: 'hub', confirmedPrefix: 'hub' })).toMatchObject({ PhysicalResourceId: 'hub@2026-03-01T00:00:00.000Z' });
  });

  test.each<[string, Partial<RemovalSettings>, string]>([
    ['a confirmation of another prefix', { prefix: 'hub' }, "the confirmation 'echo' is not the prefix 'hub', so nothing is deleted"],
    ['the prefix ROOT', { prefix: 'ROOT', confirmedPrefix: 'ROOT' }, 'the prefix ROOT stands for the whole registry'],
    ['something to leave out that is elsewhere', { leftOut: ['hub/own'] }, "'hub/own' is to be left out and is not below 'echo', so nothing is deleted"],
  ])('fails at the creation for %s, also when only the deployment knows it, and its deletion succeeds', async (_, settings, reason) => {
    const { Status, Reason, PhysicalResourceId } = await run('Create', settings);
    expect([Status, Reason]).toEqual(['FAILED', expect.stringContaining(reason)]);

    aws.answers.length = 0;
    aws.stacks[STACK] = 'ROLLBACK_IN_PROGRESS';
    expect(await run('Delete', settings, PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
    expect(aws.callsOf('DeleteRepository')).toEqual([]);
  });

  test('does not keep a stack from going back for a confirmation that is wrong', async () => {
    aws.stacks[STACK] = 'UPDATE_ROLLBACK_IN_PROGRESS';

    expect(await run('Update', { confirmedPrefix: 'hub' })).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: ID });
  });
});

test.each(['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'])('deletes the repositories of the prefix with their images when the stack is %s', async status => {
  aws.stacks[STACK] = status;

  expect(await run('Delete')).toMatchObject({ Status: 'SUCCESS' });

  expect(left()).toEqual(['hub/redis', 'own']);
  expect(lines).toContainEqual({ kind: 'repository', repository: 'echo/nginx', outcome: 'deleted' });
  expect(lines.at(-1)).toMatchObject({
    kind: 'sweep',
    complete: true,
    summary: "2 repositories below 'echo' were deleted, 0 went away in the meantime, 0 failed, 0 stay that are older than the cache",
  });
});

test('leaves what is older than the cache, and says so where CloudFormation shows it', async () => {
  aws.made.set('echo/nginx', '2026-02-28T23:59:59Z');

  expect((await run('Delete')).Reason).toBe(
    "1 repositories below 'echo' were deleted, 0 went away in the meantime, 0 failed, 1 stay (echo/nginx) that are older than the cache");
  expect(left()).toEqual(['echo/nginx', 'hub/redis', 'own']);
});

test('leaves what belongs to other rules and templates, to other prefixes of the app, and what is left out, with the repository of that very name', async () => {
  aws.rules = ['echo/dev', 'hub'];
  aws.templates = ['echo/team'];
  aws.addRepositories('echo/dev/app', 'echo/gone/app', 'echo/own', 'echo/own/app', 'echo/owner', 'echoes/x', 'echo');

  await run('Delete', { others: ['echo/gone'], leftOut: ['echo/own'] });

  expect(left()).toEqual(['echo', 'echo/dev/app', 'echo/gone/app', 'echo/own', 'echo/own/app', 'echo/team/app', 'echoes/x', 'hub/redis', 'own']);
});

describe('deletes nothing', () => {
  async function kept(reason: string, settings: Partial<RemovalSettings> = {}, id = ID): Promise<void> {
    expect(await run('Delete', settings, id)).toMatchObject({ Status: 'SUCCESS', Reason: reason });
    expect(left()).toEqual(ALL);
    expect(lines.at(-1)).toMatchObject({ kind: 'sweep', complete: true, summary: reason });
  }

  test.each([
    'ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'IMPORT_ROLLBACK_IN_PROGRESS',
  ])('when the stack is %s', async status => {
    aws.stacks[STACK] = status;

    await kept(`nothing is done: the stack goes back to what it was (${status})`);
  });

  test('when a nested stack is deleted because the one around it goes back', async () => {
    aws.stacks[ROOT_STACK] = 'UPDATE_ROLLBACK_IN_PROGRESS';

    await kept('nothing is done: the stack goes back to what it was (UPDATE_ROLLBACK_IN_PROGRESS)', { stacks: [ROOT_STACK, STACK] });
  });

  test.each(['UPDATE_IN_PROGRESS', 'CREATE_COMPLETE'])('when the stack is %s, whoever invoked the function', async status => {
    aws.stacks[STACK] = status;

    await kept(`nothing is done: the stack is ${status}, which is no removal`);
  });

  test('for a stack whose status it may not read, which can be deleted all the same', async () => {
    aws.fault = ({ action }) => action === 'DescribeStacks' ? { type: 'AccessDenied', message: 'not authorized', status: 403 } : undefined;

    await kept('nothing is done: CloudFormation does not tell how the stack stands (AccessDenied: not authorized)');
  });

  test('when the rule is still there: taken out alone, renamed, moved, or of another stack', async () => {
    aws.rules = ['echo'];

    await kept("nothing is deleted, since the rule 'echo' is still there: of the repositories below 'echo' 2 stay (echo/nginx, echo/team/app)");
    expect(lines).toContainEqual(expect.objectContaining({ repository: 'echo/nginx', outcome: 'kept', reason: "the rule 'echo' is still there" }));
  });

  test.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'DELETE_SKIPPED', 'DELETE_FAILED'])('when the stack still has the rule as %s, which somebody deleted outside of it', async status => {
    aws.resources.Rule = { id: 'echo', status };

    await kept(`nothing is deleted, since the stack still has the rule Rule (${status}): of the repositories below 'echo' 2 stay (echo/nginx, echo/team/app)`);
  });

  test('when CloudFormation does not tell whether the stack still has the rule', async () => {
    let asked = 0;
    aws.fault = ({ action }) => action === 'ListStackResources' && (asked += 1) > 1
      ? { type: 'AccessDenied', message: 'not authorized', status: 403 } : undefined;

    await kept('nothing is deleted, since CloudFormation does not tell whether the stack still has the rule Rule (AccessDenied: not authorized): '
      + "of the repositories below 'echo' 2 stay (echo/nginx, echo/team/app)");
  });

  test.each<[string, any, string]>([
    ['has a slash at its end', 'echo/own/', "'echo/own/' is to be left out and is no name of a repository, which has no slash at its end and no wildcard"],
    ['has a wildcard', 'echo/own/*', "'echo/own/*' is to be left out and is no name of a repository, which has no slash at its end and no wildcard"],
    ['is elsewhere', 'hub/own', "'hub/own' is to be left out and is not below 'echo'"],
    ['is empty', '', 'a name that is to be left out has no value'],
    ['has no value', null, 'a name that is to be left out has no value'],
  ])('when a name to leave out %s', async (_, name, reason) => {
    await kept(`nothing is deleted, since ${reason}: of the repositories below 'echo' 2 stay (echo/nginx, echo/team/app)`, { leftOut: [name] });
  });

  test.each([
    ['a stack that does not have the removal', undefined],
    ['a removal of another prefix', { id: 'hub@2026-03-01T00:00:00.000Z', status: 'DELETE_IN_PROGRESS' }],
  ])('for %s', async (_, removal) => {
    aws.resources.Removal = removal;

    await kept("nothing is deleted: CloudFormation does not tell since when repositories below 'echo' are those of the cache");
  });

  test('of what is older than the time that CloudFormation has, whatever the event says', async () => {
    aws.resources.Removal = { id: 'echo@2026-06-01T00:00:00.000Z', status: 'DELETE_IN_PROGRESS' };
    set();
    await handler(aws.request('Delete', {}, { PhysicalResourceId: 'echo@2000-01-01T00:00:00.000Z', LogicalResourceId: 'Forged' }), CONTEXT);

    expect(left()).toEqual(ALL);
    expect(aws.answers[0].Reason).toBe("0 repositories below 'echo' were deleted, 0 went away in the meantime, 0 failed, "
      + '2 stay (echo/nginx, echo/team/app) that are older than the cache');
  });

  test('when all are to be kept', async () => {
    await kept("nothing is deleted, since keepAll is set: of the repositories below 'echo' 2 stay (echo/nginx, echo/team/app)", { keepsAll: true });
  });

  test.each([['of a creation that failed', 'request'], ['of another prefix', 'hub@2026-03-01T00:00:00.000Z']])('for an id %s', async (_, id) => {
    await kept(`nothing is deleted: ${id} is no removal of the repositories below 'echo'`, {}, id);
    expect(aws.calls.map(call => call.action)).toEqual(['Answer']);
  });

  test('because of what an event says of the settings', async () => {
    aws.rules = ['echo'];
    set();
    await handler(aws.request('Delete', { prefix: 'own', confirmedPrefix: 'own', stacks: [], others: [] }, { PhysicalResourceId: ID }), CONTEXT);

    expect(left()).toEqual(ALL);
  });
});

test('deletes what is of the cache when its stack has deleted the rule', async () => {
  aws.resources.Rule = { id: 'echo', status: 'DELETE_COMPLETE' };

  expect(await run('Delete')).toMatchObject({ Status: 'SUCCESS' });
  expect(left()).toEqual(['hub/redis', 'own']);
});

test('looks again whether the rule is gone, which CloudFormation deleted just before', async () => {
  aws.rules = ['echo'];
  aws.fault = ({ action }, nth) => {
    if (action === 'DescribePullThroughCacheRules' && nth === 2) { aws.rules = []; }
    return undefined;
  };

  await run('Delete');

  expect(left()).toEqual(['hub/redis', 'own']);
});

test('deletes in a nested stack that goes with the one around it', async () => {
  aws.stacks[ROOT_STACK] = 'DELETE_IN_PROGRESS';

  await run('Delete', { stacks: [ROOT_STACK, STACK] });

  expect(left()).toEqual(['hub/redis', 'own']);
});

test('passes over a repository that goes away', async () => {
  aws.fault = ({ action, input }) => {
    if (action === 'DeleteRepository' && input.repositoryName === 'echo/nginx') { aws.repositories.delete('echo/nginx'); }
    return undefined;
  };

  expect(await run('Delete')).toMatchObject({ Status: 'SUCCESS', Data: { deleted: '1', gone: '1' } });
});

test('goes on after throttling', async () => {
  aws.fault = ({ action }, nth) => action === 'DeleteRepository' && nth < 2 ? { type: 'ThrottlingException', message: 'Rate exceeded' } : undefined;

  expect(await run('Delete')).toMatchObject({ Status: 'SUCCESS' });
  expect(left()).toEqual(['hub/redis', 'own']);
}, 30_000);

test('carries on with many repositories in further invocations', async () => {
  aws.addRepositories(...Array.from({ length: 1_198 }, (_, at) => `echo/${String(at).padStart(4, '0')}`));
  let inThis = 0;
  aws.fault = ({ action }) => { inThis += action === 'DeleteRepository' ? 1 : 0; return undefined; };
  const context = { ...CONTEXT, getRemainingTimeInMillis: () => inThis < 350 ? 600_000 : 80_000 };

  set();
  await handler(aws.request('Delete', {}, { PhysicalResourceId: ID }), context);
  let rounds = 1;
  for (; aws.answers.length === 0; rounds += 1) {
    expect(aws.invocations).toHaveLength(rounds);
    inThis = 0;
    await handler(aws.invocations.at(-1), context);
  }

  expect(rounds).toBe(4);
  expect(aws.answers).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: ID, Data: expect.objectContaining({ deleted: '1200' }) })]);
  expect(left()).toEqual(['hub/redis', 'own']);
  expect(aws.callsOf('DeleteRepository')).toHaveLength(1_200);
}, 120_000);

describe('fails', () => {
  async function reason(): Promise<string> {
    const answer = await run('Delete');
    expect(answer.Status).toBe('FAILED');
    return answer.Reason;
  }

  test('for a repository that it may not delete, and deletes the others', async () => {
    aws.fault = ({ action, input }) => action === 'DeleteRepository' && input.repositoryName === 'echo/nginx'
      ? { type: 'AccessDeniedException', message: 'not authorized to perform ecr:DeleteRepository' } : undefined;

    expect(await reason()).toBe("1 repositories below 'echo' were deleted, 0 went away in the meantime, 1 failed, "
      + '0 stay that are older than the cache. '
      + 'echo/nginx: AccessDeniedException: not authorized to perform ecr:DeleteRepository');
    expect(left()).toEqual(['echo/nginx', 'hub/redis', 'own']);
  });

  test('for rules that it may not read, and deletes nothing', async () => {
    aws.fault = ({ action }) => action === 'DescribePullThroughCacheRules' ? { type: 'AccessDeniedException', message: 'not authorized' } : undefined;

    expect(await reason()).toBe('AccessDeniedException: not authorized');
    expect(aws.callsOf('DeleteRepository')).toEqual([]);
  });
});
