import { Stack, Stage } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { checkResource } from './access';
import { InvalidInputError, place } from './errors';
import { differ } from './places';
import { isReferable } from './referable';

/**
 * Refuses a VPC into which the stack of a construct can't put anything: one of another account or Region, or one that another Stage makes.
 *
 * @param what what is put into the VPC: `the endpoints`
 */
export function checkVpcPlace(vpc: IVpc, what: string, scope: IConstruct): void {
  checkResource('vpc', vpc, 'vpcId', 'make a Vpc, or import one by Vpc.fromLookup() or Vpc.fromVpcAttributes()', scope);
  const own = Stack.of(scope);
  if (differ(vpc.env.account, own.account) || differ(vpc.env.region, own.region)) {
    throw new InvalidInputError({
      got: `a VPC of the account ${vpc.env.account} and Region ${vpc.env.region} for ${what}`,
      expected: `one of the account ${own.account} and Region ${own.region}, where this stack goes`,
      fix: 'pass a VPC of that account and Region, or make the construct in a stack where the VPC is',
    }, scope);
  }
  if (isReferable(scope, vpc.vpcId)) {
    return;
  }
  throw new InvalidInputError(Stage.of(vpc) === Stage.of(scope)
    ? {
      got: `a VPC of the stack ${place(Stack.of(vpc))} for ${what}, whose account or Region may be another`,
      expected: `one of the account and Region of the stack ${place(own)}`,
      fix: 'make one there, or give both stacks the same env',
    }
    : {
      got: `a VPC that another Stage makes for ${what}`,
      expected: 'one of the same Stage, since no stack refers to a resource of another Stage',
      fix: 'make both in one Stage, or import the VPC by Vpc.fromLookup() or Vpc.fromVpcAttributes()',
    }, scope);
}
