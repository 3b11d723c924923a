import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { place, problemAt } from '../private/errors';
import { propertiesOf } from '../private/properties';

/**
 * Has synthesis refuse endpoints with private DNS names in a VPC of the app that doesn't resolve them, for which EC2 fails at deployment: AWS
 * PrivateLink Guide, "Access an AWS service using an interface VPC endpoint". Of an imported VPC that isn't known.
 */
export function checkDnsAttributes(vpc: ec2.IVpc, scope: Construct): void {
  const l1 = vpcOf(vpc);
  // the attributes may be set after this
  const validate = () => {
    const off = l1 ? offIn(l1) : [];
    return off.length === 0 ? [] : [problemAt(scope, {
      got: `endpoints with private DNS names in the VPC ${place(l1!)} without ${off.join(' and ')}`,
      expected: 'a VPC with both enableDnsSupport and enableDnsHostnames, since clients find the endpoints by the names of ECR',
      fix: 'leave both at true, as Vpc has them, or set them on the CfnVPC; or name endpoints that exist as ecrApiEndpoint and ecrDockerEndpoint',
    })];
  };
  scope.node.addValidation({ validate });
}

/** The VPC's own resource, or that of the app whose id an import has. */
function vpcOf(vpc: ec2.IVpc): ec2.CfnVPC | undefined {
  return vpc.node.root.node.findAll().filter(one => ec2.CfnVPC.isCfnVPC(one))
    .find(one => one === vpc.node.defaultChild || [one.ref, one.attrVpcId].includes(vpc.vpcId));
}

/** CloudFormation reference of `AWS::EC2::VPC`: support is on and host names are off where nothing is said. What only the deployment knows passes. */
function offIn(vpc: ec2.CfnVPC): string[] {
  const { EnableDnsSupport: support = true, EnableDnsHostnames: hostnames = false } = propertiesOf(vpc);
  return Object.entries({ enableDnsSupport: support, enableDnsHostnames: hostnames }).filter(([, value]) => `${value as string}` === 'false').map(([name]) => name);
}
