import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { checkDnsAttributes } from './dns-attributes';
import { EndpointPolicies, letLayersThrough, letPullsThrough, letThrough } from './endpoint-policies';
import { givenSecurityGroups, securityGroupFor } from './endpoint-security-group';
import { checkAddresses } from './subnet-addresses';
import { endpointsInTree, onePerZone, PullEndpoint, withoutGateway } from './vpc-endpoints';
import { accessList, checkProps, checkResource } from '../private/access';
import { InvalidInputError, place, problemAt, warn, WarningId } from '../private/errors';
import { differ } from '../private/places';
import { checkVpcPlace } from '../private/vpc';
import { CacheAddress } from '../rule/cache-address';

/** Properties of `CacheVpcAccess`. */
export interface CacheVpcAccessProps {
  /** The VPC in which images are pulled, of this app or imported. */
  readonly vpc: ec2.IVpc;

  /** What the endpoints let through. They serve more than pulls, so this has no default. */
  readonly endpointPolicies: EndpointPolicies;

  /**
   * The subnets in which images are pulled. The endpoints of ECR are put into the first of each Availability Zone, and the one of S3 into the route
   * tables of all of them.
   *
   * @default - the private subnets; the isolated ones when there are no private ones
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * The security groups of ECR's endpoints, which have to let pullers in on port 443.
   *
   * @default - one that lets `allowedPeers` in
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * From where pulls may come: address blocks or security groups. Name the blocks of an imported VPC that has more than the primary one.
   *
   * @default - the address blocks of the VPC that are known: the primary one, those that this app associates before, and those of its subnets
   */
  readonly allowedPeers?: ec2.IPeer[];

  /**
   * The addresses that ECR's endpoints have, such as `VpcEndpointIpAddressType.DUALSTACK` for pullers with IPv6. The subnets need addresses of that
   * kind, both for `DUALSTACK` and IPv6 alone for `IPV6`. Layers come from S3, whose endpoint this doesn't change.
   *
   * @default - IPv4
   */
  readonly ipAddressType?: ec2.VpcEndpointIpAddressType;

  /**
   * The endpoint for `ecr.api` that exists already.
   *
   * @default - one that this app has for the VPC, or a new one
   */
  readonly ecrApiEndpoint?: ec2.IVpcEndpoint;

  /**
   * The endpoint for `ecr.dkr` that exists already.
   *
   * @default - one that this app has for the VPC, or a new one
   */
  readonly ecrDockerEndpoint?: ec2.IVpcEndpoint;

  /**
   * The gateway endpoint for S3 that exists already.
   *
   * @default - one that this app has for the route tables, or a new one
   */
  readonly s3Endpoint?: ec2.IVpcEndpoint;
}

/**
 * What a VPC needs for pulls from ECR without the internet: interface endpoints for `ecr.api` and `ecr.dkr`, and a gateway endpoint for S3, where
 * ECR keeps layers. Endpoints that exist are used as they are: those that this app made before, and those that are named.
 *
 * The two interface endpoints cost 29.20 USD a month in two Availability Zones; the one of S3 is free.
 *
 * **A first pull may need a route to the internet all the same**, such as a NAT gateway; later pulls don't. Amazon ECR User Guide, "Amazon ECR
 * interface VPC endpoints (AWS PrivateLink)". From isolated subnets let something else pull first: a `CacheProbe` does so outside of the VPC.
 *
 * @example
 * import { CacheVpcAccess, EndpointPolicies, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import * as ec2 from 'aws-cdk-lib/aws-ec2';
 * import * as s3 from 'aws-cdk-lib/aws-s3';
 *
 * declare const vpc: ec2.IVpc;
 * declare const echo: PullThroughCache;
 * declare const uploads: s3.IBucket;
 *
 * const access = new CacheVpcAccess(this, 'Access', {
 *   vpc,
 *   endpointPolicies: EndpointPolicies.scopedTo({ caches: [echo] }),
 * });
 * access.allowBuckets([uploads]);
 */
export class CacheVpcAccess extends Construct {
  /** The endpoint for `ecr.api`. There is none when one is used that exists. */
  public readonly ecrApiEndpoint?: ec2.InterfaceVpcEndpoint;

  /** The endpoint for `ecr.dkr`. There is none when one is used that exists. */
  public readonly ecrDockerEndpoint?: ec2.InterfaceVpcEndpoint;

  /** The gateway endpoint for S3. There is none when one is used that exists. */
  public readonly s3Endpoint?: ec2.GatewayVpcEndpoint;

  private readonly policies: EndpointPolicies;
  private readonly vpc: ec2.IVpc;

  constructor(scope: Construct, id: string, props: CacheVpcAccessProps) {
    super(scope, id);
    checkProps(this, CacheVpcAccess, 'the access from a VPC', props ?? {}, OPTIONS);
    checkVpcPlace(props?.vpc, 'the endpoints', this);
    EndpointPolicies._check(props.endpointPolicies, this);
    this.vpc = props.vpc;
    this.policies = props.endpointPolicies;
    this.policies._caches.forEach(cache => this.checkRegion(CacheAddress.fromRule(cache)));
    const { subnets, isPendingLookup } = props.vpc.selectSubnets(props.subnets);
    this.checkSubnets(subnets, isPendingLookup);
    this.warnOfFirstPull(subnets);

    const ofEcr = [PullEndpoint.ECR_API, PullEndpoint.ECR_DOCKER];
    const missing = ofEcr.filter(service => this.isMissing(service, given(props, service)));
    const securityGroups = givenSecurityGroups(props, this) ?? (missing.length > 0 ? [securityGroupFor(props, this)] : []);
    const inZones = { subnets: missing.length > 0 ? onePerZone(subnets, this) : [] };
    if (ofEcr.some(service => given(props, service) === undefined)) {
      checkDnsAttributes(props.vpc, this);
    }
    if (missing.length > 0 && !isPendingLookup) {
      checkAddresses(inZones.subnets, props.ipAddressType, this);
    }
    const make = (endpointId: string, service: PullEndpoint, awsService: ec2.InterfaceVpcEndpointAwsService) =>
      missing.includes(service) ? this.interfaceEndpoint(endpointId, awsService, inZones, securityGroups, props.ipAddressType) : undefined;
    this.ecrApiEndpoint = make('EcrApi', PullEndpoint.ECR_API, ec2.InterfaceVpcEndpointAwsService.ECR);
    this.ecrDockerEndpoint = make('EcrDocker', PullEndpoint.ECR_DOCKER, ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER);
    this.s3Endpoint = this.gatewayEndpoint(subnets, props.s3Endpoint);
    this.node.addValidation({ validate: () => this.endpointsMadeLater() });
  }

  /**
   * Lets everything through that others do with repositories, such as pushing to them. Without effect with full access, and on endpoints that
   * exist.
   *
   * @param repositories repositories, of this app or imported
   * @throws for an empty list
   */
  public allowRepositories(repositories: ecr.IRepository[]): void {
    const named = accessList('repositories', repositories, 'leave the call out, or choose EndpointPolicies.fullAccess() for everything', this);
    named.forEach(one => checkResource('a repository', one, 'repositoryArn', 'import it by Repository.fromRepositoryName()', this));
    if (this.policies._scopesEcr) {
      const statement = letThrough(['ecr:*'], named.map(({ repositoryArn }) => repositoryArn));
      this.ecrEndpoints.forEach(endpoint => endpoint.addToPolicy(statement.copy()));
    }
  }

  /**
   * Lets everything through that others do with buckets and what is in them: your own, and those of AWS from which instances get packages. Without
   * effect when S3 is not scoped, and on an endpoint that exists.
   *
   * @param buckets buckets, of this app or imported by `Bucket.fromBucketName()`
   * @throws for an empty list
   */
  public allowBuckets(buckets: s3.IBucket[]): void {
    const named = accessList('buckets', buckets, 'leave the call out, or set scopeS3 to false for everything', this);
    named.forEach(one => checkResource('a bucket', one, 'bucketArn', 'import it by Bucket.fromBucketName()', this));
    if (this.policies._scopesS3) {
      this.s3Endpoint?.addToPolicy(letThrough(['s3:*'], named.flatMap(bucket => [bucket.bucketArn, bucket.arnForObjects('*')])));
    }
  }

  private get ecrEndpoints(): ec2.InterfaceVpcEndpoint[] {
    return [this.ecrApiEndpoint, this.ecrDockerEndpoint].filter(endpoint => endpoint !== undefined);
  }

  private isMissing(service: PullEndpoint, existing: ec2.IVpcEndpoint | undefined): boolean {
    const found = existing ?? endpointsInTree(this, this.vpc, service)[0];
    if (found && this.policies._scopesEcr) {
      this.warnOfOwnPolicy(found);
    }
    return !found;
  }

  private interfaceEndpoint(
    id: string, service: ec2.InterfaceVpcEndpointAwsService, subnets: ec2.SubnetSelection, securityGroups: ec2.ISecurityGroup[],
    ipAddressType?: ec2.VpcEndpointIpAddressType) {
    const endpoint = new ec2.InterfaceVpcEndpoint(this, id, { vpc: this.vpc, service, subnets, securityGroups, open: false, ipAddressType });
    if (this.policies._scopesEcr) {
      letPullsThrough(this.policies._caches).forEach(statement => endpoint.addToPolicy(statement));
    }
    return endpoint;
  }

  private gatewayEndpoint(subnets: ec2.ISubnet[], existing: ec2.IVpcEndpoint | undefined): ec2.GatewayVpcEndpoint | undefined {
    const inTree = endpointsInTree(this, this.vpc, PullEndpoint.S3);
    const missing = existing ? [] : subnets.filter(subnet => withoutGateway([subnet], inTree).length > 0);
    const found = existing ?? (missing.length < subnets.length ? inTree[0] : undefined);
    if (found && this.policies._scopesS3) {
      this.warnOfOwnPolicy(found);
    }
    if (missing.length === 0) {
      return undefined;
    }
    this.checkRouteTables(missing);
    const endpoint = new ec2.GatewayVpcEndpoint(this, 'S3', {
      vpc: this.vpc, service: ec2.GatewayVpcEndpointAwsService.S3, subnets: [{ subnets: missing }],
    });
    if (this.policies._scopesS3) {
      endpoint.addToPolicy(letLayersThrough(Stack.of(this), this.policies._caches));
    }
    return endpoint;
  }

  private checkSubnets(subnets: ec2.ISubnet[], isPendingLookup: boolean | undefined): void {
    if (subnets.length === 0 && !isPendingLookup) {
      throw new InvalidInputError({
        got: 'no subnets for the endpoints',
        expected: 'at least one, in which images are pulled',
        fix: 'name subnets that the VPC has, or leave subnets out for its private ones',
      }, this);
    }
  }

  private checkRouteTables(subnets: ec2.ISubnet[]): void {
    const unknown = subnets.filter(({ routeTable }) => routeTable.routeTableId === undefined);
    if (unknown.length > 0) {
      throw new InvalidInputError({
        got: `subnets whose route tables are not known (${unknown.map(place).join(', ')})`,
        expected: 'subnets with their route tables, into which a gateway endpoint for S3 is put',
        fix: 'import the VPC by Vpc.fromLookup(), or name the route tables in Vpc.fromVpcAttributes(); or name the gateway endpoint that the VPC has, as '
          + 's3Endpoint: GatewayVpcEndpoint.fromGatewayVpcEndpointId()',
      }, this);
    }
  }

  private checkRegion({ region }: CacheAddress): void {
    const own = Stack.of(this.vpc).region;
    if (differ(region, own)) {
      throw new InvalidInputError({
        got: `a cache of the Region ${region} for endpoints in the Region ${own}`,
        expected: 'caches of the same Region, which alone these endpoints reach',
        fix: 'pull from a cache of this Region, or choose EndpointPolicies.fullAccess() and a route to the internet for the other',
      }, this);
    }
  }

  private warnOfFirstPull(subnets: ec2.ISubnet[]): void {
    const isolated = subnets.filter(subnet => this.vpc.isolatedSubnets.includes(subnet));
    if (isolated.length > 0) {
      warn(this, WarningId.FIRST_PULL_NEEDS_INTERNET,
        `images are pulled from isolated subnets (${isolated.map(place).join(', ')}), and a first pull may need a route to the internet, even with `
        + 'endpoints: it can fail there. Let something outside pull each image first, such as a CacheProbe, then acknowledge this warning.');
    }
  }

  private warnOfOwnPolicy(endpoint: ec2.IVpcEndpoint | ec2.CfnVPCEndpoint): void {
    warn(this, WarningId.ENDPOINT_NOT_SCOPED,
      `the endpoint ${place(endpoint)} exists and keeps its policy: it is not scoped to the caches, and has to let pulls through it. `
      + 'See to that where it is made, and acknowledge this warning.');
  }

  /** Private DNS names and route tables have place for one endpoint of a service. */
  private endpointsMadeLater(): string[] {
    const own = [this.ecrApiEndpoint, this.ecrDockerEndpoint, this.s3Endpoint]
      .map(endpoint => endpoint?.node.defaultChild as ec2.CfnVPCEndpoint | undefined);
    return Object.values(PullEndpoint).flatMap((service, index) => {
      const mine = own[index];
      const others = mine ? endpointsInTree(this, this.vpc, service).filter(other => other !== mine && collide(mine, other)) : [];
      return others.map(other => problemAt(other, {
        got: `a second endpoint for ${service.slice(1)} in one VPC (${place(mine!)} is the first)`,
        expected: 'one, since its private DNS name or its route tables are taken',
        fix: 'make it before the CacheVpcAccess, which uses it then, or leave it out',
      }));
    });
  }
}

/* Each option once: a `Record` that lacks one does not compile. */
const OPTIONS = Object.keys({
  vpc: 0,
  endpointPolicies: 0,
  subnets: 0,
  securityGroups: 0,
  allowedPeers: 0,
  ipAddressType: 0,
  ecrApiEndpoint: 0,
  ecrDockerEndpoint: 0,
  s3Endpoint: 0,
} satisfies Record<keyof CacheVpcAccessProps, 0>);

function given(props: CacheVpcAccessProps, service: PullEndpoint): ec2.IVpcEndpoint | undefined {
  return service === PullEndpoint.ECR_API ? props.ecrApiEndpoint : props.ecrDockerEndpoint;
}

function collide(one: ec2.CfnVPCEndpoint, other: ec2.CfnVPCEndpoint): boolean {
  return one.routeTableIds === undefined || one.routeTableIds.some(table => other.routeTableIds?.includes(table));
}
