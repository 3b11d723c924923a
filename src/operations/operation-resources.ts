import { createHash } from 'crypto';
import { CfnResource, Duration, Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct, IConstruct } from 'constructs';
import { sortedByKey } from '../private/sorted';

/** The longest that Lambda runs. */
const LONGEST_RUN = Duration.minutes(15);

/** What every function that runs at deployment has: a role that may log and ask how its stack stands, a log group, the small machine. */
export function operationFunctionProps(scope: Construct, logRetention = logs.RetentionDays.ONE_MONTH) {
  const logGroup = new logs.LogGroup(scope, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  logGroup.grantWrite(role);
  role.addToPolicy(new iam.PolicyStatement({ actions: ['cloudformation:DescribeStacks'], resources: [Stack.of(scope).stackId] }));
  return {
    role,
    logGroup,
    timeout: LONGEST_RUN,
    memorySize: 256,
    architecture: lambda.Architecture.ARM_64,
  } satisfies lambda.FunctionOptions;
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

/** A text that changes when a property of a resource at or below one of the constructs does; known at synthesis. */
export function fingerprintOf(...constructs: IConstruct[]): string {
  return Lazy.uncachedString({
    produce: () => {
      const resources = constructs.flatMap(construct => construct.node.findAll().filter(child => CfnResource.isCfnResource(child)));
      return createHash('sha256').update(JSON.stringify(sortedByKey(resources.map(propertiesOf)))).digest('hex').slice(0, 16);
    },
  });
}

function propertiesOf(resource: CfnResource): unknown {
  // eslint-disable-next-line dot-notation
  const { Resources } = Stack.of(resource).resolve(resource['_toCloudFormation']());
  return Object.values(Resources as { [logicalId: string]: { Properties?: unknown } }).map(({ Properties }) => Properties);
}
