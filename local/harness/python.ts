import { createHash } from 'node:crypto';
import { existsSync, readFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { LOCAL } from './paths';
import type { Processes } from './processes';

const OLDEST = [3, 10] as const;
const NEWEST_TRIED = 15;

/** No Python that the engine could run on. The message says what is missing and how to get it. */
export class PythonMissing extends Error {}

/** A Python that was found. */
interface Found {
  readonly command: string;
  readonly version: readonly number[];
  readonly hasVenv: boolean;
}

const REQUIREMENTS = join(LOCAL, 'requirements.txt');

/** The Python of a virtual environment below `local/.venv`, made when it isn't there; `ENGINE_PYTHON` names one that is ready. */
export async function preparedPython(processes: Processes, onProgress: (text: string) => void = () => undefined): Promise<string> {
  if (process.env.ENGINE_PYTHON) {
    return process.env.ENGINE_PYTHON;
  }
  const found = await findPython(processes);
  const name = createHash('sha256').update(readFileSync(REQUIREMENTS)).update(found.version.join('.')).digest('hex').slice(0, 12);
  const home = join(LOCAL, '.venv', name);
  if (!existsSync(home)) {
    onProgress(`installing the engine for Python ${found.version.join('.')}, once`);
    // renamed when it is complete: an interrupted installation is never taken for one that works
    const unfinished = `${home}.${process.pid}`;
    mkdirSync(join(LOCAL, '.venv'), { recursive: true });
    try {
      await processes.expect(found.command, ['-m', 'venv', unfinished]);
      await processes.expect(join(unfinished, 'bin', 'python'), [
        '-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', '--require-hashes', '-r', REQUIREMENTS,
      ]);
      rename(unfinished, home);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return join(home, 'bin', 'python');
}

/** Renames a directory, unless another process was faster. */
function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (problem) {
    if (!existsSync(to)) {
      throw problem;
    }
  }
}

/** The newest suitable Python that is there. `PYTHON` names another one. */
async function findPython(processes: Processes): Promise<Found> {
  if (process.platform === 'win32') {
    throw new PythonMissing('The local engine runs on Linux and macOS. On Windows use the Windows Subsystem for Linux.');
  }
  const versions = Array.from({ length: NEWEST_TRIED - OLDEST[1] + 1 }, (_, i) => `python3.${NEWEST_TRIED - i}`);
  const commands = process.env.PYTHON ? [process.env.PYTHON] : ['python3', 'python', ...versions];
  const seen: Found[] = [];
  for (const command of commands) {
    const found = await look(processes, command);
    if (found && suits(found)) {
      return found;
    }
    if (found) {
      seen.push(found);
    }
  }
  throw new PythonMissing(missing(commands, seen));
}

async function look(processes: Processes, command: string): Promise<Found | undefined> {
  const script = 'import importlib.util as u, sys; print(*sys.version_info[:3], u.find_spec("ensurepip") is not None)';
  const answer = await processes.run(command, ['-c', script]).catch(() => undefined);
  const told = /^(\d+) (\d+) (\d+) (True|False)$/m.exec(answer?.output ?? '');
  return answer?.code === 0 && told ? { command, version: told.slice(1, 4).map(Number), hasVenv: told[4] === 'True' } : undefined;
}

function suits({ version, hasVenv }: Found): boolean {
  return isNewEnough(version) && hasVenv;
}

function isNewEnough([major, minor]: readonly number[]): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function missing(commands: readonly string[], seen: readonly Found[]): string {
  const withoutVenv = seen.find(({ version }) => isNewEnough(version));
  const what = withoutVenv
    ? `${withoutVenv.command} is Python ${withoutVenv.version.join('.')}, but its venv module isn't installed.`
    : `${seen.length ? `Found ${seen.map(({ command, version }) => `${command} ${version.join('.')}`).join(', ')}` : `Found none of ${commands.slice(0, 2).join(', ')}`}.`;
  return [
    `The local engine needs Python ${OLDEST.join('.')} or newer. ${what}`,
    'How to get it:',
    '  Debian, Ubuntu    sudo apt-get install python3 python3-venv',
    '  Fedora, RHEL      sudo dnf install python3.12',
    '  macOS             brew install python@3.13',
    '  anywhere          https://docs.astral.sh/uv/: uv python install 3.13',
    'Another Python than the first of the path: PYTHON=/path/to/python3 npm run demo',
  ].join('\n');
}
