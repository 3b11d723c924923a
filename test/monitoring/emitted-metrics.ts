import { handler as probe } from '../../src/functions/cache-probe.lambda';
import { handler as count } from '../../src/functions/cache-statistics.lambda';
import { SETTINGS } from '../../src/functions/contract';
import { captureLines, SimulatedAws } from '../functions/simulated-aws';

export interface EmittedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: { [name: string]: string };
}

const NOON = '2026-03-02T12:00:00Z';
let emitted: Promise<Emitted> | undefined;

interface Emitted {
  readonly metrics: EmittedMetric[];
  readonly lines: any[];
}

/** What both functions really put for the cache `echo`: they run against the simulation, and what arrives is looked at. */
export async function emittedMetrics(): Promise<EmittedMetric[]> {
  emitted ??= emittedBy(count, probe);
  return (await emitted).metrics;
}

/** What both functions really write into their logs, with a line of each kind. */
export async function emittedLines(): Promise<any[]> {
  emitted ??= emittedBy(count, probe);
  return (await emitted).lines;
}

/** What these two put and write. */
export async function emittedBy(statisticsHandler: typeof count, probeHandler: typeof probe): Promise<Emitted> {
  const aws = new SimulatedAws();
  await aws.start();
  const { lines } = captureLines();
  const context = { getRemainingTimeInMillis: () => 600_000 };
  const image = { digest: 'one', tags: ['1.27'], pushedAt: new Date('2026-03-02T10:00:00Z'), bytes: 5, layers: ['layer'] };
  aws.repositories.set('echo/nginx', [image]);
  aws.pulls.set('echo/nginx', [{ at: new Date('2026-03-02T10:00:00Z'), count: 2 }]);

  process.env[SETTINGS] = JSON.stringify({ prefixes: ['echo'], windowHours: 24 });
  await statisticsHandler({ time: NOON }, context);
  process.env[SETTINGS] = JSON.stringify({ caches: [{ prefix: 'echo', images: ['echo/nginx:1.27', 'echo/nginx:missing'] }], intervalSeconds: 3600, imageTimeoutSeconds: 60 });
  await probeHandler({ time: NOON }, context);

  jest.restoreAllMocks();
  await aws.stop();
  const metrics = aws.metrics.map(datum => ({
    namespace: datum.Namespace,
    name: datum.MetricName,
    dimensions: Object.fromEntries(datum.Dimensions.map((dimension: any) => [dimension.Name, dimension.Value])),
  }));
  return { metrics, lines };
}
