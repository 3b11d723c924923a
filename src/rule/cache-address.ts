import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import { Construct } from 'constructs';
import type { IConstruct } from 'constructs';
import { ownPlace } from './own-place';
import type { Place } from './own-place';
import { kindOf } from '../private/access';
import { ROOT } from '../private/checks';
import { excerpt, InvalidInputError } from '../private/errors';
import { isLater, maskLater } from '../private/later';
import { inOtherPartition, partitionOf } from '../private/partitions';
import { differ } from '../private/places';

/** Where a cache's repositories are: gives their names, ARNs and URIs, always in the cache's account and Region. */
export class CacheAddress {
  /**
   * The address of a rule's repositories. An L1 rule is accepted.
   *
   * @param rule the rule, whose prefix, account and Region count
   */
  public static fromRule(rule: IPullThroughCacheRuleRef): CacheAddress {
    const prefix = prefixOf(rule);
    return new CacheAddress(
      Stack.of(rule),
      ownPlace(rule),
      prefix,
      rule.env.account,
      rule.env.region,
    );
  }

  private constructor(
    /** The stack of the rule. */
    public readonly stack: Stack,
    /** Account and Region as texts have them, which refuse a template in which they would mean another place. */
    private readonly written: Place,
    /** The prefix of the cached repositories, or `ROOT`. */
    public readonly repositoryPrefix: string,
    /** The account of the cache. */
    public readonly account: string,
    /** The Region of the cache. */
    public readonly region: string,
  ) {}

  /** The host that images are pulled from: `<account>.dkr.ecr.<region>.<suffix>`. */
  public get registryHost(): string {
    return `${this.written.account}.dkr.ecr.${this.writtenRegion}.${this.suffix}`;
  }

  /** That of the template, but for a cache that is known to be in another partition. */
  private get suffix(): string {
    const own = this.stack.region;
    const known = !isLater(this.region) && (isLater(own) ? partitionOf(this.region).name !== 'aws' : inOtherPartition(this.region, own));
    return known ? partitionOf(this.region).suffix : this.stack.urlSuffix;
  }

  /** The Region of the cache, for texts. */
  public get writtenRegion(): string {
    return this.written.region;
  }

  /**
   * The name of a cached repository: the prefix, a slash and the path; with the prefix `ROOT` the path alone.
   *
   * @param path the path below the prefix; `*` stands for all of them in ARNs
   */
  public repositoryName(path: string): string {
    return this.repositoryPrefix === ROOT ? path : `${this.repositoryPrefix}/${path}`;
  }

  /** The ARN of all repositories of the cache, for policies. It is no default: a path that is missing never means all. */
  public get arnOfAllRepositories(): string {
    return this.repositoryArn('*');
  }

  /**
   * The ARN of a cached repository, for policies.
   *
   * @param path the path below the prefix; `*` stands for all of them
   */
  public repositoryArn(path: string): string {
    return this.stack.formatArn({
      service: 'ecr',
      account: this.written.account,
      region: this.written.region,
      resource: 'repository',
      resourceName: this.repositoryName(path),
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
  }

  /**
   * The URI of a cached repository, without tag or digest.
   *
   * @param path the path below the prefix
   */
  public repositoryUri(path: string): string {
    return `${this.registryHost}/${this.repositoryName(path)}`;
  }
}

/** Refuses what is neither a cache nor a rule of another kind. */
export function checkRule(rule: IPullThroughCacheRuleRef | undefined, scope?: IConstruct): asserts rule is IPullThroughCacheRuleRef {
  if (!Construct.isConstruct(rule) || (rule as Partial<IPullThroughCacheRuleRef>).pullThroughCacheRuleRef === undefined) {
    throw new InvalidInputError({
      got: `${kindOf(rule)} as a cache`,
      expected: 'a PullThroughCache, an import of one, a CacheRule or an L1 rule',
      fix: 'pass the construct itself; PullThroughCache.fromRepositoryPrefix() gives one for a cache that is made elsewhere',
    }, scope);
  }
}

/**
 * The prefix of a rule as it was written. The reference of an L1 rule is its `Ref`: a token in which nobody can tell `ROOT`,
 * and which locks the rule by an export when another stack uses it.
 */
export function prefixOf(rule: IPullThroughCacheRuleRef): string {
  checkRule(rule);
  const written = CfnPullThroughCacheRule.isCfnPullThroughCacheRule(rule) ? rule.ecrRepositoryPrefix : undefined;
  const prefix = written ?? rule.pullThroughCacheRuleRef.ecrRepositoryPrefix;
  checkNoWildcard(prefix, rule);
  return prefix;
}

/** An L1 takes any text, and a policy would take a wildcard in it for names of others. */
function checkNoWildcard(prefix: string, rule: IPullThroughCacheRuleRef): void {
  if (/[*?$]/.test(maskLater(prefix))) {
    throw new InvalidInputError({
      got: `the repository prefix ${excerpt(prefix)} of a rule`,
      expected: 'a prefix without wildcards, as ECR takes it',
      fix: "write one such as 'echo', or ROOT for the whole registry",
    }, rule);
  }
}

/** Refuses a cache of another registry than the one that a setting belongs to. */
export function checkOwnRegistry(cache: IPullThroughCacheRuleRef, construct: IConstruct, setting: string): void {
  checkRule(cache, construct);
  const { account, region } = CacheAddress.fromRule(cache);
  const own = Stack.of(construct);
  if (differ(account, own.account) || differ(region, own.region)) {
    throw new InvalidInputError({
      got: `a cache of the account ${account} and Region ${region}`,
      expected: `one of the account ${own.account} and Region ${own.region}, whose registry this is about`,
      fix: `make a ${setting} in a stack of that account and Region`,
    }, construct);
  }
}
