import { bundleOf } from './bundles';
import { inLambda } from './lambda';
import { statisticsSettings } from './large-registry';
import { probeSettings } from './probed-registry';
import { DOCUMENTED, SLOWEST, SLOWEST_READ } from './quotas';
import { REPOSITORIES } from './runs';
import type { TimedRun, TimedTask } from './simulated-time.child';
import type { Size } from './sizes.child';
import type { Workshop } from '../workshop';

/** How long AWS takes to answer a call: no page says it, and the guide on costs takes the same. */
export const ANSWER_MILLISECONDS = 100;

/** How many `DescribeImages` a second ECR takes: no page says it either, so several are tried. */
const RATES = [SLOWEST_READ, 20, SLOWEST];

/** Runs at the quotas of AWS, in a time in which waiting takes none. */
export interface Times {
  readonly statistics: readonly (TimedRun & { readonly rate: number })[];
  readonly probe: TimedRun;
}

export async function times(workshop: Workshop, sizes: Readonly<Record<string, Size>>): Promise<Times> {
  const task = (name: string, settings: object, more: Partial<TimedTask> = {}): TimedTask => ({
    bundle: bundleOf(workshop, name),
    settings,
    rates: DOCUMENTED,
    answerMilliseconds: ANSWER_MILLISECONDS,
    timeoutMilliseconds: sizes[name].timeoutSeconds * 1000,
    ...more,
  });
  const [probe, ...statistics] = await inLambda<TimedRun[]>(workshop.compile('functions/simulated-time.child.ts'), [
    task('cache-probe', probeSettings),
    ...RATES.map((rate) => task('cache-statistics', statisticsSettings, {
      repositories: REPOSITORIES, rates: { ...DOCUMENTED, DescribeImages: rate },
    })),
  ], { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'simulated', AWS_SECRET_ACCESS_KEY: 'simulated' });
  return { probe, statistics: statistics.map((run, at) => ({ ...run, rate: RATES[at] })) };
}
