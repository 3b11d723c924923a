import { LATER, OperationFailure } from './deployment-request';
import type { Attributes, DeploymentRequest } from './deployment-request';
import { FAILED, fresh, PrefixSweep } from './prefix-sweep';
import type { Progress } from './prefix-sweep';
import type { Repository, Time } from './registry-reader';
import { logLine, Remaining } from '../monitoring/lambda-runtime';
import type { RuntimeContext, CallOptions } from '../monitoring/lambda-runtime';

/** What CloudFormation asks, or the invocation before that carries on with it. */
export interface SweepRequest extends DeploymentRequest {
  readonly progress?: Progress;
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

/** What a sweep does. */
export interface Sweep {
  /** The repositories of the prefix. */
  readonly repositories: Repository[];
  /** Does what is to be done with one repository, and says how it ended. */
  readonly work: (repository: Repository) => Promise<string>;
  /** All ways in which a repository may end well: each is an attribute with its count. */
  readonly outcomes: readonly string[];
  /** One sentence about what came out. */
  readonly summary: (outcomes: Progress['outcomes']) => string;
}

/**
 * Does a part of a sweep. When the time of the invocation is up it invokes the function again, which goes on where this one ended, as often
 * as fits into the hour that CloudFormation waits.
 */
export async function sweepOn(request: SweepRequest, context: SweepContext, sweep: Sweep, invoker: Invoker): Promise<Attributes | typeof LATER> {
  const part = new PrefixSweep(sweep.work, logLine, request.progress ?? fresh(Date.now()));
  const complete = await part.run(sweep.repositories, timeOf(context));
  const { progress } = part;
  const summary = sweep.summary(progress.outcomes);
  logLine({ kind: 'sweep', complete, ...progress, summary });
  if (!complete) {
    if (Date.now() - progress.startedAt > LONGEST_MILLISECONDS) {
      throw new OperationFailure(`${summary}; the hour that CloudFormation waits is not enough for the rest: repeat it, what is done is passed over`);
    }
    await invoker.invoke({
      FunctionName: context.invokedFunctionArn,
      InvocationType: 'Event',
      Payload: JSON.stringify({ ...request, progress } satisfies SweepRequest),
    }, new Remaining(context).forFigures());
    return LATER;
  }
  if (progress.outcomes[FAILED]) {
    throw new OperationFailure(`${summary}. ${progress.reasons.join('; ')}`);
  }
  return { summary, ...Object.fromEntries(sweep.outcomes.map(outcome => [outcome, String(progress.outcomes[outcome] ?? 0)])) };
}
