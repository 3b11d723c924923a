import { CfnParameter } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CacheVpcAccess, EndpointPolicies } from '../../src';
import type { CacheVpcAccessProps } from '../../src';
import { newStack } from '../app';

let stack: Stack;
beforeEach(() => {
  stack = newStack();
});

const vpcWith = (props: ec2.VpcProps) => new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, ...props });
const access = (vpc: ec2.IVpc, props: Partial<CacheVpcAccessProps> = {}) =>
  new CacheVpcAccess(stack, 'Access', { vpc, endpointPolicies: EndpointPolicies.fullAccess(), ...props });
const refusal = (off: string) => `got endpoints with private DNS names in the VPC Stack/Vpc without ${off}, expected a VPC with both enableDnsSupport and `
  + 'enableDnsHostnames, since clients find the endpoints by the names of ECR: leave both at true, as Vpc has them, or set them on the CfnVPC; or name '
  + 'endpoints that exist as ecrApiEndpoint and ecrDockerEndpoint [at Stack/Access]';

test.each<[ec2.VpcProps, string]>([
  [{ enableDnsSupport: false, enableDnsHostnames: false }, 'enableDnsSupport and enableDnsHostnames'],
  [{ enableDnsHostnames: false }, 'enableDnsHostnames'],
])('a VPC of the app is refused with %j', (props, off) => {
  access(vpcWith(props));

  expect(() => Template.fromStack(stack)).toThrow(refusal(off));
});

test('a VPC may get its attributes later, until the app is synthesized', () => {
  const vpc = vpcWith({ enableDnsHostnames: false });
  access(vpc);
  (vpc.node.defaultChild as ec2.CfnVPC).addPropertyOverride('EnableDnsHostnames', true);

  expect(() => Template.fromStack(stack)).not.toThrow();
});

test('what only the deployment knows is taken', () => {
  const vpc = vpcWith({});
  access(vpc);
  (vpc.node.defaultChild as ec2.CfnVPC).addPropertyOverride('EnableDnsHostnames', { Ref: new CfnParameter(stack, 'Dns').logicalId });

  expect(() => Template.fromStack(stack)).not.toThrow();
});

describe('an import', () => {
  const attributes = { vpcCidrBlock: '10.0.0.0/16', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'] };

  test('is taken, since nobody knows its attributes', () => {
    access(ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', ...attributes }));

    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('is refused when it stands for an L1 VPC of the app, which has no host names unless they are set', () => {
    const l1 = new ec2.CfnVPC(stack, 'Vpc', { cidrBlock: '10.0.0.0/16' });
    access(ec2.Vpc.fromVpcAttributes(stack, 'Import', { vpcId: l1.attrVpcId, ...attributes }));

    expect(() => Template.fromStack(stack)).toThrow(refusal('enableDnsHostnames'));
  });
});

test('nothing is asked of a VPC whose endpoints are both named', () => {
  const named = (id: string) => ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, id, { vpcEndpointId: id, port: 443 });
  access(vpcWith({ enableDnsHostnames: false }), { ecrApiEndpoint: named('Api'), ecrDockerEndpoint: named('Docker') });

  expect(() => Template.fromStack(stack)).not.toThrow();
});
