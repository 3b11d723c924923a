import { App, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CacheVpcAccess, EndpointPolicies } from '../../src';
import type { CacheVpcAccessProps } from '../../src';
import { agnosticStack, ENV, newStack, warningsOf } from '../app';

const { SubnetType, VpcEndpointIpAddressType: AddressType } = ec2;
const TWO_GROUPS = [{ name: 'App', subnetType: SubnetType.PRIVATE_WITH_EGRESS }, { name: 'Data', subnetType: SubnetType.PRIVATE_WITH_EGRESS }, { name: 'Public', subnetType: SubnetType.PUBLIC }];

let stack: Stack;

beforeEach(() => {
  stack = newStack();
});

function access(vpc: ec2.IVpc, props: Partial<CacheVpcAccessProps> = {}, scope = stack): CacheVpcAccess {
  return new CacheVpcAccess(scope, 'Access', { vpc, endpointPolicies: EndpointPolicies.fullAccess(), ...props });
}

function endpoints(type: string, of = stack): any[] {
  return Object.values(Template.fromStack(of).findResources('AWS::EC2::VPCEndpoint', { Properties: { VpcEndpointType: type } })).map(({ Properties }) => Properties);
}

function letIn(): any[] {
  const [[, { Properties, DependsOn }]] = Object.entries(Template.fromStack(stack).findResources('AWS::EC2::SecurityGroup'));
  const from = Properties.SecurityGroupIngress.map(({ CidrIp, CidrIpv6 }: any) => CidrIp ?? CidrIpv6);
  return from.concat(DependsOn ?? []);
}

describe('a VPC with two groups of private subnets', () => {
  test.each([
    ['known', newStack], ['known at deployment only', agnosticStack],
  ])('has one subnet a zone for the endpoints, and all route tables for S3, in zones that are %s', (_, make) => {
    stack = make();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, subnetConfiguration: TWO_GROUPS });
    access(vpc);

    const apps = stack.resolve(vpc.selectSubnets({ subnetGroupName: 'App' }).subnetIds);
    expect(apps).toHaveLength(2);
    expect(endpoints('Interface').map(({ SubnetIds }) => SubnetIds)).toEqual([apps, apps]);
    expect(endpoints('Gateway')[0].RouteTableIds).toHaveLength(4);
  });

  test('may be imported without its zones', () => {
    const subnets = ['subnet-1', 'subnet-2'].map(id => ec2.Subnet.fromSubnetAttributes(stack, id, { subnetId: id, routeTableId: `rtb-${id}` }));
    access(ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', vpcCidrBlock: '10.0.0.0/16', availabilityZones: ['a'] }), { subnets: { subnets } });

    expect(endpoints('Interface')[0].SubnetIds).toEqual(['subnet-1', 'subnet-2']);
  });
});

describe('the endpoints let in', () => {
  test('every block that this app associates with the VPC', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
    new ec2.CfnVPCCidrBlock(stack, 'Second', { vpcId: vpc.vpcId, cidrBlock: '100.64.0.0/16' });
    new ec2.CfnVPCCidrBlock(stack, 'Other', { vpcId: 'vpc-2', cidrBlock: '100.65.0.0/16' });
    access(vpc);

    expect(letIn()).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^Vpc/), 'CidrBlock'] }, '100.64.0.0/16', 'Second']);
  });

  test('the subnets of an imported VPC that are outside of its primary block', () => {
    access(ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1',
      vpcCidrBlock: '10.0.0.0/16',
      availabilityZones: ['a', 'b'],
      privateSubnetIds: ['subnet-1', 'subnet-2'],
      privateSubnetIpv4CidrBlocks: ['10.0.1.0/24', '100.64.0.0/18'],
      privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
    }));

    expect(letIn()).toEqual(['10.0.0.0/16', '100.64.0.0/18']);
  });

  test('those who are named instead', () => {
    const pullers = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Pullers', 'sg-1');
    access(new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 }), { allowedPeers: [pullers, ec2.Peer.ipv4('100.64.0.0/10')] });

    expect(letIn()).toEqual(expect.arrayContaining(['100.64.0.0/10']));
    Template.fromStack(stack).resourcePropertiesCountIs('AWS::EC2::SecurityGroup', { SecurityGroupIngress: [{ CidrIp: '10.0.0.0/16' }] }, 0);
  });
});

describe('endpoints with IPv6 addresses', () => {
  const dualStack = () => new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, ipProtocol: ec2.IpProtocol.DUAL_STACK });

  test('let the IPv6 block of the VPC in, once it is there', () => {
    access(dualStack(), { ipAddressType: AddressType.DUALSTACK });

    expect(endpoints('Interface').map(({ IpAddressType }) => IpAddressType)).toEqual(['dualstack', 'dualstack']);
    expect(endpoints('Gateway')[0].IpAddressType).toBeUndefined();
    expect(letIn()).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^Vpc/), 'CidrBlock'] },
      { 'Fn::Select': [0, { 'Fn::GetAtt': [expect.stringMatching(/^Vpc/), 'Ipv6CidrBlocks'] }] },
      expect.stringMatching(/^Vpcipv6cidr/),
    ]);
  });

  test('let nothing else in when they have no others', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
    new ec2.CfnVPCCidrBlock(stack, 'Own', { vpcId: vpc.vpcId, ipv6CidrBlock: '2001:db8::/56', ipv6Pool: 'pool' });
    (vpc.privateSubnets[0].node.defaultChild as ec2.CfnSubnet).ipv6Native = true;
    access(vpc, { ipAddressType: AddressType.IPV6 });

    expect(letIn()).toEqual(['2001:db8::/56', 'Own']);
  });

  test('fail in a VPC of the app that has none, whatever peers are named', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });

    expect(() => access(vpc, { ipAddressType: AddressType.DUALSTACK })).toThrow(
      'got endpoints with IPv6 addresses in a VPC that has no IPv6 block, expected a VPC and subnets with IPv6 addresses: '
      + 'make the VPC with ipProtocol: IpProtocol.DUAL_STACK, or leave ipAddressType out');
    const other = newStack();
    access(new ec2.Vpc(other, 'Vpc', { maxAzs: 1 }), { ipAddressType: AddressType.DUALSTACK, allowedPeers: [ec2.Peer.ipv6('2001:db8::/56')] }, other);
    expect(() => Template.fromStack(other)).toThrow(
      /got endpoints with the ipAddressType dualstack in the subnet .*Vpc\/PrivateSubnet1\/Subnet, which has IPv4 addresses only, expected subnets with both/);
  });

  test('fail in subnets with both kinds of addresses when they are to have IPv6 alone', () => {
    access(dualStack(), { ipAddressType: AddressType.IPV6 });

    expect(() => Template.fromStack(stack)).toThrow(
      /got endpoints with the ipAddressType ipv6 in the subnet .*, which has both IPv4 and IPv6 addresses, expected subnets that have IPv6 addresses only/);
  });

  test.each([AddressType.DUALSTACK, AddressType.IPV4])('fail as %s in subnets of IPv6 alone', type => {
    const vpc = dualStack();
    (vpc.privateSubnets[0].node.defaultChild as ec2.CfnSubnet).addPropertyOverride('Ipv6Native', true);
    access(vpc, { ipAddressType: type });

    expect(() => Template.fromStack(stack)).toThrow(`got endpoints with the ipAddressType ${type} in the subnet`);
  });

  test('are made in a subnet that gets its block by a resource of its own', () => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
    access(vpc, { ipAddressType: AddressType.DUALSTACK, allowedPeers: [ec2.Peer.ipv6('2001:db8::/56')] });
    new ec2.CfnSubnetCidrBlock(stack, 'Block', { subnetId: vpc.privateSubnets[0].subnetId, ipv6CidrBlock: '2001:db8::/64' });

    expect(endpoints('Interface')).toHaveLength(2);
  });

  test('in imported subnets fail without peers, and get a warning with them', () => {
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-1', vpcCidrBlock: '10.0.0.0/16', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'],
    });

    expect(() => access(vpc, { ipAddressType: AddressType.DUALSTACK }, new Stack(stack.node.root as App, 'Refused', { env: ENV }))).toThrow(
      'got endpoints with IPv6 addresses in a VPC whose IPv6 blocks are not known, expected a VPC of this app with such a block, or what comes from there: '
      + 'if the VPC and its subnets have IPv6, name the IPv4 and IPv6 blocks as Peers in allowedPeers, or leave ipAddressType out');
    access(vpc, { ipAddressType: AddressType.DUALSTACK, allowedPeers: [ec2.Peer.ipv6('2001:db8::/56')] });
    expect(warningsOf(stack)).toContainEqual(expect.stringContaining(
      'are subnets with both IPv4 and IPv6 addresses, which endpoints with the ipAddressType dualstack take: EC2 refuses others at deployment'));
  });
});

test('an imported VPC without its block fails in words that tell the way out', () => {
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'],
  });

  expect(() => access(vpc)).toThrow(/got the VPC .*Vpc without its address block, which is let in to the endpoints, expected a VPC whose block is known, .*vpcCidrBlock/);
});

describe('a VPC', () => {
  const env = { account: '111122223333', region: 'eu-central-1' };

  test('may be of another stack', () => {
    const other = new Stack(stack.node.root as App, 'Network', { env });
    const vpc = new ec2.Vpc(other, 'Vpc', { maxAzs: 1 });
    access(vpc);

    expect(endpoints('Interface')[0].VpcId).toEqual({ 'Fn::ImportValue': expect.stringMatching(/^Network:/) });
  });

  test('of another Stage is refused, since no stack refers to it; an import of it is not', () => {
    const app = new App();
    const vpc = new ec2.Vpc(new Stack(new Stage(app, 'Network'), 'Stack', { env }), 'Vpc', { maxAzs: 1 });
    const there = new Stack(new Stage(app, 'Caches'), 'Stack', { env });

    expect(() => access(vpc, {}, there)).toThrow(
      'got a VPC that another Stage makes for the endpoints, expected one of the same Stage, since no stack refers to a resource of another Stage: '
      + 'make both in one Stage, or import the VPC by Vpc.fromLookup() or Vpc.fromVpcAttributes()');
  });

  test('of another Region is refused', () => {
    const far = new Stack(stack.node.root as App, 'Far', { env: { ...env, region: 'us-east-1' } });

    expect(() => access(new ec2.Vpc(far, 'Vpc', { maxAzs: 1 }))).toThrow(
      'got a VPC of the account 111122223333 and Region us-east-1 for the endpoints, expected one of the account 111122223333 and Region eu-central-1, '
      + 'where this stack goes');
  });

  test('that has the same id as one of another account has no endpoints there', () => {
    const other = new Stack(stack.node.root as App, 'Other', { env: { ...env, account: '444455556666' } });
    const imported = (scope: Stack) => ec2.Vpc.fromVpcAttributes(scope, 'Vpc', {
      vpcId: 'vpc-12345', vpcCidrBlock: '10.0.0.0/16', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'],
    });
    access(imported(other), {}, other);
    access(imported(stack));

    expect(endpoints('Interface')).toHaveLength(2);
  });
});

describe('refuses', () => {
  const vpc = () => new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });

  test.each<[string, object, string]>([
    ['an empty list of security groups', { securityGroups: [] },
      'got an empty list of security groups, expected at least one: leave securityGroups out for one that lets the VPC in'],
    ['the id of a security group', { securityGroups: ['sg-1'] },
      "got the text 'sg-1' as a security group, expected an object that has the attribute securityGroupId: import it by SecurityGroup.fromSecurityGroupId()"],
    ['no list of security groups', { securityGroups: null }, 'got no list of security groups'],
    ['an empty list of peers', { allowedPeers: [] }, 'got an empty list of allowedPeers, expected at least one'],
    ['an option that there is not', { endpointPolicy: 'x' }, "got the option 'endpointPolicy' of the access from a VPC, expected options with 'vpc'"],
    ['a kind of address that there is not', { ipAddressType: 'ipv5' }, "got the text 'ipv5' as ipAddressType, expected one of ipv4, ipv6, dualstack"],
    ['no VPC', { vpc: undefined }, 'got nothing as vpc, expected an object that has the attribute vpcId'],
    ['the id of a VPC', { vpc: 'vpc-1' }, "got the text 'vpc-1' as vpc"],
    ['no subnets', { subnets: { subnets: [] } }, 'got no subnets for the endpoints, expected at least one, in which images are pulled'],
  ])('%s', (_, props, message) => {
    expect(() => access(vpc(), props)).toThrow(message);
  });

  test('peers beside security groups', () => {
    const securityGroups = [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')];

    expect(() => access(vpc(), { securityGroups, allowedPeers: [ec2.Peer.anyIpv4()] })).toThrow('got allowedPeers beside securityGroups, expected one of the two');
  });
});
