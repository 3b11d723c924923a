import { BootstraplessSynthesizer, CfnOutput, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { CacheLifecycleRule, PullPolicy, PullThroughCache, UpstreamRegistry, UpstreamRole } from 'cdk-ecr-pull-through-cache';
import type { Construct } from 'constructs';

/**
 * A cache as a template that others deploy: without a bootstrapped account, without assets, with parameters where they decide.
 *
 * A prefix as a parameter is checked by CloudFormation alone, and changing it later replaces the rule: give it to each stack once.
 */
export class PlainTemplateStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: "A pull-through cache of Echo's images",
      // neither a bootstrap version to check nor a bucket for assets
      synthesizer: new BootstraplessSynthesizer(),
    });
    const echoAccount = new CfnParameter(this, 'EchoAccount', {
      description: "The account of Echo's registry",
      allowedPattern: '^[0-9]{12}$',
      constraintDescription: 'must be the 12 digits of an AWS account id',
    });
    const prefix = new CfnParameter(this, 'Prefix', { description: 'The prefix of the cached repositories', default: 'echo', minLength: 2, maxLength: 30 });
    const imagesKept = new CfnParameter(this, 'ImagesKept', { type: 'Number', description: 'Tagged images kept', default: 10, minValue: 1 });

    const echo = new PullThroughCache(this, 'Echo', {
      upstream: UpstreamRegistry.echo({ account: echoAccount.valueAsString }),
      repositoryPrefix: prefix.valueAsString,
      upstreamRole: UpstreamRole.scopedToRepositories({ policyName: 'ReadEcho' }),
      repositoryTemplate: {
        lifecycleRules: [CacheLifecycleRule.keepNewest(imagesKept.valueAsNumber), CacheLifecycleRule.expireUntaggedAfter(Duration.days(30))],
      },
    });
    new CfnOutput(this, 'PullPolicyArn', { value: new PullPolicy(this, 'PullPolicy', { caches: [echo] }).managedPolicyArn });
    new CfnOutput(this, 'PullCommand', { value: echo.image('nginx:1.27').pullCommand });
  }
}
