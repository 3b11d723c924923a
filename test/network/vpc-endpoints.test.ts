import { Fn } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { onePerZone } from '../../src/network/vpc-endpoints';
import { agnosticStack, newStack, warningsOf } from '../app';

let stack: Stack;
beforeEach(() => {
  stack = newStack();
});

const subnetIn = (id: string, availabilityZone?: string) => ec2.Subnet.fromSubnetAttributes(stack, id, { subnetId: id, availabilityZone, routeTableId: 'rtb-1' });
const chosen = (...subnets: ec2.ISubnet[]) => onePerZone(subnets, stack).map(({ node }) => node.id);

test.each<[string, () => string[]]>([
  ['names', () => ['us-east-1a', 'us-east-1a', 'us-east-1b']],
  ['tokens for one zone', () => [Fn.select(0, Fn.getAzs()), Fn.select(0, Fn.getAzs()), Fn.select(1, Fn.getAzs())]],
])('the first subnet of each zone is chosen, by %s', (_, zones) => {
  expect(chosen(...zones().map((zone, at) => subnetIn(`S${at}`, zone)))).toEqual(['S0', 'S2']);
  expect(warningsOf(stack)).toEqual([]);
});

test('a VPC whose zones only the deployment knows is taken without a warning', () => {
  stack = agnosticStack();
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });

  expect(onePerZone(vpc.privateSubnets, stack)).toHaveLength(2);
  expect(warningsOf(stack)).toEqual([]);
});

test('subnets without a known zone are all chosen, with a warning of what EC2 refuses', () => {
  expect(chosen(subnetIn('S0', 'us-east-1a'), subnetIn('S1'), subnetIn('S2'))).toEqual(['S0', 'S1', 'S2']);
  expect(warningsOf(stack)).toEqual([
    '/Stack zonesNotKnown: nothing tells the Availability Zones of the subnets Stack/S1, Stack/S2, and an endpoint takes one subnet of a zone: EC2 refuses a '
    + 'second one at deployment (DuplicateSubnetsInSameZone). Import them with their availabilityZone, or see to that and acknowledge this warning.',
  ]);
});

test('one subnet alone is nothing to warn of', () => {
  expect(chosen(subnetIn('S1'))).toEqual(['S1']);
  expect(warningsOf(stack)).toEqual([]);
});
