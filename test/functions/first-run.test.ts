import { captureLines } from './simulated-aws';
import { CONTEXT, SimulatedDeployment } from './simulated-deployment';
import { serveRun } from '../../src/functions/first-run';
import type { Measured, Run } from '../../src/functions/first-run';

let deployment: SimulatedDeployment;
let lines: any[];
let passed: number;

const clock = { now: () => passed, pause: async (milliseconds: number) => { passed += milliseconds; } };
const figures: Measured['figures'] = new Map([['echo', []]]);

beforeEach(async () => {
  deployment = new SimulatedDeployment();
  await deployment.start();
  ({ lines } = captureLines());
  passed = 1000;
});

afterEach(async () => {
  jest.restoreAllMocks();
  await deployment.stop();
});

/** A run whose measures are these, one after the other, the last again and again. */
function runOf(...measures: (boolean | Error)[]): Run & { readonly put: jest.Mock } {
  return {
    measure: async () => {
      const next = measures.length > 1 ? measures.shift()! : measures[0];
      if (next instanceof Error) {
        throw next;
      }
      return { figures, whole: next };
    },
    put: jest.fn(async () => undefined),
  };
}

async function asked(type: 'Create' | 'Update' | 'Delete', run: Run, context = CONTEXT): Promise<any[]> {
  await serveRun(deployment.request(type, {}), context, run, clock);
  return deployment.answers;
}

test.each(['Create', 'Update'] as const)('puts figures before CloudFormation gets its answer to %s', async type => {
  const run = runOf(true);

  expect(await asked(type, run)).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
  expect(run.put.mock.calls).toEqual([[new Date(1000), figures, expect.anything()]]);
});

test('does nothing when it is deleted', async () => {
  const run = runOf(true);

  expect(await asked('Delete', run)).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
  expect(run.put).not.toHaveBeenCalled();
});

test('measures again while a new role is not known everywhere, and puts the figures once', async () => {
  const run = runOf(new Error('denied'), false, true);

  await asked('Create', run);

  expect(run.put.mock.calls).toEqual([[new Date(21_000), figures, expect.anything()]]);
  expect(lines).toContainEqual(expect.objectContaining({ kind: 'firstRun', outcome: 'tried again', message: 'denied' }));
});

test('puts what it found after a minute, though something still fails', async () => {
  const run = runOf(false);

  await asked('Create', run);

  expect(run.put.mock.calls).toEqual([[new Date(61_000), figures, expect.anything()]]);
});

test('fails no deployment when it fails', async () => {
  const run = runOf(new Error('denied'));

  expect(await asked('Create', run)).toEqual([expect.objectContaining({ Status: 'SUCCESS' })]);
  expect(run.put).not.toHaveBeenCalled();
  expect(lines.at(-1)).toMatchObject({ kind: 'firstRun', outcome: 'failed', message: 'denied' });
});

test('tries once when little time is left', async () => {
  const run = runOf(false);

  await asked('Create', run, { ...CONTEXT, getRemainingTimeInMillis: () => 80_000 });

  expect(run.put.mock.calls).toEqual([[new Date(1000), figures, expect.anything()]]);
});

test('fails on schedule, so that Lambda counts an error', async () => {
  await expect(serveRun({ time: '2026-03-02T12:00:00Z' }, CONTEXT, runOf(new Error('denied')), clock)).rejects.toThrow('denied');
});
