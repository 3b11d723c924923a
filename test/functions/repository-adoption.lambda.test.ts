import { captureLines } from './simulated-aws';
import { CONTEXT, SimulatedDeployment, STACK } from './simulated-deployment';
import { SETTINGS } from '../../src/functions/contract';
import type { AdoptionSettings } from '../../src/functions/contract';
import { handler } from '../../src/functions/repository-adoption.lambda';
import { patience } from '../../src/functions/stack-standing';

const LIFECYCLE = '{"rules":[]}';
const TAGS = [{ Key: 'team', Value: 'web' }];
const ADOPTION: AdoptionSettings = { prefix: 'echo', others: [], leftOut: [], stacks: [STACK], dryRun: false, overwritesPolicies: false };

let aws: SimulatedDeployment;
let lines: any[];

beforeEach(async () => {
  aws = new SimulatedDeployment();
  await aws.start();
  ({ lines } = captureLines());
  jest.spyOn(patience, 'pause').mockResolvedValue();
  aws.template = { lifecyclePolicy: LIFECYCLE, resourceTags: TAGS };
  set();
});

afterEach(async () => {
  delete process.env[SETTINGS];
  jest.restoreAllMocks();
  await aws.stop();
});

function set(settings: Partial<AdoptionSettings> = {}): void {
  process.env[SETTINGS] = JSON.stringify({ ...ADOPTION, ...settings });
}

async function run(settings: Partial<AdoptionSettings> = {}, type: 'Create' | 'Update' | 'Delete' = 'Create'): Promise<any> {
  set(settings);
  await handler(aws.request(type, {}), CONTEXT);
  expect(aws.answers).toHaveLength(1);
  return aws.answers[0];
}

test('sets what the template has on the repositories of the prefix, and on no others', async () => {
  aws.rules = ['echo', 'echo/dev', 'hub'];
  aws.templates = ['echo', 'echo/special'];
  aws.addRepositories('echo/nginx', 'echo/team/app', 'echo/dev/app', 'echo/special/app', 'echo/own', 'echo/own/app', 'echoes/x', 'hub/redis', 'own');

  expect(await run({ leftOut: ['echo/own'] })).toMatchObject({
    Status: 'SUCCESS',
    Data: {
      changed: '2',
      unchanged: '0',
      gone: '0',
      summary: "of 2 repositories below 'echo' 2 got settings of the template, 0 have nothing to get, 0 went away in the meantime, 0 failed; "
        + '0 keep a policy that differs',
    },
  });

  const all = { lifecycle: LIFECYCLE, tags: TAGS };
  expect(Object.fromEntries(aws.settings)).toEqual({ 'echo/nginx': all, 'echo/team/app': all });
});

describe('the policy of the template', () => {
  const repositoryPolicy = '{"Version":"2012-10-17","Statement":[]}';
  const OTHER = '{"Statement":[{"Effect":"Deny"}]}';

  beforeEach(() => {
    aws.template = { repositoryPolicy };
    aws.addRepositories('echo/bare', 'echo/other', 'echo/same');
    aws.settings.set('echo/other', { policy: OTHER, tags: [] });
    aws.settings.set('echo/same', { policy: '{ "Statement": [], "Version": "2012-10-17" }', tags: [] });
  });

  test('is set where there is none; one that differs stays, is listed, and the deployment goes on', async () => {
    const { Status, Data } = await run();

    expect([Status, Data.changed, Data.unchanged]).toEqual(['SUCCESS', '1', '2']);
    expect(Data.summary).toMatch(/; 1 keep a policy that differs \(echo\/other\)$/);
    expect(aws.callsOf('SetRepositoryPolicy').map(input => input.repositoryName)).toEqual(['echo/bare']);
    expect(lines).toContainEqual(expect.objectContaining({ repository: 'echo/other', outcome: 'unchanged', kept: 'policy' }));
  });

  test('takes the place of another one when that is asked for, whose text is in the log', async () => {
    expect((await run({ overwritesPolicies: true })).Data).toMatchObject({ changed: '2', unchanged: '1' });

    expect(aws.settings.get('echo/other')!.policy).toBe(repositoryPolicy);
    expect(lines).toContainEqual({ kind: 'overwriting', repository: 'echo/other', setting: 'policy', before: OTHER, dryRun: false });
    expect(lines).toContainEqual({ kind: 'overwritten', repository: 'echo/other', setting: 'policy' });
  });
});

test('takes nothing that an event says: neither settings nor what they are for', async () => {
  aws.addRepositories('echo/nginx', 'own/app');
  await handler(aws.request('Create', {
    prefix: 'own', dryRun: 'false', repositoryPolicy: '{"Statement":[{"Principal":"*"}]}', lifecyclePolicy: '{"rules":["mine"]}', tags: [{ key: 'x', value: 'y' }],
  }), CONTEXT);

  expect(Object.fromEntries(aws.settings)).toEqual({ 'echo/nginx': { lifecycle: LIFECYCLE, tags: TAGS } });
});

test.each(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'DELETE_IN_PROGRESS'])('does nothing while its stack is %s, whoever invokes it', async status => {
  aws.stacks[STACK] = status;
  aws.addRepositories('echo/nginx');

  expect((await run()).Data.summary).toBe(`nothing is done: the stack is ${status}, which is no deployment`);
  expect(aws.settings.size).toBe(0);
});

test('waits for IAM to know its role', async () => {
  aws.addRepositories('echo/nginx');
  aws.fault = ({ action }, nth) => /DescribeStacks|DescribePullThroughCacheRules/.test(action) && nth < 2 ? { type: 'AccessDenied', status: 403 } : undefined;

  expect((await run()).Data.changed).toBe('1');
});

describe('permissions that the deployment has just given', () => {
  const WRITES = /^(PutLifecyclePolicy|SetRepositoryPolicy|TagResource|GetLifecyclePolicy|GetRepositoryPolicy|ListTagsForResource)$/;

  beforeEach(() => {
    aws.template = { lifecyclePolicy: LIFECYCLE, repositoryPolicy: '{"Statement":[]}', resourceTags: TAGS };
    aws.addRepositories('echo/nginx');
  });

  test('are waited for, at each call', async () => {
    aws.fault = ({ action }, nth) => WRITES.test(action) && nth < 3 ? { type: 'AccessDeniedException', message: 'not yet' } : undefined;

    expect((await run({}, 'Update')).Data).toMatchObject({ changed: '1' });
    expect(lines.filter(({ kind }) => kind === 'denied').length).toBeGreaterThan(6);
  });

  test('are not waited for when two minutes are over: then it is denied for good', async () => {
    const now = jest.spyOn(Date, 'now');
    jest.mocked(patience.pause).mockImplementation(async pause => { now.mockReturnValue(new Date().getTime() + 121_000 + pause); });
    aws.fault = ({ action }) => action === 'PutLifecyclePolicy' ? { type: 'AccessDeniedException', message: 'no' } : undefined;

    expect(await run({}, 'Update')).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('AccessDeniedException: no') });
    expect(aws.callsOf('PutLifecyclePolicy')).toHaveLength(2);
  });

  test('are not waited for when the time of the invocation is up', async () => {
    let up = false;
    aws.fault = ({ action }) => {
      up ||= action === 'PutLifecyclePolicy';
      return action === 'PutLifecyclePolicy' ? { type: 'AccessDeniedException', message: 'no' } : undefined;
    };
    await handler(aws.request('Update', {}), { ...CONTEXT, getRemainingTimeInMillis: () => up ? 80_000 : 600_000 });

    expect(aws.callsOf('PutLifecyclePolicy')).toHaveLength(1);
  });
});

test('changes nothing in a dry run, and tells what would be', async () => {
  aws.addRepositories('echo/nginx', 'echo/redis');
  aws.settings.set('echo/redis', { lifecycle: LIFECYCLE, tags: [{ Key: 'team', Value: 'web' }] });

  expect((await run({ dryRun: true })).Data.summary).toBe(
    "dry run, nothing was changed: of 2 repositories below 'echo' 1 would get settings of the template, 1 have nothing to get, "
    + '0 went away in the meantime, 0 failed; 0 would keep a policy that differs');

  expect(aws.calls.map(call => call.action).filter(action => /^(Put|Set|Tag)/.test(action))).toEqual([]);
  expect(lines.filter(line => line.kind === 'repository').sort((a, b) => a.repository < b.repository ? -1 : 1)).toEqual([
    { kind: 'repository', repository: 'echo/nginx', outcome: 'changed', dryRun: true, changes: 'lifecycle tags', kept: '' },
    { kind: 'repository', repository: 'echo/redis', outcome: 'unchanged', dryRun: true, changes: '', kept: '' },
  ]);
});

test('passes over what is done when it is repeated', async () => {
  aws.addRepositories('echo/nginx');
  await handler(aws.request('Create', {}), CONTEXT);
  await handler(aws.request('Create', {}), CONTEXT);

  expect(aws.answers.map(answer => answer.Data.changed)).toEqual(['1', '0']);
  expect(aws.callsOf('PutLifecyclePolicy')).toHaveLength(1);
});

test('reads all pages of repositories, rules and templates', async () => {
  aws.page = 2;
  aws.rules = ['a1', 'a2', 'a3', 'echo/late'];
  aws.templates = ['b1', 'b2', 'echo', 'echo/later'];
  aws.addRepositories('x/1', 'x/2', 'echo/late/1', 'echo/later/1', 'echo/1', 'echo/2', 'x/3');

  expect((await run()).Data.changed).toBe('2');
});

test('invokes itself when the time is up, carries the progress on, and answers at the end', async () => {
  // ECR lists in an order of its own
  aws.addRepositories(...Array.from({ length: 100 }, (_, at) => `echo/${String(at).padStart(3, '0')}`).reverse());
  let time = 600_000;
  aws.fault = ({ action }, nth) => {
    time = action === 'PutLifecyclePolicy' && nth === 39 ? 1 : time;
    return undefined;
  };
  // short enough for nothing more to be begun, long enough for the calls that are under way
  await handler(aws.request('Create', {}), { ...CONTEXT, getRemainingTimeInMillis: () => time === 1 ? 80_000 : time });

  expect(aws.answers).toEqual([]);
  expect(aws.callsOf('Invoke')).toEqual([{
    name: CONTEXT.invokedFunctionArn,
    type: 'Event',
    payload: expect.objectContaining({
      RequestType: 'Create', RequestId: 'request', progress: expect.objectContaining({ after: 'echo/039', outcomes: { changed: 40 } }),
    }),
  }]);

  await handler(aws.invocations[0], CONTEXT);
  expect(aws.answers).toEqual([expect.objectContaining({ Status: 'SUCCESS', RequestId: 'request', Data: expect.objectContaining({ changed: '100' }) })]);
  expect(aws.callsOf('PutLifecyclePolicy')).toHaveLength(100);
});

test('does nothing on deletion', async () => {
  expect((await run({}, 'Delete')).Data).toEqual({ summary: 'nothing is done on deletion', changed: '0', unchanged: '0', gone: '0' });

  expect(aws.calls.map(call => call.action)).toEqual(['Answer']);
});

test('does nothing while the stack rolls back', async () => {
  aws.stacks[STACK] = 'UPDATE_ROLLBACK_IN_PROGRESS';
  aws.addRepositories('echo/nginx');

  expect(await run({}, 'Update')).toMatchObject({ Status: 'SUCCESS', Data: { summary: 'nothing is done: the stack goes back to what it was (UPDATE_ROLLBACK_IN_PROGRESS)', changed: '0' } });
  expect(aws.calls.map(call => call.action)).toEqual(['DescribeStacks', 'Answer']);
});

test('goes on after throttling', async () => {
  aws.addRepositories('echo/nginx');
  aws.fault = ({ action }, nth) => action === 'GetLifecyclePolicy' && nth < 2 ? { type: 'ThrottlingException', message: 'Rate exceeded' } : undefined;

  expect((await run()).Data.changed).toBe('1');
}, 30_000);

test('passes over a repository that goes away', async () => {
  aws.addRepositories('echo/nginx', 'echo/redis');
  aws.fault = ({ action, input }) => {
    if (action === 'GetLifecyclePolicy' && input.repositoryName === 'echo/nginx') {
      aws.repositories.delete('echo/nginx');
    }
    return undefined;
  };

  expect((await run()).Data).toMatchObject({ changed: '1', gone: '1', summary: expect.stringMatching(/^of 2 repositories/) });
});

describe('fails', () => {
  async function reason(properties: Partial<AdoptionSettings> = {}): Promise<string> {
    const answer = await run(properties);
    expect(answer.Status).toBe('FAILED');
    return answer.Reason;
  }

  test('for a repository that it may not set, and sets the others', async () => {
    aws.addRepositories('echo/nginx', 'echo/redis');
    aws.fault = ({ action, input }) => action === 'PutLifecyclePolicy' && input.repositoryName === 'echo/nginx'
      ? { type: 'AccessDeniedException', message: 'not authorized to perform ecr:PutLifecyclePolicy' } : undefined;

    expect(await reason()).toBe("of 2 repositories below 'echo' 1 got settings of the template, 0 have nothing to get, 0 went away in the meantime, 1 failed; "
      + '0 keep a policy that differs. '
      + 'echo/nginx: AccessDeniedException: not authorized to perform ecr:PutLifecyclePolicy');
    expect(aws.settings.get('echo/redis')!.lifecycle).toBe(LIFECYCLE);
  });

  test('for repositories that it may not set, with the reason of each', async () => {
    aws.addRepositories('echo/nginx', 'echo/redis');
    aws.fault = ({ action }) => action === 'TagResource' ? { type: 'AccessDeniedException', message: 'no' } : undefined;

    expect(await reason()).toMatch(/2 failed; 0 keep a policy that differs\. echo\/(nginx|redis): AccessDeniedException: no; echo\/(nginx|redis): AccessDeniedException: no$/);
  });

  test('for a list that it may not read', async () => {
    aws.fault = ({ action }) => action === 'DescribeRepositories' ? { type: 'AccessDeniedException', message: 'not authorized' } : undefined;

    expect(await reason()).toBe('AccessDeniedException: not authorized');
  });

  test('for rules that it may not read, since it does not know then what belongs to others', async () => {
    aws.addRepositories('echo/dev/app');
    aws.fault = ({ action }) => action === 'DescribePullThroughCacheRules' ? { type: 'AccessDeniedException', message: 'not authorized' } : undefined;

    expect(await reason()).toBe('AccessDeniedException: not authorized');
    expect(aws.settings.size).toBe(0);
  });

  test.each([
    ['repositories', 'DescribeRepositories'],
    ['rules', 'DescribePullThroughCacheRules'],
    ['templates', 'DescribeRepositoryCreationTemplates'],
  ])('for a list of %s that gives the same page again and again', async (what, list) => {
    aws.addRepositories('echo/1', 'echo/2', 'echo/3');
    aws.rules = ['a', 'b', 'c'];
    aws.templates = ['echo', 'b', 'c'];
    aws.page = 1;
    aws.fault = ({ action, input }) => {
      if (action === list) { input.nextToken = undefined; }
      return undefined;
    };

    expect(await reason()).toBe(`ECR gave the same page of its list of ${what} twice`);
  });

  test('for a setting that it may not read', async () => {
    aws.addRepositories('echo/nginx');
    aws.fault = ({ action }) => action === 'GetLifecyclePolicy' ? { type: 'AccessDeniedException', message: 'not authorized' } : undefined;

    expect(await reason()).toContain('0 got settings of the template, 0 have nothing to get, 0 went away in the meantime, 1 failed; '
      + '0 keep a policy that differs. '
      + 'echo/nginx: AccessDeniedException: not authorized');
    expect(aws.settings.size).toBe(0);
  });

  test('for a list without an end, when the time is up', async () => {
    let time = 600_000;
    const endless: [string, string] = ['DescribeRepositories', 'repositories'];
    aws.fault = ({ action }) => { time -= action === endless[0] ? 60_000 : 0; return undefined; };
    aws.page = 1;
    aws.addRepositories(...Array.from({ length: 100 }, (_, at) => `echo/${at}`));
    await handler(aws.request('Create', {}), { ...CONTEXT, getRemainingTimeInMillis: () => time });

    expect(aws.answers[0].Reason).toBe('ECR did not come to the end of its list of repositories in the time of one invocation');
    expect(aws.callsOf(endless[0]).length).toBeLessThan(12);
  });

  test('without a template of the prefix', async () => {
    aws.templates = ['echo/special'];

    expect(await reason()).toBe("ECR has no repository creation template for 'echo', so there are no settings to give");
  });

  test('for something to leave out that is elsewhere, when only the deployment knows it', async () => {
    expect(await reason({ leftOut: ['hub/own'] })).toBe("'hub/own' is to be left out and is not below 'echo', so nothing is done");
  });

  test('for a name to leave out that ends in a slash or has no value, when only the deployment knows it', async () => {
    expect(await reason({ leftOut: ['echo/own/'] })).toBe(
      "'echo/own/' is to be left out and is no name of a repository, which has no slash at its end and no wildcard, so nothing is done");
  });

  test('for the prefix ROOT, also when only the deployment knows it', async () => {
    aws.addRepositories('own');

    expect(await reason({ prefix: 'ROOT' })).toBe('the prefix ROOT stands for the whole registry, which is never worked through');
    expect(aws.settings.size).toBe(0);
  });

  test('when the hour of CloudFormation is not enough', async () => {
    aws.addRepositories(...Array.from({ length: 50 }, (_, at) => `echo/${String(at).padStart(3, '0')}`));
    let up = false;
    aws.fault = ({ action }, nth) => { up ||= action === 'PutLifecyclePolicy' && nth === 39; return undefined; };
    const progress = { startedAt: Date.now() - 50 * 60_000, after: '', redo: [], outcomes: {}, reasons: [], named: [], leftAlone: 0 };
    await handler({ ...aws.request('Create', {}), progress }, { ...CONTEXT, getRemainingTimeInMillis: () => up ? 80_000 : 600_000 });

    expect(aws.answers[0].Reason).toContain('the hour that CloudFormation waits is not enough for the rest: repeat it, what is done is passed over');
    expect(aws.invocations).toEqual([]);
  });

  test('when it may not invoke itself', async () => {
    aws.addRepositories(...Array.from({ length: 50 }, (_, at) => `echo/${String(at).padStart(3, '0')}`));
    let up = false;
    aws.fault = ({ action }, nth) => {
      up ||= action === 'PutLifecyclePolicy' && nth === 39;
      return action === 'Invoke' ? { type: 'AccessDeniedException', message: 'not authorized to perform lambda:InvokeFunction', status: 403 } : undefined;
    };
    await handler(aws.request('Create', {}), { ...CONTEXT, getRemainingTimeInMillis: () => up ? 80_000 : 600_000 });

    expect(aws.answers[0]).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('not authorized to perform lambda:InvokeFunction') });
  });
});
