import { Lazy, Resource, Stack } from 'aws-cdk-lib';
import { CfnReplicationConfiguration } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { RegistryPolicy } from './registry-policy';
import { ReplicationRules } from './replication-rules';
import type { ReplicaDestination } from './replication-rules';
import { checkReplicationFilter, replicationFilterOf } from './repository-filters';
import { accessList, checkNoMore, checkOptions } from '../private/access';
import { checkAccount } from '../private/checks';
import { InvalidInputError, problemAt, warn, WarningId } from '../private/errors';
import { checkConstructOf } from '../private/given';
import { checkNotSynthesized, claimRegistry, oncePerTree } from '../private/tree';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress, checkOwnRegistry } from '../rule/cache-address';

/** Who may replicate into a registry, and what. */
export interface ReplicationSourceOptions {
  /** The account that replicates: 12 digits, or a token. */
  readonly account: string;

  /**
   * The caches of this registry, whose prefixes may be replicated. An import of the cache in the source is accepted as well. An empty list is
   * refused.
   *
   * @default - every repository
   */
  readonly caches?: IPullThroughCacheRuleRef[];
}

/**
 * What an account's registry in a Region replicates, and where to: `AWS::ECR::ReplicationConfiguration`. There is one, so make one construct and
 * let all caches add to it; a second for the same account and Region is refused. It replaces what was configured before. Each destination is billed for
 * what it stores, and another Region for the data transfer.
 *
 * Replication copies images that come in after it was configured, pushed or imported by a cache, within 30 minutes as a rule, and never again from
 * the destination. It brings neither lifecycle nor policy along: make a `RepositoryTemplate` in the destination that is applied for
 * `TemplateUse.REPLICATION`. Names stay as they are. What is deleted or expires here stays there, unless a destination is given
 * `replicateDeletions`: then a lifecycle policy of this Region deletes in that one too. Amazon ECR User Guide, "Private image replication in Amazon
 * ECR", "Replicating image deletions in Amazon ECR", and "Sync an upstream registry with an Amazon ECR private registry" for images of a cache.
 *
 * @example
 * import { PullThroughCache, RegistryReplication, ReplicaDestination } from 'cdk-ecr-pull-through-cache';
 *
 * declare const echo: PullThroughCache;
 *
 * const ireland: ReplicaDestination = { region: 'eu-west-1' };
 * const otherAccount: ReplicaDestination = { region: 'eu-west-1', account: '444455556666' };
 * const exact: ReplicaDestination = { region: 'eu-west-1', replicateDeletions: true }; // what expires here goes there, too
 * const replication = new RegistryReplication(this, 'Replication');
 * replication.replicate(echo, ireland, otherAccount);
 * replication.replicateMatching('services/', ireland);
 * replication.replicateMatching('builds/', exact);
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
  private readonly configuration: CfnReplicationConfiguration;
  private warned = false;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    claimRegistry(this, {
      name: 'registry replication configuration',
      resourceType: CfnReplicationConfiguration.CFN_RESOURCE_TYPE_NAME,
      fix: 'keep one RegistryReplication and let all caches add to it',
    });
    this.rules = new ReplicationRules(this);
    this.node.addValidation({ validate: () => this.nothing() });
    this.configuration = new CfnReplicationConfiguration(this, 'Resource', {
      replicationConfiguration: { rules: Lazy.any({ produce: () => this.rules.render() }) },
    });
  }

  /**
   * Replicates what a cache has from now on.
   *
   * @param cache the cache, or any rule of this account and Region
   * @param destinations where to
   * @throws for a cache of another account or Region, no destination, the registry itself as one, more than ECR takes: 25 rules of 100 filters
   * each, and 25 destinations; a Region of another partition, deletions that are replicated once and not another time
   */
  public replicate(cache: IPullThroughCacheRuleRef, ...destinations: ReplicaDestination[]): void {
    checkOwnRegistry(cache, this, 'RegistryReplication');
    this.add(replicationFilterOf(cache), destinations);
  }

  /**
   * Replicates what other repositories get from now on.
   *
   * `services/` reaches all below it. `services` would match `services-old` too.
   *
   * @param start what their names start with, such as `services/`
   * @param destinations where to
   * @throws for what can't start a name, and as `replicate`
   */
  public replicateMatching(start: string, ...destinations: ReplicaDestination[]): void {
    checkReplicationFilter(start, this);
    this.add(start, destinations);
  }

  private add(filter: string | undefined, destinations: readonly ReplicaDestination[]): void {
    checkNotSynthesized(this, 'replicate()');
    this.rules.add(filter, destinations);
    const places = this.rules.withDeletions;
    // aws-cdk-lib has the property from 2.278 on, and drops what it doesn't know
    places.forEach(at => this.configuration.addPropertyOverride(`ReplicationConfiguration.Rules.${at}.DeleteReplication.Enabled`, true));
    if (places.length > 0 && !this.warned) {
      this.warned = true;
      warn(this, WarningId.REPLICATED_DELETIONS,
        'deletions are replicated, those of lifecycle policies included: when images expire in this Region, their replicas are deleted, and a cache can '
        + 'empty its replica. Leave replicateDeletions out for what has to outlive this Region, or acknowledge this warning.');
    }
  }

  private nothing(): string[] {
    return this.rules.render().length > 0 ? [] : [problemAt(this, {
      got: 'a replication configuration that replicates nothing',
      expected: 'at least one cache and a destination',
      fix: 'call replicate(), or leave the construct out',
    })];
  }
}
