import { captureLines } from './simulated-aws';
import { CONTEXT, image, SimulatedDeployment, STACK } from './simulated-deployment';
import { handler } from '../../src/functions/cache-verification.lambda';
import type { VerificationProperties } from '../../src/functions/contract';
import { PAUSE_MILLISECONDS } from '../../src/functions/verification-run';

const PROPERTIES: VerificationProperties = {
  prefix: 'echo',
  images: ['echo/nginx:1.27'],
  validatesCredential: 'false',
  retrySeconds: '0',
  imageTimeoutSeconds: '60',
  logGroupName: 'log',
  stacks: [STACK],
  fingerprint: 'f',
};

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

async function run(properties: Partial<VerificationProperties> = {}, type: 'Create' | 'Update' | 'Delete' = 'Create', context = CONTEXT): Promise<any> {
  await handler(aws.request(type, { ...PROPERTIES, ...properties }), context);
  expect(aws.answers).toHaveLength(1);
  return aws.answers[0];
}

test.each(['Create', 'Update'] as const)('pulls the image at the %s, and what it brought stays', async type => {
  aws.upstream.set('echo/nginx:1.27', [image('one', '1.27')]);

  expect(await run({}, type)).toMatchObject({ Status: 'SUCCESS' });

  expect(aws.callsOf('BatchGetImage').map(input => input.imageIds)).toEqual([[{ imageTag: '1.27' }]]);
  expect(aws.callsOf('GetDownloadUrlForLayer')).toHaveLength(2);
  expect([...aws.repositories.keys()]).toEqual(['echo/nginx']);
  expect(lines).toEqual([expect.objectContaining({ kind: 'verification', subject: 'echo/nginx:1.27', outcome: 'proven', digest: 'one', first: true })]);
});

test('pulls the tag before the digest, which makes pulls by the digest work', async () => {
  aws.repositories.set('echo/nginx', [image('old'), image('new', '1.27')]);

  await run({ images: ['echo/nginx:1.27@old'] });

  expect(aws.callsOf('BatchGetImage').map(input => input.imageIds)).toEqual([[{ imageTag: '1.27' }], [{ imageDigest: 'old' }]]);
});

test('pauses and tries again, for as long as it is told to', async () => {
  const wait = setTimeout;
  // the client of CloudFormation, which is asked first, times out after as long as a pause
  const shorter = (done: () => void, pause?: number) => wait(done, pause === PAUSE_MILLISECONDS && aws.callsOf('BatchGetImage').length > 0 ? 0 : pause);
  jest.spyOn(global, 'setTimeout').mockImplementation(shorter as typeof setTimeout);
  aws.upstream.set('echo/nginx:1.27', [image('one', '1.27')]);
  aws.fault = ({ action }, nth) => action === 'BatchGetImage' && nth < 2 ? { type: 'AccessDeniedException', message: 'not yet' } : undefined;

  expect(await run({ retrySeconds: '60' })).toMatchObject({ Status: 'SUCCESS' });
  expect(lines.map(({ attempt, outcome }) => [attempt, outcome])).toEqual([[1, 'tried again'], [2, 'tried again'], [3, 'proven']]);
});

test('has ECR try the credential, without images too', async () => {
  expect(await run({ images: [], validatesCredential: 'true' })).toMatchObject({ Status: 'SUCCESS' });

  expect(aws.callsOf('ValidatePullThroughCacheRule')).toEqual([{ ecrRepositoryPrefix: 'echo' }]);
  expect(aws.callsOf('BatchGetImage')).toEqual([]);
});

test('does nothing on deletion', async () => {
  expect(await run({}, 'Delete')).toMatchObject({ Status: 'SUCCESS' });

  expect(aws.calls.map(call => call.action)).toEqual(['Answer']);
});

test.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'ROLLBACK_IN_PROGRESS'])('does nothing while the stack is %s, so that it can go back', async status => {
  aws.stacks[STACK] = status;

  expect(await run({}, 'Update')).toMatchObject({ Status: 'SUCCESS' });

  expect(aws.calls.map(call => call.action)).toEqual(['DescribeStacks', 'Answer']);
  expect(lines).toEqual([{ kind: 'verification', outcome: 'left out', reason: `the stack goes back to what it was (${status})` }]);
});

test('goes on after throttling', async () => {
  aws.repositories.set('echo/nginx', [image('one', '1.27')]);
  aws.fault = ({ action }, nth) => action === 'BatchGetImage' && nth < 2 ? { type: 'ThrottlingException', message: 'Rate exceeded' } : undefined;

  expect(await run()).toMatchObject({ Status: 'SUCCESS' });
}, 30_000);

describe('fails with the reason of ECR', () => {
  async function reason(properties: Partial<VerificationProperties> = {}, context = CONTEXT): Promise<string> {
    const answer = await run(properties, 'Create', context);
    expect(answer.Status).toBe('FAILED');
    return answer.Reason;
  }

  test('for an upstream that refuses it', async () => {
    aws.fault = ({ action }) => action === 'BatchGetImage' ? { type: 'UnableToGetUpstreamImageException', message: 'upstream said 401' } : undefined;

    expect(await reason()).toBe(
      "the pull-through cache 'echo' does not work: echo/nginx:1.27: UnableToGetUpstreamImageException: upstream said 401 (log group log)");
  });

  test('for an image that is not there', async () => {
    aws.repositories.set('echo/nginx', []);

    expect(await reason()).toContain('echo/nginx:1.27: ImageNotFound: Requested image not found');
  });

  test('for a caller who is denied', async () => {
    aws.fault = ({ action }) => action === 'DescribeImages' ? { type: 'AccessDeniedException', message: 'not authorized to perform ecr:DescribeImages' } : undefined;

    expect(await reason()).toContain('AccessDeniedException: not authorized to perform ecr:DescribeImages');
  });

  test('for a credential that ECR finds wrong', async () => {
    aws.invalid = { isValid: false, failure: 'The secret could not be read' };

    expect(await reason({ validatesCredential: 'true' })).toContain('the credential: InvalidCredential: The secret could not be read');
    expect(aws.callsOf('BatchGetImage')).toEqual([]);
  });

  test('for a credential that ECR finds wrong without a word', async () => {
    aws.invalid = { isValid: false };

    expect(await reason({ validatesCredential: 'true' })).toContain('ECR finds the rule not valid and gives no reason');
  });

  test('for a manifest that is none', async () => {
    aws.repositories.set('echo/nginx', [{ ...image('one', '1.27'), manifest: '<html>' }]);

    expect(await reason()).toContain('echo/nginx:1.27: SyntaxError: ');
  });

  test('for a call that hangs until the time of the image is up', async () => {
    aws.fault = ({ action }) => action === 'BatchGetImage' ? 'hang' : undefined;

    expect(await reason({ imageTimeoutSeconds: '0.5' })).toContain('echo/nginx:1.27: TimedOut: the time for it was up');
  });

  test('for every image when the time of the invocation is up, while an answer can still be given', async () => {
    expect(await reason({ images: ['echo/nginx:1.27', 'echo/redis:7'] }, { ...CONTEXT, getRemainingTimeInMillis: () => 20_000 })).toContain('TimedOut');
  });
});

test('does nothing while its stack is CREATE_COMPLETE, whoever invokes it', async () => {
  aws.stacks[STACK] = 'CREATE_COMPLETE';

  expect((await run()).Reason).toBe('nothing is verified: the stack is CREATE_COMPLETE, which is no deployment');
});

test('fails when CloudFormation does not tell how the stack stands', async () => {
  delete aws.stacks[STACK];

  expect(await run()).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(`(NoStatus: the stack ${STACK} has no status)`) });
});
