import { Lazy, Resource, Stack } from 'aws-cdk-lib';
import { CfnReplicationConfiguration } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { claimRegistry } from './one-per-registry';
import { checkOwnRegistry } from './own-registry';
import type { RegistryPolicy } from './registry-policy';
import { ReplicationRules } from './replication-rules';
import type { ReplicaDestination } from './replication-rules';
import { checkReplicationFilter, replicationFilterOf } from './repository-filters';
import { checkAccount } from '../private/checks';
import { place, sentence } from '../private/errors';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress } from '../rule/cache-address';

/** Who may replicate into a registry, and what. */
export interface ReplicationSourceOptions {
  /** The account that replicates: 12 digits, or a token. */
  readonly account: string;

  /**
   * The caches of this registry, whose prefixes may be replicated. An import of the cache in the source will do as well.
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
   * @throws for what is no account
   */
  public static allowSource(policy: RegistryPolicy, source: ReplicationSourceOptions): void {
    const { account, caches } = source;
    checkAccount(account, policy);
    const stack = Stack.of(policy);
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
    return this.rules.render().length > 0 ? [] : [`${sentence({
      got: 'a replication configuration that replicates nothing',
      expected: 'at least one cache and a destination',
      fix: 'call replicate(), or leave the construct out',
    })} [at ${place(this)}]`];
  }
}
