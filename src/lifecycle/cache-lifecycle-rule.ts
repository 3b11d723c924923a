import { Duration, Token } from 'aws-cdk-lib';
import { TagStatus } from 'aws-cdk-lib/aws-ecr';
import { renderPolicy } from './lifecycle-policy';
import { checkPolicyJson, parsePolicyText } from './lifecycle-policy-text';
import { checkRule, describeRule, wholeDays } from './lifecycle-rule';
import type { CountType, LifecycleAction, LifecycleRule, LifecycleSelection } from './lifecycle-rule';
import type { TagSelection } from './lifecycle-selection';
import { checkOptions, copyOf, isMissing, kindOf } from '../private/access';
import { checkText } from '../private/checks';
import { BY_METHOD, checkChoice, madeByMethod } from '../private/choices';
import { InvalidInputError } from '../private/errors';

/** What every lifecycle rule may be told. */
export interface CacheLifecycleRuleOptions {
  /**
   * What the rule is for, shown in the ECR console. ECR documents no limit of its own for it; it counts towards the 30,720
   * characters of the policy.
   *
   * @default - a sentence that says what the rule does
   */
  readonly description?: string;
}

/** Which images a lifecycle rule is about. */
export interface CacheLifecycleSelectionOptions extends CacheLifecycleRuleOptions {
  /**
   * Whether the rule is about tagged images, untagged ones or both.
   *
   * A rule with `TagStatus.ANY` has to be the last, and is not recommended on a cache: it counts the untagged platform images
   * of a multi-platform image like images of their own.
   *
   * @default TagStatus.TAGGED
   */
  readonly tagStatus?: TagStatus;

  /**
   * Patterns of tags, each with at most four wildcards `*`: `v1.*`, `*-slim`. Only for tagged images.
   *
   * ECR selects an image only if it matches **all** patterns of a rule. For one or the other, make a rule of each.
   *
   * @default - all tagged images (`*`), unless `tagPrefixes` are given
   */
  readonly tagPatterns?: string[];

  /**
   * How the tags begin: `v1.`. Only for tagged images, and not together with `tagPatterns`.
   *
   * ECR selects an image only if it matches **all** prefixes of a rule, and takes each prefix in one rule only.
   *
   * @default - no selection by prefix
   */
  readonly tagPrefixes?: string[];
}

/** The default quota of images in a repository (ECR User Guide, "Amazon ECR service quotas"). */
const IMAGES_PER_REPOSITORY = 100_000;
const WAYS = 'CacheLifecycleRule.keepNewest(10) or another of its methods';
const EXPIRE: LifecycleAction = { type: 'expire' };
const ARCHIVE: LifecycleAction = { type: 'transition', targetStorageClass: 'archive' };

/**
 * When cached images expire or are archived.
 *
 * Rules apply in the order in which they are given. An image whose tags match a rule can't be expired or archived by a later
 * one, whether or not the earlier rule touches it: put the narrower rule first. A rule that could never act for this reason is
 * refused, like everything that ECR would refuse.
 *
 * What to know on a cache:
 *
 * - A push is the import of the image into the cache. Ages and "newest" go by that time, not by when the vendor built the image
 *   or when someone pulled it last.
 * - An expired image is imported again by the next pull of its tag, as long as the upstream still has it. By its digest alone it may not be, so what
 *   runs by digest, such as a service of ECS, has to be kept for as long as it may restart.
 * - A multi-platform image is a tagged index with untagged images, one a platform. These can't expire or be archived before
 *   their index.
 * - Archived images can't be pulled: a pull fails until the image is restored.
 * - ECR acts within 24 hours. Signatures and other referrers of an image go with it. Signatures by tag, `sha256-....sig` and `.att`, count as tagged
 *   images, also when an earlier rule matches them: keep as many more, or count versions and signatures by patterns of their own.
 *
 * See the ECR User Guide, "Automate the cleanup of images by using lifecycle policies in Amazon ECR", "Lifecycle policy
 * properties in Amazon ECR" and "Archiving an image".
 *
 * @example
 * import { Duration } from 'aws-cdk-lib';
 * import { CacheLifecycleRule, PullThroughCache, UpstreamRegistry } from 'cdk-ecr-pull-through-cache';
 *
 * new PullThroughCache(this, 'Quay', {
 *   upstream: UpstreamRegistry.QUAY,
 *   repositoryTemplate: {
 *     lifecycleRules: [
 *       CacheLifecycleRule.protect('v1.*'),
 *       CacheLifecycleRule.keepNewest(20),
 *       CacheLifecycleRule.expireUntaggedAfter(Duration.days(14)),
 *     ],
 *   },
 * });
 */
export class CacheLifecycleRule {
  /**
   * The rules of a cache that asks for no others: the newest 10 tagged images stay, untagged ones go 30 days after their import.
   *
   * It never counts untagged images together with tagged ones, so a multi-platform image counts as one. The ten tags of a repository that nobody
   * uses any more stay for ever.
   */
  public static defaults(): CacheLifecycleRule[] {
    return [CacheLifecycleRule.keepNewest(10), CacheLifecycleRule.expireUntaggedAfter(Duration.days(30))];
  }

  /**
   * Keeps the newest images of each repository and expires the older ones, by default of all tagged images.
   *
   * Signatures and attestations that are tags, such as `sha256-<digest>.sig` and `.att` of older cosign versions, are images here: where they are cached,
   * let more stay, or name the tags of versions. As referrers they don't count.
   *
   * @param count how many stay, at least 1
   * @param options which images it is about
   */
  public static keepNewest(count: number, options?: CacheLifecycleSelectionOptions): CacheLifecycleRule {
    return CacheLifecycleRule.of('keepNewest', options, { countType: 'imageCountMoreThan', countNumber: count }, EXPIRE);
  }

  /**
   * Keeps the newest untagged images of each repository and expires the older ones.
   *
   * The platform images of a multi-platform image are untagged and count here, though they can't expire before it:
   * `expireUntaggedAfter` is easier to foresee.
   *
   * @param count how many stay, at least 1
   * @param options the description of the rule
   */
  public static keepNewestUntagged(count: number, options?: CacheLifecycleRuleOptions): CacheLifecycleRule {
    return CacheLifecycleRule.of('keepNewestUntagged', { ...options && copyOf(options), tagStatus: TagStatus.UNTAGGED }, { countType: 'imageCountMoreThan', countNumber: count }, EXPIRE);
  }

  /**
   * Keeps the newest images of each repository, tagged or not, and expires the older ones. Has to be the last rule.
   *
   * **Not recommended on a cache**: an image for five platforms counts as six images, so far fewer tags stay than the number says.
   * Use `keepNewest` and `expireUntaggedAfter`.
   *
   * @param count how many stay, at least 1
   * @param options the description of the rule
   */
  public static keepNewestOfAny(count: number, options?: CacheLifecycleRuleOptions): CacheLifecycleRule {
    return CacheLifecycleRule.of('keepNewestOfAny', { ...options && copyOf(options), tagStatus: TagStatus.ANY }, { countType: 'imageCountMoreThan', countNumber: count }, EXPIRE);
  }

  /**
   * Expires images some time after their import, whether or not they are still pulled. By default it is about all tagged images.
   *
   * @param age the time since the import, in whole days, at least 1
   * @param options which images it is about
   */
  public static expireAfter(age: Duration, options?: CacheLifecycleSelectionOptions): CacheLifecycleRule {
    return CacheLifecycleRule.of('expireAfter', options, aged('sinceImagePushed', age, 'expireAfter'), EXPIRE);
  }

  /**
   * Expires untagged images some time after their import: those whose tag has moved on to a newer image, and the platform images
   * of a multi-platform image that is gone.
   *
   * @param age the time since the import, in whole days, at least 1
   * @param options the description of the rule
   */
  public static expireUntaggedAfter(age: Duration, options?: CacheLifecycleRuleOptions): CacheLifecycleRule {
    const selection = { ...options && copyOf(options), tagStatus: TagStatus.UNTAGGED };
    return CacheLifecycleRule.of('expireUntaggedAfter', selection, aged('sinceImagePushed', age, 'expireUntaggedAfter'), EXPIRE);
  }

  /**
   * Archives images some time after their import, by default all tagged images. Archived images can't be pulled.
   *
   * @param age the time since the import, in whole days, at least 1
   * @param options which images it is about
   */
  public static archiveAfter(age: Duration, options?: CacheLifecycleSelectionOptions): CacheLifecycleRule {
    return CacheLifecycleRule.of('archiveAfter', options, aged('sinceImagePushed', age, 'archiveAfter'), ARCHIVE);
  }

  /**
   * Archives all but the newest images of each repository, by default of all tagged images. Archived images can't be pulled.
   *
   * @param count how many stay as they are, at least 1
   * @param options which images it is about
   */
  public static archiveAllButNewest(count: number, options?: CacheLifecycleSelectionOptions): CacheLifecycleRule {
    return CacheLifecycleRule.of('archiveAllButNewest', options, { countType: 'imageCountMoreThan', countNumber: count }, ARCHIVE);
  }

  /**
   * Archives images that nobody has pulled for some time, by default all tagged images. An image that was never pulled counts from
   * its import. Archived images can't be pulled, so what comes back to life has to be restored.
   *
   * ECR can't expire images by their last pull: archive them, and add `expireArchivedAfter`.
   *
   * @param age the time since the last pull, in whole days, at least 1
   * @param options which images it is about
   */
  public static archiveUnpulledAfter(age: Duration, options?: CacheLifecycleSelectionOptions): CacheLifecycleRule {
    return CacheLifecycleRule.of('archiveUnpulledAfter', options, aged('sinceImagePulled', age, 'archiveUnpulledAfter'), ARCHIVE);
  }

  /**
   * Expires archived images some time after they were archived, by default all tagged ones.
   *
   * Rules for archived images and rules for the others don't get in each other's way: order and uniqueness count for each alone.
   *
   * @param age the time since the archival, in whole days, at least 90, the shortest that ECR keeps archived images
   * @param options which images it is about
   */
  public static expireArchivedAfter(age: Duration, options?: CacheLifecycleSelectionOptions): CacheLifecycleRule {
    const count = aged('sinceImageTransitioned', age, 'expireArchivedAfter');
    return CacheLifecycleRule.of('expireArchivedAfter', options, { storageClass: 'archive', ...count }, EXPIRE);
  }

  /**
   * Protects images from the rules that come after it: put it first.
   *
   * An image stays if its tag matches one of the patterns. ECR has no rule that keeps images; this makes a rule of each pattern, which
   * expires nothing below 100,000 images (ECR's default quota for a repository), and no later rule can expire or archive an
   * image that an earlier one matches. It doesn't protect images that are archived already.
   *
   * The tag protects the image that has it: when the tag moves on to a newer image, the old one is untagged and no longer protected.
   *
   * @param tagPatterns patterns of tags, each with at most four wildcards `*`: `v1.*`, `stable`
   */
  public static protect(...tagPatterns: string[]): CacheLifecycleRule {
    if (Token.isUnresolved(tagPatterns)) {
      throw new InvalidInputError({
        got: 'a list of tag patterns that is known only at deployment in protect',
        expected: 'patterns one by one, since each becomes a rule of its own',
        fix: 'pass each pattern as an argument; a single one may be known only at deployment',
      });
    }
    if (tagPatterns.length === 0) {
      throw new InvalidInputError({ got: 'no tag pattern in protect', expected: 'at least one', fix: 'name the tags that shall stay, as in v1.*' });
    }
    tagPatterns.forEach(pattern => checkText('tag in protect', pattern, "'v1.*'"));
    return new CacheLifecycleRule(BY_METHOD, tagPatterns.map(pattern => checked({
      description: `protect images tagged ${pattern} from the rules below`,
      selection: { tagStatus: 'tagged', tagPatternList: [pattern], countType: 'imageCountMoreThan', countNumber: IMAGES_PER_REPOSITORY },
      action: EXPIRE,
    }, 'protect')));
  }

  /** Keeps every image for good, by no lifecycle policy at all. Has to stand alone. */
  public static keepEverything(): CacheLifecycleRule {
    return new CacheLifecycleRule(BY_METHOD, undefined);
  }

  /**
   * Rules from the lifecycle policy JSON that ECR takes, such as a policy that an organisation shares, by ascending `rulePriority`.
   *
   * They are checked like all others: unknown and missing keys, values and their combinations. A text that is known only at deployment
   * can't be checked; it gives one rule that has to stand alone.
   *
   * @param policyText an object such as `{"rules": [...]}`
   */
  public static fromPolicyText(policyText: string): CacheLifecycleRule[] {
    const rules = parsePolicyText(policyText);
    if (rules === undefined) return [new CacheLifecycleRule(BY_METHOD, undefined, policyText)];
    return rules.map(one => new CacheLifecycleRule(BY_METHOD, [one]));
  }

  /**
   * A lifecycle policy as it is written, for what ECR takes and this version of the library refuses: a new key, another kind of count, more
   * rules. Has to stand alone. Nothing of it is checked but that it is a JSON object.
   *
   * @param policyText an object such as `{"rules": [...]}`, with the priorities of the rules
   */
  public static fromUncheckedPolicyText(policyText: string): CacheLifecycleRule[] {
    checkPolicyJson(policyText);
    return [new CacheLifecycleRule(BY_METHOD, undefined, policyText)];
  }

  /**
   * The lifecycle policy JSON of these rules, for a `CfnRepositoryCreationTemplate` or a `CfnRepository`. There is none if everything stays.
   *
   * Priorities are given in the order of the list, from 1. Refuses a set that ECR refuses: more than 50 rules, more than 30,720
   * characters, two rules about untagged images of a storage class, a tag prefix in two rules, a rule about any image that isn't the last.
   * A value that is known only at deployment stays a number or a string in the JSON; as a string it must hold no quotes.
   *
   * @param rules the rules, the first with the highest priority
   */
  public static toPolicyText(rules: CacheLifecycleRule[]): string | undefined {
    const all: LifecycleRule[] = [];
    if (!Array.isArray(rules)) {
      throw new InvalidInputError({
        got: isMissing(rules) ? 'no lifecycle rules' : `${kindOf(rules)} as lifecycle rules`,
        expected: 'a list of them',
        fix: 'write such as CacheLifecycleRule.keepNewest(10) into a list',
      });
    }
    for (const rule of rules) {
      checkChoice('lifecycle rule', rule, CacheLifecycleRule, WAYS);
      const { rules: some, policyText } = rule;
      if (some !== undefined) {
        all.push(...some);
        continue;
      }
      if (rules.length > 1) {
        throw new InvalidInputError({
          got: policyText !== undefined ? 'other rules beside a policy text that is taken as it is' : 'other rules beside keepEverything()',
          expected: 'it to stand alone',
          fix: 'remove it, or the other rules',
        });
      }
      return policyText;
    }
    return renderPolicy(all);
  }

  private static of(where: string, options: CacheLifecycleSelectionOptions | undefined, count: Count, action: LifecycleAction): CacheLifecycleRule {
    if (!isMissing(options)) {
      checkOptions(`CacheLifecycleRule.${where}()`, options, ['description', 'tagStatus', 'tagPatterns', 'tagPrefixes']);
    }
    if (!isMissing(options?.description)) checkText(`description in ${where}`, options.description, "'keep what is in use'");
    const rule = checked({ selection: { ...selectTags(options), ...count }, action }, where);
    return new CacheLifecycleRule(BY_METHOD, [{ ...rule, description: options?.description ?? describeRule(rule) }]);
  }

  private constructor(
    key: symbol,
    /** The rules of ECR that it stands for; without any it is the whole policy. */
    private readonly rules: LifecycleRule[] | undefined,
    /** A policy that is taken as it is; without one, nothing goes. */
    private readonly policyText?: string,
  ) {
    madeByMethod(this, key, CacheLifecycleRule, WAYS);
  }
}

type Count = Pick<LifecycleSelection, 'storageClass' | 'countType' | 'countUnit' | 'countNumber'>;

function aged(countType: CountType, age: Duration, where: string): Count {
  return { countType, countUnit: 'days', countNumber: wholeDays(age, where) };
}

function selectTags(options: CacheLifecycleSelectionOptions | undefined): TagSelection {
  // what other languages leave out may arrive as null
  const tagStatus = options?.tagStatus ?? TagStatus.TAGGED;
  const tagPatterns = options?.tagPatterns ?? undefined;
  const tagPrefixes = options?.tagPrefixes ?? undefined;
  const all = tagStatus === TagStatus.TAGGED && !tagPatterns && !tagPrefixes;
  return { tagStatus, tagPatternList: all ? ['*'] : tagPatterns, tagPrefixList: tagPrefixes };
}

function checked(rule: LifecycleRule, where: string): LifecycleRule {
  checkRule(rule, where);
  return rule;
}
