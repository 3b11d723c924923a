import { adopt } from '../../src/functions/adopt';
import type { AdoptionChoice, SettingsCalls, TemplateSettings } from '../../src/functions/adopt';

const REPOSITORY = { name: 'echo/nginx', arn: 'arn' };
const LIFECYCLE = '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPatternList":["*"]},"action":{"type":"expire"}}]}';
const POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::1:root"},"Action":["ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}';
const SETTINGS: TemplateSettings = { lifecyclePolicy: LIFECYCLE, repositoryPolicy: POLICY, tags: [{ Key: 'team', Value: 'web' }] };

const CHOICE: AdoptionChoice = { dryRun: false, overwritesPolicies: true };

/** A repository that has something, and notes what is written to it. */
function present(has: { lifecycle?: string; policy?: string; tags?: { Key: string; Value: string }[] }) {
  const written: unknown[] = [];
  const calls: SettingsCalls = {
    lifecyclePolicy: async () => has.lifecycle,
    repositoryPolicy: async () => has.policy,
    tags: async () => has.tags ?? [],
    putLifecyclePolicy: async (_, text) => { written.push(['lifecycle', text]); },
    putRepositoryPolicy: async (_, text) => { written.push(['policy', text]); },
    tag: async (_, tags) => { written.push(['tags', tags]); },
  };
  return { written, calls };
}

async function run(has: Parameters<typeof present>[0], settings: Partial<TemplateSettings> = SETTINGS, choice: Partial<AdoptionChoice> = {}) {
  const { written, calls } = present(has);
  const lines: any[] = [];
  const { outcome, leftAlone } = await adopt(REPOSITORY, { tags: [], ...settings }, { ...CHOICE, ...choice }, calls, line => lines.push(line));
  return { outcome, leftAlone, written, lines };
}

test('gives a bare repository all that the template has', async () => {
  expect(await run({})).toEqual({
    outcome: 'changed',
    leftAlone: false,
    written: [['lifecycle', LIFECYCLE], ['policy', POLICY], ['tags', [{ Key: 'team', Value: 'web' }]]],
    lines: [{ kind: 'repository', repository: 'echo/nginx', outcome: 'changed', dryRun: false, changes: 'lifecycle policy tags', kept: '' }],
  });
});

test('writes nothing in a dry run, and tells the same', async () => {
  const { outcome, written, lines } = await run({}, SETTINGS, { dryRun: true });

  expect([outcome, written, lines[0].changes, lines[0].dryRun]).toEqual(['changed', [], 'lifecycle policy tags', true]);
});

test('writes nothing that is the same, however ECR gives it back', async () => {
  const policy = JSON.stringify({
    Statement: {
      Action: ['ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'], Principal: { AWS: ['arn:aws:iam::1:root'] }, Effect: 'Allow',
    },
    Version: '2012-10-17',
  }, undefined, 2);
  const lifecycle = JSON.stringify(JSON.parse(LIFECYCLE), undefined, 1);

  expect(await run({ lifecycle, policy, tags: [{ Key: 'team', Value: 'web' }, { Key: 'own', Value: 'x' }] })).toMatchObject({ outcome: 'unchanged', written: [] });
});

test.each([
  ['another lifecycle', { lifecycle: LIFECYCLE.replace('expire', 'transition') }, 'lifecycle'],
  ['rules in another order', { lifecycle: '{"rules":[{"rulePriority":2},{"rulePriority":1}]}' }, 'lifecycle'],
  ['another policy', { policy: POLICY.replace('BatchGetImage', 'PutImage') }, 'policy'],
  ['a policy that lacks an action', { policy: POLICY.replace(',"ecr:GetDownloadUrlForLayer"', '') }, 'policy'],
  ['another value of a tag', { tags: [{ Key: 'team', Value: 'data' }] }, 'tags'],
  ['another tag with the same value', { tags: [{ Key: 'owner', Value: 'web' }] }, 'tags'],
])('changes %s, and only that', async (_, differs, changes) => {
  const { lines } = await run({ lifecycle: LIFECYCLE, policy: POLICY, tags: [{ Key: 'team', Value: 'web' }], ...differs });

  expect(lines.at(-1)).toMatchObject({ outcome: 'changed', changes });
});

describe('what a repository has already', () => {
  const DENY = POLICY.replace('Allow', 'Deny');
  const DENIAL = { Sid: 'OnlyEcrWrites', Effect: 'Deny', Principal: '*', Action: 'ecr:PutImage' };
  const HAS = { lifecycle: '{"rules":[]}', policy: DENY, tags: [{ Key: 'team', Value: 'data' }, { Key: 'own', Value: 'x' }] };

  test('is in the log before it is overwritten, as it can be put back', async () => {
    const { lines, written } = await run(HAS);

    const overwriting = { kind: 'overwriting', repository: 'echo/nginx', dryRun: false };
    const overwritten = { kind: 'overwritten', repository: 'echo/nginx' };
    expect(lines.slice(0, -1)).toEqual([
      { ...overwriting, setting: 'lifecycle', before: HAS.lifecycle },
      { ...overwritten, setting: 'lifecycle' },
      { ...overwriting, setting: 'policy', before: DENY },
      { ...overwritten, setting: 'policy' },
      { ...overwriting, setting: 'tags', before: [{ Key: 'team', Value: 'data' }] },
      { ...overwritten, setting: 'tags' },
    ]);
    expect(written).toHaveLength(3);
  });

  test('is not in the log as overwritten when the write fails', async () => {
    const { calls } = present(HAS);
    const lines: any[] = [];
    const denied = async () => { throw new Error('no'); };
    await expect(adopt(REPOSITORY, SETTINGS, CHOICE, { ...calls, putRepositoryPolicy: denied }, line => lines.push(line))).rejects.toThrow('no');

    expect(lines.map(({ kind, setting }) => [kind, setting])).toEqual([['overwriting', 'lifecycle'], ['overwritten', 'lifecycle'], ['overwriting', 'policy']]);
  });

  test('stays, if it is a policy that differs and overwriting was not asked for; the rest is given', async () => {
    const { outcome, leftAlone, lines, written } = await run(HAS, SETTINGS, { overwritesPolicies: false });

    expect(written.map((one: any) => one[0])).toEqual(['lifecycle', 'tags']);
    expect([outcome, leftAlone]).toEqual(['changed', true]);
    expect(lines.at(-1)).toMatchObject({ changes: 'lifecycle tags', kept: 'policy' });
  });

  test.each<[string, string, string[]]>([
    ['gets more', POLICY, ['policy']],
    ['gets more where ECR gives the one statement back in another form', JSON.stringify({ Statement: JSON.parse(POLICY).Statement[0] }), ['policy']],
    ['stays, if one of its statements would be lost', JSON.stringify({ Version: '2012-10-17', Statement: [...JSON.parse(POLICY).Statement, { ...DENIAL, Sid: 'Own' }] }), []],
  ])('of statements that the template has as well, without overwriting: %s', async (_, policy, settings) => {
    const more = JSON.stringify({ Version: '2012-10-17', Statement: [...JSON.parse(POLICY).Statement, DENIAL] });
    const { written } = await run({ policy }, { repositoryPolicy: more }, { overwritesPolicies: false });

    expect(written).toEqual(settings.map(setting => [setting, more]));
  });

  test('is told in a dry run too, as nothing that was done', async () => {
    const { lines, written } = await run(HAS, SETTINGS, { dryRun: true });

    expect(written).toEqual([]);
    expect(lines.map(({ kind, dryRun }) => [kind, dryRun])).toEqual([['overwriting', true], ['overwriting', true], ['overwriting', true], ['repository', true]]);
  });
});

test.each([
  ['rules', '{"rules":[{"rulePriority":1},{"rulePriority":2}]}', '{"rules":[{"rulePriority":2},{"rulePriority":1}]}'],
  ['members of which only some are texts', '{"rules":["b",{}]}', '{"rules":[{},"b"]}'],
])('changes %s that are in another order', async (_, lifecyclePolicy, lifecycle) => {
  expect(await run({ lifecycle }, { lifecyclePolicy })).toMatchObject({ outcome: 'changed' });
});

test('takes a null for what it is', async () => {
  expect(await run({ lifecycle: '{ "rules": null }' }, { lifecyclePolicy: '{"rules":null}' })).toMatchObject({ outcome: 'unchanged' });
});

test('adds the tags that are lacking, and leaves others', async () => {
  const { written } = await run({ tags: [{ Key: 'a', Value: '1' }, { Key: 'own', Value: 'x' }] }, { tags: [{ Key: 'a', Value: '1' }, { Key: 'b', Value: '2' }] });

  expect(written).toEqual([['tags', [{ Key: 'b', Value: '2' }]]]);
});

test('leaves alone, and does not even read, what the template does not have', async () => {
  const { calls } = present({});
  const never = async () => { throw new Error('read'); };

  expect(await adopt(REPOSITORY, { tags: [] }, CHOICE, { ...calls, lifecyclePolicy: never, repositoryPolicy: never, tags: never }, () => undefined))
    .toEqual({ outcome: 'unchanged', leftAlone: false });
});

test('passes over a repository that went away', async () => {
  const { calls } = present({});
  const gone = async () => { throw Object.assign(new Error('gone'), { name: 'RepositoryNotFoundException' }); };

  const lines: object[] = [];

  expect(await adopt(REPOSITORY, SETTINGS, CHOICE, { ...calls, putRepositoryPolicy: gone }, line => lines.push(line))).toEqual({ outcome: 'gone' });
  expect(lines).toEqual([{ kind: 'repository', repository: 'echo/nginx', outcome: 'gone' }]);
});

test('fails for any other error', async () => {
  const { calls } = present({});
  const denied = async () => { throw Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }); };

  await expect(adopt(REPOSITORY, SETTINGS, CHOICE, { ...calls, lifecyclePolicy: denied }, () => undefined)).rejects.toThrow('not authorized');
});

test('fails for a policy of ECR that is no JSON', async () => {
  await expect(run({ lifecycle: '<html>' })).rejects.toThrow(SyntaxError);
});
