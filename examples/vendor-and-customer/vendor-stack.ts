import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { Customer, CustomerAccess, RegistryPolicy } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

export interface VendorStackProps extends StackProps {
  /** The accounts of the customers who pay. To end one's access, take it out and deploy. */
  readonly customers: string[];
}

/** A vendor's registry: two images, and who may cache all that begins with `hardened/`. */
export class VendorStack extends Stack {
  constructor(scope: Construct, id: string, props: VendorStackProps) {
    super(scope, id, props);

    for (const name of ['nginx', 'redis']) {
      new ecr.Repository(this, name, { repositoryName: `hardened/${name}`, imageScanOnPush: true });
    }
    const policy = new RegistryPolicy(this, 'RegistryPolicy');
    const access = CustomerAccess.forCustomers(props.customers.map(customer => Customer.account(customer)));
    access.allowOnRegistryByName(policy, ['hardened/*']);

    // the same for a registry that the CDK doesn't manage
    const hardened = this.formatArn({ service: 'ecr', resource: 'repository', resourceName: 'hardened/*' });
    new CfnOutput(this, 'RegistryPolicyText', { value: access.toPolicyText({ repositoryArns: [hardened] }) });
  }
}
