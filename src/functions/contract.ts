/*
 * What the constructs and their functions share, so that a name can't differ between the two: first what the functions put into CloudWatch
 * and write into their logs, then what the constructs tell them. It imports nothing, since it is bundled.
 */

/** The namespace of the metrics. */
export const NAMESPACE = 'PullThroughCache';

/** The one dimension of all of them: the prefix of the cache. */
export const DIMENSION = 'RepositoryPrefix';

/** What the statistics function puts, once a run and cache. */
export const StatisticsMetric = {
  REPOSITORIES: 'Repositories',
  UNSEEN_REPOSITORIES: 'UnseenRepositories',
  IMAGES: 'Images',
  STORED_BYTES: 'StoredBytes',
  OLDEST_IMAGE_AGE: 'OldestImageAge',
  PULLS: 'Pulls',
  IMPORTS: 'Imports',
  HIT_RATE: 'HitRate',
} as const;

/** What the statistics function puts once a day and cache, however often it runs. */
export const DailyMetric = {
  IMAGES_AT_RISK: 'ImagesAtRisk',
  UNPULLED_BYTES: 'UnpulledBytes',
} as const;

/** What the probe puts, once a run and cache. */
export const ProbeMetric = {
  IMAGES: 'ProbedImages',
  FAILURES: 'ProbeFailures',
  LATENCY: 'ProbeLatency',
  MOVED_TAGS: 'ProbeMovedTags',
  DIFFERING_DIGESTS: 'ProbeDifferingDigests',
  ARCHIVED: 'ProbeArchivedImages',
  /** Manifests that it was given: the statistics take them off ECR's count of pulls. */
  PULLS: 'ProbePulls',
  /** Of caches with a credential only. */
  INVALID_CREDENTIALS: 'InvalidCredentials',
} as const;

/** The `kind` of the lines in the functions' logs. */
export const LineKind = {
  /** A repository with its figures: statistics. */
  REPOSITORY: 'repository',
  /** A repository that could not be counted, with the error: statistics. */
  UNSEEN: 'unseen',
  /** An image that was pulled lately and is soon deleted or archived: statistics. */
  AT_RISK: 'atRisk',
  /** What a probe pulled, which CloudWatch didn't tell: statistics. */
  PROBE_PULLS: 'probePulls',
  /** A cache with its totals: statistics. */
  CACHE: 'cache',
  /** An image that was pulled or could not be: probe. */
  IMAGE: 'image',
  /** A credential that ECR tried: probe. */
  CREDENTIAL: 'credential',
  /** The rules of the registry, which ECR didn't tell: probe. */
  RULES: 'rules',
} as const;

/** How the probe of an image or a credential ended. */
export const Outcome = { PULLED: 'pulled', ARCHIVED: 'archived', VALID: 'valid', FAILED: 'failed' } as const;

/** The metric that ECR itself has of a repository: ECR User Guide, "Amazon ECR repository metrics". */
export const PullCount = {
  NAMESPACE: 'AWS/ECR',
  METRIC: 'RepositoryPullCount',
  DIMENSION: 'RepositoryName',
} as const;

/** The environment variable by which constructs tell scheduled functions their settings; its value is JSON. */
export const SETTINGS = 'PULL_THROUGH_CACHE_SETTINGS';

/** Lambda gives all environment variables together 4 KB. */
export const MOST_SETTINGS = 3800;

/** Settings that are too long as they are: their JSON, compressed by Brotli, in base64. */
export interface PackedSettings {
  readonly packed: string;
}

/** Whether settings are packed. */
export function isPacked(settings: unknown): settings is PackedSettings {
  return typeof (settings as Partial<PackedSettings> | undefined)?.packed === 'string';
}

/** For the statistics. */
export interface StatisticsSettings {
  /** The prefixes of the caches that are counted. */
  readonly prefixes: string[];
  /** How far back pulls and imports are counted. */
  readonly windowHours: number;
}

/** The images of one cache. A prefix may be known at deployment only, so it is a value here and no key. */
interface ProbedCache {
  readonly prefix: string;
  /** As the cache names them: `echo/nginx:1.27`. */
  readonly images: string[];
  /** Whether the rule has a credential that ECR can try. */
  readonly validatesCredential?: boolean;
}

/** For the probe. */
export interface ProbeSettings {
  readonly caches: ProbedCache[];
  /** The time between two runs. */
  readonly intervalSeconds: number;
  /** The longest that one image may take. */
  readonly imageTimeoutSeconds: number;
  /** The longest that a run may take. */
  readonly runSeconds?: number;
}

/* Properties of custom resources. CloudFormation makes strings of numbers and booleans. */

/** For the first run of a scheduled function. */
export interface FirstRunProperties {
  /** Nothing that the function reads: with other settings it runs again. */
  readonly settings: string;
}

/** For the verification. */
export interface VerificationProperties {
  readonly prefix: string;
  /** As the cache names them: `echo/nginx:1.27`. */
  readonly images: string[];
  /** `true` or `false`. */
  readonly validatesCredential: string;
  readonly retrySeconds: string;
  readonly imageTimeoutSeconds: string;
  readonly logGroupName: string;
  /** The stacks around that of the function, and that one as the last. */
  readonly stacks: string[];
  /** Nothing that the function reads: a changed value makes it run again. */
  readonly fingerprint: string;
}

/** For what works through the repositories of a prefix. It is in the environment, which whoever invokes the function can't change. */
export interface SweepSettings {
  readonly prefix: string;
  /** Prefixes below it that belong to others, as far as they are known at synthesis. */
  readonly others: string[];
  /** Names that are left out, each with what is below it. */
  readonly leftOut: string[];
  /** The stacks around that of the function, and that one as the last: whether it acts, they say. */
  readonly stacks: string[];
}

/** For the adoption, which reads the template itself from ECR. */
export interface AdoptionSettings extends SweepSettings {
  readonly dryRun: boolean;
  readonly overwritesPolicies: boolean;
}

/** For the removal. */
export interface RemovalSettings extends SweepSettings {
  /** The prefix typed out by the user. */
  readonly confirmedPrefix: string;
  readonly keepsAll: boolean;
  /** The logical id of the removal. */
  readonly removal: string;
  /** The logical ids of the rules of the prefix that are in the same stack. */
  readonly rules: string[];
}

/** The properties of the custom resource of a sweep: nothing that the function reads. A changed value makes it run again. */
export interface SweepProperties {
  readonly changes: unknown[];
}
