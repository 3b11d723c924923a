import { atMost, milliseconds, table } from './section';
import type { Section } from './section';
import { median } from './statistics';
import type { Workshop } from './workshop';

const RUNS = 15;
const MOST_MILLISECONDS = 15;

interface Spent {
  readonly cpu: number;
  readonly clock: number;
}

const STEPS = {
  importing: '`require` of this library, after that of aws-cdk-lib',
  byHand: 'loading the classes of aws-cdk-lib that a cache by hand uses',
  facade: 'then loading `PullThroughCache` and `UpstreamRegistry`',
  all: 'then loading every other class of this library',
};

/** What it costs to import the library. */
export function importing(workshop: Workshop): Section {
  const program = workshop.compile('import/require.child.ts');
  const runs = Array.from({ length: RUNS }, () => workshop.run<Record<keyof typeof STEPS, Spent>>(program));
  const figure = (step: keyof typeof STEPS, of: keyof Spent) => median(runs.map((run) => run[step][of]));
  return {
    title: 'Import',
    body: [
      `The medians of ${RUNS} fresh processes. The library loads a file when a class of it is first used, as aws-cdk-lib does; what \`require\` `
        + 'leaves out is shown too.',
      table(['Step', 'Clock', 'CPU time'], Object.entries(STEPS).map(([step, name]) => [
        name, milliseconds(figure(step as keyof typeof STEPS, 'clock')), milliseconds(figure(step as keyof typeof STEPS, 'cpu')),
      ])),
    ].join('\n\n'),
    goals: [atMost('`require`, beside aws-cdk-lib alone', figure('importing', 'clock'), MOST_MILLISECONDS, milliseconds)],
  };
}
