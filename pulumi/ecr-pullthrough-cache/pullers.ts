import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { EcrPullThroughCacheArgs } from './args';
import { checked, given } from './checks';
import type { Context } from './context';
import { pullerPolicy } from './policies';
import type { PullersElsewhere } from './policies';

/** Whether principals of other accounts pull. */
export function pulledFromElsewhere(args: EcrPullThroughCacheArgs): boolean {
  return given(args.pullerAccountIds) || args.pullerOrganizationId !== undefined;
}

/** Who pulls from other accounts. */
export function pullersElsewhere({ args, place }: Context): pulumi.Output<PullersElsewhere> {
  const organization = args.pullerOrganizationId === undefined ? undefined : checked('pullerOrganizationId', args.pullerOrganizationId);
  return pulumi.all([place, checked('pullerAccountIds', args.pullerAccountIds ?? []), organization])
    .apply(([{ account, partition }, accountIds, organizationId]) => ({ account, partition, accountIds, organizationId }));
}

/** Whether anybody is among them, now that they are known. */
export function isAnybody({ accountIds, organizationId }: PullersElsewhere): boolean {
  return accountIds.length > 0 || organizationId !== undefined;
}

/** ECR takes `ecr:TagResource` from identity-based policies only. */
export function warnOfTags(cache: Context): void {
  const { args, options } = cache;
  if (!pulledFromElsewhere(args) || !given(args.repositoryTags)) {
    return;
  }
  pulumi.all([pullersElsewhere(cache), pulumi.output(args.repositoryTags ?? {})]).apply(([who, tags]) => {
    if (isAnybody(who) && Object.keys(tags).length > 0) {
      void pulumi.log.warn(
        'the repositories are born with tags: a first pull then needs ecr:TagResource, which ECR takes from identity-based policies only, so one from '
        + 'another account is expected to fail. Leave repositoryTags out, or make the first pull in this account.', options.parent);
    }
  });
}

/** What a role of this account needs to pull. */
export function policyOfPullers({ name, args, options, cachedImages }: Context): aws.iam.Policy {
  return new aws.iam.Policy(`${name}-pullers`, {
    description: 'Lets roles of this account pull through the cache, also what nobody has pulled before',
    policy: cachedImages.apply(images => pullerPolicy(images, given(args.repositoryTags))),
    tags: args.tags,
  }, options);
}
