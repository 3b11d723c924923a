import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';

/**
 * The prefix of a rule as it was written. The reference of an L1 rule is its `Ref`: a token in which nobody can tell `ROOT`,
 * and which locks the rule by an export when another stack uses it.
 */
export function prefixOf(rule: IPullThroughCacheRuleRef): string {
  const written = CfnPullThroughCacheRule.isCfnPullThroughCacheRule(rule) ? rule.ecrRepositoryPrefix : undefined;
  return written ?? rule.pullThroughCacheRuleRef.ecrRepositoryPrefix;
}
