import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { app } from './app';

const ROOT = join(__dirname, '../../..');
const textOf = (file: string) => readFileSync(join(__dirname, file), 'utf8');
const PREPARATION = textOf('before.md');
const SESSIONS = readdirSync(__dirname).filter(name => /^\d\d-.*\.md$/.test(name)).map(name => [name, textOf(name)] as const);

/** The commands of a session, placeholders filled. */
const commandsIn = (text: string) => [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block).join('\n').replace(/<[a-z][A-Za-z ]*>/g, 'x');

let assembly: CloudAssembly;

beforeAll(() => {
  assembly = app.synth();
});

describe.each(SESSIONS)('%s', (_, text) => {
  test('is Bash', () => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: commandsIn(PREPARATION + text), encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('deploys and removes stacks that are there', () => {
    const named = [...text.matchAll(/\b(?:deploy|destroy) ((?:Settle\w+ ?)+)/g)].flatMap(([, stacks]) => stacks.trim().split(' '));
    expect(named.filter(name => !assembly.stacks.some(({ stackName }) => stackName === name))).toEqual([]);
    expect(named.filter(name => !new RegExp(`destroy .*${name}`).test(text))).toEqual([]);
  });

  test('asks for outputs that its stacks have', () => {
    const asked = [...text.matchAll(/out (Settle\w+) (\w+)\)/g)].map(([, stack, output]) => ({ stack, output }));
    expect(asked.filter(({ stack, output }) => assembly.getStackByName(stack).template.Outputs[output] === undefined)).toEqual([]);
  });
});

const all = SESSIONS.map(([, text]) => text).join('\n');

test('every stack is deployed by a session', () => {
  expect(assembly.stacks.map(({ stackName }) => stackName).filter(name => !new RegExp(`deploy .*${name}`).test(all))).toEqual([]);
});

test('the files that sessions name are there', () => {
  const named = [...(PREPARATION + all).matchAll(/\b(?:examples|cloudformation|src|docs|test)\/[\w/.-]+\w/g)].map(([path]) => path);
  expect([...new Set(named)].filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
});

test('every assumption leads to its steps, and all steps settle an assumption', () => {
  const rows = readFileSync(join(ROOT, 'docs/unverified.md'), 'utf8').split('\n').filter(line => line.startsWith('| ')).slice(1);
  const expected = SESSIONS.flatMap(([file, text]) => [...text.matchAll(/^## (?!Clean up)(.+)$/gm)].map(([, id]) => [id, `${file}#${id}`]));
  const listed = rows.map(row => /^\| (\S+) \|.*\]\(\.\.\/test\/verification\/settling\/(\S+)\) \|$/.exec(row)?.slice(1) ?? row);
  expect(listed.sort()).toEqual(expected.sort());
});
