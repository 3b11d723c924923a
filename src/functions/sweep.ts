import { LATER, OperationFailure } from './custom-resource';
import type { DeploymentRequest, Done } from './custom-resource';
import type { Repository, Time } from './registry-reader';
import { inParallel, logLine, reasonOf, Remaining } from './runtime';
import type { CallOptions, RuntimeContext } from './runtime';

const ROOT = 'ROOT';
const BATCH = 40;
const AT_ONCE = 8;
/** So many failures are no accident: the rest would fail too. */
const MOST_FAILURES = 20;
const REASONS_KEPT = 3;
const LONGEST_REASON = 300;
const NAMES_KEPT = 5;

/** How far a sweep over the repositories of a prefix has come; it goes from one invocation to the next. */
export interface Progress {
  /** When the first invocation began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** The last repository of the last batch: what comes after it in the order of names is still to do. */
  readonly after: string;
  /** Up to there, what the end of an invocation cut off: it is begun anew. */
  readonly redo: string[];
  /** How many repositories ended how. */
  readonly outcomes: { readonly [outcome: string]: number };
  /** Why the first ones failed. */
  readonly reasons: string[];
  /** The first ones that were left as they are although somebody may expect otherwise, and how many there are. */
  readonly named: string[];
  readonly leftAlone: number;
}

export const FAILED = 'failed';

/** Where a sweep begins. */
export function fresh(startedAt: number): Progress {
  return { startedAt, after: '', redo: [], outcomes: {}, reasons: [], named: [], leftAlone: 0 };
}

/** What becomes of one repository. */
export interface Result {
  readonly outcome: string;
  /** Whether it stays as it is, or a part of it does, although somebody may expect otherwise. */
  readonly leftAlone?: boolean;
}

/**
 * Which repositories belong to a prefix: those below it that are below no more specific prefix of somebody else's, and are not left out. A rule
 * and a template are for what is below their prefix; a name that is left out is that repository as well.
 */
export function belongsTo(prefix: string, others: readonly string[], leftOut: readonly string[]): (repository: string) => boolean {
  if (prefix === ROOT || prefix === '') {
    throw new OperationFailure('the prefix ROOT stands for the whole registry, which is never worked through');
  }
  const below = (name: string, of: string) => name.startsWith(`${of}/`);
  const specific = others.filter(other => below(other, prefix));
  return name => below(name, prefix) && !specific.some(other => below(name, other))
    && !leftOut.some(one => name === one || below(name, one));
}

/** What ECR takes as the name of a repository. */
const NAME = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** What is wrong with the names that are left out, some of which only the deployment knows: another name would leave out nothing. */
export function problemOfLeftOut(leftOut: readonly unknown[], prefix: string): string | undefined {
  for (const one of leftOut) {
    if (typeof one !== 'string' || one === '') {
      return 'a name that is to be left out has no value';
    }
    if (!one.startsWith(`${prefix}/`)) {
      return `'${one}' is to be left out and is not below '${prefix}'`;
    }
    if (!NAME.test(one)) {
      return `'${one}' is to be left out and is no name of a repository, which has no slash at its end and no wildcard`;
    }
  }
  return undefined;
}

/**
 * Works through repositories in batches, in the order of their names, until the time is up. One that fails is counted and the others go on;
 * after twenty failures it ends with the reasons.
 *
 * @param work does what is to be done with one repository, and says how it ended
 */
export class PrefixSweep {
  private readonly outcomes: { [outcome: string]: number };
  private readonly reasons: string[];
  private readonly named: string[];
  private leftAlone: number;
  private after: string;
  private redo: string[] = [];

  constructor(
    private readonly work: (repository: Repository) => Promise<Result>,
    private readonly log: (line: object) => void,
    private readonly begun: Progress,
  ) {
    this.outcomes = { ...begun.outcomes };
    this.reasons = [...begun.reasons];
    this.named = [...begun.named];
    this.leftAlone = begun.leftAlone;
    this.after = begun.after;
  }

  /** Where it stands. */
  public get progress(): Progress {
    const { after, redo, outcomes, reasons, named, leftAlone } = this;
    return { startedAt: this.begun.startedAt, after, redo, outcomes, reasons, named, leftAlone };
  }

  /** Whether all repositories were worked through; if not, another invocation carries on from `progress`. */
  public async run(repositories: Repository[], time: Time): Promise<boolean> {
    const rest = repositories.filter(({ name }) => name > this.after || this.begun.redo.includes(name));
    for (let start = 0; start < rest.length; start += BATCH) {
      if (time.isUp()) {
        if (start === 0) {
          throw new OperationFailure(`one invocation has not the time for a batch of ${BATCH} repositories`);
        }
        return false;
      }
      const batch = rest.slice(start, start + BATCH);
      await inParallel(AT_ONCE, batch, repository => this.workOn(repository, time));
      this.after = batch[batch.length - 1].name;
    }
    return this.redo.length === 0;
  }

  private async workOn(repository: Repository, time: Time): Promise<void> {
    try {
      const { outcome, leftAlone } = await this.work(repository);
      this.count(outcome);
      if (leftAlone) {
        this.leftAlone += 1;
        if (this.named.length < NAMES_KEPT) {
          this.named.push(repository.name);
        }
      }
    } catch (error) {
      if (time.isUp()) {
        this.redo.push(repository.name);
        return;
      }
      const { code, message } = reasonOf(error);
      this.log({ kind: 'repository', repository: repository.name, outcome: FAILED, code, message });
      this.count(FAILED);
      if (this.reasons.length < REASONS_KEPT) {
        this.reasons.push(`${repository.name}: ${code}: ${message}`.slice(0, LONGEST_REASON));
      }
      if (this.outcomes[FAILED] >= MOST_FAILURES) {
        throw new OperationFailure(`${MOST_FAILURES} repositories failed, so the rest was left alone. ${this.reasons.join('; ')}`);
      }
    }
  }

  private count(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1;
  }
}

/** What CloudFormation asks, or the invocation before that carries on with it. */
export interface SweepRequest extends DeploymentRequest {
  readonly progress?: Progress;
  /** The id that the invocation before gave the resource. */
  readonly physicalId?: string;
}

/** What Lambda tells of an invocation, as far as it is read. */
export interface SweepContext extends RuntimeContext {
  readonly invokedFunctionArn: string;
}

/** The call of the SDK's `Lambda` that carries on. */
export interface Invoker {
  invoke(input: { FunctionName: string; InvocationType: 'Event'; Payload: string }, options: CallOptions): Promise<unknown>;
}

/** Kept so that a batch that was begun ends, and the next invocation can be made. */
const RESERVE_MILLISECONDS = 90_000;
/** CloudFormation waits an hour; an invocation that begins now may take a quarter of it. */
const LONGEST_MILLISECONDS = 43 * 60_000;

/** The time of an invocation, for what it does with repositories. */
export function timeOf(context: RuntimeContext): Time {
  const remaining = new Remaining(context);
  return { isUp: () => remaining.milliseconds < RESERVE_MILLISECONDS, callOptions: () => remaining.forReading() };
}

/** The first repositories that were left alone, in brackets after their number. */
export function leftAloneIn({ named, leftAlone }: Pick<Progress, 'named' | 'leftAlone'>): string {
  return named.length === 0 ? '' : ` (${named.join(', ')}${leftAlone > named.length ? ', ...' : ''})`;
}

/** What a sweep does. */
export interface Sweep {
  /** The repositories of the prefix. */
  readonly repositories: Repository[];
  /** Does what is to be done with one repository, and says how it ended. */
  readonly work: (repository: Repository) => Promise<Result>;
  /** All ways in which a repository may end well: each is an attribute with its count. */
  readonly outcomes: readonly string[];
  /** One sentence about what came out. */
  readonly summary: (progress: Progress) => string;
  /** The id of the resource, where it is not to be that of the request that made it. */
  readonly physicalId?: string;
}

/**
 * Does a part of a sweep. When the time of the invocation is up it invokes the function again, which goes on where this one ended, as often
 * as fits into the hour that CloudFormation waits.
 */
export async function sweepOn(request: SweepRequest, context: SweepContext, sweep: Sweep, invoker: Invoker): Promise<Done | typeof LATER> {
  const part = new PrefixSweep(sweep.work, logLine, request.progress ?? fresh(Date.now()));
  const complete = await part.run(sweep.repositories, timeOf(context));
  const { progress } = part;
  const summary = sweep.summary(progress);
  logLine({ kind: 'sweep', complete, ...progress, summary });
  if (!complete) {
    if (Date.now() - progress.startedAt > LONGEST_MILLISECONDS) {
      throw new OperationFailure(`${summary}; the hour that CloudFormation waits is not enough for the rest: repeat it, what is done is passed over`);
    }
    await invoker.invoke({
      FunctionName: context.invokedFunctionArn,
      InvocationType: 'Event',
      Payload: JSON.stringify({ ...request, physicalId: sweep.physicalId, progress } satisfies SweepRequest),
    }, new Remaining(context).forFigures());
    return LATER;
  }
  if (progress.outcomes[FAILED]) {
    throw new OperationFailure(`${summary}. ${progress.reasons.join('; ')}`);
  }
  return {
    attributes: { summary, ...Object.fromEntries(sweep.outcomes.map(outcome => [outcome, String(progress.outcomes[outcome] ?? 0)])) },
    physicalId: sweep.physicalId,
    reason: summary,
  };
}
