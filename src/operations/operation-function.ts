import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

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
