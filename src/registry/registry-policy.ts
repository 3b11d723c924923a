import { createHash } from 'crypto';
import { Lazy, Resource, Stack } from 'aws-cdk-lib';
import { CfnRegistryPolicy } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import { OnlyImports } from './only-imports';
import type { OnlyImportsOptions } from './only-imports';
import { refusals } from '../private/accepted';
import { accessList, checkNoMore, checkOptions, checkProps, emptyConditionProblems, isMissing, isOpenToEverybody, readFlag } from '../private/access';
import { jsonLength, ROOT } from '../private/checks';
import { CheckId, InvalidInputError, place, problemAt, warn, WarningId } from '../private/errors';
import type { Problem } from '../private/errors';
import { checkList, checkStatements } from '../private/given';
import { isLater } from '../private/later';
import { differ } from '../private/places';
import { sortedByKey } from '../private/sorted';
import { checkNotSynthesized, claimRegistry } from '../private/tree';
import { CachePullers } from '../repository/cache-pullers';
import { OwnerHalf, PullerRegister } from '../repository/puller-register';
import { readAllowList, WHOLE_CACHE } from '../rule/allow-list';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress, checkOwnRegistry } from '../rule/cache-address';
import { checkKnownFrom } from '../rule/own-place';

const FIRST_PULL = 'FirstPull';
const QUARANTINE = 'Quarantine';

/** Who may make first pulls, and of what. */
export interface FirstPullOptions {
  /** Who may: at least one. An organisation has to name its accounts, since the policy does without the principal `*`. */
  readonly pullers: CachePullers[];

  /**
   * What may be imported, as paths below the prefix: `nginx`, or `team/*` for all that begins with `team/`. An empty list is refused.
   *
   * @default - everything
   */
  readonly images?: string[];
}

/** What is stopped. */
export interface QuarantineOptions {
  /** The images, as paths below the prefix: `library/redis`, or `team/*` for all that begins with `team/`. An empty list is refused. */
  readonly images: string[];

  /**
   * Whether what is cached is still pulled, and only imports are stopped: for the other tags, once the poisoned one is deleted. IAM knows repositories, and
   * neither tags nor digests.
   *
   * @default false
   */
  readonly cachedStillPulled?: boolean;
}

/** Properties of a `RegistryPolicy`. */
export interface RegistryPolicyProps {
  /**
   * The statements that the registry policy of this account and Region has already. This construct replaces the policy, so what isn't named
   * here is gone. `iam.PolicyStatement.fromJson()` reads what `aws ecr get-registry-policy` prints.
   *
   * @default - none
   */
  readonly existingStatements?: iam.PolicyStatement[];
}

/**
 * The registry policy of an account and Region: `AWS::ECR::RegistryPolicy`. There is one, so make one construct and let all caches add to
 * it; a second for the same account and Region is refused. CloudFormation refuses to create it over one that exists: delete that one, after
 * you named its statements in `existingStatements`.
 *
 * `allowFirstPull()` lets pullers read as well: before its first image a repository has no policy of its own that could, and repositories that
 * are older than the cache's template have none either. Amazon ECR User Guide, "Private registry permissions in Amazon ECR".
 *
 * @example
 * import { CachePullers, PullThroughCache, RegistryPolicy } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 *
 * const policy = new RegistryPolicy(this, 'RegistryPolicy');
 * policy.allowFirstPull(echo, { pullers: [CachePullers.account('111122223333')], images: ['nginx', 'team/*'] });
 */
export class RegistryPolicy extends Resource {
  private readonly written: iam.PolicyStatement[];
  private readonly firstPulls: iam.PolicyStatement[] = [];
  private readonly denials: iam.PolicyStatement[] = [];
  private onlyImports?: OnlyImports;

  constructor(scope: Construct, id: string, props: RegistryPolicyProps = {}) {
    super(scope, id);
    checkProps(this, RegistryPolicy, 'a registry policy', props ?? {}, ['existingStatements']);
    claimRegistry(this, {
      name: 'registry policy',
      resourceType: CfnRegistryPolicy.CFN_RESOURCE_TYPE_NAME,
      fix: 'keep one RegistryPolicy and let all caches add to it',
    });
    this.written = readStatements(props?.existingStatements, this);
    this.node.addValidation({ validate: () => registryPolicyProblems(this.written, this.made(), this.document(Stack.of(this)), this) });
    new CfnRegistryPolicy(this, 'Resource', {
      policyText: Lazy.uncachedAny({ produce: context => this.document(context) }),
    });
  }

  /**
   * Lets others import images through a cache, create the repositories for them and read them. Those who read but don't import are named in
   * the cache's repository template.
   *
   * @param cache the cache, or any rule of this account and Region
   * @param options who, and what
   * @throws for a cache of another account or Region, no pullers, an organisation without accounts, an empty list of images, an entry of it that is
   * no path
   */
  public allowFirstPull(cache: IPullThroughCacheRuleRef, options: FirstPullOptions): void {
    checkNotSynthesized(this, 'allowFirstPull()');
    checkNoMore('allowFirstPull', arguments, 2, 'name the images in the options', this);
    checkOptions('first pulls', options, ['pullers', 'images'], this);
    const { images } = options;
    const address = CacheAddress.fromRule(cache);
    this.checkPlace(cache, address);
    const pullers = this.readPullers(options.pullers);
    if (address.repositoryPrefix === ROOT && (images === undefined || images.includes('*'))) {
      warn(this, WarningId.WHOLE_REGISTRY_GRANT,
        'allowFirstPull() without images for a cache with the prefix ROOT opens every repository of the registry to other accounts. Name the images, or '
        + 'acknowledge this warning.');
    }
    const paths = images === undefined ? WHOLE_CACHE : readAllowList(cache, images, 'leave images out for the whole cache');
    const resources = paths.map(path => address.repositoryArn(path));
    this.firstPulls.push(...CachePullers._statements(pullers, {
      sid: statementId(FIRST_PULL, address.repositoryPrefix),
      actions: [...CacheActions.PULL_CACHED, ...CacheActions.IMPORT],
      resources,
    }, Stack.of(this).account));
    const { repositoryPrefix: prefix, account, region } = address;
    const names = paths.map(path => address.repositoryName(path));
    PullerRegister.of(this).add({ halves: [OwnerHalf.READ, OwnerHalf.IMPORT], prefix, account, region, names, pullers });
  }

  /**
   * Denies every import but those that are named: to all principals of all accounts, administrators of this one too. Only importing is denied, neither pulling
   * what is cached nor creating repositories.
   *
   * A rule for each part of the upstream that is allowed, by `upstreamRepositoryPrefix`, may do without: nothing else is there to import through it.
   * AWS's guide says of permissions that IAM takes precedence over the registry's policy; that a Deny in it holds is not verified. The service control
   * policy of what is returned doesn't rest on it.
   *
   * @param options the caches with what may be imported, and the prefixes of rules that are made elsewhere
   * @throws for a second call, a cache of another account or Region, an empty list of images or caches, no list of prefixes
   */
  public allowOnlyImports(options: OnlyImportsOptions): OnlyImports {
    checkNotSynthesized(this, 'allowOnlyImports()');
    checkNoMore('allowOnlyImports', arguments, 1, 'name the caches in the options', this);
    if (this.onlyImports) {
      throw new InvalidInputError({
        got: 'a second call of allowOnlyImports()',
        expected: 'one for a registry, since each would deny what the other allows',
        fix: 'name all caches in one call',
      }, this);
    }
    this.onlyImports = new OnlyImports(this, options);
    return this.onlyImports;
  }

  /**
   * Stops images of a cache at once, for everybody: nobody pulls them and nobody imports them again until the call is taken out. What runs already runs on:
   * docs/compromised-image.md says how to find and to remove it. That a Deny in the registry policy holds against what IAM allows is not verified; the command
   * there, for the policy of one repository, doesn't rest on it.
   *
   * @param cache the cache, or any rule of this account and Region
   * @param options what is stopped
   * @throws for a cache of another account or Region, an empty list of images, an entry of it that is no path
   */
  public quarantine(cache: IPullThroughCacheRuleRef, options: QuarantineOptions): void {
    checkNotSynthesized(this, 'quarantine()');
    checkOwnRegistry(cache, this, 'RegistryPolicy');
    checkOptions('a quarantine', options, ['images', 'cachedStillPulled'], this);
    const address = CacheAddress.fromRule(cache);
    const paths = readAllowList(cache, options.images, "write '*' to stop the whole cache");
    const [importing] = CacheActions.IMPORT;
    const pulling = readFlag('cachedStillPulled', options.cachedStillPulled ?? undefined, false, this) ? [] : CacheActions.PULL_CACHED;
    this.denials.push(new iam.PolicyStatement({
      sid: statementId(QUARANTINE, address.repositoryPrefix),
      effect: iam.Effect.DENY,
      principals: [new iam.StarPrincipal()],
      actions: [...pulling, importing],
      resources: paths.map(path => address.repositoryArn(path)),
    }));
  }

  /**
   * Adds statements as they are.
   *
   * @param statements with principals and resources, and with ids that no other statement has
   */
  public addStatements(...statements: iam.PolicyStatement[]): void {
    checkNotSynthesized(this, 'addStatements()');
    if (statements.length === 0) {
      throw new InvalidInputError({
        got: 'no statement for RegistryPolicy.addStatements()', expected: 'at least one', fix: 'leave the call out where there are none',
      }, this);
    }
    checkStatements('a statement of a registry policy', statements, this);
    this.written.push(...statements);
  }

  /** Resolved by who asks, since a reference to another stack becomes one of this template only in the context of its rendering. */
  private document(context: Resolver): RenderedPolicy {
    const render = (statement: iam.PolicyStatement): RenderedStatement =>
      sortedByKey(context.resolve(statement.toStatementJson())) as RenderedStatement;
    return { Version: '2012-10-17', Statement: withUniqueIds([...this.written, ...this.made()].map(render)) };
  }

  private made(): iam.PolicyStatement[] {
    return [...this.firstPulls, ...this.denials, ...this.onlyImports ? [this.onlyImports._statement()] : []];
  }

  private checkPlace(cache: IPullThroughCacheRuleRef, address: CacheAddress): void {
    checkKnownFrom(cache, this);
    const own = Stack.of(this);
    if (differ(address.account, own.account) || differ(address.region, own.region)) {
      throw new InvalidInputError({
        got: `a cache of the account ${address.account} and Region ${address.region}`,
        expected: `one of the account ${own.account} and Region ${own.region}, whose registry this policy belongs to`,
        fix: 'make a RegistryPolicy in a stack of that account and Region',
      }, this);
    }
    const open = ([[own.account, address.account, 'account'], [own.region, address.region, 'Region']] as const)
      .filter(([here, there]) => isLater(here) && !isLater(there)).map(([, there, word]) => `the ${word} ${there}`);
    if (open.length > 0) {
      warn(this, WarningId.CACHE_NOT_CERTAIN,
        `the cache '${address.repositoryPrefix}' (${place(cache)}) is in ${open.join(' and ')}, and the stack of this registry policy (${place(own)}) may go `
        + 'elsewhere, where the policy allows nothing. Give the stack an env, or deploy it there and acknowledge this warning.');
    }
  }

  private readPullers(given: CachePullers[]): CachePullers[] {
    const pullers = accessList('pullers', given, "name them, such as CachePullers.account('111122223333')", this);
    CachePullers._check(pullers, this);
    if (pullers.some(who => !who._numbered)) {
      throw new InvalidInputError({
        got: 'an organisation without its accounts',
        expected: "accounts in a registry policy, which isn't opened to the principal '*'",
        fix: 'name those that import by the option accounts of CachePullers.organization(); all others may pull what is cached, by the '
          + 'repositoryTemplate',
      }, this);
    }
    return pullers;
  }
}

function readStatements(given: iam.PolicyStatement[] | undefined, scope: IConstruct): iam.PolicyStatement[] {
  if (isMissing(given)) {
    return [];
  }
  checkList('existingStatements', given, scope);
  checkStatements('a statement in existingStatements', given, scope);
  return [...given];
}

/** CloudFormation reference of `AWS::ECR::RegistryPolicy`. */
const LONGEST_POLICY = 10_240;

/** What fills in the tokens of a statement. */
interface Resolver {
  resolve(value: unknown): any;
}

/** A policy as it is rendered. */
export interface RenderedPolicy {
  readonly Version: string;
  readonly Statement: RenderedStatement[];
}

/** What ECR would refuse in the policy; asked when the app is synthesized, since statements may be added until then. */
function registryPolicyProblems(
  written: iam.PolicyStatement[], made: iam.PolicyStatement[], policy: RenderedPolicy, scope: IConstruct,
): string[] {
  if (isOpenToEverybody(policy.Statement)) {
    warn(scope, WarningId.OPEN_TO_EVERYBODY,
      'the registry policy lets everybody in: a statement allows the principal \'*\' without a condition, so any AWS account may use it. Name accounts, add a '
      + 'condition such as aws:PrincipalOrgID, or acknowledge this warning.');
  }
  const problems = [written.length + made.length === 0 ? EMPTY : undefined, ...writtenProblems(written)];
  return [
    ...written.flatMap(statement => statement.validateForResourcePolicy()),
    ...problems.filter(problem => problem !== undefined).map(problem => problemAt(scope, problem)),
    ...emptyConditionProblems(policy.Statement).map(problem => problemAt(scope, problem)),
    ...lengthProblems(policy, scope),
  ];
}

const EMPTY: Problem = {
  got: 'a registry policy without statements',
  expected: 'at least one, since ECR refuses an empty policy',
  fix: 'call allowFirstPull() or addStatements(), or leave the construct out',
};

function writtenProblems(statements: iam.PolicyStatement[]): (Problem | undefined)[] {
  const ids = statements.map(statement => statement.sid).filter(id => id !== undefined);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  const without = statements.some(statement => statement.resources.length === 0 && statement.notResources.length === 0);
  return [
    twice === undefined ? undefined : {
      got: `the statement id '${twice}' twice in a registry policy`,
      expected: 'an id for each statement',
      fix: 'rename one of the two',
    },
    without ? {
      got: 'a statement of a registry policy without resources',
      expected: 'the repositories that it is about',
      fix: "add resources, such as ['*']",
    } : undefined,
  ];
}

function lengthProblems(policy: RenderedPolicy, scope: IConstruct): string[] {
  const length = jsonLength(policy, scope);
  return length <= LONGEST_POLICY ? [] : refusals(scope, CheckId.REGISTRY_POLICY_LENGTH, {
    got: `a registry policy of ${length} characters`,
    expected: `at most ${LONGEST_POLICY}`,
    fix: 'name accounts instead of their roles, allow a whole cache instead of its images, and several accounts by the option accounts of one '
      + 'CachePullers.organization()',
  });
}

/** A statement as it is rendered. */
export interface RenderedStatement {
  readonly Sid?: string;
}

/**
 * An id for a statement about a prefix: `FirstPullTeamAEcho` for `team-a/echo`. Prefixes that differ in signs only share it, so it isn't
 * unique by itself.
 */
export function statementId(start: string, prefix: string): string {
  const words = isLater(prefix) ? [] : prefix.split(/[^A-Za-z0-9]+/);
  return start + words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

/**
 * Makes the ids of statements unique: the first keeps its own, a later one gets a hash of what it says. So an id depends on what is in the
 * policy and on nothing else. A statement that says the same as an earlier one is left out.
 */
export function withUniqueIds(statements: readonly RenderedStatement[]): RenderedStatement[] {
  const taken = new Set<string>();
  const seen = new Set<string>();
  return statements.flatMap(statement => {
    const text = JSON.stringify(statement);
    if (seen.has(text)) {
      return [];
    }
    seen.add(text);
    if (statement.Sid === undefined) {
      return [statement];
    }
    const id = taken.has(statement.Sid) ? statement.Sid + createHash('sha256').update(text).digest('hex').slice(0, 8) : statement.Sid;
    taken.add(id);
    return [{ ...statement, Sid: id }];
  });
}
