import { CfnResource, Lazy } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule, CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import type { Construct, IConstruct } from 'constructs';
import { accessTexts } from '../private/access';
import { checkPrefix, ROOT } from '../private/checks';
import { InvalidInputError } from '../private/errors';
import { comparePlacement, Placement } from '../private/places';
import { isLater } from '../private/later';

/** Refuses to work through a whole registry. */
export function checkNotRoot(prefix: string, what: string, scope: Construct): void {
  if (prefix === ROOT) {
    throw new InvalidInputError({
      got: `the prefix ROOT for ${what}`,
      expected: 'a prefix of its own, since ROOT stands for every repository of the registry that no other prefix has',
      fix: 'give the cache a prefix, or work on the repositories one by one',
    }, scope);
  }
}

/** Refuses what is left out without being below the prefix. */
export function readLeftOut(given: string[] | undefined, prefix: string, scope: Construct): string[] {
  const leftOut = given === undefined ? [] : accessTexts('prefixes in leaveOut', given, 'leave leaveOut out when nothing is to be left alone', scope);
  for (const one of leftOut) {
    checkPrefix('prefix that is left out', one, scope, 256);
    if (!one.startsWith(`${prefix}/`)) {
      throw new InvalidInputError({
        got: `'${one}' to be left out of what is below '${prefix}'`,
        expected: `a prefix that begins with '${prefix}/'`,
        fix: `write it whole, such as '${prefix}/team'`,
      }, scope);
    }
  }
  return leftOut;
}

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
        .filter(other => other !== undefined && !isLater(other) && other.startsWith(`${prefix}/`));
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
