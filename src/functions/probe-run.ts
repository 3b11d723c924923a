import { LineKind, Outcome, ProbeMetric } from './contract';
import type { ProbeSettings } from './contract';
import type { Measured } from './first-run';
import { IMAGE_ARCHIVED, probeImage } from './pull';
import type { PullCalls, Pulled } from './pull';
import { inParallel, reasonOf } from './runtime';
import type { Figure } from './statistics-tally';

/** What the probe asks ECR. */
export interface ProbeSources {
  /** The calls for one image, which end by themselves when the image's time is up. */
  calls(): PullCalls;
  /** The prefixes that have a rule. */
  rules(): Promise<string[]>;
  /** Has ECR try the credential of a rule; what is wrong with it, or undefined. */
  credentialProblem(prefix: string): Promise<string | undefined>;
}

const IMAGES_AT_ONCE = 4;
/** A run may take that long, unless the settings say another time. */
const RUN_SECONDS = 900;

/** How the images of one cache fared. */
class ProbeTally {
  public images = 0;
  public failures = 0;
  public moved = 0;
  public differing = 0;
  public archived = 0;
  public pulls = 0;
  public slowest?: number;
  public invalidCredential?: boolean;

  public figures(): Figure[] {
    return [
      { name: ProbeMetric.IMAGES, value: this.images, unit: 'Count' },
      { name: ProbeMetric.FAILURES, value: this.failures, unit: 'Count' },
      { name: ProbeMetric.MOVED_TAGS, value: this.moved, unit: 'Count' },
      { name: ProbeMetric.DIFFERING_DIGESTS, value: this.differing, unit: 'Count' },
      { name: ProbeMetric.ARCHIVED, value: this.archived, unit: 'Count' },
      { name: ProbeMetric.PULLS, value: this.pulls, unit: 'Count' },
      ...this.slowest === undefined ? [] : [{ name: ProbeMetric.LATENCY, value: this.slowest, unit: 'Milliseconds' } as const],
      ...this.invalidCredential === undefined
        ? [] : [{ name: ProbeMetric.INVALID_CREDENTIALS, value: this.invalidCredential ? 1 : 0, unit: 'Count' } as const],
    ];
  }

  public add(pulled: Pulled): void {
    this.moved += pulled.moved ? 1 : 0;
    this.differing += pulled.differs ? 1 : 0;
    this.slowest = Math.max(this.slowest ?? 0, pulled.milliseconds);
  }
}

/** Pulls all images, each for itself: one that fails, or takes too long, is a line and a number, and the others go on. */
export class ProbeRun {
  private readonly tallies: Map<string, ProbeTally>;
  private readonly movedAfter: Date;

  constructor(
    private readonly settings: ProbeSettings,
    now: Date,
    private readonly sources: ProbeSources,
    private readonly log: (line: object) => void,
  ) {
    const { caches, intervalSeconds, runSeconds = RUN_SECONDS } = settings;
    this.tallies = new Map(caches.map(({ prefix }) => [prefix, new ProbeTally()]));
    // what the run before imported itself came while it ran, and was counted by it
    const ran = Math.min(runSeconds, intervalSeconds / 2);
    this.movedAfter = new Date(now.getTime() - (intervalSeconds - ran) * 1000);
  }

  public async run(): Promise<Measured> {
    const rules = await this.rules();
    await inParallel(IMAGES_AT_ONCE, this.settings.caches.filter(cache => cache.validatesCredential), cache => this.tryCredential(cache.prefix));
    const images = this.settings.caches.flatMap(cache => cache.images.map(image => ({ prefix: cache.prefix, image })));
    await inParallel(IMAGES_AT_ONCE, images, ({ prefix, image }) => this.pull(prefix, image, rules));
    const tallies = [...this.tallies];
    return {
      figures: new Map(tallies.map(([prefix, tally]) => [prefix, tally.figures()])),
      whole: tallies.every(([, { failures, invalidCredential }]) => failures === 0 && invalidCredential !== true),
    };
  }

  /** Which prefixes have a rule; undefined when ECR doesn't tell, which is no failure of an image. */
  private async rules(): Promise<string[] | undefined> {
    try {
      return await this.sources.rules();
    } catch (error) {
      this.log({ kind: LineKind.RULES, outcome: Outcome.FAILED, ...reasonOf(error) });
      return undefined;
    }
  }

  private async tryCredential(prefix: string): Promise<void> {
    const tally = this.tallies.get(prefix)!;
    const line = { kind: LineKind.CREDENTIAL, cache: prefix };
    try {
      const problem = await this.sources.credentialProblem(prefix);
      tally.invalidCredential = problem !== undefined;
      this.log(problem === undefined
        ? { ...line, outcome: Outcome.VALID }
        : { ...line, outcome: Outcome.FAILED, code: 'InvalidCredential', message: problem });
    } catch (error) {
      // that ECR could not try it says nothing about the credential
      this.log({ ...line, outcome: Outcome.FAILED, ...reasonOf(error) });
    }
  }

  private async pull(prefix: string, image: string, rules: string[] | undefined): Promise<void> {
    const tally = this.tallies.get(prefix)!;
    tally.images += 1;
    const line = { kind: LineKind.IMAGE, cache: prefix, repository: image.split(/[:@]/)[0], image };
    const calls = this.sources.calls();
    try {
      const pulled = await probeImage(calls, image, this.movedAfter);
      if (rules !== undefined && !rules.includes(prefix)) {
        throw Object.assign(new Error(`the image is cached, and the registry has no rule '${prefix}' any more`), { name: 'NoRule' });
      }
      tally.add(pulled);
      this.log({ ...line, outcome: Outcome.PULLED, ...pulled });
    } catch (error) {
      const archived = (error as Error).name === IMAGE_ARCHIVED;
      tally.archived += archived ? 1 : 0;
      tally.failures += archived ? 0 : 1;
      this.log({ ...line, outcome: archived ? Outcome.ARCHIVED : Outcome.FAILED, ...reasonOf(error) });
    } finally {
      tally.pulls += calls.given;
    }
  }
}
