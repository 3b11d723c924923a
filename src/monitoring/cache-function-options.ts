import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IKeyRef } from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';

/**
 * How the Lambda function behind a construct is made. `CacheFunctionDefaults` sets the same options for all functions of a scope.
 */
export interface CacheFunctionOptions {
  /**
   * How long the log events of the function are kept.
   *
   * @default - the default of the scope, or else RetentionDays.ONE_MONTH
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The key that encrypts the log group. Its policy must let CloudWatch Logs use it: allow the principal `logs.<region>.amazonaws.com` to call
   * `kms:Encrypt*`, `kms:Decrypt*`, `kms:ReEncrypt*`, `kms:GenerateDataKey*` and `kms:Describe*`.
   *
   * Amazon CloudWatch Logs User Guide, "Encrypt log data in CloudWatch Logs using AWS Key Management Service".
   *
   * @default - the default of the scope, or else a key of CloudWatch Logs itself
   */
  readonly logEncryptionKey?: IKeyRef;

  /**
   * What happens to the log group when the function leaves its stack.
   *
   * @default - the default of the scope, or else RemovalPolicy.DESTROY
   */
  readonly logRemovalPolicy?: RemovalPolicy;

  /**
   * The VPC that the function runs in. From there it has to reach ECR's API and, by its kind, CloudWatch, CloudFormation, Lambda and the S3
   * bucket that CloudFormation takes answers in: through a NAT gateway, or through the endpoints that the guide to permissions lists. Its log needs
   * neither.
   *
   * A first pull may need a route to the internet even where ECR's API has an endpoint.
   *
   * @default - the default of the scope, or else no VPC
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of the VPC that the function runs in: private ones.
   *
   * @default - those that were set beside the VPC, or else its private subnets
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the function. They have to let it out on port 443.
   *
   * @default - those that were set beside the VPC, or else a new one that allows all outbound traffic
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The runtime of the function: Node.js 20 or later.
   *
   * @default - the default of the scope, or else the newest Node.js that Lambda recommends when the library is released
   */
  readonly runtime?: lambda.Runtime;

  /**
   * The processor that the function runs on.
   *
   * @default - the default of the scope, or else Architecture.ARM_64
   */
  readonly architecture?: lambda.Architecture;

  /**
   * The permissions boundary of the function's role.
   *
   * @default - the default of the scope, or else none but that of the stack
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;
}
