import type { Stack } from 'aws-cdk-lib';
import { CfnPullThroughCacheRule } from 'aws-cdk-lib/aws-ecr';
import type { IPullThroughCacheRuleRef } from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { accessList, checkNoMore, checkOptions, readFlag } from '../private/access';
import { BY_METHOD, checkChoice, madeByMethod } from '../private/choices';
import { CacheActions } from '../rule/cache-actions';
import { CacheAddress, checkRule } from '../rule/cache-address';
import type { ICacheRule } from '../rule/cache-rule';

/** What to write where something else was given than `EndpointPolicies`. */
const CHOICES = 'EndpointPolicies.scopedTo() or EndpointPolicies.fullAccess()';

/** What endpoints with a scoped policy let through. */
export interface ScopedEndpointOptions {
  /** The caches, or rules of any kind, whose images are pulled: at least one. */
  readonly caches: IPullThroughCacheRuleRef[];

  /**
   * Whether the S3 gateway endpoint is scoped as well, to the bucket of ECR's layers and those of the Regions of private ECR upstreams. Without, it
   * lets all of S3 through.
   *
   * @default true
   */
  readonly scopeS3?: boolean;
}

/**
 * What the endpoints of a VPC let through. An endpoint serves all that is in its VPC or its route tables, so this is about more than pulls: choose
 * with that in mind.
 *
 * @example
 * import { CacheVpcAccess, EndpointPolicies, PullThroughCache } from 'cdk-ecr-pull-through-cache';
 * import * as ec2 from 'aws-cdk-lib/aws-ec2';
 *
 * declare const vpc: ec2.IVpc;
 * declare const echo: PullThroughCache;
 *
 * new CacheVpcAccess(this, 'Access', { vpc, endpointPolicies: EndpointPolicies.scopedTo({ caches: [echo], scopeS3: false }) });
 */
export class EndpointPolicies {
  /** Everything that IAM allows, as AWS makes endpoints by default: what else in the VPC uses ECR and S3 goes on. */
  public static fullAccess(): EndpointPolicies {
    checkNoMore('fullAccess', arguments, 0, 'call EndpointPolicies.scopedTo() for some caches');
    return new EndpointPolicies(BY_METHOD, undefined, false);
  }

  /**
   * Pulls through caches, and what `CacheVpcAccess.allowRepositories()` and `allowBuckets()` add: **everything else that uses ECR or S3 through
   * these endpoints is denied**, such as pushes, package repositories in S3 and buckets of your own.
   *
   * @param options the caches
   * @throws without a cache
   */
  public static scopedTo(options: ScopedEndpointOptions): EndpointPolicies {
    checkOptions('scoped endpoints', options, ['caches', 'scopeS3']);
    const caches = accessList('caches', options.caches, 'name the caches, or choose EndpointPolicies.fullAccess()');
    caches.forEach(cache => checkRule(cache));
    return new EndpointPolicies(BY_METHOD, caches, readFlag('scopeS3', options.scopeS3, true));
  }

  /**
   * Refuses what none of the methods gave.
   *
   * @internal
   */
  public static _check(policies: EndpointPolicies, scope: IConstruct): void {
    checkChoice('endpointPolicies', policies, EndpointPolicies, CHOICES, scope);
  }

  private constructor(
    key: symbol,
    private readonly caches: readonly IPullThroughCacheRuleRef[] | undefined,
    /** @internal */
    public readonly _scopesS3: boolean) {
    madeByMethod(this, key, EndpointPolicies, CHOICES);
  }

  /** @internal */
  public get _scopesEcr(): boolean {
    return this.caches !== undefined;
  }

  /** @internal */
  public get _caches(): IPullThroughCacheRuleRef[] {
    return [...this.caches ?? []];
  }
}

/** Lets actions through an endpoint, by whom IAM allows them. */
export function letThrough(actions: readonly string[], resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ principals: [new iam.StarPrincipal()], actions: [...actions], resources });
}

/**
 * Pulls through caches, also first ones with or without tags: a policy of an endpoint grants nothing, so what some cache doesn't need does no
 * harm.
 */
export function letPullsThrough(caches: IPullThroughCacheRuleRef[]): iam.PolicyStatement[] {
  return [
    letThrough(CacheActions.LOG_IN, ['*']),
    letThrough(
      [...CacheActions.PULL_CACHED, ...CacheActions.IMPORT, ...CacheActions.TAG_NEW_REPOSITORY],
      caches.map(cache => CacheAddress.fromRule(cache).arnOfAllRepositories),
    ),
  ];
}

/**
 * The buckets that ECR's layers come from: ECR User Guide, "Amazon ECR interface VPC endpoints (AWS PrivateLink)". ECR sends the client of a first
 * pull to where the upstream keeps them (users' report, aws/containers-roadmap 939), which for a private ECR upstream would be the bucket of its
 * Region.
 */
export function letLayersThrough(stack: Stack, caches: readonly IPullThroughCacheRuleRef[]): iam.PolicyStatement {
  const regions = new Set([stack.region, ...caches.flatMap(upstreamRegionOf)]);
  return letThrough(['s3:GetObject'], [...regions].map(region =>
    stack.formatArn({ service: 's3', account: '', region: '', resource: `prod-${region}-starport-layer-bucket`, resourceName: '*' })));
}

/** The Region of a private ECR upstream; none of another upstream, or of one that isn't known. */
function upstreamRegionOf(rule: IPullThroughCacheRuleRef): string[] {
  const url = CfnPullThroughCacheRule.isCfnPullThroughCacheRule(rule) ? rule.upstreamRegistryUrl : undefined;
  const region = (rule as Partial<ICacheRule>).upstream?.region ?? /^[0-9]{12}\.dkr\.ecr\.([a-z0-9-]+)\./.exec(url ?? '')?.[1];
  return region === undefined ? [] : [region];
}
