import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { place, problemAt, warn, WarningId } from '../private/errors';
import { propertiesOf } from '../private/properties';

const { IPV4, IPV6, DUALSTACK } = ec2.VpcEndpointIpAddressType;

interface Addresses {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

/** What subnets have to have for each kind of addresses: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint". */
const WANTED: { readonly [type: string]: Addresses & { readonly words: string; readonly fix: string } } = {
  [IPV4]: { ipv4: true, ipv6: false, words: 'subnets with IPv4 addresses', fix: 'choose IPV6, or name subnets that have IPv4' },
  [IPV6]: {
    ipv4: false, ipv6: true, words: 'subnets that have IPv6 addresses only (ipv6Native)', fix: 'choose DUALSTACK for subnets with both, or name such subnets',
  },
  [DUALSTACK]: {
    ipv4: true,
    ipv6: true,
    words: 'subnets with both IPv4 and IPv6 addresses',
    fix: 'make the VPC with ipProtocol: IpProtocol.DUAL_STACK, name subnets that have both, or leave ipAddressType out',
  },
};

/**
 * Has synthesis refuse subnets of the app that don't have addresses of the kind that endpoints get, which EC2 refuses at deployment; warns of
 * imported ones, of which that isn't known.
 */
export function checkAddresses(subnets: readonly ec2.ISubnet[], type: ec2.VpcEndpointIpAddressType | undefined, scope: Construct): void {
  if (type === undefined) {
    return;
  }
  const wanted = WANTED[type];
  const known = subnets.flatMap(subnet => {
    const l1 = subnetOf(subnet, scope);
    return l1 ? [l1] : [];
  });
  const unknown = subnets.filter(subnet => !subnetOf(subnet, scope));
  if (unknown.length > 0 && wanted.ipv6) {
    warn(scope, WarningId.IPV6_NOT_KNOWN,
      `nothing tells whether the subnets ${unknown.map(place).join(', ')} are ${wanted.words}, which endpoints with the ipAddressType ${type} take: EC2 `
      + 'refuses others at deployment. See to that, and acknowledge this warning.');
  }
  // an IPv6 block may be given to a subnet after this
  const validate = () => known.filter(subnet => {
    const has = addressesOf(subnet);
    // a subnet of both kinds has IPv4 for an endpoint of IPv4
    return type === IPV4 ? !has.ipv4 : has.ipv4 !== wanted.ipv4 || has.ipv6 !== wanted.ipv6;
  }).map(subnet => problemAt(scope, {
    got: `endpoints with the ipAddressType ${type} in the subnet ${place(subnet)}, which has ${wordsOf(addressesOf(subnet))}`,
    expected: wanted.words,
    fix: wanted.fix,
  }));
  scope.node.addValidation({ validate });
}

function subnetOf(subnet: ec2.ISubnet, scope: Construct): ec2.CfnSubnet | undefined {
  const own = subnet.node.defaultChild;
  if (own && ec2.CfnSubnet.isCfnSubnet(own)) {
    return own;
  }
  return scope.node.root.node.findAll().filter(one => ec2.CfnSubnet.isCfnSubnet(one))
    .find(one => one.ref === subnet.subnetId || one.attrSubnetId === subnet.subnetId);
}

/** By the properties that the template has in the end, and blocks that are given to the subnet by a resource of their own. */
function addressesOf(subnet: ec2.CfnSubnet): Addresses {
  const { Ipv6Native: native, Ipv6CidrBlock: block, Ipv6IpamPoolId: pool } = propertiesOf(subnet);
  const associated = subnet.node.root.node.findAll().some(one =>
    ec2.CfnSubnetCidrBlock.isCfnSubnetCidrBlock(one) && [subnet.ref, subnet.attrSubnetId].includes(one.subnetId as string));
  return {
    // what only the deployment knows is for EC2 to refuse
    ipv4: native !== true,
    ipv6: associated || native === true || block !== undefined || pool !== undefined,
  };
}

function wordsOf({ ipv4, ipv6 }: Addresses): string {
  return ipv6 ? ipv4 ? 'both IPv4 and IPv6 addresses' : 'IPv6 addresses only' : 'IPv4 addresses only';
}
