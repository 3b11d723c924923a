import { Lazy, Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { refusals } from '../private/accepted';
import { accessList, accessTexts, checkOptions, isMissing } from '../private/access';
import { jsonLength, PATH, ROOT } from '../private/checks';
import { CheckId, excerpt, InvalidInputError, problemAt } from '../private/errors';
import { checkWhenKnown, maskLater } from '../private/later';
import { isSynthesized } from '../private/outside-stacks';
import { comparePlacement, Placement } from '../private/places';
import { readAllowList } from '../rule/allow-list';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress, checkOwnRegistry, prefixOf } from '../rule/cache-address';

/** AWS Organizations User Guide, "Quotas for AWS Organizations": characters of a service control policy. */
const LONGEST_SERVICE_CONTROL_POLICY = 5_120;
const EVERYTHING = '*';

/** What may be imported through one cache. */
export interface CacheImports {
  /** The cache, or a rule of any kind, of the account and Region of the registry policy. */
  readonly cache: IPullThroughCacheRuleRef;

  /** What may be imported, as paths below its prefix: `library/nginx`, or `bitnami/*` for all that begins with `bitnami/`. An empty list is refused. */
  readonly images: string[];
}

/** What alone may be imported into a registry. */
export interface OnlyImportsOptions {
  /** The caches that are narrowed, each with what may be imported. All other caches of the app in this account and Region import as before. */
  readonly caches: CacheImports[];

  /**
   * The prefixes of rules of this account and Region that are made elsewhere: by other apps, Terraform or by hand. Nobody imports through a
   * rule that is neither here nor in the app. `[]` says that there are none. `aws ecr describe-pull-through-cache-rules` lists them.
   */
  readonly prefixesMadeElsewhere: string[];
}

/**
 * What alone may be imported into a registry: `RegistryPolicy.allowOnlyImports()` gives it.
 *
 * IAM can't deny "below this, but not in that", so one statement for the whole registry names everything that may be imported.
 *
 * @example
 * import { PullThroughCache, RegistryPolicy } from 'cdk-ecr-pull-through-cache';
 * import { CfnOutput } from 'aws-cdk-lib';
 *
 * declare const hub: PullThroughCache;
 * declare const policy: RegistryPolicy;
 *
 * const only = policy.allowOnlyImports({ caches: [{ cache: hub, images: ['nginx', 'bitnami/*'] }], prefixesMadeElsewhere: [] });
 * new CfnOutput(this, 'ServiceControlPolicy', { value: only.serviceControlPolicyText });
 */
export class OnlyImports {
  /**
   * The same as a service control policy, for the accounts that have these caches in any Region: at most 5,120 characters. It holds for the principals of
   * those accounts that import into their own registry, whoever writes the registry's policy, and not for service-linked roles.
   *
   * A token, since caches may be added until the app is synthesized: for a template, such as an output or an `AWS::Organizations::Policy`.
   */
  public readonly serviceControlPolicyText: string;

  private readonly named: { readonly address: CacheAddress; readonly prefix: string; readonly paths: string[] }[];
  private readonly elsewhere: string[];
  private asked = false;
  private allowed: ReadonlySet<string> = new Set();

  /** @internal */
  public constructor(private readonly policy: IConstruct, options: OnlyImportsOptions) {
    checkOptions('imports', options, ['caches', 'prefixesMadeElsewhere'], policy);
    const caches = accessList('caches', options.caches, 'name the caches that are narrowed, or leave the call out', policy);
    this.named = caches.map(one => this.read(one));
    this.elsewhere = readElsewhere(options.prefixesMadeElsewhere, policy);
    this.serviceControlPolicyText = Lazy.uncachedString({
      produce: context => {
        this.asked = true;
        return Stack.of(context.scope).toJsonString(this.serviceControlPolicy());
      },
    });
    policy.node.addValidation({ validate: () => this.problems() });
    policy.node.root.node.addValidation({ validate: () => this.tooLate() });
  }

  /**
   * The statement of the registry policy.
   *
   * @internal
   */
  public _statement(): iam.PolicyStatement {
    return this.deny(this.arns(Stack.of(this.policy).account, Stack.of(this.policy).region), { principals: [new iam.StarPrincipal()] });
  }

  private serviceControlPolicy(): iam.PolicyDocument {
    // the role of a rule reads an upstream of another account by the same action
    const conditions = { StringEquals: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' } };
    return new iam.PolicyDocument({ statements: [this.deny(this.arns(EVERYTHING, EVERYTHING), { conditions })] });
  }

  private deny(notResources: string[], more: iam.PolicyStatementProps): iam.PolicyStatement {
    const [action] = CacheActions.IMPORT;
    return new iam.PolicyStatement({ sid: 'OnlyTheseImports', effect: iam.Effect.DENY, actions: [action], notResources, ...more });
  }

  private arns(account: string, region: string): string[] {
    const stack = Stack.of(this.policy);
    const whole = [...this.others(), ...this.elsewhere];
    if (!isSynthesized(this.policy)) { this.allowed = new Set(whole); }
    const names = [...this.named.flatMap(({ address, paths }) => paths.map(path => address.repositoryName(path))),
      ...whole.map(prefix => prefix === ROOT ? EVERYTHING : `${prefix}/${EVERYTHING}`)];
    return [...new Set(names)].map(resourceName => stack.formatArn({ service: 'ecr', resource: 'repository', account, region, resourceName }));
  }

  /** The prefixes of all caches of the app that may be in this registry and are not named. */
  private others(): string[] {
    const prefixes = new Set(this.named.map(({ prefix }) => prefix));
    return this.policy.node.root.node.findAll()
      .filter(one => CfnPullThroughCacheRule.isCfnPullThroughCacheRule(one))
      .filter(rule => comparePlacement(rule, this.policy) !== Placement.DIFFERENT && rule.ecrRepositoryPrefix !== undefined)
      .map(rule => rule.ecrRepositoryPrefix!)
      .filter(prefix => !prefixes.has(prefix));
  }

  /** Caches that were made after the policy was written, which denies them: Stages are synthesized one after the other. */
  private tooLate(): string[] {
    const late = isSynthesized(this.policy) ? this.others().filter(prefix => !this.allowed.has(prefix)) : [];
    return late.map(prefix => problemAt(this.policy, {
      got: `the cache '${prefix}', which was made after allowOnlyImports() was synthesized and may import nothing`,
      expected: 'all caches of this account and Region before',
      fix: `make it before pipeline.addStage() of the Stage with the registry policy, or name '${prefix}' in prefixesMadeElsewhere`,
    }));
  }

  private problems(): string[] {
    const open = [...this.others(), ...this.elsewhere].includes(ROOT)
      || this.named.some(({ prefix, paths }) => prefix === ROOT && paths.includes(EVERYTHING));
    const length = this.asked ? jsonLength(this.serviceControlPolicy(), this.policy) : 0;
    return [
      ...open ? [problemAt(this.policy, {
        got: `allowOnlyImports() beside a cache with the prefix ${ROOT} through which everything may be imported`,
        expected: 'images for that cache, since its repositories may have any name',
        fix: 'name it in caches with its images',
      })] : [],
      ...length <= LONGEST_SERVICE_CONTROL_POLICY ? [] : refusals(this.policy, CheckId.SERVICE_CONTROL_POLICY_LENGTH, {
        got: `a service control policy of ${length} characters`,
        expected: `at most ${LONGEST_SERVICE_CONTROL_POLICY}`,
        fix: 'allow all below a path instead of single images, or keep to the registry policy, which takes twice as much',
      }),
    ];
  }

  private read(one: CacheImports): { address: CacheAddress; prefix: string; paths: string[] } {
    checkOptions('imports through a cache', one, ['cache', 'images'], this.policy);
    checkOwnRegistry(one.cache, this.policy, 'RegistryPolicy');
    const prefix = prefixOf(one.cache);
    const paths = readAllowList(one.cache, one.images, `leave the cache out, or write '${EVERYTHING}', for the whole cache`);
    return { address: CacheAddress.fromRule(one.cache), prefix, paths };
  }
}

/** An empty list denies more, so it is taken; none at all is not, since nobody thought of it. */
function readElsewhere(given: string[], policy: IConstruct): string[] {
  if (isMissing(given)) {
    throw new InvalidInputError({
      got: 'no list prefixesMadeElsewhere',
      expected: 'the prefixes of all rules of this account and Region that this app does not make, since nobody imports through them otherwise',
      fix: 'look them up with: aws ecr describe-pull-through-cache-rules; give an empty list when there are none',
    }, policy);
  }
  const prefixes = Array.isArray(given) && given.length === 0 ? [] : accessTexts('prefixes', given, 'give an empty list when there are none', policy);
  const check = (prefix: string) => {
    if (prefix === ROOT || PATH.test(maskLater(prefix))) { return; }
    throw new InvalidInputError({
      got: `the prefix ${excerpt(prefix)}`, expected: 'the prefix of a rule, without a slash at the end and without wildcards', fix: "write it such as 'quay'",
    }, policy);
  };
  prefixes.forEach(check);
  // a Lazy is known when the app is synthesized
  prefixes.forEach(prefix => checkWhenKnown('prefix', policy, prefix, check));
  return prefixes;
}
