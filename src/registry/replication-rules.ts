import { Stack, Token } from 'aws-cdk-lib';
import type { CfnReplicationConfiguration } from 'aws-cdk-lib/aws-ecr';
import type { IConstruct } from 'constructs';
import { checkAccount, checkRegion } from '../private/checks';
import { InvalidInputError } from '../private/errors';

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
    if (given.length === 0) {
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
    this.checkCount(this.rules.size, MOST_RULES, 'sets of destinations', 'send more caches to the same destinations: those with the same share a rule');
    this.checkCount(rule.filters.size, MOST_FILTERS, 'prefixes for one set of destinations', 'replicate what several of them start with');
    this.checkCount(all.size, MOST_DESTINATIONS, 'destinations', 'make caches there instead of replicas');
  }

  private checkCount(count: number, most: number, what: string, fix: string): void {
    if (count > most) {
      throw new InvalidInputError({ got: `${count} ${what} in a replication configuration`, expected: `at most ${most}`, fix }, this.owner);
    }
  }
}

function keyOf({ region, registryId }: Destination): string {
  return `${registryId}/${region}`;
}
