import type { PlainStatement } from './plain-statements';

/*
 * What a cache is, whichever tool renders it: no names that tools generate, no order that means nothing, no intrinsic functions.
 * Two renderings with equal contracts do the same on AWS. Free text that only people read, and tags of anything but the cached
 * repositories, are left out.
 */
export interface PlainContract {
  readonly rule: PlainRule;
  /** The role that ECR assumes to read the upstream, when this rendering makes one. */
  readonly upstreamRole?: PlainRole;
  readonly template: PlainTemplate;
  /** The role that ECR assumes to create repositories, when this rendering makes one. */
  readonly creationRole?: PlainRole;
  readonly alarm?: PlainAlarm;
}

/** `made` stands for the role of this contract, anything else is the ARN of one from elsewhere. */
type RoleReference = 'made' | string;

interface PlainRule {
  readonly repositoryPrefix: string;
  /** `ROOT` is AWS's default. */
  readonly upstreamRepositoryPrefix: string;
  readonly upstreamRegistry: string;
  readonly upstreamRegistryUrl: string;
  readonly upstreamRole?: RoleReference;
  readonly credentialArn?: string;
}

export interface PlainRole {
  readonly path: string;
  readonly trust: readonly PlainStatement[];
  readonly permissions: readonly PlainStatement[];
}

export interface PlainTemplate {
  readonly prefix: string;
  readonly appliedFor: readonly string[];
  readonly tagMutability: string;
  /** Patterns of tags that are excluded from it. */
  readonly tagMutabilityExclusions: readonly string[];
  readonly encryption: { readonly type: string; readonly key?: string };
  readonly tags: { readonly [key: string]: string };
  /** ECR's own rules, by priority; none when everything stays. */
  readonly lifecycle: readonly PlainLifecycleRule[];
  readonly repositoryPolicy: readonly PlainStatement[];
  readonly creationRole?: RoleReference;
}

export interface PlainLifecycleRule {
  readonly rulePriority: number;
  readonly selection: { readonly [key: string]: unknown };
  readonly action: { readonly [key: string]: unknown };
}

export interface PlainAlarm {
  /** What is made of the metric, which is `events` in it. */
  readonly expression: string;
  readonly namespace: string;
  readonly metricName: string;
  readonly statistic: string;
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly comparison: string;
  readonly threshold: number;
  readonly missingData: string;
  /** Topics and the like: what is told when it goes off, and what when it is over. */
  readonly alarmActions: readonly string[];
  readonly okActions: readonly string[];
  /** The EventBridge rule whose name is the alarm's dimension. */
  readonly reads: PlainEventRule;
}

export interface PlainEventRule {
  readonly enabled: boolean;
  readonly pattern: unknown;
  /** The log groups that this rendering makes and the rule writes to. */
  readonly logs: readonly PlainLog[];
  /** The ARNs of its other targets. */
  readonly otherTargets: readonly string[];
}

export interface PlainLog {
  readonly retentionDays?: number;
  readonly policy: readonly PlainStatement[];
}
