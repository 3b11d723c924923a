import { Lazy, Resource, Stack, Token } from 'aws-cdk-lib';
import { CfnReplicationConfiguration } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import type { RegistryPolicy } from './registry-policy';
import { checkReplicationFilter, replicationFilterOf } from './repository-filters';
import { refuse } from '../private/accepted';
import { accessList, checkNoMore, checkOptions } from '../private/access';
import { checkAccount, checkRegion } from '../private/checks';
import { CheckId, InvalidInputError, problemAt } from '../private/errors';
import { claimRegistry, oncePerTree } from '../private/tree';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress, checkOwnRegistry } from '../rule/cache-address';
import { checkConstructOf } from '../private/given';

/** Who may replicate into a registry, and what. */
export interface ReplicationSourceOptions {
  /** The account that replicates: 12 digits, or a token. */
  readonly account: string;

  /**
   * The caches of this registry, whose prefixes may be replicated. An import of the cache in the source will do as well. An empty list is
   * refused.
   *
   * @default - every repository
   */
  readonly caches?: IPullThroughCacheRuleRef[];
}

/**
 * What an account's registry in a Region replicates, and where to: `AWS::ECR::ReplicationConfiguration`. There is one, so make one construct and
 * let all caches add to it; a second for the same account and Region is refused. It replaces what was configured before.
 *
 * Replication copies images that come in after it was configured, within 30 minutes as a rule, and never again from the destination; it deletes
 * nothing there, and brings neither lifecycle nor policy along: make a `RepositoryTemplate` in the destination that is applied for
 * `TemplateUse.REPLICATION`. Names stay as they are. Amazon ECR User Guide, "Private image replication in Amazon ECR". That images which a cache
 * imports are replicated like pushed ones is not documented, and not verified.
 *
 * @example
 * import { PullThroughCache, RegistryReplication } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 *
 * const replication = new RegistryReplication(this, 'Replication');
 * replication.replicate(echo, { region: 'eu-west-1' }, { region: 'eu-west-1', account: '444455556666' });
 * replication.replicateMatching('services/', { region: 'eu-west-1' });
 */
export class RegistryReplication extends Resource {
  /**
   * The destination's half of a replication between accounts: lets another account replicate into this registry and create repositories for it.
   *
   * @param policy the registry policy of the destination
   * @param source who replicates, and what
   * @throws for what is no account, an account that the policy has already, an empty list of caches
   */
  public static allowSource(policy: RegistryPolicy, source: ReplicationSourceOptions): void {
    checkConstructOf('the registry policy', policy, 'addStatements', 'RegistryPolicy');
    checkNoMore('allowSource', arguments, 2, 'name the caches in the options', policy);
    checkOptions('a source of replicas', source, ['account', 'caches'], policy);
    const { account } = source;
    checkAccount(account, policy);
    const stack = Stack.of(policy);
    const caches = source.caches === undefined ? undefined : accessList('caches', source.caches, 'leave caches out for every repository', policy);
    const sources = oncePerTree(policy, `RegistryReplication.${policy.node.addr}`, () => new Set<string>());
    if (sources.has(account)) {
      throw new InvalidInputError({
        got: `the source ${account} a second time in this registry policy`,
        expected: 'each account once, with all its caches',
        fix: 'name all caches in one call of allowSource()',
      }, policy);
    }
    sources.add(account);
    const names = caches ? caches.map(cache => CacheAddress.fromRule(cache).repositoryName('*')) : ['*'];
    policy.addStatements(new iam.PolicyStatement({
      sid: `ReplicasFrom${account}`,
      actions: [...CacheActions.RECEIVE_REPLICAS],
      principals: [new iam.AccountPrincipal(account)],
      resources: names.map(resourceName => stack.formatArn({ service: 'ecr', resource: 'repository', resourceName })),
    }));
  }

  private readonly rules: ReplicationRules;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    claimRegistry(this, {
      name: 'registry replication configuration',
      resourceType: CfnReplicationConfiguration.CFN_RESOURCE_TYPE_NAME,
      fix: 'keep one RegistryReplication and let all caches add to it',
    });
    this.rules = new ReplicationRules(this);
    this.node.addValidation({ validate: () => this.nothing() });
    new CfnReplicationConfiguration(this, 'Resource', {
      replicationConfiguration: { rules: Lazy.any({ produce: () => this.rules.render() }) },
    });
  }

  /**
   * Replicates what a cache has from now on.
   *
   * @param cache the cache, or any rule of this account and Region
   * @param destinations where to
   * @throws for a cache of another account or Region, no destination, the registry itself as one, more than ECR takes: 10 rules of 100 filters
   * each, and 25 destinations
   */
  public replicate(cache: IPullThroughCacheRuleRef, ...destinations: ReplicaDestination[]): void {
    checkOwnRegistry(cache, this, 'RegistryReplication');
    this.rules.add(replicationFilterOf(cache), destinations);
  }

  /**
   * Replicates what other repositories get from now on.
   *
   * @param start what their names start with: `services/`. `services` would match `services-old` too
   * @param destinations where to
   * @throws for what can't start a name, and as `replicate`
   */
  public replicateMatching(start: string, ...destinations: ReplicaDestination[]): void {
    checkReplicationFilter(start, this);
    this.rules.add(start, destinations);
  }

  private nothing(): string[] {
    return this.rules.render().length > 0 ? [] : [problemAt(this, {
      got: 'a replication configuration that replicates nothing',
      expected: 'at least one cache and a destination',
      fix: 'call replicate(), or leave the construct out',
    })];
  }
}

/* Limits: CloudFormation reference of `AWS::ECR::ReplicationConfiguration`; destinations: ECR User Guide, "Private image replication in Amazon ECR". */
const MOST_RULES = 10;
const MOST_FILTERS = 100;
const MOST_DESTINATIONS = 25;

/** Where images are replicated to. */
export interface ReplicaDestination {
  /** The Region, such as `eu-west-1`. */
  readonly region: string;

  /**
   * The account: 12 digits. In another account the registry policy has to allow it, see `RegistryReplication.allowSource`.
   *
   * @default - the account that replicates
   */
  readonly account?: string;
}

interface Destination {
  readonly region: string;
  readonly registryId: string;
}

interface Rule {
  readonly destinations: Destination[];
  readonly filters: Set<string>;
  everything: boolean;
}

/** The rules of a replication configuration, one for each set of destinations, so that ten are enough for many caches. */
export class ReplicationRules {
  private readonly rules = new Map<string, Rule>();

  constructor(private readonly owner: IConstruct) {}

  /** Adds what starts with a filter, or everything. */
  public add(filter: string | undefined, given: readonly ReplicaDestination[]): void {
    const destinations = this.read(given);
    const key = destinations.map(keyOf).join(' ');
    const rule = this.rules.get(key) ?? { destinations, filters: new Set<string>(), everything: false };
    if (filter === undefined) {
      rule.everything = true;
    } else {
      rule.filters.add(filter);
    }
    this.rules.set(key, rule);
    this.checkLimits(rule);
  }

  public render(): CfnReplicationConfiguration.ReplicationRuleProperty[] {
    return [...this.rules.values()].map(({ destinations, filters, everything }) => ({
      destinations,
      // no filter matches all
      repositoryFilters: everything ? undefined : [...filters].map(filter => ({ filter, filterType: 'PREFIX_MATCH' })),
    }));
  }

  private read(given: readonly ReplicaDestination[]): Destination[] {
    if (given.length === 0 || Array.from(given).some(one => one === undefined || one === null)) {
      throw new InvalidInputError({
        got: 'no destination', expected: 'at least one Region', fix: "name it, such as { region: 'eu-west-1' }",
      }, this.owner);
    }
    const own = Stack.of(this.owner);
    const unique = new Map<string, Destination>();
    for (const { region, account } of given) {
      checkRegion(region, this.owner);
      const destination = { region, registryId: account ?? own.account };
      checkAccount(destination.registryId, this.owner);
      if (region === own.region && destination.registryId === own.account) {
        throw new InvalidInputError({
          got: `the registry itself (${Token.isUnresolved(region) ? 'its own Region' : region}) as a destination`,
          expected: 'another Region or another account',
          fix: 'leave it out',
        }, this.owner);
      }
      unique.set(keyOf(destination), destination);
    }
    return [...unique.values()].sort((one, other) => keyOf(one) < keyOf(other) ? -1 : 1);
  }

  private checkLimits(rule: Rule): void {
    const all = new Set([...this.rules.values()].flatMap(({ destinations }) => destinations.map(keyOf)));
    this.checkCount(CheckId.REPLICATION_RULES, this.rules.size, MOST_RULES, 'sets of destinations', 'send more caches to the same destinations: those with the same share a rule');
    this.checkCount(CheckId.REPLICATION_FILTERS, rule.filters.size, MOST_FILTERS, 'prefixes for one set of destinations', 'replicate what several of them start with');
    this.checkCount(CheckId.REPLICATION_DESTINATIONS, all.size, MOST_DESTINATIONS, 'destinations', 'make caches there instead of replicas');
  }

  private checkCount(id: CheckId, count: number, most: number, what: string, fix: string): void {
    if (count > most) {
      refuse(this.owner, id, { got: `${count} ${what} in a replication configuration`, expected: `at most ${most}`, fix });
    }
  }
}

function keyOf({ region, registryId }: Destination): string {
  return `${registryId}/${region}`;
}
