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

/** What the probe puts, once a run and cache. */
export const ProbeMetric = {
  IMAGES: 'ProbedImages',
  FAILURES: 'ProbeFailures',
  LATENCY: 'ProbeLatency',
  MOVED_TAGS: 'ProbeMovedTags',
  DIFFERING_DIGESTS: 'ProbeDifferingDigests',
  /** Of caches with a credential only. */
  INVALID_CREDENTIALS: 'InvalidCredentials',
} as const;

/** The `kind` of the lines in the functions' logs. */
export const LineKind = {
  /** A repository with its figures: statistics. */
  REPOSITORY: 'repository',
  /** A repository that could not be counted, with the error: statistics. */
  UNSEEN: 'unseen',
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
export const Outcome = { PULLED: 'pulled', VALID: 'valid', FAILED: 'failed' } as const;

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
  /** Nothing that the function reads: a changed value makes it run again. */
  readonly fingerprint: string;
}

/** For what works through the repositories of a prefix. */
interface SweepProperties {
  readonly prefix: string;
  /** Prefixes below it that belong to others, as far as they are known at synthesis. */
  readonly others: string[];
}

/** For the adoption. */
export interface AdoptionProperties extends SweepProperties {
  /** `true` or `false`. */
  readonly dryRun: string;
  /** What a template gives; what it doesn't have is missing. */
  readonly lifecyclePolicy?: string;
  readonly repositoryPolicy?: string;
  readonly tags?: { readonly key: string; readonly value: string }[];
  /** Nothing that the function reads: a changed value makes it run again. */
  readonly trigger?: string;
}

/** For the removal. */
export interface RemovalProperties extends SweepProperties {
  /** The prefix typed out by the user. */
  readonly confirmedPrefix: string;
  /** The stack and those around it: none of them may be going back. */
  readonly stacks: string[];
}
