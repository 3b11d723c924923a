import { captureLines } from './simulated-aws';
import type { DeploymentRequest } from '../../src/functions/custom-resource';
import { patience, patiently, reasonToRest } from '../../src/functions/stack-standing';

let pauses: number[];
let lines: any[];

beforeEach(() => {
  pauses = [];
  ({ lines } = captureLines());
  jest.spyOn(patience, 'pause').mockImplementation(async pause => { pauses.push(pause); });
});

afterEach(() => jest.restoreAllMocks());

const failure = (name: string) => Object.assign(new Error(`no (${name})`), { name });

/** Asks with stacks that stand so, the own one last; an error is thrown instead. */
async function ask(RequestType: 'Create' | 'Update' | 'Delete', ...standing: (string | Error)[]) {
  const stacks = standing.map((_, at) => `stack-${at}`);
  const describeStacks = async ({ StackName }: { StackName: string }) => {
    const status = standing[stacks.indexOf(StackName)];
    if (status instanceof Error) { throw status; }
    return { Stacks: [{ StackStatus: status }] };
  };
  return reasonToRest({ RequestType } as DeploymentRequest, stacks, { describeStacks }, () => ({ abortSignal: new AbortController().signal }));
}

test.each<['Create' | 'Update' | 'Delete', string]>([
  ['Create', 'CREATE_IN_PROGRESS'], ['Create', 'UPDATE_IN_PROGRESS'], ['Update', 'UPDATE_IN_PROGRESS'],
  ['Delete', 'DELETE_IN_PROGRESS'], ['Delete', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'],
])('lets a %s act while its stack is %s', async (type, status) => {
  expect(await ask(type, status)).toBeUndefined();
});

test.each<['Create' | 'Update' | 'Delete', string, string]>([
  ['Create', 'CREATE_COMPLETE', 'deployment'], ['Update', 'UPDATE_COMPLETE', 'deployment'], ['Update', 'DELETE_IN_PROGRESS', 'deployment'],
  ['Delete', 'UPDATE_IN_PROGRESS', 'removal'], ['Delete', 'CREATE_COMPLETE', 'removal'], ['Delete', 'DELETE_FAILED', 'removal'],
])('lets a %s do nothing while its stack is %s: somebody else invoked the function', async (type, status, what) => {
  expect(await ask(type, status)).toBe(`the stack is ${status}, which is no ${what}`);
});

test.each(['ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'IMPORT_ROLLBACK_IN_PROGRESS'])(
  'lets nothing be done while its stack, or one around it, is %s', async status => {
    expect(await ask('Update', status)).toBe(`the stack goes back to what it was (${status})`);
    expect(await ask('Delete', status, 'DELETE_IN_PROGRESS')).toBe(`the stack goes back to what it was (${status})`);
  });

test('tries again what IAM has not spread yet, for a minute', async () => {
  let tries = 0;
  const work = async () => {
    tries += 1;
    if (tries < 4) { throw failure('AccessDenied'); }
    return 'done';
  };

  expect(await patiently(work)).toBe('done');
  expect(pauses).toEqual([5000, 5000, 5000]);
  expect(lines[0]).toEqual({ kind: 'denied', attempt: 1, code: 'AccessDenied', message: 'no (AccessDenied)' });
});

test('tries nothing else again', async () => {
  await expect(patiently(async () => { throw failure('ValidationError'); })).rejects.toThrow('no (ValidationError)');
  expect(pauses).toEqual([]);
});

describe('when the status stays denied', () => {
  test('the creation fails, which no stack goes back by', async () => {
    await expect(ask('Create', failure('AccessDenied'))).rejects.toThrow('CloudFormation does not tell how the stack stands (AccessDenied: no (AccessDenied))');
    expect(pauses).toHaveLength(12);
  });

  test.each(['Update', 'Delete'] as const)('nothing is done at the %s, and the stack goes on', async type => {
    expect(await ask(type, failure('AccessDenied'))).toBe('CloudFormation does not tell how the stack stands (AccessDenied: no (AccessDenied))');
  });
});

test('takes a stack without a status for one that is not known', async () => {
  expect(await ask('Delete', undefined as unknown as string)).toBe('CloudFormation does not tell how the stack stands (NoStatus: the stack stack-0 has no status)');
});
