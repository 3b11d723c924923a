import { Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { place, warn, WarningId } from '../private/errors';
import { comparePlacement, Placement } from '../private/places';

/** An endpoint that pulls need, by how the name of its service ends. */
export enum PullEndpoint {
  ECR_API = '.ecr.api',
  ECR_DOCKER = '.ecr.dkr',
  S3 = '.s3',
}

/** The endpoints of a VPC for a service that are in the tree, made with L2, `Vpc` properties or L1. */
export function endpointsInTree(scope: IConstruct, vpc: ec2.IVpc, service: PullEndpoint): ec2.CfnVPCEndpoint[] {
  return scope.node.root.node.findAll()
    .filter(one => ec2.CfnVPCEndpoint.isCfnVPCEndpoint(one))
    // a VPC of the tree is the same by its token, an imported one by its id, of which another account may have the same for a lookup that is due
    .filter(endpoint => endpoint.vpcId === vpc.vpcId && serves(endpoint, service) && comparePlacement(scope, endpoint) !== Placement.DIFFERENT);
}

/**
 * The first subnet of each Availability Zone: an endpoint takes one (EC2 API Reference, `CreateVpcEndpoint`, `DuplicateSubnetsInSameZone`). Warns
 * when nothing tells the zone of one of several.
 */
export function onePerZone(subnets: readonly ec2.ISubnet[], scope: IConstruct): ec2.ISubnet[] {
  const zones = subnets.map(subnet => zoneOf(subnet, scope));
  const chosen = subnets.filter((_, at) => zones[at] === undefined || zones.indexOf(zones[at]) === at);
  const unknown = subnets.filter((_, at) => zones[at] === undefined);
  if (chosen.length > 1 && unknown.length > 0) {
    warn(scope, WarningId.ZONES_NOT_KNOWN,
      `nothing tells the Availability Zones of the subnets ${unknown.map(place).join(', ')}, and an endpoint takes one subnet of a zone: EC2 refuses a `
      + 'second one at deployment (DuplicateSubnetsInSameZone). Import them with their availabilityZone, or see to that and acknowledge this warning.');
  }
  return chosen;
}

/** The zone of a subnet, as the template has it; an imported one may not have it, and then its attribute throws. */
function zoneOf(subnet: ec2.ISubnet, scope: IConstruct): string | undefined {
  try {
    // two tokens may be for one zone
    return JSON.stringify(Stack.of(scope).resolve(subnet.availabilityZone));
  } catch {
    return undefined;
  }
}

/** ECR's are interfaces with the private DNS by which clients find them; S3's is a gateway, since nothing else is free of charge. */
function serves(endpoint: ec2.CfnVPCEndpoint, service: PullEndpoint): boolean {
  const isGateway = (endpoint.vpcEndpointType ?? 'Gateway') === 'Gateway';
  // CloudFormation's default is without private DNS
  if (isGateway !== (service === PullEndpoint.S3) || !isGateway && !(endpoint.privateDnsEnabled ?? false)) {
    return false;
  }
  // the name holds the Region, which may be a token, alone or in a join
  return JSON.stringify(Stack.of(endpoint).resolve(endpoint.serviceName)).replace(/[\]}]/g, '').endsWith(`${service}"`);
}

/** The subnets whose route table no endpoint is in. */
export function withoutGateway(subnets: readonly ec2.ISubnet[], gateways: readonly ec2.CfnVPCEndpoint[]): ec2.ISubnet[] {
  const served = gateways.flatMap(gateway => gateway.routeTableIds ?? []);
  const everywhere = gateways.some(gateway => Token.isUnresolved(gateway.routeTableIds));
  return subnets.filter(({ routeTable }) => !everywhere && !served.includes(routeTable.routeTableId));
}
