/** What can be wrong with a cache, and what to do. Alarm descriptions and the troubleshooting guide are both drawn from it. */
export interface Trouble {
  /** The heading in the guide, by which an alarm's description is found there. */
  readonly title: string;
  /** What has happened; `{cache}` and `{log}` are filled in for an alarm. */
  readonly happened: string;
  /** What to do, in order. */
  readonly next: readonly string[];
  /** What this doesn't tell, where that could mislead. */
  readonly blindSpot?: string;
}

/** All of them, by what goes wrong. */
export const Troubles = {
  FAILED_PULLS: {
    title: 'Imports fail',
    happened: 'ECR could not import images into the pull-through cache {cache}: the log {log} has its reasons.',
    next: [
      'Check the role or credential of the cache, and access to the upstream.',
    ],
    blindSpot: 'This alarm sees failed imports, not callers who are denied.',
  },
  DENIED_PULLS: {
    title: 'Pullers are denied',
    happened: 'IAM denied pulls from the pull-through cache {cache}: the log {log} has the callers and their calls.',
    next: [
      'Grant the caller grants.pull() of the cache: a first pull needs ecr:BatchImportUpstreamImage and ecr:CreateRepository too.',
      'If the caller has them, look for a deny in the registry policy, the repository policy and service control policies.',
    ],
    blindSpot: 'It sees what a trail with management events reports for this Region.',
  },
  HIT_RATE: {
    title: 'The hit rate is low',
    happened: 'Fewer pulls than expected were served from the pull-through cache {cache} without an import.',
    next: [
      'Look in the log {log} for repositories with many imports.',
      'If images expire between pulls, let the lifecycle keep more of them; if tags move often, pin versions.',
    ],
    blindSpot: 'The rate is an estimate: see its definition in the monitoring guide.',
  },
  STORAGE: {
    title: 'The cache is large',
    happened: 'The images of the pull-through cache {cache} are larger than expected.',
    next: [
      'Look in the log {log} for the largest repositories.',
      'Let the lifecycle keep fewer images. A template shapes new repositories only: change the policy of those that exist.',
    ],
    blindSpot: 'Layers that images share are counted with each of them, so ECR may bill less.',
  },
  STATISTICS_MISSING: {
    title: 'There are no statistics',
    happened: 'Nothing counted the pull-through cache {cache} lately, so its storage and hit rate are unknown.',
    next: [
      'Look in the log {log} for the error of the last run.',
      'If there was no run, check that the schedule is enabled and that the account has Lambda concurrency left.',
    ],
  },
  STATISTICS_INCOMPLETE: {
    title: 'The statistics are incomplete',
    happened: 'The last count of the pull-through cache {cache} could not look into every repository, so it gave no totals.',
    next: [
      'Look in the log {log} for the lines of kind "unseen": they name the repositories and the error.',
      'If time ran out, raise the timeout or give the largest cache statistics of its own; if access was denied, look for a deny in repository policies.',
    ],
  },
  PROBE_FAILING: {
    title: 'The probe fails',
    happened: 'An image could not be pulled through the pull-through cache {cache} on schedule.',
    next: [
      'Look in the log {log} for the image and the reason.',
      'UnableToGetUpstreamImageException or ImageNotFound: check the upstream, the role or credential of the cache, and that the image still exists.',
      'AccessDeniedException: look for a deny in the registry policy and service control policies.',
    ],
  },
  PROBE_MISSING: {
    title: 'The probe does not run',
    happened: 'Nothing was pulled through the pull-through cache {cache} on schedule lately, so nobody knows whether it works.',
    next: [
      'Look in the log {log} for the error of the last run.',
      'If there was no run, check that the schedule is enabled and that the account has Lambda concurrency left.',
    ],
  },
  NEAR_QUOTA: {
    title: 'Pulls are near the quota',
    happened: 'The account of the pull-through cache {cache} calls ECR almost as often as its quota lets it; above it pulls are throttled.',
    next: [
      'Ask for a higher quota in Service Quotas: the rates of ECR can be raised.',
      'Look for clients that pull in a loop, and let nodes keep images.',
    ],
    blindSpot: 'The quota counts all pulls of the account and Region, from this cache or not.',
  },
  EVENTS_NOT_LOGGED: {
    title: 'Events are not logged',
    happened: 'EventBridge could not write events of the pull-through cache {cache} into the log {log}.',
    next: [
      'Check that the log group exists, that its resource policy lets EventBridge write, and that its key lets CloudWatch Logs use it.',
    ],
    blindSpot: 'The alarm on failed imports counts the events themselves, so it works meanwhile.',
  },
  FINDINGS: {
    title: 'Vulnerabilities were found',
    happened: 'A scan found vulnerabilities in images of the pull-through cache {cache}: the log {log} names the repositories and images.',
    next: [
      'Look at the findings of the image in ECR or Amazon Inspector, and at who runs it.',
      'Pull a tag in which the upstream fixed it, and replace what runs; when there is none, ask the upstream.',
    ],
    blindSpot: 'The alarm tells of new findings and ends by itself: it does not mean that they are gone.',
  },
} as const satisfies Record<string, Trouble>;

/** The description of an alarm: what happened, what to do, what it doesn't see. CloudWatch takes 1024 characters. */
export function describeTrouble(trouble: Trouble, cache: string, log: string | undefined): string {
  const next = trouble.next.filter(step => log !== undefined || !step.includes('{log}'));
  return [trouble.happened, ...next, ...(trouble.blindSpot ? [trouble.blindSpot] : [])].join(' ')
    .replaceAll('{cache}', cache)
    .replaceAll('{log}', log ?? '');
}
