import { captureLines } from './simulated-aws';
import { CONTEXT, SimulatedDeployment, STACK } from './simulated-deployment';
import { LATER, OperationFailure, serve } from '../../src/functions/custom-resource';

let aws: SimulatedDeployment;
let lines: any[];

beforeEach(async () => {
  aws = new SimulatedDeployment();
  await aws.start();
  ({ lines } = captureLines());
});

afterEach(async () => {
  jest.restoreAllMocks();
  await aws.stop();
});

test('answers what the work gives, without a content type, which the signature of the URL does not have', async () => {
  await serve(aws.request('Create', {}), CONTEXT, async () => ({ attributes: { found: '3' } }));

  expect(aws.answers).toEqual([{
    Status: 'SUCCESS', Data: { found: '3' }, StackId: STACK, RequestId: 'request', LogicalResourceId: 'Resource', PhysicalResourceId: 'request',
  }]);
});

test.each(['Update', 'Delete'] as const)('keeps the id of the resource at its %s', async type => {
  await serve(aws.request(type, {}), CONTEXT, async () => ({ attributes: {} }));

  expect(aws.answers[0].PhysicalResourceId).toBe('physical');
});

test('gives the resource an id of its own, and says why it is as it is', async () => {
  await serve(aws.request('Update', {}), CONTEXT, async () => ({ attributes: {}, physicalId: 'echo@then', reason: '2 stay' }));

  expect(aws.answers[0]).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'echo@then', Reason: '2 stay' });
});

test('answers with attributes that fit, whatever they hold', async () => {
  await serve(aws.request('Create', {}), CONTEXT, async () => ({ attributes: { summary: '\n'.repeat(9000), found: '3' }, reason: '\n'.repeat(9000) }));

  const { contentType, ...answered } = aws.callsOf('Answer')[0];
  expect(Buffer.byteLength(JSON.stringify(answered))).toBeLessThanOrEqual(4096);
  expect(answered.Data).toEqual({ summary: expect.stringMatching(/^\n+\.\.\.$/), found: '3' });
});

test('gives no answer when another invocation carries on', async () => {
  await serve(aws.request('Create', {}), CONTEXT, async () => LATER);

  expect(aws.answers).toEqual([]);
});

test('repeats an answer that CloudFormation could not take', async () => {
  aws.fault = ({ action }, nth) => action === 'Answer' && nth < 2 ? { type: 'Busy', status: 503 } : undefined;

  await serve(aws.request('Create', {}), CONTEXT, async () => ({ attributes: {} }));

  expect(aws.callsOf('Answer')).toHaveLength(3);
  expect(aws.answers).toHaveLength(1);
}, 20_000);

/** Fetches that end so, one after the other, and the pauses between them, which take no time. */
function fetches(...ends: (number | Error)[]) {
  const pauses: unknown[] = [];
  const fetched = jest.spyOn(global, 'fetch').mockImplementation(async () => {
    const end = ends.length > 1 ? ends.shift()! : ends[0];
    if (end instanceof Error) { throw end; }
    return new Response('', { status: end });
  });
  jest.spyOn(global, 'setTimeout').mockImplementation(((done: () => void, pause: number) => { pauses.push(pause); done(); }) as typeof setTimeout);
  return { fetched, pauses };
}

test.each([[500], [new Error('fetch failed')]])('repeats an answer after %s', async end => {
  const { fetched } = fetches(end, 200);

  await serve(aws.request('Create', {}), CONTEXT, async () => ({ attributes: {} }));

  expect(fetched).toHaveBeenCalledTimes(2);
});

test('a reason of the greatest length stays whole', async () => {
  await serve(aws.request('Create', {}), CONTEXT, async () => { throw new OperationFailure('a'.repeat(1700)); });

  expect(aws.answers[0].Reason).toBe('a'.repeat(1700));
});

describe('fails', () => {
  test('with the reason of a failure that is meant for the user', async () => {
    await serve(aws.request('Create', {}), CONTEXT, async () => { throw new OperationFailure('the cache does not work'); });

    expect(aws.answers).toEqual([expect.objectContaining({ Status: 'FAILED', Reason: 'the cache does not work', PhysicalResourceId: 'request' })]);
  });

  test('with the name and message of any other error, and its place in the log', async () => {
    await serve(aws.request('Create', {}), CONTEXT, async () => { throw new TypeError('no such thing'); });

    expect(aws.answers[0]).toMatchObject({ Status: 'FAILED', Reason: 'TypeError: no such thing' });
    expect(lines).toEqual([{ kind: 'failure', code: 'TypeError', message: 'no such thing', stack: expect.stringContaining(__filename) }]);
  });

  test.each([
    ['characters that JSON escapes', '"é'.repeat(5000), /^("é)+"?\.\.\.$/],
    ['control characters, which take six bytes each', '\u0001'.repeat(5000), /^\u0001+\.\.\.$/],
    ['characters of four bytes', '\u{1F40B}'.repeat(5000), /^(\u{1F40B})+\.\.\.$/u],
  ])('with a reason that fits into an answer, of %s', async (_, reason, cut) => {
    await serve(aws.request('Create', {}, { StackId: `${STACK}${'x'.repeat(200)}` }), CONTEXT, async () => { throw new OperationFailure(reason); });

    const { contentType, ...answered } = aws.callsOf('Answer')[0];
    expect(Buffer.byteLength(JSON.stringify(answered))).toBeLessThanOrEqual(4096);
    expect(Buffer.byteLength(JSON.stringify(answered))).toBeGreaterThan(3900);
    expect(answered.Reason).toMatch(cut);
  });

  test('as an invocation after five answers that CloudFormation could not take, with longer pauses each time', async () => {
    const { fetched, pauses } = fetches(503);

    await expect(serve(aws.request('Create', {}), CONTEXT, async () => ({ attributes: {} }))).rejects.toThrow('CloudFormation did not take the answer: HTTP 503');
    expect(fetched).toHaveBeenCalledTimes(5);
    expect(pauses).toEqual([1000, 2000, 4000, 8000]);
  });

  test('as an invocation when CloudFormation can not be reached and there is no time for another try', async () => {
    fetches(new Error('fetch failed'));

    await expect(serve(aws.request('Create', {}), { getRemainingTimeInMillis: () => 10_999 }, async () => ({ attributes: {} })))
      .rejects.toThrow('CloudFormation did not take the answer: fetch failed');
  });

  test('as an invocation when CloudFormation refuses the answer, so that Lambda repeats it', async () => {
    aws.fault = ({ action }) => action === 'Answer' ? { type: 'Expired', status: 403 } : undefined;

    await expect(serve(aws.request('Create', {}), CONTEXT, async () => ({ attributes: {} }))).rejects.toThrow('CloudFormation did not take the answer: HTTP 403');
    expect(aws.callsOf('Answer')).toHaveLength(1);
  });

  test('as an invocation when there is no time to try the answer again', async () => {
    aws.fault = ({ action }) => action === 'Answer' ? { type: 'Busy', status: 500 } : undefined;

    await expect(serve(aws.request('Create', {}), { getRemainingTimeInMillis: () => 5000 }, async () => ({ attributes: {} }))).rejects.toThrow('HTTP 500');
    expect(aws.callsOf('Answer')).toHaveLength(1);
  });

  test('without a word of the URL that answers, which is a credential', async () => {
    await serve(aws.request('Create', {}), CONTEXT, async () => { throw new Error('no'); });

    expect(JSON.stringify(lines)).not.toContain('Signature');
  });
});
