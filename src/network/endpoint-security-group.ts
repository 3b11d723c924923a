import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { ipv4Of, ipv6Of } from './vpc-addresses';
import { accessList, checkResource } from '../private/access';
import { InvalidInputError } from '../private/errors';
import { checkMember } from '../private/given';

/** Whom the endpoints of ECR let in. */
interface LetIn {
  readonly vpc: ec2.IVpc;
  readonly securityGroups?: ec2.ISecurityGroup[];
  readonly allowedPeers?: ec2.IPeer[];
  readonly ipAddressType?: ec2.VpcEndpointIpAddressType;
}

/** The security groups that were given, if any were. */
export function givenSecurityGroups({ securityGroups, allowedPeers, ipAddressType }: LetIn, scope: Construct): ec2.ISecurityGroup[] | undefined {
  checkMember('ipAddressType', ipAddressType, ec2.VpcEndpointIpAddressType, 'VpcEndpointIpAddressType', scope);
  if (securityGroups === undefined) {
    return undefined;
  }
  const groups = accessList('security groups', securityGroups, 'leave securityGroups out for one that lets the VPC in', scope);
  groups.forEach(one => checkResource('a security group', one, 'securityGroupId', 'import it by SecurityGroup.fromSecurityGroupId()', scope));
  if (allowedPeers !== undefined) {
    throw new InvalidInputError({
      got: 'allowedPeers beside securityGroups',
      expected: 'one of the two, since groups that exist say themselves whom they let in',
      fix: 'add the peers to the groups, or leave securityGroups out',
    }, scope);
  }
  return groups;
}

/** A security group that lets pullers in. */
export function securityGroupFor({ vpc, allowedPeers, ipAddressType }: LetIn, scope: Construct): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'SecurityGroup', {
    vpc, description: 'Lets pullers of the VPC reach the endpoints of ECR', allowAllOutbound: false,
  });
  if (allowedPeers !== undefined) {
    accessList('allowedPeers', allowedPeers, 'leave allowedPeers out for the address blocks of the VPC', scope)
      .forEach(peer => group.addIngressRule(peer, ec2.Port.HTTPS));
    return group;
  }
  const { IPV4, IPV6 } = ec2.VpcEndpointIpAddressType;
  const type = ipAddressType ?? IPV4;
  for (const { peers, after } of [...type === IPV6 ? [] : [ipv4Of(vpc, scope)], ...type === IPV4 ? [] : [ipv6Of(vpc, scope)]]) {
    peers.forEach(peer => group.addIngressRule(peer, ec2.Port.HTTPS));
    group.node.addDependency(...after);
  }
  return group;
}
