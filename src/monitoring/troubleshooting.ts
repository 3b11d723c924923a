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
      'A name that a workload asks for again and again may be mistyped.',
    ],
    blindSpot: 'This alarm sees imports that fail again and again, not callers who are denied.',
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
  IMAGES_AT_RISK: {
    title: 'Images in use are about to go',
    happened: 'The lifecycle of the pull-through cache {cache} deletes or archives images within a week that were pulled lately.',
    next: [
      'Look in the log {log} for the lines of kind "atRisk": they name the images and the rule of the lifecycle.',
      'A tag comes back with its next pull while the upstream has it. For a digest that something pins, pull its tag again and deploy, or let the '
      + 'lifecycle keep more: in the policies of the repositories, since a template shapes new ones only.',
    ],
    blindSpot: "It goes by the template's policy, and by pulls: what runs without being pulled again, it does not know.",
  },
  PROBE_FAILING: {
    title: 'The probe fails',
    happened: 'An image could not be pulled through the pull-through cache {cache} on schedule.',
    next: [
      'Look in the log {log} for the image and the reason.',
      'UpstreamAccessDenied: renew the credential, or look at the role and the policy of the upstream. UpstreamTooManyRequests: wait, or give the '
      + 'cache a credential with a higher limit. UpstreamUnavailable: ask the upstream.',
      'UnableToGetUpstreamImageException or ImageNotFound: check the upstream, and that the image still exists. NoRule: the rule was deleted.',
      'AccessDeniedException: look for a deny in policies. LayerNotDownloaded: look at the key, the endpoint of Amazon S3 and its policy.',
    ],
  },
  IMAGE_ARCHIVED: {
    title: 'A probed image is archived',
    happened: 'An image that is probed is in the archive of the pull-through cache {cache}: nobody can pull it there.',
    next: [
      'Look in the log {log} for the image.',
      'If somebody needs it, restore it (aws ecr update-image-storage-class, up to 20 minutes); if not, take it out of the probe.',
    ],
  },
  TAG_MOVED: {
    title: 'A tag moved',
    happened: 'A tag that is probed stands for another image of the pull-through cache {cache} than before.',
    next: [
      'Look in the log {log} for the image, and at the upstream: did its owner move the tag?',
      'If not, somebody pushed below the tag: look in CloudTrail for PutImage, and delete the image.',
    ],
    blindSpot: 'Tags such as latest move all the time: probe those that should stand still.',
  },
  DIGEST_DIFFERS: {
    title: 'A tag differs from its digest',
    happened: 'A tag stands for another image of the pull-through cache {cache} than the digest that is probed beside it.',
    next: [
      'Look in the log {log} for the image and the digest that came.',
      'If the upstream moved the tag, pin the new digest; if not, look in CloudTrail for PutImage.',
    ],
  },
  CREDENTIAL_INVALID: {
    title: 'The credential is not valid',
    happened: 'ECR finds the credential of the pull-through cache {cache} not valid: cached images are served on, and nothing new comes.',
    next: [
      'Look in the log {log} for the reason.',
      'Put a new user name and access token into the secret; its ARN has to stay.',
    ],
  },
  UPSTREAM_REFUSES: {
    title: 'The upstream refuses',
    happened: 'The upstream of the pull-through cache {cache} refuses ECR, by a rate limit or by its permissions: the log {log} has the calls.',
    next: [
      'UpstreamTooManyRequests: give the cache a credential with a higher limit, or let the lifecycle keep more.',
      'UpstreamAccessDenied: renew the credential, or look at the role and at the policy of the upstream.',
    ],
    blindSpot: 'It sees what a trail with management events reports for this Region.',
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
    blindSpot: 'The quota counts all pulls of the account and Region, from this cache or not, by the second: of short bursts it knows nothing.',
  },
  EVENTS_NOT_LOGGED: {
    title: 'Events are not logged',
    happened: 'EventBridge could not write events of the pull-through cache {cache} into the log {log}.',
    next: [
      'Check that the log group exists, that its resource policy lets EventBridge write, and that its key lets CloudWatch Logs use it.',
    ],
    blindSpot: 'The alarm on failed imports counts the events themselves, so it works meanwhile.',
  },
  CONFIGURATION_CHANGED: {
    title: 'The configuration was changed',
    happened: 'Somebody changed or deleted a rule, a template or a policy of the pull-through cache {cache} by hand: the log {log} has the call and the '
      + 'caller.',
    next: [
      'Ask the caller. If nobody knows of it, take the access of that identity away, and look for what it pushed and pulled since.',
      'Deploy the stack again, or set right by hand what CloudFormation does not see as changed.',
    ],
    blindSpot: 'It sees what a trail with management events reports for this Region, and nothing that CloudFormation or ECR does.',
  },
  PUSHED: {
    title: 'An image was pushed',
    happened: 'Somebody pushed an image into a repository of the pull-through cache {cache}: the log {log} has the call and the caller.',
    next: [
      'Ask the caller. If nobody knows of it, delete the image, and find out who pulled it since.',
      'Let nobody but ECR push there: a Deny of ecr:PutImage in the registry policy.',
    ],
    blindSpot: 'It sees what a trail with management events reports for this Region.',
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

/** CloudWatch takes 1024 characters, of which names that are known at deployment only may need some. */
const SHOWN_CACHES = 8;

/** The description of an alarm: what happened, what to do, what it doesn't see, and where more is written. */
export function describeTrouble(trouble: Trouble, caches: readonly string[], log: string | undefined, runbookUrl?: string): string {
  const next = trouble.next.filter(step => log !== undefined || !step.includes('{log}'));
  const runbook = runbookUrl === undefined ? [] : [`Runbook: ${runbookUrl}`];
  return [trouble.happened, ...next, ...(trouble.blindSpot ? [trouble.blindSpot] : []), ...runbook].join(' ')
    .replaceAll('the pull-through cache {cache}', named(caches))
    .replaceAll('{log}', log ?? '');
}

function named(caches: readonly string[]): string {
  if (caches.length === 1) {
    return `the pull-through cache ${caches[0]}`;
  }
  const more = caches.length - SHOWN_CACHES;
  return `the pull-through caches ${caches.slice(0, SHOWN_CACHES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
