import type { ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { editedSample } from '../../local/demo/edited-sample';
import { ask } from '../../local/harness/http';
import { ROOT } from '../../local/harness/paths';
import { Processes } from '../../local/harness/processes';
import { preparedPython } from '../../local/harness/python';
import { eventually } from '../../local/harness/wait';

jest.setTimeout(180_000);

const processes = new Processes();
let home: string;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'ecr-cache-e2e-'));
  // so that none of the demos has to install it
  await preparedPython(processes);
});

afterAll(async () => {
  await processes.stopAll();
  rmSync(home, { recursive: true, force: true });
});

/** A demo that plays. */
interface Demo {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Where it writes temporary files. */
  readonly directory: string;
  readonly exit: Promise<number | null>;
}

function demo(args: readonly string[], env: NodeJS.ProcessEnv = {}): Demo {
  const directory = join(home, `tmp-${readdirSync(home).length}`);
  mkdirSync(directory);
  const child = processes.start(process.execPath, ['--import', 'tsx', 'local/demo/main.ts', ...args], {
    cwd: ROOT, env: { ...process.env, TMPDIR: directory, ...env },
  });
  const lines: string[] = [];
  for (const stream of [child.stdout!, child.stderr!]) {
    createInterface({ input: stream }).on('line', line => lines.push(line));
  }
  return { process: child, lines, directory, exit: new Promise(resolve => child.once('close', resolve)) };
}

const says = async ({ lines }: Demo, pattern: RegExp) =>
  eventually(`the demo says ${pattern}`, async () => lines.map(line => pattern.exec(line)?.[1] ?? pattern.exec(line)?.[0]).find(Boolean), 120);

/** What is left of a demo; tsx keeps what it compiled. */
const remains = ({ directory }: Demo) => readdirSync(directory).filter(name => !name.startsWith('tsx-'));

describe('the demo', () => {
  test('plays seven scenes, of which every claim holds, and leaves nothing behind', async () => {
    const played = demo([]);
    // then
    expect([await played.exit, played.lines.filter(line => line.includes('FAIL'))]).toEqual([0, []]);
    expect(played.lines.filter(line => /^\d\. /.test(line))).toHaveLength(7);
    expect(played.lines).toContainEqual(expect.stringMatching(/^ {3}\d{2} claims hold, 0 failed/));
    expect(played.lines.at(-1)).toContain('npx cdk deploy -c echoAccount=');
    expect(remains(played)).toEqual([]);
  });

  test('keeps running with --keep, tells how to reach it, and ends when it is told to', async () => {
    const played = demo(['--keep']);
    const endpoint = await says(played, /^export AWS_ENDPOINT_URL=(http:\/\/127\.0\.0\.1:\d+)$/);
    expect((await ask('GET', `${endpoint}/_local`)).status).toBe(200);
    // when
    played.process.kill('SIGINT');
    // then
    expect(await played.exit).toBe(0);
    await expect(ask('GET', `${endpoint}/_local`)).rejects.toThrow('ECONNREFUSED');
    expect(remains(played)).toEqual([]);
  });

  test.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('ends what it started on %s', async (signal, code) => {
    const played = demo([]);
    await says(played, /cdk bootstrap/);
    // when
    played.process.kill(signal);
    // then
    expect(await played.exit).toBe(code);
    expect(played.lines.at(-1)).toBe('Interrupted: what was started has ended.');
    expect(remains(played)).toEqual([]);
  });

  test('fails without a suitable Python, says how to get one, and shows what the app would create', async () => {
    const played = demo([], { PYTHON: '/bin/false', ENGINE_PYTHON: '' });
    // then
    expect(await played.exit).toBe(1);
    expect(played.lines[0]).toBe('The local engine needs Python 3.10 or newer. Found none of /bin/false.');
    expect(played.lines.join('\n')).toContain('sudo apt-get install python3 python3-venv');
    expect(played.lines.join('\n')).toContain('npx cdk synth');
    expect(played.lines).toContainEqual(expect.stringMatching(/^ {2}AWS::ECR::PullThroughCacheRule +Echo$/));
    expect(remains(played)).toEqual([]);
  });

  test('fails on an argument that it does not know', async () => {
    const played = demo(['--forever']);
    // then
    expect(await played.exit).toBe(2);
    expect(played.lines.join('\n')).toContain('npm run demo -- --keep');
  });

  test('fails to edit a sample app that lacks the line', () => {
    expect(() => editedSample(join(home, 'edited'), [{ from: 'no such line', to: '' }])).toThrow("got 'no such line' 0 times, expected once");
  });
});
