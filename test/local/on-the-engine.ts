import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** AWS asks for `ecr:DescribeRepositories` on `repository/*` when a whole registry is listed, the engine for it on `*`. */
export function mayListOnTheEngine(construct: Construct): void {
  (construct.node.findChild('Role') as iam.Role).addToPolicy(new iam.PolicyStatement({ actions: ['ecr:DescribeRepositories'], resources: ['*'] }));
}
