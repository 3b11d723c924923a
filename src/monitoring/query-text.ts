import { LineKind, Outcome } from '../functions/contract';
import { ROOT } from '../private/checks';
import { isLater } from '../private/later';

/** What is asked of the logs of some caches, in the language of CloudWatch Logs Insights. */
export class QueryText {
  constructor(private readonly prefixes: string[]) {}

  /** The statistics' latest line of each repository: its newest tags, and when an image came last. */
  public catalogue(): string {
    return lines(
      `filter kind = "${LineKind.REPOSITORY}"`,
      this.repositories('repository'),
      'stats latest(tags) as newestTags, latest(images) as imageCount, latest(newestImageAt) as lastImport by repository',
      'sort repository asc',
      'limit 10000',
    );
  }

  /** The totals of each cache. Those of a run that could not look everywhere have a coverage below 1. */
  public storageByCache(): string {
    return lines(
      `filter kind = "${LineKind.CACHE}" and cache in ${this.list()}`,
      'stats latest(bytes) as storedBytes, latest(repositories) as repositoryCount, latest(images) as imageCount, latest(pulls) as pullCount, '
      + 'latest(coverage) as seen by cache',
      'sort storedBytes desc',
    );
  }

  /** The largest repositories. */
  public storage(): string {
    return lines(
      `filter kind = "${LineKind.REPOSITORY}"`,
      this.repositories('repository'),
      'stats latest(bytes) as storedBytes, latest(images) as imageCount, latest(pulls) as pullCount by repository',
      'sort storedBytes desc',
      this.limit(50),
    );
  }

  /** The images that were pulled lately and that the lifecycle is about to take, as the latest runs saw them. */
  public imagesAtRisk(): string {
    return lines(
      `filter kind = "${LineKind.AT_RISK}"`,
      this.repositories('repository'),
      'stats latest(tags) as imageTags, latest(pulledAt) as lastPull, latest(action) as actionOfLifecycle, latest(rule) as ruleOfLifecycle, '
      + 'max(@timestamp) as lastSeen by repository, digest',
      'sort lastSeen desc, repository asc',
      'limit 10000',
    );
  }

  /** The repositories with the most that nobody pulled for 90 days. */
  public unpulled(): string {
    return lines(
      `filter kind = "${LineKind.REPOSITORY}" and unpulledBytes > 0`,
      this.repositories('repository'),
      'stats latest(unpulledBytes) as unpulled, latest(bytes) as storedBytes by repository',
      'sort unpulled desc',
      'limit 50',
    );
  }

  /** What came in, as far back as the log goes; what has expired since is in it too. */
  public importedImages(): string {
    return lines(
      this.cacheEvents('`detail.sync-status` = "SUCCESS"'),
      'stats latest(`detail.image-digest`) as digest, max(@timestamp) as lastImport by `detail.repository-name`, `detail.image-tag`',
      'sort lastImport desc',
      'limit 10000',
    );
  }

  /** Failed imports by code, with the latest reason. */
  public failures(): string {
    return lines(
      this.cacheEvents('`detail.sync-status` != "SUCCESS"'),
      'stats count(*) as failures, max(@timestamp) as lastFailure, latest(`detail.failure-reason`) as reason '
      + 'by `detail.ecr-repository-prefix`, `detail.failure-code`, `detail.repository-name`, `detail.image-tag`',
      'sort lastFailure desc',
      this.limit(100),
    );
  }

  /** Successful imports per day and cache. */
  public importsPerDay(): string {
    return lines(
      this.cacheEvents('`detail.sync-status` = "SUCCESS"'),
      'stats count(*) as imports, count_distinct(`detail.repository-name`) as repositories by bin(1d) as day, `detail.ecr-repository-prefix`',
      'sort day desc',
    );
  }

  /** Denied calls by caller, of a trail. */
  public denied(): string {
    const repositories = this.all() ? [] : [
      `filter requestParameters.repositoryName like ${this.startsWith()} or errorMessage like ${this.inArn()}`,
    ];
    return lines(
      'filter eventSource = "ecr.amazonaws.com" and errorCode like /^AccessDenied/',
      ...repositories,
      'stats count(*) as calls, max(@timestamp) as lastCall, latest(errorMessage) as message by userIdentity.arn, eventName',
      'sort lastCall desc',
      'limit 100',
    );
  }

  /** Pulls whose import the upstream refused or didn't answer, by the codes of `BatchGetImage`, of a trail. */
  public upstreamRefusals(): string {
    return lines(
      'filter eventSource = "ecr.amazonaws.com" and eventName = "BatchGetImage" and responseElements.failures.0.failureCode like /^Upstream/',
      this.repositories('requestParameters.repositoryName'),
      'stats count(*) as calls, max(@timestamp) as lastCall, latest(responseElements.failures.0.failureReason) as reason '
      + 'by responseElements.failures.0.failureCode, requestParameters.repositoryName',
      'sort lastCall desc',
      'limit 100',
    );
  }

  /** Pulls by day, account, role and repository, of a trail: sessions and addresses of a thousand nodes would be rows of their own. */
  public pullers(): string {
    return lines(
      'filter eventSource = "ecr.amazonaws.com" and eventName = "BatchGetImage" and not ispresent(errorCode)',
      this.repositories('requestParameters.repositoryName'),
      'stats count(*) as pulls, max(@timestamp) as lastPull '
      + 'by bin(1d) as day, userIdentity.accountId, coalesce(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn) as caller, '
      + 'requestParameters.repositoryName',
      'sort day desc, pulls desc',
      'limit 10000',
    );
  }

  /** The latest lines of images that the probe could not pull. */
  public probeFailures(): string {
    return lines(
      `filter kind = "${LineKind.IMAGE}" and outcome = "${Outcome.FAILED}"`,
      this.repositories('repository'),
      'fields @timestamp, image, code, message',
      'sort @timestamp desc',
      this.limit(20),
    );
  }

  private cacheEvents(status: string): string {
    return `filter \`detail.ecr-repository-prefix\` in ${this.list()} and ${status}`;
  }

  private list(): string {
    return `[${this.prefixes.map(prefix => `"${prefix}"`).join(', ')}]`;
  }

  /** One cache that is loud doesn't hide the others. Ten thousand rows is the most that CloudWatch gives. */
  private limit(rowsOfCache: number): string {
    return `limit ${Math.min(10_000, rowsOfCache * this.prefixes.length)}`;
  }

  private repositories(field: string): string {
    return this.all() ? '' : `filter ${field} like ${this.startsWith()}`;
  }

  private startsWith(): string {
    return `/^(${this.alternatives()})\\//`;
  }

  private inArn(): string {
    return `/:repository\\/(${this.alternatives()})\\//`;
  }

  private alternatives(): string {
    return this.prefixes.map(prefix => isLater(prefix) ? prefix : prefix.replace(/[./]/g, '\\$&')).join('|');
  }

  /** The prefix ROOT stands for every repository. */
  private all(): boolean {
    return this.prefixes.includes(ROOT);
  }
}

function lines(...parts: string[]): string {
  return parts.filter(part => part !== '').join('\n| ');
}
