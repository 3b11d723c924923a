import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { optionsOfFunction } from './cache-function-defaults';
import type { CacheFunctionOptions } from './cache-function-options';
import { checkEncryptionKey, LOG_GROUP } from '../private/encryption-key';
import { InvalidInputError } from '../private/errors';
import { checkVpcPlace } from '../private/vpc';

/** AWS Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC", and `AWSLambdaVPCAccessExecutionRole`. */
const NETWORK_INTERFACE_ACTIONS = [
  'ec2:CreateNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses', 'ec2:UnassignPrivateIpAddresses',
];

/** One of the generated classes. */
type FunctionKind = new (scope: Construct, id: string, props: lambda.FunctionOptions) => lambda.Function;

/** What every function of this library has: a log group and a role that can do no more than write to it. */
export interface FunctionParts {
  readonly role: iam.Role;
  readonly logGroup: logs.LogGroup;
  /** Makes the function with them, the small machine, and what the user or the scope says. */
  make(kind: FunctionKind, options: lambda.FunctionOptions): lambda.Function;
}

export function functionParts(scope: Construct, own: CacheFunctionOptions): FunctionParts {
  const options = optionsOfFunction(scope, own);
  checkEncryptionKey(options.logEncryptionKey, scope, LOG_GROUP);
  const network = networkOf(options, scope);

  const logGroup = new logs.LogGroup(scope, 'Log', {
    retention: options.logRetention ?? logs.RetentionDays.ONE_MONTH,
    removalPolicy: options.logRemovalPolicy ?? RemovalPolicy.DESTROY,
    // an option that is left out isn't named, so that an injector's own may stand before it
    ...options.logEncryptionKey && { encryptionKey: options.logEncryptionKey },
  });
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
    ...options.permissionsBoundary && { permissionsBoundary: options.permissionsBoundary },
  });
  logGroup.grantWrite(role);
  if (network) {
    allowNetworkInterfaces(role);
  }

  const make = (kind: FunctionKind, props: lambda.FunctionOptions) => {
    const { vpc, vpcSubnets, securityGroups, architecture = lambda.Architecture.ARM_64 } = options;
    const handler = new kind(scope, 'Function', { role, logGroup, memorySize: 256, architecture, vpc, vpcSubnets, securityGroups, ...props });
    if (options.runtime) {
      // the generated classes set theirs after all that is passed
      const { name } = options.runtime.isVariable ? lambda.determineLatestNodeRuntime(scope) : options.runtime;
      (handler.node.defaultChild as lambda.CfnFunction).runtime = name;
    }
    if (network) {
      // it may run, and has to answer, as soon as it is there; and until it is gone
      handler.node.addDependency(network.internetConnectivityEstablished);
    }
    return handler;
  };
  return { role, logGroup, make };
}

/** Lambda makes the interfaces with the permissions of the role; the code of the function has no need of them. */
function allowNetworkInterfaces(role: iam.Role): void {
  role.addToPolicy(new iam.PolicyStatement({ actions: NETWORK_INTERFACE_ACTIONS, resources: ['*'] }));
  role.addToPolicy(new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    actions: NETWORK_INTERFACE_ACTIONS,
    resources: ['*'],
    // which calls of a function's code have, and those of Lambda have not
    conditions: { ArnLike: { 'lambda:SourceFunctionArn': Stack.of(role).formatArn({ service: 'lambda', resource: 'function:*' }) } },
  }));
}

function networkOf({ vpc, vpcSubnets }: CacheFunctionOptions, scope: Construct) {
  if (!vpc) {
    return undefined;
  }
  checkVpcPlace(vpc, 'a function', scope);
  const selected = vpc.selectSubnets(vpcSubnets);
  const open = vpc.publicSubnets.map(({ subnetId }) => subnetId);
  if (selected.subnetIds.length === 0 && !selected.isPendingLookup || selected.subnetIds.some(id => open.includes(id))) {
    throw new InvalidInputError({
      got: `${selected.subnetIds.length === 0 ? 'no' : 'public'} subnets for a function`,
      expected: 'private subnets, since a function has no public address and reaches nothing from a public one',
      fix: "name private or isolated ones by 'vpcSubnets'",
    }, scope);
  }
  return selected;
}
