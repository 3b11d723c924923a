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
