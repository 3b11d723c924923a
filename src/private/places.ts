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

/** Constructs by the stack they are deployed with, so that many of them are compared by few stacks. */
export class PlacedConstructs<T extends IConstruct> {
  private readonly byStack = new Map<Stack, T[]>();

  public constructor(constructs: readonly T[] = []) {
    constructs.forEach(construct => this.add(construct));
  }

  public add(construct: T): void {
    const stack = outermostStack(construct);
    const others = this.byStack.get(stack);
    if (others) {
      others.push(construct);
    } else {
      this.byStack.set(stack, [construct]);
    }
  }

  /** Those that relate to a construct by their account and Region as it is asked. */
  public at(construct: IConstruct, placement: Placement): T[] {
    return [...this.byStack].flatMap(([stack, constructs]) => comparePlacement(construct, stack) === placement ? constructs : []);
  }
}

function outermostStack(construct: IConstruct): Stack {
  let stack = Stack.of(construct);
  while (NestedStack.isNestedStack(stack)) {
    stack = stack.nestedStackParent!;
  }
  return stack;
}

/** Whether two accounts, or two Regions, are both known before deployment and not the same. */
export function differ(one: string | undefined, other: string | undefined): boolean {
  return compare(one, other) === Placement.DIFFERENT;
}

function compare(one: string | undefined, other: string | undefined): Placement {
  // two tokens that look the same may still become different values in two stacks
  if (one === undefined || other === undefined || Token.isUnresolved(one) || Token.isUnresolved(other)) {
    return Placement.UNKNOWN;
  }
  return one === other ? Placement.SAME : Placement.DIFFERENT;
}
