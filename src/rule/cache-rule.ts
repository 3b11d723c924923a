import { Resource, Stack, Token } from 'aws-cdk-lib';
import type { IResource } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef, PullThroughCacheRuleReference } from 'aws-cdk-lib/aws-ecr';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import { refusals, refuse } from '../private/accepted';
import { checkPrefix, checkRegion, checkRoleAccount, checkUpstreamPrefix } from '../private/checks';
import { CheckId, InvalidInputError, place, warn, WarningId } from '../private/errors';
import type { Problem } from '../private/errors';
import { PlacedConstructs, Placement } from '../private/places';
import { isInTree, oncePerTree, sameNames } from '../private/tree';
import type { UpstreamRegistry } from '../upstream/upstream-registry';

/** A pull-through cache rule, made here or elsewhere. */
export interface ICacheRule extends IResource, IPullThroughCacheRuleRef {
  /** The prefix of the cached repositories as it was written, or `ROOT`. */
  readonly repositoryPrefix: string;

  /** What is cached; undefined for an import that did not say. */
  readonly upstream?: UpstreamRegistry;

  /** The prefix that is put before names in the upstream; undefined when there is none. */
  readonly upstreamRepositoryPrefix?: string;

  /**
   * Whether a first pull creates repositories with tags, so that pullers need `ecr:TagResource` as well.
   * What `Tags.of` adds is known at synthesis only: read it late.
   */
  readonly repositoriesTagged?: boolean;
}

/** Properties of a `CacheRule`. */
export interface CacheRuleProps {
  /** What is cached. */
  readonly upstream: UpstreamRegistry;

  /**
   * The prefix of the cached repositories: 2 to 30 characters, lower case, or `ROOT` for the whole registry.
   *
   * CloudFormation can't change it: a new prefix is a new cache.
   *
   * @default - the default prefix of the upstream, such as `echo`
   */
  readonly repositoryPrefix?: string;

  /**
   * The prefix of the repositories in the upstream that this cache serves: with `team-a`, the cached image `<prefix>/app`
   * is the upstream's `team-a/app`.
   *
   * AWS documents it for private ECR upstreams; Chainguard documents it for its own.
   *
   * @default - all repositories of the upstream
   */
  readonly upstreamRepositoryPrefix?: string;

  /**
   * The role that ECR assumes to read a private ECR upstream. See `UpstreamAccessRole`.
   *
   * @default - none; an upstream in another account needs one
   */
  readonly upstreamRole?: iam.IRole;
}

/**
 * A pull-through cache rule of the account's registry: `AWS::ECR::PullThroughCacheRule`.
 *
 * Alone it brings no role, no repository template and no alarm: `PullThroughCache` does.
 *
 * All its properties are create-only and CloudFormation creates a replacement before it deletes: a change of any property,
 * or of the logical id, fails on the prefix that still lives. See the CloudFormation reference of
 * `AWS::ECR::PullThroughCacheRule`.
 *
 * @example
 * import { CacheRule, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 * import * as iam from 'aws-cdk-lib/aws-iam';
 *
 * declare const role: iam.IRole;
 * new CacheRule(this, 'Rule', {
 *   upstream: UpstreamRegistry.ecr({ account: '123456789012', region: 'eu-central-1' }),
 *   repositoryPrefix: 'platform',
 *   upstreamRole: role,
 * });
 */
export class CacheRule extends Resource implements ICacheRule {
  public readonly repositoryPrefix: string;
  public readonly upstream?: UpstreamRegistry;
  public readonly upstreamRepositoryPrefix?: string;
  public readonly pullThroughCacheRuleRef: PullThroughCacheRuleReference;

  constructor(scope: Construct, id: string, props: CacheRuleProps) {
    super(scope, id);
    this.upstream = props.upstream;
    this.repositoryPrefix = props.repositoryPrefix ?? props.upstream.defaultRepositoryPrefix;
    this.upstreamRepositoryPrefix = props.upstreamRepositoryPrefix;
    // The written prefix, never `Ref`: a reference from another stack would lock this rule by an export.
    this.pullThroughCacheRuleRef = { ecrRepositoryPrefix: this.repositoryPrefix };

    checkRegion(Stack.of(this).region, this);
    if (props.upstream.region !== undefined) {
      checkRegion(props.upstream.region, this);
    }
    checkPrefix('repository prefix', this.repositoryPrefix, this);
    checkUpstreamPrefix(this.upstreamRepositoryPrefix, this.repositoryPrefix, this);
    this.checkUpstreamRole(props);
    props.upstream.credential?._checkReachableFrom(this);
    RuleRegister.of(this).add(this);

    new CfnPullThroughCacheRule(this, 'Default', {
      ecrRepositoryPrefix: this.repositoryPrefix,
      upstreamRegistry: props.upstream._writtenName,
      upstreamRegistryUrl: props.upstream.url,
      upstreamRepositoryPrefix: props.upstreamRepositoryPrefix,
      credentialArn: props.upstream.credential?.secretArn,
      customRoleArn: props.upstreamRole?.roleArn,
    });
  }

  private checkUpstreamRole(props: CacheRuleProps): void {
    const { account, region, readByRole } = props.upstream;
    if (props.upstreamRole && !readByRole) {
      refuse(this, CheckId.UPSTREAM_ROLE, {
        got: `an upstream role for '${props.upstream.url}'`,
        expected: 'a role for private ECR upstreams only, since ECR reads no other upstream by one',
        fix: 'leave the role out',
      });
    }
    checkRoleAccount('upstream', props.upstreamRole, this);
    const own = Stack.of(this);
    if (!readByRole || Token.isUnresolved(own.account) || Token.isUnresolved(account)) {
      return;
    }
    if (account !== own.account && !props.upstreamRole) {
      throw new InvalidInputError({
        got: `no upstream role for a registry of the account ${account}`,
        expected: 'a role that ECR assumes to read a private registry of another account',
        fix: 'pass a new UpstreamAccessRole, or use PullThroughCache, which makes one',
      }, this);
    }
    if (account === own.account && region === own.region) {
      warn(this, WarningId.UPSTREAM_IS_OWN_REGISTRY,
        `the upstream ${props.upstream.url} is the registry of this cache itself: that ECR serves such a rule is not documented. `
        + 'Name another account or Region, or pull the images from their own repositories.');
    }
  }
}

/** Amazon ECR User Guide, "Amazon ECR service quotas": rules per registry, not adjustable. */
const MOST_RULES = 50;

interface RegisteredRule extends IConstruct {
  readonly repositoryPrefix: string;
}

/**
 * The rules of one app: what may exist only once or fifty times in an account and Region can be seen only from the root
 * of the tree.
 */
class RuleRegister {
  public static of(scope: IConstruct): RuleRegister {
    return oncePerTree(scope, 'RuleRegister', root => {
      root.node.addValidation({ validate: () => problemsWithL1Rules(root) });
      return new RuleRegister();
    });
  }

  private readonly rules = new PlacedConstructs<RegisteredRule>();

  private constructor() {}

  /** Refuses a second rule for a prefix and the 51st of a registry; warns where prefixes overlap. */
  public add(rule: RegisteredRule): void {
    // names first: whether a rule is still in the tree takes a walk to the root
    const neighbours = this.rules.at(rule, Placement.SAME);
    const twin = neighbours.find(other => other.repositoryPrefix === rule.repositoryPrefix && isInTree(other));
    if (twin) {
      throw new InvalidInputError(samePrefix(rule.repositoryPrefix, twin), rule);
    }
    if (neighbours.length >= MOST_RULES && neighbours.filter(isInTree).length >= MOST_RULES) {
      refuse(rule, CheckId.RULE_COUNT, tooMany(MOST_RULES + 1));
    }
    for (const other of neighbours.filter(({ repositoryPrefix }) => overlap(rule.repositoryPrefix, repositoryPrefix)).filter(isInTree)) {
      warnOfOverlap(rule, other);
    }
    this.warnOfPossibleTwin(rule);
    this.rules.add(rule);
  }

  private warnOfPossibleTwin(rule: RegisteredRule): void {
    const twin = this.rules.at(rule, Placement.UNKNOWN)
      .find(other => other.repositoryPrefix === rule.repositoryPrefix && isInTree(other));
    if (twin) {
      warn(rule, WarningId.POSSIBLY_SAME_PREFIX,
        `another rule (${place(twin)}) has ${named(rule.repositoryPrefix)} too, and at least one of the two stacks doesn't say where `
        + 'it goes: in one account and Region the second rule fails. Give the stacks an env, or deploy them to different places.');
    }
  }
}

/** L1 rules register nowhere, so they are looked for once, when the app is synthesized. */
function problemsWithL1Rules(root: IConstruct): string[] {
  const rules = root.node.findAll().filter(construct => CfnPullThroughCacheRule.isCfnPullThroughCacheRule(construct));
  const prefixed = rules.filter(rule => rule.ecrRepositoryPrefix !== undefined);
  const twins = sameNames(prefixed, rule => rule.ecrRepositoryPrefix!, earlier => samePrefix(earlier.ecrRepositoryPrefix!, earlier));

  const certain = rules.filter(rule => rule.cfnOptions.condition === undefined);
  const placed = new PlacedConstructs(certain);
  const countBeside = (rule: IConstruct) => placed.at(rule, Placement.SAME).length;
  const crowded = certain.find(rule => countBeside(rule) > MOST_RULES);
  return crowded ? [...twins, ...refusals(crowded, CheckId.RULE_COUNT, tooMany(countBeside(crowded)))] : twins;
}

function warnOfOverlap(rule: RegisteredRule, other: RegisteredRule): void {
  warn(rule, WarningId.OVERLAPPING_PREFIXES,
    `the prefixes '${rule.repositoryPrefix}' and '${other.repositoryPrefix}' (${place(other)}) overlap: which rule ECR follows for a `
    + 'name below both is not documented. Choose prefixes of which none starts another.');
}

/** ROOT begins no other prefix: by "Customizing repository prefixes" in the ECR User Guide it serves what no other rule does. */
function overlap(one: string, other: string): boolean {
  const nested = one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
  return nested && !Token.isUnresolved(one) && !Token.isUnresolved(other);
}

function named(prefix: string): string {
  return Token.isUnresolved(prefix) ? 'this repository prefix, which is known at deployment only,' : `the repository prefix '${prefix}'`;
}

function samePrefix(prefix: string, twin: IConstruct): Problem {
  return {
    got: `${named(prefix)} a second time for one account and Region (${place(twin)} has it)`,
    expected: 'a prefix for each rule',
    fix: 'set another repositoryPrefix, or use the cache that is there',
  };
}

function tooMany(count: number): Problem {
  return {
    got: `${count} pull-through cache rules for one account and Region`,
    expected: `at most ${MOST_RULES}, a quota of ECR that can't be raised`,
    fix: 'put some of the caches into another account or Region',
  };
}
