import { CfnResource, Lazy, Token } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule, CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { comparePlacement, Placement } from '../private/placement';

/**
 * The prefixes below one that this app gives to other rules and templates of its account and Region, and those that the user leaves out.
 * The function asks ECR as well; but when a stack is removed, the rule of another prefix may be gone before.
 */
export function otherPrefixes(scope: IConstruct, prefix: string, leftOut: string[]): string[] {
  return Lazy.list({
    produce: () => {
      const given = scope.node.root.node.findAll()
        .filter(construct => CfnResource.isCfnResource(construct) && comparePlacement(scope, construct) !== Placement.DIFFERENT)
        .map(prefixOf)
        .filter(other => other !== undefined && !Token.isUnresolved(other) && other.startsWith(`${prefix}/`));
      return [...new Set([...given as string[], ...leftOut])].sort();
    },
  });
}

function prefixOf(construct: IConstruct): string | undefined {
  if (CfnPullThroughCacheRule.isCfnPullThroughCacheRule(construct)) {
    return construct.ecrRepositoryPrefix;
  }
  return CfnRepositoryCreationTemplate.isCfnRepositoryCreationTemplate(construct) ? construct.prefix : undefined;
}
