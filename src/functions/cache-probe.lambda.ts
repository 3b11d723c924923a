import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { ECR } from '@aws-sdk/client-ecr';
import { LineKind, Outcome, ProbeMetric } from './contract';
import type { ProbeSettings } from './contract';
import { EcrPullCalls, probeImage, PullCalls, Pulled } from './pull';
import { clientOptions, eventTime, inParallel, logLine, metricCalls, readSettings, reasonOf, Remaining } from './runtime';
import type { RuntimeContext, ScheduledEvent } from './runtime';
import type { Figure } from './statistics-tally';

/** Pulls the images of the settings and puts how it went into CloudWatch. */
export async function handler(event: ScheduledEvent, context: RuntimeContext): Promise<void> {
  const settings = readSettings<ProbeSettings>(process.env);
  const imageTimeout = settings.imageTimeoutSeconds * 1000;
  // a first pull answers when the image is imported, so a request may take as long as its image
  const ecr = new ECR(clientOptions(imageTimeout));
  const cloudWatch = new CloudWatchClient(clientOptions(10_000));
  const remaining = new Remaining(context);
  const now = eventTime(event);

  const callsFor = () => new EcrPullCalls(ecr, remaining.forReading(imageTimeout));
  const figures = await probeRun(settings, now, callsFor, logLine);
  for (const call of metricCalls(now, figures)) {
    await cloudWatch.send(new PutMetricDataCommand(call), remaining.forFigures());
  }
}

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
async function probeRun(
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
