import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { checkPrefix, ROOT } from '../private/checks';
import { InvalidInputError } from '../private/errors';

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

/** Refuses to work through a whole registry. */
export function checkNotRoot(prefix: string, what: string, scope: Construct): void {
  if (prefix === ROOT) {
    throw new InvalidInputError({
      got: `the prefix ROOT for ${what}`,
      expected: 'a prefix of its own, since ROOT stands for every repository of the registry that no other prefix has',
      fix: 'give the cache a prefix, or work on the repositories one by one',
    }, scope);
  }
}

/** Refuses what is left out without being below the prefix. */
export function checkLeftOut(leftOut: string[], prefix: string, scope: Construct): void {
  for (const one of leftOut) {
    checkPrefix('prefix that is left out', one, scope, 256);
    if (!one.startsWith(`${prefix}/`)) {
      throw new InvalidInputError({
        got: `'${one}' to be left out of what is below '${prefix}'`,
        expected: `a prefix that begins with '${prefix}/'`,
        fix: `write it whole, such as '${prefix}/team'`,
      }, scope);
    }
  }
}
