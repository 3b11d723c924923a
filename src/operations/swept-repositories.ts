import { AspectPriority, Aspects, CfnResource, Lazy, Stack, Token } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule, CfnRepository, CfnRepositoryCreationTemplate } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import { stacksAround } from './operation-resources';
import { SETTINGS } from '../functions/contract';
import type { SweepSettings } from '../functions/contract';
import { settingsLater } from '../monitoring/function-settings';
import { accessTexts, isMissing } from '../private/access';
import { checkPrefix, ROOT } from '../private/checks';
import { InvalidInputError, place, problemAt, warn, WarningId } from '../private/errors';
import type { Problem } from '../private/errors';
import { checkWhenKnown, isLater, knownHead } from '../private/later';
import { comparePlacement, outermostStack, Placement, stacksBefore } from '../private/places';
import { isReferable, referredBy } from '../private/referable';
import { arnsByStatement } from '../pulling/grants/statements';
import { CacheActions } from '../rule/cache-actions';

/** Names that are left out: what comes late, such as the repositories of the app, stands beside them. */
const MOST_IN_A_STATEMENT = 10;

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
    this.warnOfUntold(what);
  }

  /** The environment that tells the function, and the text of it, which changes when it does. */
  public environment<T extends SweepSettings>(
    own: Omit<T, keyof SweepSettings>): { readonly variables: { [name: string]: string }; readonly text: string } {
    const { scope, prefix } = this;
    const settings = (): SweepSettings => ({ ...own, prefix, others: this.others(), leftOut: this.left(), stacks: stacksAround(scope) });
    const text = settingsLater(scope, settings, 'name what is left out by a prefix that is common to it');
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
    const deny = (resources: string[]) => role.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: [...actions], resources }));
    const below = (names: readonly string[]) => names.flatMap(one => [one, `${one}/*`]).map(name => this.arn(name));
    // aws-cdk parts a policy that is too long by its statements
    const more = this.leftOut.slice(MOST_IN_A_STATEMENT);
    deny(Lazy.list({
      // a repository that is called as the prefix is never cached, so that the list has an entry
      produce: () => [
        ...[this.prefix, ...this.others().map(other => `${other}/*`)].map(name => this.arn(name)),
        ...below(this.left().filter(one => !more.includes(one))),
      ],
    }));
    if (more.length > 0) { arnsByStatement(below(more), this.scope).forEach(deny); }
  }

  /**
   * The prefixes below that this app gives to other rules and templates of its account and Region, with those that only the deployment knows: the
   * function compares them then. It asks ECR as well; but when a stack is removed, the rule of another prefix may be gone before.
   */
  private others(): string[] {
    return [...new Set(this.siblings().filter(one => one.told).map(one => one.prefix))].sort();
  }

  /** What the user left out, and the repositories of this app: they belong to their stacks. */
  private left(): string[] {
    const own = this.scope.node.root.node.findAll()
      .filter(one => CfnRepository.isCfnRepository(one))
      .filter(one => comparePlacement(this.scope, one) !== Placement.DIFFERENT)
      .map(one => one.repositoryName)
      .filter((name): name is string => name !== undefined && !isLater(name) && name.startsWith(`${this.prefix}/`));
    return [...new Set([...this.leftOut, ...own])].sort();
  }

  /** What may be below the prefix, and whether the function can be told. */
  private siblings(): { readonly prefix: string; readonly told: boolean; readonly at: IConstruct }[] {
    const own = knownText(this.scope, this.prefix);
    return this.scope.node.root.node.findAll()
      .filter(construct => CfnResource.isCfnResource(construct) && comparePlacement(this.scope, construct) !== Placement.DIFFERENT)
      .flatMap(at => {
        const written = prefixOf(at);
        const prefix = written === undefined ? undefined : knownText(at, written);
        return prefix !== undefined && prefix !== own && mayBeBelow(prefix, own) ? [{ prefix, told: canBeTold(this.scope, prefix), at }] : [];
      });
  }

  /** Warns of prefixes of which neither the function nor its role can be told, once the whole app is there. */
  private warnOfUntold(what: string): void {
    Aspects.of(this.scope).add({
      visit: node => {
        const untold = node === this.scope ? this.siblings().filter(one => !one.told) : [];
        if (untold.length > 0) {
          warn(this.scope, WarningId.SIBLING_NOT_TOLD,
            `${what} can't be told the prefix of ${[...new Set(untold.map(one => place(one.at)))].join(', ')}, which only the deployment of another `
            + 'stack knows and which may be a longer one: once that is gone from ECR, its repositories count as those of this prefix. Write its prefix '
            + 'out, or leave it out by leaveOut, then acknowledge this warning.');
        }
      },
    }, { priority: AspectPriority.READONLY });
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
    checkBelow(one, prefix, scope);
    checkWhenKnown('name in leaveOut', scope, one, known => checkBelow(known, prefix, scope));
  }
  scope.node.addValidation({ validate: () => leftOut.filter(one => isNothing(scope, one)).map(() => problemAt(scope, NOTHING_LEFT_OUT)) });
  return [...new Set(leftOut)].sort();
}

const NOTHING_LEFT_OUT: Problem = {
  got: 'a name in leaveOut that turns out to be nothing when the app is synthesized',
  expected: 'a name below the prefix',
  fix: 'look for the value that is not set where the name is made, or take the name out of leaveOut',
};

/** Whether a text that was to be known later is none: aws-cdk drops it from lists. */
function isNothing(scope: IConstruct, text: string): boolean {
  const known: unknown = Stack.of(scope).resolve(text);
  return isMissing(known) || known === '';
}

function checkBelow(one: string, prefix: string, scope: IConstruct): void {
  if (!one.startsWith(`${prefix}/`) && !isLater(one) && !isLater(prefix)) {
    throw new InvalidInputError({
      got: `'${one}' to be left out of what is below '${prefix}'`,
      expected: `a name that begins with '${prefix}/'`,
      fix: `write it whole, such as '${prefix}/team'`,
    }, scope);
  }
}

/** A text as it is written in the end where synthesis knows it, such as that of a `Lazy`. */
function knownText(scope: IConstruct, text: string): string {
  const known: unknown = Token.isUnresolved(text) ? Stack.of(scope).resolve(text) : text;
  return typeof known === 'string' ? known : text;
}

/** Whether one prefix may turn out to be below another, by what is written before the first part that only the deployment knows. */
function mayBeBelow(one: string, prefix: string): boolean {
  const [head, from] = [one, `${prefix}/`].map(knownHead);
  return head.startsWith(from) || isLater(one) && from.startsWith(head);
}

/** Whether the template of a scope may hold a prefix: references between stacks go one way only. */
function canBeTold(scope: IConstruct, prefix: string): boolean {
  return !Token.isUnresolved(prefix) || isReferable(scope, prefix)
    && [...referredBy(Stack.of(scope), prefix)].every(target => !stacksBefore(outermostStack(target)).has(outermostStack(scope)));
}

function prefixOf(construct: IConstruct): string | undefined {
  if (CfnPullThroughCacheRule.isCfnPullThroughCacheRule(construct)) {
    return construct.ecrRepositoryPrefix;
  }
  return CfnRepositoryCreationTemplate.isCfnRepositoryCreationTemplate(construct) ? construct.prefix : undefined;
}
