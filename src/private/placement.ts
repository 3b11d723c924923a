import { NestedStack, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** How two constructs relate by the account and Region they go to, as far as that is known before deployment. */
export enum Placement {
  SAME = 'same',
  DIFFERENT = 'different',
  UNKNOWN = 'unknown',
}

/** Whether two constructs go to one account and Region. Nested stacks go where their parent goes. */
export function comparePlacement(one: IConstruct, other: IConstruct): Placement {
  const [first, second] = [outermostStack(one), outermostStack(other)];
  if (first === second) {
    return Placement.SAME;
  }
  const parts = [compare(first.account, second.account), compare(first.region, second.region)];
  if (parts.includes(Placement.DIFFERENT)) {
    return Placement.DIFFERENT;
  }
  return parts.includes(Placement.UNKNOWN) ? Placement.UNKNOWN : Placement.SAME;
}

function outermostStack(construct: IConstruct): Stack {
  let stack = Stack.of(construct);
  while (NestedStack.isNestedStack(stack)) {
    stack = stack.nestedStackParent!;
  }
  return stack;
}

function compare(one: string, other: string): Placement {
  if (Token.isUnresolved(one) || Token.isUnresolved(other)) {
    return Placement.UNKNOWN;
  }
  return one === other ? Placement.SAME : Placement.DIFFERENT;
}
