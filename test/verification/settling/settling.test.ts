import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { app } from './app';
import { BEFORE, sessionIn, SESSIONS } from './sessions';
import { pathOf } from '../repository';

const texts = SESSIONS.map(({ title, setUp, settlings, cleanUp = '' }) => [title, [BEFORE, setUp, ...settlings.map(({ text }) => text), cleanUp].join('\n\n')] as const);

/** The commands of a session, placeholders filled. */
const commandsIn = (text: string) => [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block).join('\n').replace(/<[a-z][A-Za-z ]*>/g, 'x');

let assembly: CloudAssembly;

beforeAll(() => {
  assembly = app.synth();
});

describe.each(texts)('%s', (_, text) => {
  test('is Bash', () => {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: commandsIn(text), encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  test('deploys and removes stacks that are there', () => {
    const named = [...text.matchAll(/\b(?:deploy|destroy) ((?:Settle\w+ ?)+)/g)].flatMap(([, stacks]) => stacks.trim().split(' '));
    expect(named.filter(name => !assembly.stacks.some(({ stackName }) => stackName === name))).toEqual([]);
    expect(named.filter(name => !text.includes(`destroy ${name}`) && !new RegExp(`destroy .*${name}`).test(text))).toEqual([]);
  });

  test('asks for outputs that its stacks have', () => {
    const asked = [...text.matchAll(/out (Settle\w+) (\w+)\)/g)].map(([, stack, output]) => ({ stack, output }));
    expect(asked.filter(({ stack, output }) => assembly.getStackByName(stack).template.Outputs[output] === undefined)).toEqual([]);
  });
});

test('every stack is deployed by a session', () => {
  const all = texts.map(([, text]) => text).join('\n');
  expect(assembly.stacks.map(({ stackName }) => stackName).filter(name => !new RegExp(`deploy .*${name}`).test(all))).toEqual([]);
});

test('the files that sessions use are there', () => {
  const named = texts.flatMap(([, text]) => [...text.matchAll(/\b(?:examples|cloudformation|src|docs|test)\/[\w/.-]+\w/g)].map(([path]) => path));
  expect(named.length).toBeGreaterThan(10);
  expect([...new Set(named)].filter(path => !existsSync(pathOf(path)))).toEqual([]);
});

test('a session fails without a title', () => {
  expect(() => sessionIn('Deploy it.')).toThrow("got a session that begins with 'Deploy it.', expected '# ' and its title");
});
