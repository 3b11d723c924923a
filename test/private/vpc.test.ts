import { App, Stack, Stage } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CacheFunctionDefaults, CacheStatistics, CacheVpcAccess, EndpointPolicies, PullThroughCache } from '../../src';
import { ENV, newStack } from '../app';

const USES: [string, (stack: Stack, vpc: ec2.IVpc) => unknown][] = [
  ['a function', (stack, vpc) => new CacheStatistics(stack, 'S', { caches: [PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo')], vpc })],
  ['the defaults of functions', (stack, vpc) => {
    CacheFunctionDefaults.of(stack).set({ vpc });
    new CacheStatistics(stack, 'S', { caches: [PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo')] });
  }],
  ['endpoints', (stack, vpc) => new CacheVpcAccess(stack, 'S', { vpc, endpointPolicies: EndpointPolicies.fullAccess() })],
];

function inStage(app: App): Stack {
  return new Stack(new Stage(app, 'Prod', { env: ENV }), 'Stack');
}

test.each(USES)('a VPC of the app is refused in a Stage for %s', (_, use) => {
  const app = new App();
  const vpc = new ec2.Vpc(newStack(app, 'Network'), 'Vpc');
  expect(() => use(inStage(app), vpc)).toThrow(
    /^got a VPC that another Stage makes for .*, expected one of the same Stage, since no stack refers to a resource of another Stage: make both in one Stage, or import/);
});

test.each(USES)('a VPC whose ids are written out is fine in a Stage for %s', (_, use) => {
  const app = new App();
  const vpc = ec2.Vpc.fromVpcAttributes(newStack(app, 'Network'), 'Vpc', {
    vpcId: 'vpc-1', availabilityZones: ['a'], privateSubnetIds: ['subnet-1'], privateSubnetRouteTableIds: ['rtb-1'], vpcCidrBlock: '10.0.0.0/16',
  });
  use(inStage(app), vpc);
  expect(() => app.synth()).not.toThrow();
});
