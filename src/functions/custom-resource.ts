/*
 * What a function behind a custom resource gets from CloudFormation, and how it answers. It imports no SDK, so that it can be
 * tested without one. CloudFormation User Guide, "CloudFormation custom resource request and response reference".
 */
import { logLine, reasonOf } from './runtime';
import type { RuntimeContext } from './runtime';

/** What CloudFormation asks, as far as it is read. */
export interface DeploymentRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  /** All numbers and booleans in it arrive as strings. */
  readonly ResourceProperties: { readonly [name: string]: unknown };
}

/** What `Fn::GetAtt` gives of the resource. */
export type Attributes = { readonly [name: string]: string };

/** That the answer isn't due yet, since another invocation carries on. */
export const LATER = Symbol('later');

/** A failure whose message is all that the user is to read. */
export class OperationFailure extends Error {}

/** A whole answer has at most 4096 bytes; escaped as JSON, a text may take twice its own. */
const LONGEST_REASON = 1700;
const ATTEMPTS = 5;
const REQUEST_MILLISECONDS = 10_000;

/**
 * Does the work and tells CloudFormation how it went, whatever happens. A function that answers by itself leaves the stack waiting if it
 * doesn't, so failures become an answer here, and work has to end by itself while there is time to give one.
 *
 * When even the answer fails, so does the invocation, and Lambda repeats it: work has to be such that it may be repeated.
 */
export async function serve(
  request: DeploymentRequest, context: RuntimeContext, work: () => Promise<Attributes | typeof LATER>): Promise<void> {
  const outcome = await outcomeOf(work);
  if (outcome !== LATER) {
    await answer(request, context, outcome);
  }
}

type Outcome = { readonly Status: 'SUCCESS'; readonly Data: Attributes } | { readonly Status: 'FAILED'; readonly Reason: string };

async function outcomeOf(work: () => Promise<Attributes | typeof LATER>): Promise<Outcome | typeof LATER> {
  try {
    const done = await work();
    return done === LATER ? LATER : { Status: 'SUCCESS', Data: done };
  } catch (error) {
    const { code, message } = reasonOf(error);
    logLine({ kind: 'failure', code, message, stack: (error as Error).stack });
    return { Status: 'FAILED', Reason: cut(error instanceof OperationFailure ? message : `${code}: ${message}`) };
  }
}

async function answer(request: DeploymentRequest, context: RuntimeContext, outcome: Outcome): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = request;
  // the id of the first answer stays: with another one CloudFormation would delete what it takes for the old resource
  const PhysicalResourceId = request.PhysicalResourceId ?? RequestId;
  const body = Buffer.from(JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId, PhysicalResourceId }));
  for (let attempt = 1; ; attempt += 1) {
    const problem = await put(request.ResponseURL, body);
    if (problem === undefined) {
      return;
    }
    const pause = 500 * 2 ** attempt;
    if (problem.final || attempt === ATTEMPTS || context.getRemainingTimeInMillis() < pause + REQUEST_MILLISECONDS) {
      throw new Error(`CloudFormation did not take the answer: ${problem.reason}`);
    }
    await new Promise(resolve => setTimeout(resolve, pause));
  }
}

/** Bytes as a body bring no content type, and the signature of the URL is made for none. */
async function put(url: string, body: Buffer): Promise<{ reason: string; final: boolean } | undefined> {
  try {
    const { ok, status } = await fetch(url, { method: 'PUT', body, signal: AbortSignal.timeout(REQUEST_MILLISECONDS) });
    return ok ? undefined : { reason: `HTTP ${status}`, final: status < 500 };
  } catch (error) {
    return { reason: (error as Error).message, final: false };
  }
}

function cut(reason: string): string {
  const bytes = Buffer.from(reason);
  return bytes.length <= LONGEST_REASON ? reason : `${bytes.subarray(0, LONGEST_REASON).toString().replace(/\uFFFD$/, '')}...`;
}

/** The call of the SDK's `CloudFormation` that tells where a stack stands. */
export interface StackReader {
  describeStacks(input: { StackName: string }, options: { abortSignal: AbortSignal }): Promise<{
    readonly Stacks?: { readonly StackStatus?: string }[];
  }>;
}

/** The status of a stack, such as `UPDATE_IN_PROGRESS`. */
export async function statusOf(cloudFormation: StackReader, stackId: string, options: { abortSignal: AbortSignal }): Promise<string> {
  const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName: stackId }, options);
  if (!stack?.StackStatus) {
    throw new Error(`CloudFormation doesn't tell the status of the stack ${stackId}`);
  }
  return stack.StackStatus;
}

/**
 * Whether a stack goes back to what it was. What is asked then is no wish of the user's: a check that fails would keep the stack from
 * going back, and a deletion would only undo a creation that failed.
 */
export function rollsBack(status: string): boolean {
  return status.includes('ROLLBACK');
}
