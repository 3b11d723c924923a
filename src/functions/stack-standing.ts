/*
 * How the stacks of a function stand, which says whether the function may act: anybody with `lambda:InvokeFunction` can send it an event. It
 * imports no SDK, so that it can be tested without one.
 */
import { OperationFailure } from './custom-resource';
import type { DeploymentRequest } from './custom-resource';
import { furtherToken, logLine, reasonOf } from './runtime';
import type { CallOptions } from './runtime';

/** The call of the SDK's `CloudFormation` that tells where a stack stands. */
export interface StackReader {
  describeStacks(input: { StackName: string }, options: CallOptions): Promise<{
    readonly Stacks?: { readonly StackStatus?: string }[];
  }>;
}

/** The call of the SDK's `CloudFormation` that tells what a stack has. */
export interface ResourceReader {
  listStackResources(input: { StackName: string; NextToken?: string }, options: CallOptions): Promise<{
    readonly StackResourceSummaries?: {
      readonly LogicalResourceId?: string;
      readonly PhysicalResourceId?: string;
      readonly ResourceStatus?: string;
    }[];
    readonly NextToken?: string;
  }>;
}

/** How often and how long apart what was denied is tried again: IAM takes a while to know a new role everywhere. */
const TRIES = 13;
const PAUSE_MILLISECONDS = 5000;
/** What AWS's services call it when a role isn't known to them, or not with these permissions. */
const DENIALS = ['AccessDenied', 'AccessDeniedException', 'InvalidClientTokenId', 'UnrecognizedClientException'];

/** Pauses; an object, so that tests can do without them. */
export const patience = {
  pause: async (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds)),
};

/**
 * Does what may be denied for as long as IAM has not spread a new role, or new permissions of one.
 *
 * @param isOver whether what is denied is denied for good, before all tries are used up
 */
export async function patiently<T>(work: () => Promise<T>, isOver: () => boolean = () => false): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === TRIES || !DENIALS.includes((error as Error).name) || isOver()) {
        throw error;
      }
      logLine({ kind: 'denied', attempt, ...reasonOf(error) });
    }
    await patience.pause(PAUSE_MILLISECONDS);
  }
}

/** The statuses of a stack in which its user wants a resource to be made or changed, or to be gone. */
const AT_WORK = ['CREATE_IN_PROGRESS', 'UPDATE_IN_PROGRESS'];
const REMOVING = ['DELETE_IN_PROGRESS', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'];

/**
 * Why a function is to do nothing now, or undefined when it may act.
 *
 * While a stack goes back to what it was, what is asked is no wish of the user's: a failure would keep the stack from going back, and a deletion
 * would only undo a creation that failed. So an unknown status is a failure at the creation only, which no stack goes back by.
 *
 * @param stacks the stacks around the one of the function, and that one as the last
 */
export async function reasonToRest(
  request: DeploymentRequest, stacks: readonly string[], cloudFormation: StackReader, options: () => CallOptions): Promise<string | undefined> {
  let statuses: string[];
  try {
    statuses = await patiently(async () => Promise.all(stacks.map(async stack => statusOf(cloudFormation, stack, options()))));
  } catch (error) {
    const { code, message } = reasonOf(error);
    const unknown = `CloudFormation does not tell how the stack stands (${code}: ${message})`;
    if (request.RequestType === 'Create') {
      throw new OperationFailure(unknown);
    }
    return unknown;
  }
  const back = statuses.find(status => status.includes('ROLLBACK'));
  if (back !== undefined) {
    return `the stack goes back to what it was (${back})`;
  }
  const own = statuses[statuses.length - 1];
  const [wanted, what] = request.RequestType === 'Delete' ? [REMOVING, 'removal'] : [AT_WORK, 'deployment'];
  return wanted.includes(own) ? undefined : `the stack is ${own}, which is no ${what}`;
}

async function statusOf(cloudFormation: StackReader, stackId: string, options: CallOptions): Promise<string> {
  const { Stacks: [stack] = [] } = await cloudFormation.describeStacks({ StackName: stackId }, options);
  if (!stack?.StackStatus) {
    throw Object.assign(new Error(`the stack ${stackId} has no status`), { name: 'NoStatus' });
  }
  return stack.StackStatus;
}

/** What CloudFormation has of a resource. */
export interface StackResource {
  readonly physicalId?: string;
  readonly status: string;
}

/**
 * A resource of a stack; undefined when the stack has none of that name any more. It reads the list, since asking for one that is gone is an
 * error, which only its wording tells from others.
 */
export async function resourceOf(
  reader: ResourceReader, stack: string, logicalId: string, options: () => CallOptions): Promise<StackResource | undefined> {
  let next: string | undefined;
  do {
    const { StackResourceSummaries: page, NextToken } = await patiently(async () =>
      reader.listStackResources({ StackName: stack, NextToken: next }, options()));
    if (!page) {
      throw Object.assign(new Error(`the stack ${stack} has no list of resources`), { name: 'NoResources' });
    }
    const found = page.find(one => one.LogicalResourceId === logicalId);
    if (found) {
      // without a status nobody knows that it is gone
      const status = found.ResourceStatus ?? 'without a status';
      return status === 'DELETE_COMPLETE' ? undefined : { physicalId: found.PhysicalResourceId, status };
    }
    next = furtherToken(next, NextToken);
  } while (next);
  return undefined;
}
