import { captureLines } from './simulated-aws';
import { CONTEXT, image, SimulatedDeployment, STACK } from './simulated-deployment';
import type { RemovalProperties } from '../../src/functions/contract';
import { handler } from '../../src/functions/repository-removal.lambda';

const ROOT_STACK = STACK.replace('Cache', 'Around');
const PROPERTIES: RemovalProperties = { prefix: 'echo', confirmedPrefix: 'echo', others: [], stacks: [STACK] };

let aws: SimulatedDeployment;
let lines: any[];

beforeEach(async () => {
  aws = new SimulatedDeployment();
  await aws.start();
  ({ lines } = captureLines());
  aws.stacks[STACK] = 'DELETE_IN_PROGRESS';
  aws.repositories.set('echo/nginx', [image('one', '1.27')]);
  aws.addRepositories('echo/team/app', 'hub/redis', 'own');
});

afterEach(async () => {
  jest.restoreAllMocks();
  await aws.stop();
});

async function run(type: 'Create' | 'Update' | 'Delete', properties: Partial<RemovalProperties> = {}): Promise<any> {
  await handler(aws.request(type, { ...PROPERTIES, ...properties }), CONTEXT);
  expect(aws.answers).toHaveLength(1);
  return aws.answers[0];
}

const left = () => [...aws.repositories.keys()].sort();

test.each(['Create', 'Update'] as const)('deletes nothing at the %s, and tells what a removal would', async type => {
  expect(await run(type)).toMatchObject({ Status: 'SUCCESS', Data: { found: '2', deleted: '0', summary: "a removal would delete 2 repositories below 'echo'" } });

  expect(aws.callsOf('DeleteRepository')).toEqual([]);
  expect(lines.filter(line => line.kind === 'repository').sort((one, other) => one.repository < other.repository ? -1 : 1)).toEqual([
    { kind: 'repository', repository: 'echo/nginx', outcome: 'found' },
    { kind: 'repository', repository: 'echo/team/app', outcome: 'found' },
  ]);
});

test.each(['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'])('deletes the repositories of the prefix with their images when the stack is %s', async status => {
  aws.stacks[STACK] = status;

  expect(await run('Delete')).toMatchObject({ Status: 'SUCCESS' });

  expect(left()).toEqual(['hub/redis', 'own']);
  expect(lines).toContainEqual({ kind: 'repository', repository: 'echo/nginx', outcome: 'deleted' });
  expect(lines.at(-1)).toMatchObject({ kind: 'sweep', complete: true, summary: "2 repositories below 'echo' were deleted, 0 went away in the meantime, 0 failed" });
});

test('leaves what belongs to other rules, to other prefixes of the app, and what is left out', async () => {
  aws.rules = ['echo', 'echo/dev', 'hub'];
  aws.addRepositories('echo/dev/app', 'echo/gone/app', 'echo/own/app', 'echoes/x', 'echo');

  await run('Delete', { others: ['echo/gone', 'echo/own'] });

  expect(left()).toEqual(['echo', 'echo/dev/app', 'echo/gone/app', 'echo/own/app', 'echoes/x', 'hub/redis', 'own']);
});

describe('deletes nothing', () => {
  async function kept(reason: string, properties: Partial<RemovalProperties> = {}): Promise<void> {
    expect(await run('Delete', properties)).toMatchObject({ Status: 'SUCCESS' });
    expect(left()).toEqual(['echo/nginx', 'echo/team/app', 'hub/redis', 'own']);
    expect(lines.at(-1)).toEqual({ kind: 'sweep', complete: true, summary: `nothing is deleted: ${reason}` });
  }

  test.each([
    'ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'IMPORT_ROLLBACK_IN_PROGRESS',
  ])('when the stack is %s', async status => {
    aws.stacks[STACK] = status;

    await kept(`the stack goes back to what it was (${status})`);
  });

  test('when a nested stack is deleted because the one around it goes back', async () => {
    aws.stacks[ROOT_STACK] = 'UPDATE_ROLLBACK_IN_PROGRESS';

    await kept('the stack goes back to what it was (UPDATE_ROLLBACK_IN_PROGRESS)', { stacks: [ROOT_STACK, STACK] });
  });

  test('when the stack is being changed, which is no removal', async () => {
    aws.stacks[STACK] = 'UPDATE_IN_PROGRESS';

    await kept('the stack is UPDATE_IN_PROGRESS, which is no removal');
  });
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

  await handler(aws.request('Delete', PROPERTIES), context);
  let rounds = 1;
  for (; aws.answers.length === 0; rounds += 1) {
    expect(aws.invocations).toHaveLength(rounds);
    inThis = 0;
    await handler(aws.invocations.at(-1), context);
  }

  expect(rounds).toBe(4);
  expect(aws.answers).toEqual([expect.objectContaining({ Status: 'SUCCESS', PhysicalResourceId: 'physical', Data: expect.objectContaining({ deleted: '1200' }) })]);
  expect(left()).toEqual(['hub/redis', 'own']);
  expect(aws.callsOf('DeleteRepository')).toHaveLength(1_200);
}, 120_000);

describe('fails', () => {
  async function reason(properties: Partial<RemovalProperties> = {}): Promise<string> {
    const answer = await run('Delete', properties);
    expect(answer.Status).toBe('FAILED');
    return answer.Reason;
  }

  test('for a repository that it may not delete, and deletes the others', async () => {
    aws.fault = ({ action, input }) => action === 'DeleteRepository' && input.repositoryName === 'echo/nginx'
      ? { type: 'AccessDeniedException', message: 'not authorized to perform ecr:DeleteRepository' } : undefined;

    expect(await reason()).toBe("1 repositories below 'echo' were deleted, 0 went away in the meantime, 1 failed. "
      + 'echo/nginx: AccessDeniedException: not authorized to perform ecr:DeleteRepository');
    expect(left()).toEqual(['echo/nginx', 'hub/redis', 'own']);
  });

  test('for rules that it may not read, and deletes nothing', async () => {
    aws.fault = ({ action }) => action === 'DescribePullThroughCacheRules' ? { type: 'AccessDeniedException', message: 'not authorized' } : undefined;

    expect(await reason()).toBe('AccessDeniedException: not authorized');
    expect(aws.callsOf('DeleteRepository')).toEqual([]);
  });

  test('for a stack whose status it may not read, and deletes nothing', async () => {
    delete aws.stacks[STACK];

    expect(await reason()).toContain("CloudFormation doesn't tell the status of the stack");
    expect(aws.callsOf('DeleteRepository')).toEqual([]);
  });

  test('for the prefix ROOT, also when only the deployment knows it', async () => {
    expect(await reason({ prefix: 'ROOT', confirmedPrefix: 'ROOT' })).toContain('the prefix ROOT stands for the whole registry');
    expect(aws.callsOf('DeleteRepository')).toEqual([]);
  });

  test('for a confirmation of another prefix, also when only the deployment knows it', async () => {
    expect(await reason({ prefix: 'hub' })).toBe("the confirmation 'echo' is not the prefix 'hub', so nothing is deleted");
    expect(aws.callsOf('DeleteRepository')).toEqual([]);
  });
});
