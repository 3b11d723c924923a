import { CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule, CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import { stacksAround } from './operation-resources';
import { SETTINGS } from '../functions/contract';
import type { SweepSettings } from '../functions/contract';
import { checkSettings } from '../monitoring/schedule';
import { accessTexts } from '../private/access';
import { checkPrefix, ROOT } from '../private/checks';
import { InvalidInputError } from '../private/errors';
import { isLater } from '../private/later';
import { comparePlacement, Placement } from '../private/places';
import { CacheActions } from '../rule/cache-actions';

/** The repositories of a prefix that a function works through, and those below it that it leaves alone. */
export class SweptRepositories {
  private readonly leftOut: string[];

  /**
   * Refuses to work through a whole registry.
   *
   * @param what what is done: `the removal of repositories`
   */
  constructor(private readonly scope: Construct, private readonly prefix: string, leaveOut: string[] | undefined, what: string) {
    if (prefix === ROOT) {
      throw new InvalidInputError({
        got: `the prefix ROOT for ${what}`,
        expected: 'a prefix of its own, since ROOT stands for every repository of the registry that no other prefix has',
        fix: 'give the cache a prefix, or work on the repositories one by one',
      }, scope);
    }
    this.leftOut = readLeftOut(leaveOut, prefix, scope);
  }

  /** The environment that tells the function, and the text of it, which changes when it does. */
  public environment<T extends SweepSettings>(
    own: Omit<T, keyof SweepSettings>): { readonly variables: { [name: string]: string }; readonly text: string } {
    const { scope, prefix, leftOut } = this;
    const text = Lazy.string({
      produce: () => {
        const settings: SweepSettings = { ...own, prefix, others: this.others(), leftOut, stacks: stacksAround(scope) };
        checkSettings(scope, settings, 'name what is left out by a prefix that is common to it');
        return Stack.of(scope).toJsonString(settings);
      },
    });
    return { variables: { [SETTINGS]: text }, text };
  }

  /** Lets the role find out which repositories are meant. */
  public letList(role: iam.Role): void {
    role.addToPolicy(new iam.PolicyStatement({ actions: [...CacheActions.LIST_RULES, ...CacheActions.LIST_TEMPLATES], resources: ['*'] }));
    // a list of repositories can't be narrowed to a prefix
    role.addToPolicy(new iam.PolicyStatement({ actions: [...CacheActions.LIST_REPOSITORIES], resources: [this.arn('*')] }));
  }

  /** Lets the role do something with the repositories of the prefix. An action that turns out undefined at synthesis leaves the list. */
  public letDo(role: iam.Role, actions: readonly string[]): void {
    role.addToPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [this.arn(`${this.prefix}/*`)] }));
  }

  /** Denies what changes something to the role, on the repositories that are left alone: the function is not all that stands before them. */
  public denyOnOthers(role: iam.Role, actions: readonly string[]): void {
    role.addToPolicy(new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: [...actions],
      // a repository that is called as the prefix is never cached, so that the list has an entry
      resources: Lazy.list({
        produce: () => [this.prefix, ...this.others().map(other => `${other}/*`), ...this.leftOut.flatMap(one => [one, `${one}/*`])].map(name => this.arn(name)),
      }),
    }));
  }

  /**
   * The prefixes below that this app gives to other rules and templates of its account and Region. The function asks ECR as well; but when a
   * stack is removed, the rule of another prefix may be gone before.
   */
  private others(): string[] {
    const given = this.scope.node.root.node.findAll()
      .filter(construct => CfnResource.isCfnResource(construct) && comparePlacement(this.scope, construct) !== Placement.DIFFERENT)
      .map(prefixOf)
      .filter(other => other !== undefined && !isLater(other) && other.startsWith(`${this.prefix}/`));
    return [...new Set(given as string[])].sort();
  }

  private arn(resourceName: string): string {
    return Stack.of(this.scope).formatArn({ service: 'ecr', resource: 'repository', resourceName });
  }
}

/** Refuses what is left out without being below the prefix. What only the deployment knows, the function refuses. */
function readLeftOut(given: string[] | undefined, prefix: string, scope: Construct): string[] {
  const leftOut = given === undefined ? [] : accessTexts('names in leaveOut', given, 'leave the option leaveOut out when nothing is to be left alone', scope);
  for (const one of leftOut) {
    checkPrefix('name that is left out', one, scope, 256);
    if (!one.startsWith(`${prefix}/`) && !isLater(one) && !isLater(prefix)) {
      throw new InvalidInputError({
        got: `'${one}' to be left out of what is below '${prefix}'`,
        expected: `a name that begins with '${prefix}/'`,
        fix: `write it whole, such as '${prefix}/team'`,
      }, scope);
    }
  }
  return [...new Set(leftOut)].sort();
}

function prefixOf(construct: IConstruct): string | undefined {
  if (CfnPullThroughCacheRule.isCfnPullThroughCacheRule(construct)) {
    return construct.ecrRepositoryPrefix;
  }
  return CfnRepositoryCreationTemplate.isCfnRepositoryCreationTemplate(construct) ? construct.prefix : undefined;
}
