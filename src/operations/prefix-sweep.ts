import { OperationFailure } from './deployment-request';
import type { Repository, Time } from './registry-reader';
import { inParallel } from '../monitoring/in-parallel';
import { reasonOf } from '../monitoring/lambda-runtime';

const ROOT = 'ROOT';
const BATCH = 40;
const AT_ONCE = 8;
/** So many failures are no accident: the rest would fail too. */
const MOST_FAILURES = 20;
const REASONS_KEPT = 3;
const LONGEST_REASON = 300;

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
}

export const FAILED = 'failed';

/** Where a sweep begins. */
export function fresh(startedAt: number): Progress {
  return { startedAt, after: '', redo: [], outcomes: {}, reasons: [] };
}

/** Which repositories belong to a prefix: those below it that are below no more specific prefix of somebody else's. */
export function belongsTo(prefix: string, others: readonly string[]): (repository: string) => boolean {
  if (prefix === ROOT || prefix === '') {
    throw new OperationFailure('the prefix ROOT stands for the whole registry, which is never worked through');
  }
  const below = (name: string, of: string) => name.startsWith(`${of}/`);
  const specific = others.filter(other => below(other, prefix));
  return name => below(name, prefix) && !specific.some(other => below(name, other));
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
  private after: string;
  private redo: string[] = [];

  constructor(
    private readonly work: (repository: Repository) => Promise<string>,
    private readonly log: (line: object) => void,
    private readonly begun: Progress,
  ) {
    this.outcomes = { ...begun.outcomes };
    this.reasons = [...begun.reasons];
    this.after = begun.after;
  }

  /** Where it stands. */
  public get progress(): Progress {
    return { startedAt: this.begun.startedAt, after: this.after, redo: this.redo, outcomes: this.outcomes, reasons: this.reasons };
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
      this.count(await this.work(repository));
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
