import { NestedStack, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isLater } from './later';

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

/** What belongs to a construct, by the stack that the construct is deployed with, so that much of it is compared by few stacks. */
export type Placed<T> = Map<Stack, T[]>;

export function addPlaced<T>(placed: Placed<T>, construct: IConstruct, one: T): void {
  const stack = outermostStack(construct);
  const others = placed.get(stack);
  if (others) {
    others.push(one);
  } else {
    placed.set(stack, [one]);
  }
}

/** What relates to a construct by its account and Region as it is asked. */
export function placedAt<T>(placed: Placed<T>, construct: IConstruct, placement: Placement): T[] {
  return [...placed].flatMap(([stack, ones]) => comparePlacement(construct, stack) === placement ? ones : []);
}

/** The stack that a construct is deployed with: of nested stacks, the one around all of them. */
export function outermostStack(construct: IConstruct): Stack {
  let stack = Stack.of(construct);
  while (NestedStack.isNestedStack(stack)) {
    stack = stack.nestedStackParent!;
  }
  return stack;
}

/** The stacks that are deployed before a stack. */
export function stacksBefore(stack: Stack, seen = new Set<Stack>()): Set<Stack> {
  for (const one of stack.dependencies.filter(dependency => !seen.has(dependency))) {
    seen.add(one);
    stacksBefore(one, seen);
  }
  return seen;
}

/** Whether two accounts, or two Regions, are both known before deployment and not the same. */
export function differ(one: string | undefined, other: string | undefined): boolean {
  return compare(one, other) === Placement.DIFFERENT;
}

/** Whether two accounts, or two Regions, are the same, as far as that is known before deployment. */
export function compare(one: string | undefined, other: string | undefined): Placement {
  // two tokens that look the same may still become different values in two stacks
  if (one === undefined || other === undefined || isLater(one) || isLater(other)) {
    return Placement.UNKNOWN;
  }
  return one === other ? Placement.SAME : Placement.DIFFERENT;
}
