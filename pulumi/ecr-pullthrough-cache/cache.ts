import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { EcrPullThroughCacheArgs } from './args';
import { checked, checkTogether, withoutMissing } from './checks';
import { watchFailedPulls } from './monitoring';
import { registryPolicy } from './policies';
import { policyOfPullers, pullersElsewhere, warnOfTags } from './pullers';
import { repositoryTemplate } from './repositories';
import { rule, upstreamRole } from './upstream';

/** The type that the component has which Echo publishes: what was made by it becomes this component's. */
const EARLIER_TYPE = 'echo-pulumi-ecr-mirror:index:EcrPullThroughCache';

/**
 * An Amazon ECR pull-through cache of Echo's images, or of any other upstream: the rule, the role that ECR assumes to read Echo's
 * registry, the template that cached repositories are born with, a policy for pullers, and an alarm on imports that fail.
 */
export class EcrPullThroughCache extends pulumi.ComponentResource {
  /** The prefix of the cached repositories. */
  public readonly cacheNamespace: pulumi.Output<string>;

  /** The role that ECR assumes to read a private ECR registry; empty for other upstreams. */
  public readonly roleArn: pulumi.Output<string>;

  /** Commands that log in and pull an image: put its name and tag in. */
  public readonly usageInstructions: pulumi.Output<string>;

  /** What to write before the name of an image of the upstream. */
  public readonly imagePrefix: pulumi.Output<string>;

  /** The policy to attach to the roles of this account that pull. */
  public readonly pullerPolicyArn: pulumi.Output<string>;

  /**
   * What the registry policy of this account has to hold besides, so that the accounts of `pullerAccountIds` make first pulls; empty
   * without them. An account has one registry policy per Region, so this component leaves it alone.
   */
  public readonly registryPolicyJson: pulumi.Output<string>;

  /** The log group with the reasons of failed imports. */
  public readonly failedPullsLogName: pulumi.Output<string>;

  /** The alarm on failed imports. */
  public readonly failedPullsAlarmArn: pulumi.Output<string>;

  constructor(name: string, args: EcrPullThroughCacheArgs, opts: pulumi.ComponentResourceOptions = {}) {
    // the package is that of package.json: for programs in other languages Pulumi asks for this type by it
    super('ecr-pullthrough-cache:index:EcrPullThroughCache', name, args, {
      ...opts,
      aliases: [...(opts.aliases ?? []), { type: EARLIER_TYPE }],
    });
    const given = withoutMissing(args);
    checkTogether(given);
    const options = { parent: this };
    const place = pulumi.all([aws.getCallerIdentityOutput({}, options), aws.getRegionOutput({}, options), aws.getPartitionOutput({}, options)])
      .apply(([{ accountId: account }, { region }, { partition, dnsSuffix: suffix }]) => ({ account, region, partition, suffix }));
    const cacheNamespace = checked('cacheNamespace', given.cacheNamespace ?? 'echo');
    const cachedImages = pulumi.interpolate`arn:${place.partition}:ecr:${place.region}:${place.account}:repository/${cacheNamespace}/*`;
    const context = { name, args: given, options, place, cacheNamespace, cachedImages };

    const upstream = given.echoRegistryAccountId === undefined ? undefined : upstreamRole(context, given.echoRegistryAccountId);
    const template = repositoryTemplate(context);
    rule(context, upstream ? [upstream.policy, template] : [template], upstream?.role);
    const pullers = policyOfPullers(context);
    const { alarm, log } = watchFailedPulls(context);

    const registry = pulumi.interpolate`${place.account}.dkr.ecr.${place.region}.${place.suffix}`;
    this.cacheNamespace = cacheNamespace;
    this.roleArn = upstream?.role.arn ?? pulumi.output('');
    this.imagePrefix = pulumi.interpolate`${registry}/${cacheNamespace}/`;
    this.usageInstructions = pulumi.all([place.region, registry, this.imagePrefix]).apply(([region, host, prefix]) =>
      `aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${host} && docker pull ${prefix}<image>:<tag>`);
    this.pullerPolicyArn = pullers.arn;
    this.registryPolicyJson = pulumi.all([pullersElsewhere(context), cachedImages])
      .apply(([who, images]) => who.accountIds.length > 0 ? registryPolicy(who, images) : '');
    warnOfTags(context);
    this.failedPullsLogName = log.name;
    this.failedPullsAlarmArn = alarm.arn;
    this.registerOutputs({
      cacheNamespace: this.cacheNamespace,
      roleArn: this.roleArn,
      usageInstructions: this.usageInstructions,
      imagePrefix: this.imagePrefix,
      pullerPolicyArn: this.pullerPolicyArn,
      registryPolicyJson: this.registryPolicyJson,
      failedPullsLogName: this.failedPullsLogName,
      failedPullsAlarmArn: this.failedPullsAlarmArn,
    });
  }
}
