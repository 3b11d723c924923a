import { Fn, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct, IConstruct, IDependable } from 'constructs';
import { InvalidInputError, place } from '../private/errors';

/** The addresses of a VPC, from which its pullers come. */
export interface VpcAddresses {
  readonly peers: ec2.IPeer[];
  /** What makes the addresses those of the VPC. */
  readonly after: IDependable[];
}

/** The IPv4 blocks of a VPC that are known: the primary one, those that this app associates with it, and those of its subnets. */
export function ipv4Of(vpc: ec2.IVpc, scope: Construct): VpcAddresses {
  const primary = primaryBlockOf(vpc, scope);
  const associated = associations(vpc).filter(({ cidrBlock }) => cidrBlock !== undefined);
  const blocks = [primary, ...associated.map(({ cidrBlock }) => cidrBlock!)];
  const subnets = [...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets].map(blockOf).filter(block => block !== undefined);
  const outside = Token.isUnresolved(primary) ? [] : subnets.filter(subnet => !blocks.some(block => contains(block, subnet)));
  return { peers: [...new Set([...blocks, ...outside])].map(block => ec2.Peer.ipv4(block)), after: associated };
}

/** The IPv6 blocks of a VPC; refuses one of which they aren't known, since clients prefer IPv6 where a host has such an address. */
export function ipv6Of(vpc: ec2.IVpc, scope: Construct): VpcAddresses {
  const associated = associations(vpc).filter(one => one.ipv6CidrBlock !== undefined || one.amazonProvidedIpv6CidrBlock === true);
  if (associated.length === 0 && isOfApp(vpc)) {
    throw new InvalidInputError({
      got: 'endpoints with IPv6 addresses in a VPC that has no IPv6 block',
      expected: 'a VPC and subnets with IPv6 addresses',
      fix: 'make the VPC with ipProtocol: IpProtocol.DUAL_STACK, or leave ipAddressType out',
    }, scope);
  }
  if (associated.length === 0) {
    throw new InvalidInputError({
      got: 'endpoints with IPv6 addresses in a VPC whose IPv6 blocks are not known',
      expected: 'a VPC of this app with such a block, or what comes from there',
      fix: 'if the VPC and its subnets have IPv6, name the IPv4 and IPv6 blocks as Peers in allowedPeers, or leave ipAddressType out',
    }, scope);
  }
  const provided = associated.filter(({ ipv6CidrBlock }) => ipv6CidrBlock === undefined);
  const blocks = [
    ...associated.flatMap(({ ipv6CidrBlock }) => ipv6CidrBlock ?? []),
    ...provided.map((_, at) => Fn.select(at, (vpc.node.defaultChild as ec2.CfnVPC).attrIpv6CidrBlocks)),
  ];
  return { peers: blocks.map(block => ec2.Peer.ipv6(block)), after: associated };
}

function isOfApp(vpc: ec2.IVpc): boolean {
  return vpc.node.defaultChild !== undefined && ec2.CfnVPC.isCfnVPC(vpc.node.defaultChild);
}

/** The primary block; an imported VPC may not have it, and then its attribute throws. */
function primaryBlockOf(vpc: ec2.IVpc, scope: Construct): string {
  try {
    return vpc.vpcCidrBlock;
  } catch {
    throw new InvalidInputError({
      got: `the VPC ${place(vpc)} without its address block, which is let in to the endpoints`,
      expected: 'a VPC whose block is known, or what is let in',
      fix: 'give vpcCidrBlock to Vpc.fromVpcAttributes(), or name who pulls as allowedPeers, or securityGroups that let them in',
    }, scope);
  }
}

function associations(vpc: ec2.IVpc): ec2.CfnVPCCidrBlock[] {
  const isAssociation = (one: IConstruct): one is ec2.CfnVPCCidrBlock => ec2.CfnVPCCidrBlock.isCfnVPCCidrBlock(one);
  return vpc.node.root.node.findAll().filter(isAssociation).filter(({ vpcId }) => vpcId === vpc.vpcId);
}

/** The block of a subnet; an imported one may not have it, and then its attribute throws. */
function blockOf(subnet: ec2.ISubnet): string | undefined {
  try {
    return Token.isUnresolved(subnet.ipv4CidrBlock) ? undefined : subnet.ipv4CidrBlock;
  } catch {
    return undefined;
  }
}

function contains(block: string, subnet: string): boolean {
  if (Token.isUnresolved(block)) {
    return false;
  }
  const [[outer, bits], [inner]] = [block, subnet].map(one => one.split('/'));
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(outer) / size) === Math.floor(numberOf(inner) / size);
}

function numberOf(address: string): number {
  return address.split('.').reduce((all, part) => all * 256 + Number(part), 0);
}
