import { LineKind } from './contract';
import type { StatisticsSettings } from './contract';
import { inParallel, reasonOf } from './runtime';
import { CacheTally, RepositoryTally } from './statistics-tally';
import type { ImageFacts, Window } from './statistics-tally';

/** What is read of the registry and of CloudWatch. */
export interface Sources {
  /** The names of all repositories of the registry, a page at a time. */
  repositoryNames(): AsyncIterable<string[]>;
  /** The images of a repository, a page at a time; undefined for a repository that is gone. */
  images(repository: string): AsyncIterable<ImageFacts[] | undefined>;
  /** Pulls by repository; a repository without an answer is missing. */
  pulls(repositories: string[], window: Window): Promise<Map<string, number>>;
}

/** Where the run stands in time. */
export interface Clock {
  /** The time that the figures are of. */
  readonly now: Date;
  /** Whether there is too little time left to begin with another repository. */
  timeIsUp(): boolean;
}

/** ECR's own count of pulls comes with a delay that no page states: the window ends an hour before the run. */
const DELAY_HOURS = 1;
const HOUR = 3600_000;
const REPOSITORIES_AT_ONCE = 8;
const UNSEEN_LINES = 100;

/** Counts all caches in one pass over the registry. It holds one page of names and a few sums at a time. */
export class StatisticsRun {
  private readonly tallies: Map<string, CacheTally>;
  private readonly window: Window;
  private readonly prefixes: string[];
  private unseenLines = 0;

  constructor(
    settings: StatisticsSettings,
    private readonly sources: Sources,
    private readonly clock: Clock,
    private readonly log: (line: object) => void,
  ) {
    // the most specific prefix first: that is the cache that a repository belongs to
    this.prefixes = [...settings.prefixes].sort((one, other) => other.length - one.length);
    this.tallies = new Map(settings.prefixes.map(prefix => [prefix, new CacheTally(prefix)]));
    const to = Math.floor(clock.now.getTime() / HOUR) * HOUR - DELAY_HOURS * HOUR;
    this.window = { from: new Date(to - settings.windowHours * HOUR), to: new Date(to) };
  }

  public async run(): Promise<CacheTally[]> {
    for await (const page of this.sources.repositoryNames()) {
      await this.countPage(page.filter(repository => this.tallyOf(repository)));
    }
    const tallies = [...this.tallies.values()];
    tallies.forEach(tally => this.log({ kind: LineKind.CACHE, ...tally.line() }));
    return tallies;
  }

  private async countPage(repositories: string[]): Promise<void> {
    repositories.forEach(repository => { this.tallyOf(repository)!.repositories += 1; });
    const counted: RepositoryTally[] = [];
    await inParallel(REPOSITORIES_AT_ONCE, repositories, async repository => {
      try {
        const tally = this.clock.timeIsUp() ? this.unseen(repository, OUT_OF_TIME) : await this.countImages(repository);
        counted.push(...tally ? [tally] : []);
      } catch (error) {
        this.unseen(repository, error);
      }
    });
    await this.addPulls(counted);
  }

  private async countImages(repository: string): Promise<RepositoryTally | undefined> {
    const tally = new RepositoryTally(repository, this.window);
    for await (const page of this.sources.images(repository)) {
      if (!page) {
        this.tallyOf(repository)!.repositories -= 1;
        return undefined;
      }
      page.forEach(image => tally.add(image));
    }
    return tally;
  }

  private async addPulls(counted: RepositoryTally[]): Promise<void> {
    let pulls = new Map<string, number>();
    let reason: unknown = NO_ANSWER;
    try {
      pulls = await this.sources.pulls(counted.map(tally => tally.repository), this.window);
    } catch (error) {
      reason = error;
    }
    for (const tally of counted) {
      const count = pulls.get(tally.repository);
      if (count === undefined) {
        this.unseen(tally.repository, reason);
        continue;
      }
      tally.pulls = count;
      this.tallyOf(tally.repository)!.add(tally);
      this.logRepository(tally);
    }
  }

  /** Counts what could not be seen, and says why; the first hundred times, since all may have the same reason. */
  private unseen(repository: string, error: unknown): undefined {
    this.tallyOf(repository)!.unseen += 1;
    this.unseenLines += 1;
    if (this.unseenLines <= UNSEEN_LINES) {
      this.log({ kind: LineKind.UNSEEN, repository, ...reasonOf(error) });
    }
    return undefined;
  }

  private logRepository(tally: RepositoryTally): void {
    const { repository, images, taggedImages, bytes, pulls, imports, tags, oldestTagged, newest } = tally;
    this.log({
      kind: LineKind.REPOSITORY,
      repository,
      images,
      taggedImages,
      bytes,
      pulls,
      imports,
      tags: tags.join(' '),
      oldestTaggedImageAt: oldestTagged?.toISOString(),
      newestImageAt: newest?.toISOString(),
    });
  }

  private tallyOf(repository: string): CacheTally | undefined {
    const prefix = this.prefixes.find(candidate => candidate !== 'ROOT' && repository.startsWith(`${candidate}/`));
    return this.tallies.get(prefix ?? 'ROOT');
  }
}

function problem(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

const OUT_OF_TIME = problem('OutOfTime', 'the time of the run was up before this repository');
const NO_ANSWER = problem('NoAnswer', 'CloudWatch gave no number of pulls');
