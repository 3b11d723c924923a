/*
 * What all functions have in common at run time. It imports no SDK, so that it can be tested without one.
 */
import { brotliDecompressSync } from 'zlib';
import { DIMENSION, isPacked, NAMESPACE, SETTINGS } from './contract';
import type { PackedSettings } from './contract';
import type { Figure } from './statistics-tally';

/** What EventBridge sends on a schedule, as far as it is read. */
export interface ScheduledEvent {
  /** When the run was due: a repeated run has the same time. */
  readonly time?: string;
}

/** What Lambda tells of an invocation, as far as it is read. */
export interface RuntimeContext {
  getRemainingTimeInMillis(): number;
}

/**
 * For the clients of the SDK. Adaptive retries slow down when AWS throttles; a request that hangs is given up and tried again
 * rather than waited for.
 *
 * @param requestTimeout in milliseconds
 */
export function clientOptions(requestTimeout: number) {
  return {
    retryMode: 'adaptive',
    maxAttempts: 10,
    requestHandler: { connectionTimeout: 3000, requestTimeout, throwOnRequestTimeout: true },
  };
}

/** The longest that a call may take with all its retries. */
const CALL_MILLISECONDS = 120_000;
/** Kept so that what was found out can still be put into CloudWatch. */
const FOR_FIGURES_MILLISECONDS = 20_000;
/** Kept so that a call that is given up can still be reported. */
const FOR_THE_END_MILLISECONDS = 3000;

/** The time that is left of an invocation. */
export class Remaining {
  constructor(private readonly context: RuntimeContext) {}

  public get milliseconds(): number {
    return this.context.getRemainingTimeInMillis();
  }

  /** Options of calls that find something out: they end, retries and all, while there is time to put it into CloudWatch. */
  public forReading(longest: number = CALL_MILLISECONDS): CallOptions {
    return this.within(longest, FOR_FIGURES_MILLISECONDS);
  }

  /** Options of the calls that put figures into CloudWatch. */
  public forFigures(): CallOptions {
    return this.within(CALL_MILLISECONDS, FOR_THE_END_MILLISECONDS);
  }

  private within(longest: number, kept: number): CallOptions {
    return { abortSignal: AbortSignal.timeout(Math.max(1, Math.min(longest, this.milliseconds - kept))) };
  }
}

/** Options of a call of the SDK. */
export interface CallOptions {
  readonly abortSignal: AbortSignal;
}

/** The time that a run's figures are of. */
export function eventTime(event: ScheduledEvent): Date {
  const due = new Date(event.time ?? Number.NaN);
  return Number.isNaN(due.getTime()) ? new Date() : due;
}

/** Writes a line as it is, without the prefix of `console.log`, so that Logs Insights finds its fields. */
export function logLine(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Why something failed, for the log: the error's name, which for AWS's errors is the code. */
export function reasonOf(error: unknown): { code: string; message: string } {
  const { name, message } = error as Error;
  return name === 'AbortError' ? { code: 'TimedOut', message: 'the time for it was up' } : { code: name, message };
}

/** The figures of caches as PutMetricData takes them, in as many calls as it needs: 1000 in each. */
export function metricCalls(at: Date, figures: Map<string, Figure[]>) {
  const data = [...figures].flatMap(([prefix, ofCache]) => ofCache.map(figure => ({
    MetricName: figure.name,
    Dimensions: [{ Name: DIMENSION, Value: prefix }],
    Timestamp: at,
    Value: figure.value,
    Unit: figure.unit,
  })));
  const calls = [];
  for (let start = 0; start < data.length; start += 1000) {
    calls.push({ Namespace: NAMESPACE, MetricData: data.slice(start, start + 1000) });
  }
  return calls;
}

/**
 * Does something with each item, with at most so many at once. After a failure nothing new is begun, and it is thrown when
 * what was under way has ended.
 */
export async function inParallel<T>(most: number, items: T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const worker = async () => {
    while (queue.length > 0 && failures.length === 0) {
      await work(queue.shift()!).catch((failure: unknown) => { failures.push(failure); });
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (failures.length > 0) {
    throw failures[0];
  }
}

/** The token of the next page; one that comes again would give the same page until the time is up. */
export function furtherToken(token: string | undefined, next: string | undefined): string | undefined {
  if (next !== undefined && next === token) {
    throw Object.assign(new Error('AWS gave the token of the same page again'), { name: 'RepeatedPage' });
  }
  return next;
}

/** All items of a list that ECR gives by pages. */
export async function allPages<T>(
  read: (nextToken: string | undefined) => Promise<{ readonly items: T[]; readonly nextToken?: string }>): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items, nextToken } = await read(token);
    all.push(...items);
    token = furtherToken(token, nextToken);
  } while (token);
  return all;
}

/** Reads the settings that the construct gave the function. */
export function readSettings<T>(environment: { [name: string]: string | undefined }): T {
  const settings = JSON.parse(environment[SETTINGS] ?? '{}') as T | PackedSettings;
  return isPacked(settings) ? JSON.parse(brotliDecompressSync(Buffer.from(settings.packed, 'base64')).toString()) as T : settings;
}
