import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How to start a process. */
export interface StartOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Hears every line of both outputs. */
  readonly onLine?: (line: string) => void;
}

/** A process that ended. */
export interface Finished {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  /** Both outputs, as they came. */
  readonly output: string;
}

/** Whoever needs longer to end than this is killed. */
const PATIENCE_MS = 5_000;

/** The processes that a run starts. Each is the leader of a group of its own, so that what it started ends with it. */
export class Processes {
  private readonly running = new Set<ChildProcess>();
  private ending = false;

  /** Starts a process that stays. Its standard input is a pipe, so that it can tell when this process is gone. */
  public start(command: string, args: readonly string[], options: StartOptions = {}): ChildProcess {
    if (this.ending) {
      throw new Error(`interrupted: ${command} isn't started any more`);
    }
    const child = spawn(command, args, {
      cwd: options.cwd, env: options.env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'], detached: true,
    });
    this.running.add(child);
    child.once('exit', () => this.running.delete(child));
    child.once('error', () => this.running.delete(child));
    // a process that ends while it is written to is told by its exit code
    child.stdin!.on('error', () => undefined);
    return child;
  }

  /** Runs a process to its end. Rejects only when it can't be started. */
  public async run(command: string, args: readonly string[], options: StartOptions = {}): Promise<Finished> {
    const child = this.start(command, args, options);
    child.stdin!.end();
    const lines: string[] = [];
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', line => {
        lines.push(line);
        options.onLine?.(line);
      });
    }
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', code => resolve({ code, output: lines.join('\n') }));
    });
  }

  /** Runs a process to its end. Rejects with its output when it fails. */
  public async expect(command: string, args: readonly string[], options: StartOptions = {}): Promise<string> {
    const { code, output } = await this.run(command, args, options);
    if (code !== 0) {
      throw new Error(`${[command, ...args].join(' ')}: exit ${code}\n${output}`);
    }
    return output;
  }

  /** Ends a process and what it started; kills them when they don't end. */
  public async stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (!this.running.has(child) || child.pid === undefined) {
      return;
    }
    const group = -child.pid;
    // not 'close': what a killed process started in a session of its own may hold its outputs open
    const exited = new Promise<void>(resolve => child.once('exit', () => resolve()));
    send(group, signal);
    const kill = setTimeout(() => send(group, 'SIGKILL'), PATIENCE_MS);
    await exited;
    clearTimeout(kill);
  }

  /** Ends all of them; none can be started afterwards. */
  public async stopAll(): Promise<void> {
    this.ending = true;
    await Promise.all([...this.running].map(async child => this.stop(child)));
  }
}

function send(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(group, signal);
  } catch (problem) {
    // it ended in the meantime
    if ((problem as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw problem;
    }
  }
}
