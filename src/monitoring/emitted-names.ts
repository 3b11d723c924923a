/*
 * What this library's own functions put into CloudWatch and write into their logs. The functions and the constructs that
 * read it share this module, so a name can't differ between the two. It imports nothing, since it is bundled.
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
} as const;

/** How the probe of an image ended. */
export const Outcome = { PULLED: 'pulled', FAILED: 'failed' } as const;

/** The metric that ECR itself has of a repository: ECR User Guide, "Amazon ECR repository metrics". */
export const PullCount = {
  NAMESPACE: 'AWS/ECR',
  METRIC: 'RepositoryPullCount',
  DIMENSION: 'RepositoryName',
} as const;
