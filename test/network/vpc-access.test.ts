import { App, Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CacheVpcAccess, EndpointPolicies, PullThroughCache, UpstreamRegistry } from '../../src';
import type { CacheVpcAccessProps } from '../../src';
import { agnosticStack, ENV, newStack, warningsOf } from '../app';
import { Deployed } from '../simulator';

const { InterfaceVpcEndpointAwsService: Interfaces, GatewayVpcEndpointAwsService: Gateways, SubnetType } = ec2;
const CACHE = `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/echo/*`;

const endpointPolicies = EndpointPolicies.fullAccess();
const scoped = (stack: Stack, scopeS3?: boolean) =>
  EndpointPolicies.scopedTo({ caches: [PullThroughCache.fromRepositoryPrefix(stack, 'Echo', 'echo')], scopeS3 });

/** The endpoints of a template by the end of their service's name. */
function endpointsOf(stack: Stack): Record<string, any> {
  const found = Object.values(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) => [
    /([a-z0-9]+(?:\.(?:api|dkr))?)"\]?\]?\}?$/.exec(JSON.stringify(Properties.ServiceName))![1], Properties,
  ]);
  return Object.fromEntries(found);
}

/** The statements of an endpoint with what CloudFormation would fill in. */
function statementsOf(stack: Stack, service: string): any[] {
  return JSON.parse(JSON.stringify(endpointsOf(stack)[service].PolicyDocument.Statement)
    .replace(/\{"Fn::Join":\["",\[([^\]]*)\]\]\}/g, (_, parts: string) => `"${(JSON.parse(`[${parts}]`) as (string | object)[]).map(part => typeof part === 'string' ? part : 'aws').join('')}"`));
}

function access(stack: Stack, vpc: ec2.IVpc, props: Partial<CacheVpcAccessProps> = {}) {
  return new CacheVpcAccess(stack, 'Access', { vpc, endpointPolicies, ...props });
}

function imported(stack: Stack, attributes: Partial<ec2.VpcAttributes> = {}): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    vpcCidrBlock: '10.0.0.0/16',
    availabilityZones: ['a', 'b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
    ...attributes,
  });
}

const isolatedVpc = (stack: Stack) => new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 0, subnetConfiguration: [{ name: 'App', subnetType: SubnetType.PRIVATE_ISOLATED }] });

describe('access from a VPC', () => {
  test('is two interfaces in the private subnets and a gateway in their route tables', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    const made = access(stack, vpc);
    const endpoints = endpointsOf(stack);
    const subnets = stack.resolve(vpc.privateSubnets.map(({ subnetId }) => subnetId));
    expect(Object.keys(endpoints).sort()).toEqual(['ecr.api', 'ecr.dkr', 's3']);
    for (const service of ['ecr.api', 'ecr.dkr']) {
      expect(endpoints[service]).toMatchObject({ VpcEndpointType: 'Interface', PrivateDnsEnabled: true, SubnetIds: subnets });
    }
    expect(endpoints.s3).toMatchObject({
      VpcEndpointType: 'Gateway', RouteTableIds: stack.resolve(vpc.privateSubnets.map(({ routeTable }) => routeTable.routeTableId)),
    });
    expect([made.ecrApiEndpoint, made.ecrDockerEndpoint, made.s3Endpoint]).not.toContain(undefined);
    expect(warningsOf(stack)).toEqual([]);
  });

  test('lets the VPC in on port 443, by one security group', () => {
    const stack = newStack();
    access(stack, imported(stack));
    expect(new Deployed(stack).only('AWS::EC2::SecurityGroup')).toMatchObject({
      GroupDescription: 'Lets pullers of the VPC reach the endpoints of ECR',
      SecurityGroupIngress: [{ CidrIp: '10.0.0.0/16', FromPort: 443, ToPort: 443, IpProtocol: 'tcp' }],
      SecurityGroupEgress: [{ CidrIp: '255.255.255.255/32', IpProtocol: 'icmp' }],
    });
  });

  test('takes security groups that are given, and makes none', () => {
    const stack = newStack();
    const group = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1');
    access(stack, imported(stack, { vpcCidrBlock: undefined }), { securityGroups: [group] });
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroup', 0);
    expect(endpointsOf(stack)['ecr.api'].SecurityGroupIds).toEqual(['sg-1']);
  });

  test('is in the subnets that are named', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1 });
    access(stack, vpc, { subnets: { subnetType: SubnetType.PUBLIC } });
    expect(endpointsOf(stack)['ecr.dkr'].SubnetIds).toEqual(stack.resolve([vpc.publicSubnets[0].subnetId]));
    expect(endpointsOf(stack).s3.RouteTableIds).toEqual(stack.resolve([vpc.publicSubnets[0].routeTable.routeTableId]));
  });

  test('from isolated subnets is the same, with a warning of what a first pull needs', () => {
    const stack = newStack();
    access(stack, isolatedVpc(stack));
    expect(Object.keys(endpointsOf(stack))).toHaveLength(3);
    expect(warningsOf(stack)).toEqual([
      '/Stack/Access firstPullNeedsInternet: images are pulled from isolated subnets (Stack/Vpc/AppSubnet1, Stack/Vpc/AppSubnet2), and a first pull may need a '
      + 'route to the internet, even with endpoints: it can fail there. Let something outside pull each image first, such as a CacheProbe, then '
      + 'acknowledge this warning.',
    ]);
  });
});

describe('an imported VPC', () => {
  test('does with its route tables', () => {
    const stack = newStack();
    access(stack, imported(stack));
    expect(endpointsOf(stack).s3).toMatchObject({ VpcId: 'vpc-1', RouteTableIds: ['rtb-1', 'rtb-2'] });
  });

  test('fails without them, and names the ways out', () => {
    const stack = newStack();
    expect(() => access(stack, imported(stack, { privateSubnetRouteTableIds: undefined }))).toThrow(
      'got subnets whose route tables are not known (Stack/Vpc/PrivateSubnet1, Stack/Vpc/PrivateSubnet2), expected subnets with their route tables, into which '
      + 'a gateway endpoint for S3 is put: import the VPC by Vpc.fromLookup(), or name the route tables in Vpc.fromVpcAttributes(); or name the gateway endpoint '
      + 'that the VPC has, as s3Endpoint: GatewayVpcEndpoint.fromGatewayVpcEndpointId() [at Stack/Access]');
  });

  test('does without them when it has a gateway endpoint', () => {
    const stack = newStack();
    const vpc = imported(stack, { privateSubnetRouteTableIds: undefined });
    const made = access(stack, vpc, { s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 'S3', 'vpce-1') });
    expect(made.s3Endpoint).toBeUndefined();
    expect(Object.keys(endpointsOf(stack)).sort()).toEqual(['ecr.api', 'ecr.dkr']);
  });

  test('may be looked up', () => {
    const stack = newStack();
    access(stack, ec2.Vpc.fromLookup(stack, 'Vpc', { vpcId: 'vpc-1' }));
    expect(Object.keys(endpointsOf(stack))).toHaveLength(3);
  });
});

describe('endpoints that exist', () => {
  test('are used when they are named', () => {
    const stack = newStack();
    const named = (id: string) => ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, id, { vpcEndpointId: `vpce-${id}`, port: 443 });
    const made = access(stack, imported(stack), {
      ecrApiEndpoint: named('api'), ecrDockerEndpoint: named('dkr'), s3Endpoint: ec2.GatewayVpcEndpoint.fromGatewayVpcEndpointId(stack, 's3', 'vpce-s3'),
    });
    Template.fromStack(stack).resourceCountIs('AWS::EC2::VPCEndpoint', 0);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroup', 0);
    expect([made.ecrApiEndpoint, made.ecrDockerEndpoint, made.s3Endpoint]).toEqual([undefined, undefined, undefined]);
  });

  test.each([
    ['ecrApiEndpoint', ['ecr.dkr', 's3']],
    ['ecrDockerEndpoint', ['ecr.api', 's3']],
    ['s3Endpoint', ['ecr.api', 'ecr.dkr']],
  ])('are used one by one: with %s the others are made, and told what to let through', (name, made) => {
    const stack = newStack();
    const existing = ec2.InterfaceVpcEndpoint.fromInterfaceVpcEndpointAttributes(stack, 'Existing', { vpcEndpointId: 'vpce-1', port: 443 });
    const vpcAccess = access(stack, imported(stack), { endpointPolicies: scoped(stack), [name]: existing });
    vpcAccess.allowRepositories([ecr.Repository.fromRepositoryName(stack, 'App', 'app')]);
    vpcAccess.allowBuckets([s3.Bucket.fromBucketName(stack, 'Bucket', 'mine')]);
    expect(Object.keys(endpointsOf(stack)).sort()).toEqual(made);
    expect(made.map(service => statementsOf(stack, service).at(-1)!.Action)).toEqual(made.map(service => service === 's3' ? 's3:*' : 'ecr:*'));
    expect(warningsOf(stack)).toEqual([expect.stringContaining('the endpoint Stack/Existing exists and keeps its policy')]);
  });

  test('are found in the app: by properties of the VPC, by addInterfaceEndpoint and by L1', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { gatewayEndpoints: { S3: { service: Gateways.S3 } } });
    vpc.addInterfaceEndpoint('Api', { service: Interfaces.ECR });
    new ec2.CfnVPCEndpoint(stack, 'L1', { vpcId: vpc.vpcId, serviceName: `com.amazonaws.${stack.region}.ecr.dkr`, vpcEndpointType: 'Interface', privateDnsEnabled: true });
    access(stack, vpc);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::VPCEndpoint', 3);
  });

  test('are found in a stack that goes anywhere', () => {
    const stack = agnosticStack();
    const vpc = new ec2.Vpc(stack, 'Vpc');
    vpc.addInterfaceEndpoint('Api', { service: Interfaces.ECR });
    vpc.addGatewayEndpoint('S3', { service: Gateways.S3 });
    const made = access(stack, vpc);
    expect([made.ecrApiEndpoint, made.s3Endpoint]).toEqual([undefined, undefined]);
    expect(made.ecrDockerEndpoint).toBeDefined();
  });

  test('are found in another stack', () => {
    const app = new App();
    const network = newStack(app, 'Network');
    const vpc = new ec2.Vpc(network, 'Vpc');
    vpc.addInterfaceEndpoint('Docker', { service: Interfaces.ECR_DOCKER });
    const made = access(newStack(app, 'Workload'), vpc);
    expect(made.ecrDockerEndpoint).toBeUndefined();
    expect(made.ecrApiEndpoint).toBeDefined();
  });

  test('of other VPCs, other services, or without private DNS, are not taken for them', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc');
    const other = new ec2.Vpc(stack, 'Other');
    other.addInterfaceEndpoint('Api', { service: Interfaces.ECR });
    other.addGatewayEndpoint('S3', { service: Gateways.S3 });
    vpc.addGatewayEndpoint('Dynamo', { service: Gateways.DYNAMODB });
    vpc.addInterfaceEndpoint('S3Interface', { service: Interfaces.S3 });
    vpc.addInterfaceEndpoint('S3ByName', { service: Interfaces.S3, privateDnsEnabled: true });
    vpc.addInterfaceEndpoint('Hidden', { service: Interfaces.ECR, privateDnsEnabled: false });
    const made = access(stack, vpc);
    expect([made.ecrApiEndpoint, made.ecrDockerEndpoint, made.s3Endpoint]).not.toContain(undefined);
  });

  test('in the route tables of some subnets leave a gateway for the others', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    vpc.addGatewayEndpoint('S3', { service: Gateways.S3, subnets: [{ subnets: [vpc.privateSubnets[0]] }] });
    const made = access(stack, vpc);
    const resource = made.s3Endpoint!.node.defaultChild as ec2.CfnVPCEndpoint;
    expect(stack.resolve(resource.routeTableIds)).toEqual(stack.resolve([vpc.privateSubnets[1].routeTable.routeTableId]));
  });

  test.each([
    ['all route tables, known at deployment only, are taken for all', Fn.split(',', Fn.importValue('RouteTables')), 0],
    ['no route table serve nothing', undefined, 1],
  ])('of S3 in %s', (_, routeTableIds, gateways) => {
    const stack = newStack();
    const vpc = imported(stack);
    new ec2.CfnVPCEndpoint(stack, 'L1', { vpcId: vpc.vpcId, serviceName: `com.amazonaws.${ENV.region}.s3`, routeTableIds });
    expect(access(stack, vpc).s3Endpoint ? 1 : 0).toBe(gateways);
  });

  test('fail when they come later, since there is place for one', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc');
    access(stack, vpc);
    vpc.addInterfaceEndpoint('Api', { service: Interfaces.ECR });
    vpc.addGatewayEndpoint('S3', { service: Gateways.S3 });
    const synth = () => Template.fromStack(stack);
    expect(synth).toThrow(
      'got a second endpoint for ecr.api in one VPC (Stack/Access/EcrApi is the first), expected one, since its private DNS name or its route tables are taken: '
      + 'make it before the CacheVpcAccess, which uses it then, or leave it out [at Stack/Vpc/Api]');
    expect(synth).toThrow('got a second endpoint for s3 in one VPC (Stack/Access/S3 is the first)');
  });

  test('fail when they come later for some of the same route tables', () => {
    const stack = newStack();
    const vpc = imported(stack);
    access(stack, vpc);
    new ec2.CfnVPCEndpoint(stack, 'Later', { vpcId: vpc.vpcId, serviceName: `com.amazonaws.${ENV.region}.s3`, routeTableIds: ['rtb-0', 'rtb-2'] });
    expect(() => Template.fromStack(stack)).toThrow('got a second endpoint for s3 in one VPC (Stack/Access/S3 is the first)');
  });

  test.each<[string, (vpc: ec2.Vpc) => void]>([
    ['other route tables', vpc => vpc.addGatewayEndpoint('S3', { service: Gateways.S3, subnets: [{ subnetType: SubnetType.PUBLIC }] })],
    ['no route tables', vpc => new ec2.CfnVPCEndpoint(vpc, 'S3', { vpcId: vpc.vpcId, serviceName: `com.amazonaws.${ENV.region}.s3` })],
  ])('may come later for %s', (_, make) => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc');
    access(stack, vpc);
    make(vpc);
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('policies of the endpoints', () => {
  test('are not there with full access', () => {
    const stack = newStack();
    const made = access(stack, imported(stack));
    made.allowRepositories([new ecr.Repository(stack, 'App')]);
    made.allowBuckets([new s3.Bucket(stack, 'Bucket')]);
    expect(Object.values(endpointsOf(stack)).map(({ PolicyDocument }) => PolicyDocument)).toEqual([undefined, undefined, undefined]);
  });

  test.each(['ecr.api', 'ecr.dkr'])('scoped to a cache let its pulls through %s, and nothing else', service => {
    const stack = newStack();
    access(stack, imported(stack), { endpointPolicies: scoped(stack) });
    expect(statementsOf(stack, service)).toEqual([
      { Effect: 'Allow', Principal: '*', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      {
        Effect: 'Allow',
        Principal: '*',
        Action: [
          'ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchImportUpstreamImage', 'ecr:CreateRepository', 'ecr:TagResource',
        ],
        Resource: CACHE,
      },
    ]);
  });

  test('scoped to a cache let its layers through S3, and nothing else', () => {
    const stack = newStack();
    access(stack, imported(stack), { endpointPolicies: scoped(stack) });
    expect(statementsOf(stack, 's3')).toEqual([
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::prod-${ENV.region}-starport-layer-bucket/*` },
    ]);
  });

  test.each<[string, (stack: Stack) => ecr.IPullThroughCacheRuleRef, string[]]>([
    ['another Region', stack => PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', {
      repositoryPrefix: 'echo', upstream: UpstreamRegistry.ecr({ account: '123456789012', region: 'us-east-1' }),
    }), ['us-east-1']],
    ['another Region, as an L1 rule', stack => new ecr.CfnPullThroughCacheRule(stack, 'Far', {
      ecrRepositoryPrefix: 'echo', upstreamRegistryUrl: '123456789012.dkr.ecr.us-west-2.amazonaws.com',
    }), ['us-west-2']],
    ['the same Region', stack => PullThroughCache.fromPullThroughCacheAttributes(stack, 'Near', {
      repositoryPrefix: 'echo', upstream: UpstreamRegistry.ecr({ account: '123456789012', region: ENV.region }),
    }), []],
    ['no known Region', stack => PullThroughCache.fromPullThroughCacheAttributes(stack, 'Quay', { repositoryPrefix: 'quay', upstream: UpstreamRegistry.QUAY }), []],
  ])('scoped to a cache whose upstream is of %s let the layers of that one through, too', (_, cacheIn, more) => {
    const stack = newStack();
    access(stack, imported(stack), { endpointPolicies: EndpointPolicies.scopedTo({ caches: [cacheIn(stack)] }) });
    const buckets = [ENV.region, ...more].map(region => `arn:aws:s3:::prod-${region}-starport-layer-bucket/*`);
    expect(statementsOf(stack, 's3')).toMatchObject([{ Action: 's3:GetObject', Resource: buckets.length === 1 ? buckets[0] : buckets }]);
  });

  test('may leave S3 open', () => {
    const stack = newStack();
    const made = access(stack, imported(stack), { endpointPolicies: scoped(stack, false) });
    made.allowBuckets([s3.Bucket.fromBucketName(stack, 'Bucket', 'mine')]);
    expect(endpointsOf(stack).s3.PolicyDocument).toBeUndefined();
    expect(endpointsOf(stack)['ecr.api'].PolicyDocument).toBeDefined();
  });

  test('let other repositories and buckets through when they are told to', () => {
    const stack = newStack();
    const made = access(stack, imported(stack), { endpointPolicies: scoped(stack) });
    made.allowRepositories([ecr.Repository.fromRepositoryName(stack, 'Assets', 'cdk-hnb659fds-container-assets-*')]);
    made.allowBuckets([s3.Bucket.fromBucketName(stack, 'Packages', `al2023-repos-${ENV.region}-de612dc2`)]);
    expect(statementsOf(stack, 'ecr.dkr')[2]).toEqual({
      Effect: 'Allow', Principal: '*', Action: 'ecr:*', Resource: `arn:aws:ecr:${ENV.region}:${ENV.account}:repository/cdk-hnb659fds-container-assets-*`,
    });
    expect(statementsOf(stack, 'ecr.api')).toEqual(statementsOf(stack, 'ecr.dkr'));
    expect(statementsOf(stack, 's3')[1]).toEqual({
      Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: [`arn:aws:s3:::al2023-repos-${ENV.region}-de612dc2`, `arn:aws:s3:::al2023-repos-${ENV.region}-de612dc2/*`],
    });
  });

  test('of endpoints that exist stay as they are, with a warning', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc');
    vpc.addInterfaceEndpoint('Api', { service: Interfaces.ECR });
    vpc.addGatewayEndpoint('S3', { service: Gateways.S3 });
    access(stack, vpc, { endpointPolicies: scoped(stack) });
    expect(endpointsOf(stack)['ecr.api'].PolicyDocument).toBeUndefined();
    expect(warningsOf(stack)).toEqual(['Api', 'S3'].map(id =>
      `/Stack/Access endpointNotScoped: the endpoint Stack/Vpc/${id} exists and keeps its policy: it is not scoped to the caches, and has to let pulls through it. `
      + 'See to that where it is made, and acknowledge this warning.'));
  });

  test('of an endpoint that serves some of the subnets stay as they are, with a warning', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    vpc.addGatewayEndpoint('S3', { service: Gateways.S3, subnets: [{ subnets: [vpc.privateSubnets[0]] }] });
    access(stack, vpc, { endpointPolicies: scoped(stack) });
    expect(warningsOf(stack)).toEqual([expect.stringContaining('the endpoint Stack/Vpc/S3 exists and keeps its policy')]);
  });

  test('of endpoints that serve none of the subnets are nobody\'s concern', () => {
    const stack = newStack();
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2 });
    vpc.addGatewayEndpoint('S3', { service: Gateways.S3, subnets: [{ subnetType: SubnetType.PUBLIC }] });
    access(stack, vpc, { endpointPolicies: scoped(stack) });
    expect(warningsOf(stack)).toEqual([]);
  });

  test.each<[string, (made: CacheVpcAccess) => void, string]>([
    ['repositories', made => made.allowRepositories([]), 'leave the call out, or choose EndpointPolicies.fullAccess() for everything'],
    ['buckets', made => made.allowBuckets([]), 'leave the call out, or set scopeS3 to false for everything'],
  ])('fail to let an empty list of %s through', (name, allow, fix) => {
    const stack = newStack();
    expect(() => allow(access(stack, imported(stack)))).toThrow(`got an empty list of ${name}, expected at least one: ${fix} [at Stack/Access]`);
  });

  test('fail without a cache', () => {
    expect(() => EndpointPolicies.scopedTo({ caches: [] })).toThrow(
      'got an empty list of caches, expected at least one: name the caches, or choose EndpointPolicies.fullAccess()');
  });

  test('fail for a cache of another Region', () => {
    const stack = newStack();
    const far = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'echo', region: 'us-east-1' });
    expect(() => access(stack, imported(stack), { endpointPolicies: EndpointPolicies.scopedTo({ caches: [far] }) })).toThrow(
      `got a cache of the Region us-east-1 for endpoints in the Region ${ENV.region}, expected caches of the same Region, which alone these endpoints reach: pull `
      + 'from a cache of this Region, or choose EndpointPolicies.fullAccess() and a route to the internet for the other [at Stack/Access]');
  });

  test.each([
    ['a cache whose Region is known at deployment only', () => newStack(), Fn.importValue('Region')],
    ['a VPC that goes anywhere', () => agnosticStack(), 'us-east-1'],
  ])('may be scoped with %s', (_, stackOf, region) => {
    const stack = stackOf();
    const cache = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Far', { repositoryPrefix: 'echo', account: ENV.account, region });
    expect(() => access(stack, imported(stack), { endpointPolicies: EndpointPolicies.scopedTo({ caches: [cache] }) })).not.toThrow();
  });

  test('may be scoped to a cache of another account', () => {
    const stack = newStack();
    const other = PullThroughCache.fromPullThroughCacheAttributes(stack, 'Other', { repositoryPrefix: 'echo', account: '999999999999' });
    access(stack, imported(stack), { endpointPolicies: EndpointPolicies.scopedTo({ caches: [other] }) });
    expect(statementsOf(stack, 'ecr.dkr')[1].Resource).toBe(`arn:aws:ecr:${ENV.region}:999999999999:repository/echo/*`);
  });
});
