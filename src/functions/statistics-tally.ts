import { StatisticsMetric } from './contract';

/** What is read of an image; the names are those of ECR's API. */
export interface ImageFacts {
  readonly imageTags?: string[];
  readonly imageSizeInBytes?: number;
  readonly imagePushedAt?: Date;
  readonly imageManifestMediaType?: string;
}

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

const INDEX = /(?:manifest\.list|image\.index)\./;
const SHOWN_TAGS = 5;

/** The figures of one repository, whatever the number of its images: nothing but sums and extremes is kept. */
export class RepositoryTally {
  public images = 0;
  public taggedImages = 0;
  public bytes = 0;
  public imports = 0;
  public pulls = 0;
  public oldestTagged?: Date;
  public newest?: Date;
  private readonly newestTags: { tag: string; at: number }[] = [];

  constructor(public readonly repository: string, private readonly window: Window) {}

  /** The newest tags, newest first. */
  public get tags(): string[] {
    return this.newestTags.map(({ tag }) => tag);
  }

  public add(image: ImageFacts): void {
    this.images += 1;
    // an index has the size of its largest image, which is counted by itself
    if (!INDEX.test(image.imageManifestMediaType ?? '')) {
      this.bytes += image.imageSizeInBytes ?? 0;
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
  private oldestTagged?: Date;

  constructor(public readonly prefix: string) {}

  public add(repository: RepositoryTally): void {
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
  public figures(now: Date): Figure[] {
    const seen: Figure[] = [
      { name: StatisticsMetric.REPOSITORIES, value: this.repositories, unit: 'Count' },
      { name: StatisticsMetric.UNSEEN_REPOSITORIES, value: this.unseen, unit: 'Count' },
    ];
    return this.unseen > 0 ? seen : [...seen, ...this.sums(now)];
  }

  /** What was seen, for the log: sums that may be too low are there, beside the share of the repositories that they are of. */
  public line(): object {
    const { prefix, repositories, unseen, images, bytes, pulls, imports } = this;
    const coverage = repositories === 0 ? 1 : (repositories - unseen) / repositories;
    return { cache: prefix, repositories, unseen, coverage, images, bytes, pulls, imports, hitRate: hitRate(pulls, imports) };
  }

  private sums(now: Date): Figure[] {
    const rate = hitRate(this.pulls, this.imports);
    return [
      { name: StatisticsMetric.IMAGES, value: this.images, unit: 'Count' },
      { name: StatisticsMetric.STORED_BYTES, value: this.bytes, unit: 'Bytes' },
      { name: StatisticsMetric.PULLS, value: this.pulls, unit: 'Count' },
      { name: StatisticsMetric.IMPORTS, value: this.imports, unit: 'Count' },
      ...rate === undefined ? [] : [{ name: StatisticsMetric.HIT_RATE, value: rate, unit: 'None' } as const],
      ...this.oldestTagged
        ? [{ name: StatisticsMetric.OLDEST_IMAGE_AGE, value: (now.getTime() - this.oldestTagged.getTime()) / 1000, unit: 'Seconds' } as const]
        : [],
    ];
  }
}

/** The share of pulls without an import. Pulls are counted late and imports at once, so more imports than pulls are 0. */
function hitRate(pulls: number, imports: number): number | undefined {
  return pulls === 0 ? undefined : Math.max(0, 1 - imports / pulls);
}
