import { LineKind, Outcome, ProbeMetric } from './emitted-names';
import type { ProbeSettings } from './function-settings';
import { inParallel } from './in-parallel';
import { reasonOf } from './lambda-runtime';
import { probeImage } from './probe-image';
import type { Pulled, PullCalls } from './probe-image';
import type { Figure } from './statistics-tally';

const IMAGES_AT_ONCE = 4;

/** How the images of one cache fared. */
class ProbeTally {
  public images = 0;
  public failures = 0;
  public moved = 0;
  public slowest?: number;

  public figures(): Figure[] {
    return [
      { name: ProbeMetric.IMAGES, value: this.images, unit: 'Count' },
      { name: ProbeMetric.FAILURES, value: this.failures, unit: 'Count' },
      { name: ProbeMetric.MOVED_TAGS, value: this.moved, unit: 'Count' },
      ...this.slowest === undefined ? [] : [{ name: ProbeMetric.LATENCY, value: this.slowest, unit: 'Milliseconds' } as const],
    ];
  }

  public add(pulled: Pulled): void {
    this.moved += pulled.moved ? 1 : 0;
    this.slowest = Math.max(this.slowest ?? 0, pulled.milliseconds);
  }
}

/**
 * Pulls all images, each for itself: one that fails, or takes too long, is a line and a number, and the others go on.
 *
 * @param callsFor gives the calls for one image, which end by themselves when the image's time is up
 */
export async function probeRun(
  settings: ProbeSettings, now: Date, callsFor: () => PullCalls, log: (line: object) => void): Promise<Map<string, Figure[]>> {
  const previousRun = new Date(now.getTime() - settings.intervalSeconds * 1000);
  const tallies = new Map(settings.caches.map(({ prefix }) => [prefix, new ProbeTally()]));
  const images = settings.caches.flatMap(cache => cache.images.map(image => ({ prefix: cache.prefix, image })));
  await inParallel(IMAGES_AT_ONCE, images, async ({ prefix, image }) => {
    const tally = tallies.get(prefix)!;
    tally.images += 1;
    const line = { kind: LineKind.IMAGE, cache: prefix, repository: image.split(/[:@]/)[0], image };
    try {
      const pulled = await probeImage(callsFor(), image, previousRun);
      tally.add(pulled);
      log({ ...line, outcome: Outcome.PULLED, ...pulled });
    } catch (error) {
      tally.failures += 1;
      log({ ...line, outcome: Outcome.FAILED, ...reasonOf(error) });
    }
  });
  return new Map([...tallies].map(([prefix, tally]) => [prefix, tally.figures()]));
}
