import { DailyMetric, StatisticsMetric } from './contract';
import { isIndex } from './lifecycle-forecast';
import type { Endangered, ImageFacts, LifecycleForecast } from './lifecycle-forecast';

/** A time from, and up to but not including, another. */
export interface Window {
  readonly from: Date;
  readonly to: Date;
}

/** A value for CloudWatch. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'Count' | 'Bytes' | 'Seconds' | 'Milliseconds' | 'None';
}

const SHOWN_TAGS = 5;
const UNPULLED_DAYS = 90;
const DAY = 86_400_000;

/** What is looked at once a day. */
export interface DailyLook {
  readonly now: Date;
  /** What the lifecycle will do; without a policy that can be read there is none. */
  readonly forecast?: LifecycleForecast;
}

/** The figures of one repository. Of its images nothing but sums and extremes is kept, and once a day what the forecast looks at. */
export class RepositoryTally {
  public images = 0;
  public taggedImages = 0;
  public bytes = 0;
  public imports = 0;
  public pulls = 0;
  public oldestTagged?: Date;
  public newest?: Date;
  /** What nobody pulled for 90 days; known once a day. */
  public unpulledBytes?: number;
  private readonly newestTags: { tag: string; at: number }[] = [];
  private readonly forImages: ImageFacts[] = [];

  constructor(public readonly repository: string, private readonly window: Window, private readonly daily?: DailyLook) {
    this.unpulledBytes = daily && 0;
  }

  /** The newest tags, newest first. */
  public get tags(): string[] {
    return this.newestTags.map(({ tag }) => tag);
  }

  /** The images that were pulled lately and are soon gone; known once a day. */
  public atRisk(): Endangered[] | undefined {
    return this.daily && (this.daily.forecast?.endangered(this.forImages, this.daily.now) ?? []);
  }

  public add(image: ImageFacts): void {
    this.images += 1;
    // an index has the size of its largest image, which is counted by itself
    const bytes = isIndex(image) ? 0 : image.imageSizeInBytes ?? 0;
    this.bytes += bytes;
    if (this.daily) {
      this.addDaily(image, bytes, this.daily);
    }
    const at = image.imagePushedAt;
    if (at && (!this.newest || at > this.newest)) {
      this.newest = at;
    }
    const tags = image.imageTags ?? [];
    if (tags.length > 0) {
      this.addTagged(tags, at);
    }
  }

  private addDaily(image: ImageFacts, bytes: number, { now, forecast }: DailyLook): void {
    const used = image.lastRecordedPullTime ?? image.imagePushedAt;
    if (used && now.getTime() - used.getTime() > UNPULLED_DAYS * DAY) {
      this.unpulledBytes! += bytes;
    }
    if (forecast) {
      this.forImages.push(image);
    }
  }

  private addTagged(tags: string[], at?: Date): void {
    this.taggedImages += 1;
    if (!at) {
      return;
    }
    // the untagged images of an index come with it, so a pull that imported is one tagged image
    if (at >= this.window.from && at < this.window.to) {
      this.imports += 1;
    }
    if (!this.oldestTagged || at < this.oldestTagged) {
      this.oldestTagged = at;
    }
    this.newestTags.push(...tags.map(tag => ({ tag, at: at.getTime() })));
    this.newestTags.sort((one, other) => other.at - one.at || one.tag.localeCompare(other.tag));
    this.newestTags.length = Math.min(this.newestTags.length, SHOWN_TAGS);
  }
}

/** The figures of one cache: the sum of its repositories, and how many of them it lacks. */
export class CacheTally {
  public repositories = 0;
  public unseen = 0;
  private images = 0;
  private bytes = 0;
  private pulls = 0;
  private imports = 0;
  private atRisk = 0;
  private unpulledBytes = 0;
  private oldestTagged?: Date;

  /**
   * @param probePulls what a probe pulled of the cache, which ECR counts as pulls too; when it isn't known, the pulls of others aren't either
   */
  constructor(public readonly prefix: string, private readonly probePulls: number | undefined) {}

  public add(repository: RepositoryTally, atRisk: number): void {
    this.atRisk += atRisk;
    this.unpulledBytes += repository.unpulledBytes ?? 0;
    this.images += repository.images;
    this.bytes += repository.bytes;
    this.pulls += repository.pulls;
    this.imports += repository.imports;
    const oldest = repository.oldestTagged;
    if (oldest && (!this.oldestTagged || oldest < this.oldestTagged)) {
      this.oldestTagged = oldest;
    }
  }

  /** What is put into CloudWatch. With unseen repositories no sum is, since each would be too low. */
  public figures(now: Date, daily: boolean): Figure[] {
    const seen: Figure[] = [
      { name: StatisticsMetric.REPOSITORIES, value: this.repositories, unit: 'Count' },
      { name: StatisticsMetric.UNSEEN_REPOSITORIES, value: this.unseen, unit: 'Count' },
    ];
    return this.unseen > 0 ? seen : [...seen, ...this.sums(now), ...daily ? this.dailySums() : []];
  }

  /** What was seen, for the log: sums that may be too low are there, beside the share of the repositories that they are of. */
  public line(): object {
    const { prefix, repositories, unseen, images, bytes, pullsOfOthers: pulls, probePulls, imports } = this;
    const coverage = repositories === 0 ? 1 : (repositories - unseen) / repositories;
    return { cache: prefix, repositories, unseen, coverage, images, bytes, pulls, probePulls, imports, hitRate: hitRate(pulls, imports) };
  }

  /** The probe's pulls say nothing about the use of the cache. */
  private get pullsOfOthers(): number | undefined {
    return this.probePulls === undefined ? undefined : Math.max(0, this.pulls - this.probePulls);
  }

  private dailySums(): Figure[] {
    return [
      { name: DailyMetric.IMAGES_AT_RISK, value: this.atRisk, unit: 'Count' },
      { name: DailyMetric.UNPULLED_BYTES, value: this.unpulledBytes, unit: 'Bytes' },
    ];
  }

  private sums(now: Date): Figure[] {
    const rate = hitRate(this.pullsOfOthers, this.imports);
    return [
      { name: StatisticsMetric.IMAGES, value: this.images, unit: 'Count' },
      { name: StatisticsMetric.STORED_BYTES, value: this.bytes, unit: 'Bytes' },
      ...this.pullsOfOthers === undefined ? [] : [{ name: StatisticsMetric.PULLS, value: this.pullsOfOthers, unit: 'Count' } as const],
      { name: StatisticsMetric.IMPORTS, value: this.imports, unit: 'Count' },
      ...rate === undefined ? [] : [{ name: StatisticsMetric.HIT_RATE, value: rate, unit: 'None' } as const],
      ...this.oldestTagged
        ? [{ name: StatisticsMetric.OLDEST_IMAGE_AGE, value: (now.getTime() - this.oldestTagged.getTime()) / 1000, unit: 'Seconds' } as const]
        : [],
    ];
  }
}

/** The share of pulls without an import. Pulls are counted late and imports at once, so more imports than pulls are 0. */
function hitRate(pulls: number | undefined, imports: number): number | undefined {
  return pulls === undefined || pulls === 0 ? undefined : Math.max(0, 1 - imports / pulls);
}
