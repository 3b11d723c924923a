import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { checked, given } from './checks';
import type { Context } from './context';
import { creationRolePolicy, lifecyclePolicy, repositoryPolicy, trust } from './policies';
import { isAnybody, pulledFromElsewhere, pullersElsewhere } from './pullers';

/** How repositories are born that a first pull creates. It never changes one that exists. */
export function repositoryTemplate(cache: Context): aws.ecr.RepositoryCreationTemplate {
  const { name, args, options, cacheNamespace } = cache;
  const kmsKeyArn = args.kmsKeyArn === undefined ? undefined : checked('kmsKeyArn', args.kmsKeyArn);
  const tagged = given(args.repositoryTags);
  const creation = tagged || kmsKeyArn ? creationRole(cache, kmsKeyArn) : undefined;
  return new aws.ecr.RepositoryCreationTemplate(`${name}-template`, {
    prefix: cacheNamespace,
    appliedFors: ['PULL_THROUGH_CACHE'],
    description: pulumi.interpolate`Repositories below ${cacheNamespace}`,
    imageTagMutability: 'MUTABLE',
    encryptionConfigurations: [kmsKeyArn ? { encryptionType: 'KMS', kmsKey: kmsKeyArn } : { encryptionType: 'AES256' }],
    lifecyclePolicy: pulumi.all([checked('imagesKept', args.imagesKept ?? 10), checked('untaggedImageDays', args.untaggedImageDays ?? 30)])
      .apply(counts => lifecyclePolicy(...counts)),
    // a list that is known later may be empty then, and a policy without statements is none
    repositoryPolicy: pulledFromElsewhere(args)
      ? pullersElsewhere(cache).apply(who => isAnybody(who) ? repositoryPolicy(who) : undefined) as pulumi.Output<string>
      : undefined,
    resourceTags: tagged ? checked('repositoryTags', args.repositoryTags!) : undefined,
    customRoleArn: creation?.role.arn,
  }, { ...options, dependsOn: creation ? [creation.policy] : [] });
}

/** The role that ECR assumes to create repositories with tags or with a key. It may have no path. */
function creationRole({ name, args, options, place, cacheNamespace, cachedImages }: Context, kmsKeyArn?: pulumi.Output<string>):
{ role: aws.iam.Role; policy: aws.iam.RolePolicy } {
  const role = new aws.iam.Role(`${name}-creation`, {
    description: pulumi.interpolate`Creates the repositories below ${cacheNamespace} as their template says`,
    assumeRolePolicy: trust('ecr.amazonaws.com'),
    permissionsBoundary: args.permissionsBoundary,
    tags: args.tags,
  }, options);
  const policy = new aws.iam.RolePolicy(`${name}-creation-policy`, {
    name: 'CreateRepositories',
    role: role.id,
    policy: pulumi.all([place, cachedImages, kmsKeyArn]).apply(([where, images, key]) => creationRolePolicy(where, images, key)),
  }, options);
  return { role, policy };
}
