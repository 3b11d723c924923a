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
type Attributes = { readonly [name: string]: string };

/** That the answer isn't due yet, since another invocation carries on. */
export const LATER = Symbol('later');

/** What came out, for CloudFormation. */
export interface Done {
  readonly attributes: Attributes;
  /** The id of the resource, where it is not to be that of the request that made it. */
  readonly physicalId?: string;
  /** What somebody should know who sees the resource gone: CloudFormation shows no attributes then. */
  readonly reason?: string;
}

/** A failure whose message is all that the user is to read. */
export class OperationFailure extends Error {}

/** An answer has at most 4096 bytes: CloudFormation User Guide, "Custom resource response objects". */
const LONGEST_ANSWER = 4096;
const ATTEMPTS = 5;
const REQUEST_MILLISECONDS = 10_000;

/**
 * Does the work and tells CloudFormation how it went, whatever happens. A function that answers by itself leaves the stack waiting if it
 * doesn't, so failures become an answer here, and work has to end by itself while there is time to give one.
 *
 * When even the answer fails, so does the invocation, and Lambda repeats it: work has to be such that it may be repeated.
 */
export async function serve(request: DeploymentRequest, context: RuntimeContext, work: () => Promise<Done | typeof LATER>): Promise<void> {
  const outcome = await outcomeOf(work);
  if (outcome !== LATER) {
    await answer(request, context, outcome);
  }
}

type Outcome = { readonly Status: 'SUCCESS'; readonly done: Done } | { readonly Status: 'FAILED'; readonly reason: string };

async function outcomeOf(work: () => Promise<Done | typeof LATER>): Promise<Outcome | typeof LATER> {
  try {
    const done = await work();
    return done === LATER ? LATER : { Status: 'SUCCESS', done };
  } catch (error) {
    const { code, message } = reasonOf(error);
    logLine({ kind: 'failure', code, message, stack: (error as Error).stack });
    return { Status: 'FAILED', reason: error instanceof OperationFailure ? message : `${code}: ${message}` };
  }
}

async function answer(request: DeploymentRequest, context: RuntimeContext, outcome: Outcome): Promise<void> {
  const body = Buffer.from(bodyOf(request, outcome));
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

function bodyOf({ StackId, RequestId, LogicalResourceId, PhysicalResourceId: present }: DeploymentRequest, outcome: Outcome): string {
  const done = outcome.Status === 'SUCCESS' ? outcome.done : undefined;
  // the id of the first answer stays: with another one CloudFormation deletes what it takes for the old resource
  const PhysicalResourceId = done?.physicalId ?? present ?? RequestId;
  const whole = { Status: outcome.Status, StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  const reason = outcome.Status === 'SUCCESS' ? outcome.done.reason : outcome.reason;
  const body = (longest: number) => JSON.stringify({
    ...whole,
    ...done && { Data: Object.fromEntries(Object.entries(done.attributes).map(([name, value]) => [name, cut(value, longest)])) },
    ...reason !== undefined && { Reason: cut(reason, longest) },
  });
  let longest = LONGEST_ANSWER;
  while (Buffer.byteLength(body(longest)) > LONGEST_ANSWER && longest > 0) {
    longest -= 64;
  }
  return body(longest);
}

/** The beginning of a text that takes no more bytes than that, escaped as JSON: a control character takes six. */
function cut(text: string, longest: number): string {
  if (Buffer.byteLength(JSON.stringify(text)) <= longest) {
    return text;
  }
  const kept: string[] = [];
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(JSON.stringify(character)) - 2;
    if (bytes > longest - 5) {
      break;
    }
    kept.push(character);
  }
  return `${kept.join('')}...`;
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
