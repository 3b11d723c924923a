import { LineKind, Outcome } from './contract';
import type { StatisticsSettings } from './contract';
import { LifecycleForecast } from './lifecycle-forecast';
import type { ImageFacts } from './lifecycle-forecast';
import { inParallel, reasonOf } from './runtime';
import { CacheTally, RepositoryTally } from './statistics-tally';
import type { Window } from './statistics-tally';

/** A repository creation template, as far as it is read. */
export interface CreationTemplate {
  readonly prefix?: string;
  readonly appliedFor?: string[];
  readonly lifecyclePolicy?: string;
}

/** What is read of the registry and of CloudWatch. */
export interface Sources {
  /** The prefixes that have a rule, of this app or another. */
  rules(): Promise<string[]>;
  /** The repository creation templates of the registry. */
  templates(): Promise<CreationTemplate[]>;
  /** What a probe pulled, by the prefix of the cache; one without an answer is missing. */
  probePulls(prefixes: string[], window: Window): Promise<Map<string, number>>;
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
const ROOT = 'ROOT';
const REPOSITORIES_AT_ONCE = 8;
const UNSEEN_LINES = 100;
const AT_RISK_LINES = 1000;

/** Counts all caches in one pass over the registry. It holds one page of names and a few sums at a time. */
export class StatisticsRun {
  /** Whether this run is the one of its day (UTC) that gives daily figures, too. */
  public readonly daily: boolean;

  private tallies = new Map<string, CacheTally>();
  private readonly window: Window;
  /** The prefixes of caches and other rules, the most specific one first: that is whose repository it is. */
  private prefixes: string[] = [];
  /** What the templates' lifecycles will do, by the prefix of the template. */
  private forecasts = new Map<string, LifecycleForecast | undefined>();
  private templatePrefixes: string[] = [];
  private unseenLines = 0;
  private atRiskLines = 0;

  constructor(
    private readonly settings: StatisticsSettings,
    private readonly sources: Sources,
    private readonly clock: Clock,
    private readonly log: (line: object) => void,
  ) {
    const to = Math.floor(clock.now.getTime() / HOUR) * HOUR - DELAY_HOURS * HOUR;
    this.window = { from: new Date(to - settings.windowHours * HOUR), to: new Date(to) };
    this.daily = clock.now.getUTCHours() < settings.windowHours;
  }

  public async run(): Promise<CacheTally[]> {
    const { prefixes } = this.settings;
    this.prefixes = specificFirst([...prefixes, ...await this.sources.rules()]);
    const probePulls = await this.probePulls();
    this.tallies = new Map(prefixes.map(prefix => [prefix, new CacheTally(prefix, probePulls.get(prefix))]));
    if (this.daily) {
      await this.readTemplates();
    }
    for await (const page of this.sources.repositoryNames()) {
      await this.countPage(page.filter(repository => this.tallyOf(repository)));
    }
    const tallies = [...this.tallies.values()];
    tallies.forEach(tally => this.log({ kind: LineKind.CACHE, ...tally.line() }));
    return tallies;
  }

  private async probePulls(): Promise<Map<string, number>> {
    try {
      return await this.sources.probePulls(this.settings.prefixes, this.window);
    } catch (error) {
      this.log({ kind: LineKind.PROBE_PULLS, outcome: Outcome.FAILED, ...reasonOf(error) });
      return new Map();
    }
  }

  private async readTemplates(): Promise<void> {
    const templates = await this.sources.templates();
    const forCaches = templates.filter(({ appliedFor = [] }) => appliedFor.includes('PULL_THROUGH_CACHE'));
    this.forecasts = new Map(forCaches.map(({ prefix, lifecyclePolicy }) => [prefix!, LifecycleForecast.of(lifecyclePolicy)]));
    this.templatePrefixes = specificFirst([...this.forecasts.keys()]);
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
    const look = { now: this.clock.now, forecast: this.forecasts.get(ownerOf(repository, this.templatePrefixes)) };
    const tally = new RepositoryTally(repository, this.window, this.daily ? look : undefined);
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
      const atRisk = this.logAtRisk(tally);
      this.tallyOf(tally.repository)!.add(tally, atRisk ?? 0);
      this.logRepository(tally, atRisk);
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

  /** How many images are at risk; each is a line, up to a thousand. */
  private logAtRisk(tally: RepositoryTally): number | undefined {
    const endangered = tally.atRisk();
    for (const { digest, tags, pulledAt, rule, action } of endangered ?? []) {
      this.atRiskLines += 1;
      if (this.atRiskLines <= AT_RISK_LINES) {
        this.log({
          kind: LineKind.AT_RISK, repository: tally.repository, digest, tags: tags.join(' '), pulledAt: pulledAt.toISOString(), rule, action,
        });
      }
    }
    return endangered?.length;
  }

  private logRepository(tally: RepositoryTally, imagesAtRisk: number | undefined): void {
    const { repository, images, taggedImages, bytes, pulls, imports, tags, oldestTagged, newest, unpulledBytes } = tally;
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
      imagesAtRisk,
      unpulledBytes,
    });
  }

  /** The tally of the cache that a repository belongs to; undefined when that cache is counted elsewhere, or by nobody. */
  private tallyOf(repository: string): CacheTally | undefined {
    return this.tallies.get(ownerOf(repository, this.prefixes));
  }
}

function specificFirst(prefixes: string[]): string[] {
  return [...new Set(prefixes)].sort((one, other) => other.length - one.length);
}

/** Whose repository it is: `ROOT` has what no other prefix has. */
function ownerOf(repository: string, specificFirstPrefixes: string[]): string {
  return specificFirstPrefixes.find(prefix => prefix !== ROOT && repository.startsWith(`${prefix}/`)) ?? ROOT;
}

function problem(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

const OUT_OF_TIME = problem('OutOfTime', 'the time of the run was up before this repository');
const NO_ANSWER = problem('NoAnswer', 'CloudWatch gave no number of pulls');
