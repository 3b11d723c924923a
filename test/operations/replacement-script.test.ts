import { spawnSync } from 'child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';

const ROOT = join(__dirname, '../..');

let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'change-set-'));
});

afterAll(() => rmSync(home, { recursive: true }));

/** What the script of the example says about files, and how it ends. */
function check(...texts: string[]) {
  const files = texts.map((text, at) => {
    const file = join(home, `${at}.json`);
    writeFileSync(file, text);
    return file;
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [
    join(ROOT, 'node_modules/tsx/dist/cli.mjs'), '--tsconfig', join(ROOT, 'test/tsconfig.json'), join(ROOT, 'examples/replacement-check/check.ts'), ...files,
  ], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } });
  return { status, stdout, stderr };
}

const changeSet = (changes: object[]) => JSON.stringify({ Status: 'CREATE_COMPLETE', Changes: changes.map(ResourceChange => ({ ResourceChange })) });
const REPLACED = {
  Action: 'Modify',
  LogicalResourceId: 'Echo',
  PhysicalResourceId: 'echo',
  ResourceType: 'AWS::ECR::PullThroughCacheRule',
  Replacement: 'True',
  Details: [{ Target: { Attribute: 'Properties', Name: 'CredentialArn', RequiresRecreation: 'Always' }, Evaluation: 'Static' }],
};

test('ends well when nothing would be replaced', () => {
  expect(check(changeSet([]))).toMatchObject({ status: 0, stdout: 'no rule and no template would be replaced\n' });
}, 60_000);

test('fails with the reason and the way out when a cache would be replaced', () => {
  const { status, stdout, stderr } = check(changeSet([REPLACED]));

  expect([status, stdout]).toEqual([1, '1 changes are not safe\n']);
  expect(stderr).toMatch(/^COLLISION Echo: the pull-through cache rule 'echo' has to be replaced, since CredentialArn .*\n {2}Instead, keep the value/m);
}, 60_000);

test('fails otherwise for what is no change set', () => {
  const { status, stderr } = check('oops');

  expect(status).toBe(2);
  expect(stderr).toContain("got 'oops', which is no JSON");
}, 60_000);
