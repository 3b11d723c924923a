import { Stack, Stage } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { InvalidInputError, place } from './errors';
import { isReferable } from './referable';

/** Refuses a VPC that the template of a scope can't refer to, such as one of the app for something in a Stage. */
export function checkVpcReferable(scope: IConstruct, vpc: IVpc): void {
  if (isReferable(scope, vpc.vpcId)) {
    return;
  }
  const sameStage = Stage.of(vpc) === Stage.of(scope);
  throw new InvalidInputError({
    got: `the VPC ${place(vpc)} of ${sameStage ? 'another account or Region' : 'another Stage'}, in the stack ${place(Stack.of(scope))}`,
    expected: `a VPC of ${sameStage ? 'the account and Region of that stack' : 'the same Stage, since Stages are deployed by themselves'}`,
    fix: sameStage
      ? 'make one there, or give both stacks the same env'
      : 'make it in the Stage, or import it there by Vpc.fromLookup() or Vpc.fromVpcAttributes() with ids that are written out',
  }, scope);
}
