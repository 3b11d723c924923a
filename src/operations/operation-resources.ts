import { CfnResource, Duration, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct, IConstruct } from 'constructs';
import { functionParts } from '../monitoring/cache-function';
import type { FunctionParts } from '../monitoring/cache-function';
import type { CacheFunctionOptions } from '../monitoring/cache-function-options';
import { InvalidInputError, place } from '../private/errors';
import { comparePlacement, Placement } from '../private/places';

/** The longest that Lambda runs. */
const LONGEST_RUN = Duration.minutes(15);

/** The parts of a function that runs at deployment, whose role may ask how its stack and those around it stand too. */
export function operationFunction(scope: Construct, options: CacheFunctionOptions): FunctionParts {
  const parts = functionParts(scope, options);
  parts.role.addToPolicy(new iam.PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: stacksAround(scope) }));
  return { ...parts, make: (kind, props) => parts.make(kind, { timeout: LONGEST_RUN, ...props }) };
}

/** The ids of the stacks around a construct, from the outermost to its own. */
export function stacksAround(scope: Construct): string[] {
  const stacks = [Stack.of(scope)];
  while (NestedStack.isNestedStack(stacks[0])) {
    stacks.unshift(stacks[0].nestedStackParent!);
  }
  return stacks.map(stack => stack.stackId);
}

/** The longest that CloudFormation waits. */
export const LONGEST_WAIT = Duration.hours(1);

/** Lets a function invoke itself, apart from its role: the function waits for all that belongs to the role. */
export function allowCarryingOn(scope: Construct, handler: lambda.IFunction, role: iam.IRole): iam.Policy {
  const policy = new iam.Policy(scope, 'CarryOn', {
    statements: [new iam.PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [handler.functionArn] })],
  });
  policy.attachToRole(role);
  return policy;
}

/** Refuses what is made in another account, Region or Stage: a function works in its own registry, and waits for what its own Stage deploys. */
export function checkDeployedBeside(scope: Construct, construct: IConstruct, what: string): void {
  const own = construct.node.findAll().some(one => CfnResource.isCfnResource(one));
  const elsewhere = comparePlacement(scope, construct) === Placement.DIFFERENT;
  if (!own || !elsewhere && Stage.of(scope) === Stage.of(construct)) {
    return;
  }
  throw new InvalidInputError({
    got: `the ${what} ${place(construct)} of another ${elsewhere ? 'account or Region' : 'Stage'}`,
    expected: `a ${what} of the account, Region and Stage of the stack ${place(Stack.of(scope))}`,
    fix: `make this construct in the stack of the ${what}`,
  }, scope);
}
