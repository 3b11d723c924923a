import { Aws, Stack, Token } from 'aws-cdk-lib';
import type { CfnReplicationConfiguration } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { refuse } from '../private/accepted';
import { checkOptions, isMissing, readFlag } from '../private/access';
import { checkAccount, checkPartition, checkRegion } from '../private/checks';
import { CheckId, InvalidInputError } from '../private/errors';

/*
 * Limits: ECR API Reference, `ReplicationConfiguration`, and the schema of `AWS::ECR::ReplicationConfiguration`, whose page says 10 rules;
 * destinations: ECR User Guide, "Private image replication in Amazon ECR".
 */
const MOST_RULES = 25;
const MOST_FILTERS = 100;
const MOST_DESTINATIONS = 25;

/** Where images are replicated to. */
export interface ReplicaDestination {
  /** The Region, such as `eu-west-1`: one of the same partition. */
  readonly region: string;

  /**
   * The account: 12 digits. In another account the registry policy has to allow it, see `RegistryReplication.allowSource`.
   *
   * @default - the account that replicates
   */
  readonly account?: string;

  /**
   * Whether what is deleted here is deleted there too: images, tags, and **what a lifecycle policy expires**, so that a cache whose images
   * expire empties its replica. ECR User Guide, "Replicating image deletions in Amazon ECR".
   *
   * @default false
   */
  readonly replicateDeletions?: boolean;
}

interface Destination {
  readonly region: string;
  readonly registryId: string;
}

interface Rule {
  readonly destinations: Destination[];
  readonly deletions: boolean;
  readonly filters: Set<string>;
  everything: boolean;
}

/** The rules of a replication configuration, one for each set of destinations, so that a few are enough for many caches. */
export class ReplicationRules {
  private readonly rules = new Map<string, Rule>();

  constructor(private readonly owner: IConstruct) {}

  /** Adds what starts with a filter, or everything. */
  public add(filter: string | undefined, given: readonly ReplicaDestination[]): void {
    const read = this.read(given);
    for (const deletions of [false, true]) {
      const destinations = read.filter(one => one.deletions === deletions).map(({ region, registryId }) => ({ region, registryId }));
      if (destinations.length > 0) {
        this.checkAgreement(filter, destinations, deletions);
        this.addTo(destinations, deletions, filter);
      }
    }
  }

  /** The places of the rules that replicate deletions. */
  public get withDeletions(): number[] {
    return [...this.rules.values()].flatMap(({ deletions }, index) => deletions ? [index] : []);
  }

  public render(): CfnReplicationConfiguration.ReplicationRuleProperty[] {
    return [...this.rules.values()].map(({ destinations, filters, everything }) => ({
      destinations,
      // no filter matches all
      repositoryFilters: everything ? undefined : [...filters].map(filter => ({ filter, filterType: 'PREFIX_MATCH' })),
    }));
  }

  private addTo(destinations: Destination[], deletions: boolean, filter: string | undefined): void {
    const key = `${deletions} ${destinations.map(keyOf).join(' ')}`;
    const rule = this.rules.get(key) ?? { destinations, deletions, filters: new Set<string>(), everything: false };
    if (filter === undefined) {
      rule.everything = true;
    } else {
      rule.filters.add(filter);
    }
    this.rules.set(key, rule);
    this.checkLimits(rule);
  }

  private read(given: readonly ReplicaDestination[]): (Destination & { deletions: boolean })[] {
    if (given.length === 0 || Array.from(given).some(one => one === undefined || one === null)) {
      throw new InvalidInputError({
        got: 'no destination', expected: 'at least one Region', fix: "name its region, such as 'eu-west-1'",
      }, this.owner);
    }
    const own = Stack.of(this.owner);
    const unique = new Map<string, Destination & { deletions: boolean }>();
    for (const one of given) {
      checkOptions('a destination of replicas', one, ['region', 'account', 'replicateDeletions'], this.owner);
      const { account, replicateDeletions } = one;
      // what stands for the stack's own values is read as them
      const region = one.region === Aws.REGION ? own.region : one.region;
      checkRegion(region, this.owner);
      checkPartition('a destination', region, this.owner);
      const deletions = readFlag('replicateDeletions', replicateDeletions ?? undefined, false, this.owner);
      const destination = { region, registryId: account === Aws.ACCOUNT_ID || isMissing(account) ? own.account : account, deletions };
      checkAccount(destination.registryId, this.owner);
      if (region === own.region && destination.registryId === own.account) {
        throw new InvalidInputError({
          got: `the registry itself (${Token.isUnresolved(region) ? 'its own Region' : region}) as a destination`,
          expected: 'another Region or another account',
          fix: 'leave it out',
        }, this.owner);
      }
      if (unique.get(keyOf(destination))?.deletions === !deletions) {
        throw this.disagreement(region);
      }
      unique.set(keyOf(destination), destination);
    }
    return [...unique.values()].sort((one, other) => keyOf(one) < keyOf(other) ? -1 : 1);
  }

  /** Refuses deletions that are replicated by one rule and kept from the same destination by another. */
  private checkAgreement(filter: string | undefined, destinations: readonly Destination[], deletions: boolean): void {
    const keys = new Set(destinations.map(keyOf));
    for (const rule of this.rules.values()) {
      const shared = rule.destinations.find(one => keys.has(keyOf(one)));
      const overlaps = filter === undefined || rule.everything
        || [...rule.filters].some(other => other.startsWith(filter) || filter.startsWith(other));
      if (rule.deletions !== deletions && shared && overlaps) {
        throw this.disagreement(shared.region);
      }
    }
  }

  private disagreement(region: string): InvalidInputError {
    return new InvalidInputError({
      got: `deletions that are replicated to ${Token.isUnresolved(region) ? 'a destination' : region} for the same repositories once and not another time`,
      expected: 'one of the two for what starts alike',
      fix: 'set replicateDeletions alike in both calls, or leave one of them out',
    }, this.owner);
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
