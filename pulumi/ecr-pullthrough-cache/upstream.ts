import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { checked } from './checks';
import type { Context } from './context';
import { trust, upstreamRolePolicy } from './policies';

/** The role that ECR assumes to read a private ECR registry, and its policy. */
export interface UpstreamRole {
  readonly role: aws.iam.Role;
  readonly policy: aws.iam.RolePolicy;
}

export function upstreamRole(cache: Context, echoRegistryAccountId: pulumi.Input<string>): UpstreamRole {
  const { name, args, options } = cache;
  const roleName = args.roleName ?? 'echo-ecr-mirror-role';
  const policyName = args.policyName ?? 'echo-ecr-mirror-policy';
  const role = new aws.iam.Role(`${name}-role`, {
    name: checked('roleName', roleName),
    assumeRolePolicy: trust('pullthroughcache.ecr.amazonaws.com'),
    permissionsBoundary: args.permissionsBoundary,
    tags: args.tags,
  }, { ...options, aliases: earlierName(name, roleName) });

  const account = checked('echoRegistryAccountId', echoRegistryAccountId);
  const region = checked('echoRegistryRegion', args.echoRegistryRegion ?? 'us-east-1');
  const below = checked('upstreamRepositoryPrefix', args.upstreamRepositoryPrefix ?? 'ROOT').apply(prefix => prefix === 'ROOT' ? '*' : `${prefix}/*`);
  const upstreamImages = pulumi.interpolate`arn:${cache.place.partition}:ecr:${region}:${account}:repository/${below}`;
  const permissions = checked('rolePermissions', args.rolePermissions ?? 'scoped');
  const policy = new aws.iam.RolePolicy(`${name}-role-policy`, {
    name: checked('policyName', policyName),
    role: role.id,
    policy: pulumi.all([permissions, upstreamImages, cache.cachedImages]).apply(all => upstreamRolePolicy(...all)),
  }, { ...options, aliases: earlierName(name, policyName) });
  return { role, policy };
}

/** The name that a resource had in the component that Echo publishes: it held the name in AWS. */
function earlierName(name: string, physicalName: pulumi.Input<string>): pulumi.Alias[] {
  return typeof physicalName === 'string' ? [{ name: `${name}-${physicalName}` }] : [];
}

/** The rule. A first pull before what it depends on would fail, or create a repository that no template has shaped. */
export function rule({ name, args, options, place, cacheNamespace }: Context, dependsOn: pulumi.Resource[], role?: aws.iam.Role): void {
  const upstreamRegistryUrl = args.upstreamRegistryUrl !== undefined
    ? checked('upstreamRegistryUrl', args.upstreamRegistryUrl)
    : pulumi.interpolate`${args.echoRegistryAccountId}.dkr.ecr.${args.echoRegistryRegion ?? 'us-east-1'}.${place.suffix}`;
  new aws.ecr.PullThroughCacheRule(`${name}-rule`, {
    ecrRepositoryPrefix: cacheNamespace,
    upstreamRegistryUrl,
    upstreamRepositoryPrefix: args.upstreamRepositoryPrefix,
    credentialArn: args.credentialArn === undefined ? undefined : checked('credentialArn', args.credentialArn),
    customRoleArn: role?.arn,
  }, { ...options, dependsOn });
}
