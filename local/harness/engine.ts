import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ask } from './http';
import { LOCAL } from './paths';
import type { Processes } from './processes';

/** How to start an engine. */
export interface EngineOptions {
  /** The port; 0 takes a free one. */
  readonly port?: number;
  /** Where it keeps what it writes while it runs; the system's directory for temporary files by default. */
  readonly directory?: string;
  /** More arguments of `python -m engine`. */
  readonly args?: readonly string[];
  /** Hears what the engine says on its error output. */
  readonly onLog?: (line: string) => void;
}

/** A permission that was needed and not given. */
export interface Denial {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
}

/** An event that ECR sent. */
export interface SentEvent {
  readonly 'account': string;
  readonly 'detail-type': string;
  readonly 'detail': Record<string, string>;
}

/** What the engine takes for an upstream: whether it answers, refuses or is away, and where its stand-in listens. */
export interface UpstreamChange {
  readonly state?: 'up' | 'down' | 'denied';
  readonly url?: string;
}

/** An image that was put into a registry as its owner would. */
export interface SeedOptions {
  /** The directory of an OCI layout. */
  readonly layout: string;
  readonly account: string;
  readonly region: string;
  readonly repository: string;
  readonly tag: string;
}

/** A local engine that runs, and its control endpoint. */
export class Engine {
  /** Starts an engine with IAM enforcement on and waits until it is ready. It ends when this process does. `ENGINE_ARGS` adds arguments. */
  public static async start(processes: Processes, python: string, { port = 0, directory, args = [], onLog }: EngineOptions = {}): Promise<Engine> {
    const more = process.env.ENGINE_ARGS?.split(' ') ?? [];
    const child = processes.start(python, ['-m', 'engine', '--port', String(port), '--stop-with-stdin', ...args, ...more], {
      cwd: LOCAL,
      env: { ...process.env, LOG_LEVEL: 'ERROR', PYTHONDONTWRITEBYTECODE: '1', ...directory ? { TMPDIR: directory } : {} },
    });
    const log: string[] = [];
    createInterface({ input: child.stderr! }).on('line', line => {
      log.push(line);
      onLog?.(line);
    });
    const ready = await firstLine(child);
    if (ready === undefined) {
      throw new Error(`the engine didn't start:\n${log.join('\n')}`);
    }
    return new Engine(processes, child, (JSON.parse(ready) as { endpoint: string }).endpoint, log);
  }

  private constructor(
    private readonly processes: Processes, private readonly child: ChildProcess, public readonly endpoint: string,
    private readonly log: readonly string[]) {}

  /** What it said on its error output so far. */
  public get said(): string {
    return this.log.join('\n');
  }

  public get port(): number {
    return Number(new URL(this.endpoint).port);
  }

  /** Moves the clock of ECR and CloudWatch forward; never back. */
  public async advance(time: { hours?: number; minutes?: number; seconds?: number }): Promise<void> {
    await this.control('POST', '/clock', time);
  }

  public async upstream(host: string, change: UpstreamChange): Promise<void> {
    await this.control('PUT', `/upstreams/${host}`, change);
  }

  public async switches(changed: Record<string, number | boolean>): Promise<void> {
    await this.control('PUT', '/switches', changed);
  }

  /** Puts the image of a layout into a registry. The digest. */
  public async seed(options: SeedOptions): Promise<string> {
    const { images } = await this.control<{ images: { digest: string }[] }>('POST', '/images', options);
    return images[0].digest;
  }

  /** The permissions that were refused since `forgetDenials`, oldest first. */
  public async denials(): Promise<Denial[]> {
    return this.control('GET', '/denials');
  }

  public async forgetDenials(): Promise<void> {
    await this.control('DELETE', '/denials');
  }

  /** What ECR sent to EventBridge. */
  public async events(): Promise<SentEvent[]> {
    return this.control('GET', '/events');
  }

  /** Evaluates all alarms now. Their states by `account/region` and name. */
  public async alarms(): Promise<Record<string, Record<string, string>>> {
    return this.control('POST', '/alarms/evaluate');
  }

  /** The addresses that it listens on. */
  public async listeners(): Promise<{ address: string; port: number; loopback: boolean }[]> {
    return this.control('GET', '/listeners');
  }

  /** What it reads into AWS's documentation, and what it doesn't know of AWS. */
  public async readings(): Promise<{ readings: { about: string; reading: string }[]; unknown: string[] }> {
    return this.control('GET', '/readings');
  }

  public async stop(): Promise<void> {
    await this.processes.stop(this.child);
  }

  /** Ends it as a crash would. */
  public async kill(): Promise<void> {
    await this.processes.stop(this.child, 'SIGKILL');
  }

  private async control<T>(method: string, path: string, given?: object): Promise<T> {
    const answer = await ask(method, `${this.endpoint}/_local${path}`, { body: given && JSON.stringify(given) });
    if (answer.status !== 200) {
      throw new Error(`${method} /_local${path}: ${answer.status} ${answer.body.toString()}`);
    }
    return JSON.parse(answer.body.toString()) as T;
  }
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve);
    child.once('error', reject);
    child.once('close', () => resolve(undefined));
  });
}
