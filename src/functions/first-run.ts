/*
 * How a function that puts figures runs: on a schedule, and once during a deployment, so that there are figures before there are alarms on
 * them. It imports no SDK, so that it can be tested without one.
 */
import { serve } from './custom-resource';
import type { DeploymentRequest } from './custom-resource';
import { eventTime, logLine, reasonOf, Remaining } from './runtime';
import type { RuntimeContext, ScheduledEvent } from './runtime';
import type { Figure } from './statistics-tally';
import type { Clock } from './verification-run';

/** What a run found out. */
export interface Measured {
  readonly figures: Map<string, Figure[]>;
  /** Whether nothing failed that may work a moment later. */
  readonly whole: boolean;
}

/** A run, in its two steps. */
export interface Run {
  measure(now: Date, remaining: Remaining): Promise<Measured>;
  put(now: Date, figures: Measured['figures'], remaining: Remaining): Promise<void>;
}

/** Kept so that CloudFormation gets its answer. */
const FOR_THE_ANSWER_MILLISECONDS = 30_000;
/** A role that was just made isn't known everywhere for about that long. */
const RETRY_MILLISECONDS = 60_000;
const PAUSE_MILLISECONDS = 10_000;

const CLOCK: Clock = { now: () => Date.now(), pause: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)) };

/**
 * Runs on a schedule, or for CloudFormation. A first run that fails is a line of the log and no failed deployment: the schedule goes on, and
 * the alarm on missing figures tells.
 */
export async function serveRun(event: ScheduledEvent | DeploymentRequest, context: RuntimeContext, run: Run, clock: Clock = CLOCK): Promise<void> {
  if (!('RequestType' in event)) {
    const remaining = new Remaining(context);
    const now = eventTime(event);
    const { figures } = await run.measure(now, remaining);
    await run.put(now, figures, remaining);
    return;
  }
  await serve(event, context, async () => {
    if (event.RequestType !== 'Delete') {
      const kept = { getRemainingTimeInMillis: () => context.getRemainingTimeInMillis() - FOR_THE_ANSWER_MILLISECONDS };
      await firstRun(run, new Remaining(kept), clock);
    }
    return { attributes: {} };
  });
}

async function firstRun(run: Run, remaining: Remaining, clock: Clock): Promise<void> {
  const end = clock.now() + RETRY_MILLISECONDS;
  for (;;) {
    const last = clock.now() + PAUSE_MILLISECONDS > end || remaining.milliseconds < RETRY_MILLISECONDS;
    try {
      const now = new Date(clock.now());
      const { figures, whole } = await run.measure(now, remaining);
      if (whole || last) {
        await run.put(now, figures, remaining);
        return;
      }
    } catch (error) {
      logLine({ kind: 'firstRun', outcome: last ? 'failed' : 'tried again', ...reasonOf(error) });
      if (last) {
        return;
      }
    }
    await clock.pause(PAUSE_MILLISECONDS);
  }
}
