import { PAUSE_MILLISECONDS, VerificationRun } from '../../src/functions/verification-run';
import type { VerificationSettings } from '../../src/functions/verification-run';

const SETTINGS: VerificationSettings = {
  prefix: 'echo', images: ['echo/nginx:1.27'], validatesCredential: false, retryMilliseconds: 60_000, logGroupName: 'log',
};

let lines: any[];
let time: number;

beforeEach(() => {
  lines = [];
  time = 0;
});

const CLOCK = { now: () => time, pause: async (milliseconds: number) => { time += milliseconds; } };

function denied(): Error {
  return Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
}

/** A proof that fails so often before it succeeds. */
function after(failures: number): () => Promise<object> {
  return async () => {
    failures -= 1;
    if (failures >= 0) {
      throw denied();
    }
    return { digest: 'one' };
  };
}

interface SomeProofs {
  readonly pull?: (image: string) => Promise<object>;
  readonly validate?: () => Promise<string | undefined>;
}

function run(proofs: SomeProofs, settings: Partial<VerificationSettings> = {}) {
  const pull = proofs.pull ?? (async () => ({}));
  const validate = proofs.validate ?? (async () => undefined);
  return new VerificationRun({ ...SETTINGS, ...settings }, { pull, validate }, CLOCK, line => lines.push(line)).run();
}

test('pulls each image once when that works', async () => {
  const pulled: string[] = [];

  await run({ pull: async name => { pulled.push(name); return { digest: name }; } }, { images: ['echo/a:1', 'echo/b:1'] });

  expect(pulled).toEqual(['echo/a:1', 'echo/b:1']);
  expect(lines).toEqual(pulled.map(name => ({ kind: 'verification', cache: 'echo', subject: name, attempt: 1, outcome: 'proven', digest: name })));
  expect(time).toBe(0);
});

test('tries a failure again until it works, since IAM may not know a new role yet', async () => {
  await run({ pull: after(3) });

  expect(lines.map(line => [line.attempt, line.outcome, line.code])).toEqual([
    [1, 'tried again', 'AccessDeniedException'], [2, 'tried again', 'AccessDeniedException'], [3, 'tried again', 'AccessDeniedException'],
    [4, 'proven', undefined],
  ]);
  expect(time).toBe(3 * PAUSE_MILLISECONDS);
});

test('has ECR try the credential before images are pulled', async () => {
  const order: string[] = [];

  await run({ validate: async () => { order.push('validate'); return undefined; }, pull: async () => { order.push('pull'); return {}; } }, { validatesCredential: true });

  expect(order).toEqual(['validate', 'pull']);
});

test('does not have ECR try a credential that there is not', async () => {
  await run({ validate: async () => { throw new Error('never'); } });

  expect(lines).toHaveLength(1);
});

describe('fails', () => {
  test('when the time for tries is up, with the name of the image and the reason', async () => {
    await expect(run({ pull: after(1000) })).rejects.toThrow(
      "the pull-through cache 'echo' does not work: echo/nginx:1.27: AccessDeniedException: not authorized (log group log)");
    expect(time).toBe(60_000);
    expect(lines).toHaveLength(7);
    expect(lines[6]).toMatchObject({ attempt: 7, outcome: 'failed' });
  });

  test('at once when nothing is to be tried again', async () => {
    await expect(run({ pull: after(1) }, { retryMilliseconds: 0 })).rejects.toThrow('does not work');
    expect(lines).toHaveLength(1);
  });

  test('with the reason of each image that does not work, and proves the others', async () => {
    const pull = async (name: string) => {
      if (name !== 'echo/good:1') { throw Object.assign(new Error(`no ${name}`), { name: 'ImageNotFound' }); }
      return {};
    };

    await expect(run({ pull }, { images: ['echo/bad:1', 'echo/good:1', 'echo/worse:1'], retryMilliseconds: 0 })).rejects.toThrow(
      'echo/bad:1: ImageNotFound: no echo/bad:1; echo/worse:1: ImageNotFound: no echo/worse:1');
    expect(lines).toContainEqual(expect.objectContaining({ subject: 'echo/good:1', outcome: 'proven' }));
  });

  test('with what ECR finds wrong with the credential, and pulls nothing', async () => {
    await expect(run({ validate: async () => 'the secret has no accessToken' }, { validatesCredential: true, retryMilliseconds: 0 })).rejects.toThrow(
      "the pull-through cache 'echo' does not work: the credential: InvalidCredential: the secret has no accessToken");
    expect(lines.map(line => line.subject)).toEqual(['the credential']);
  });
});
