import { atMost, mebibytes, milliseconds, ratio, table } from './section';
import type { Goal, Section } from './section';
import { median, pairedRatio } from './statistics';
import type { SynthRun } from './synth/program';
import type { Workshop } from './workshop';

const COUNTS = [1, 10, 50];
/** Small apps are done so soon that noise is a larger part of them. */
const PAIRS = [81, 41, 21];
/** Memory hardly differs between runs. */
const MEMORY_PAIRS = 3;
const FIXED = '--max-semi-space-size=1';
const MOST_TIME = 1.15;
const MOST_MEMORY = 1.1;
const MOST_GROWTH = 1.1;

/** Runs of the same app by both, in pairs. */
interface Pairs {
  readonly library: readonly SynthRun[];
  readonly byHand: readonly SynthRun[];
}

interface Measured {
  readonly count: number;
  /** As users run it. */
  readonly usual: Pairs;
  /** With a small young generation of fixed size. */
  readonly fixed: Pairs;
}

/** What a cache costs a synth, beside the same template by hand: L1s for ECR's types, aws-cdk's L2s for the rest. */
export function synth(workshop: Workshop): Section {
  const parts = [
    part('Default caches', 'A default cache', measure(workshop, 'default')),
    part('Caches with everything on', 'A cache with everything on', measure(workshop, 'everything')),
  ];
  return {
    title: 'Synth',
    body: [
      'The same templates, once with this library and once by hand with L1s for the types of ECR and the L2s of aws-cdk-lib for the rest. '
        + 'The bench fails unless both apps write the same bytes. Both run in fresh processes, in pairs whose order alternates; figures are medians, '
        + 'ratios the medians of those of the pairs, so that a slow spell of the machine meets both. '
        + 'The CPU time is that of the app from its first line to the end of `app.synth()`, its imports included, since that is what a user '
        + `waits for; there are ${PAIRS.join(', ')} pairs of ${COUNTS.join(', ')} caches. `
        + 'The peak memory is the largest resident set of the process. '
        + 'V8 doubles its young generation at some point of an app\'s growth, '
        + `which may be a little earlier with one of the two; so memory is judged with a young generation of one size (${FIXED}), and shown without too. `
        + 'With everything on, 25 caches share a stack.',
      ...parts.map(({ body }) => body),
    ].join('\n\n'),
    goals: parts.flatMap(({ goals }) => goals),
  };
}

function measure(workshop: Workshop, what: string): Measured[] {
  const programs = { library: workshop.compile(`synth/${what}-library.child.ts`), byHand: workshop.compile(`synth/${what}-by-hand.child.ts`) };
  const inPairs = (count: number, pairs: number, ...options: string[]): Pairs => {
    const runs = { library: [] as SynthRun[], byHand: [] as SynthRun[] };
    for (let pair = 0; pair < pairs; pair++) {
      const order = pair % 2 === 0 ? ['library', 'byHand'] as const : ['byHand', 'library'] as const;
      for (const who of order) {
        runs[who].push(workshop.run<SynthRun>(...options, programs[who], count));
      }
      assertSame(what, count, runs.library[pair].templates, runs.byHand[pair].templates);
    }
    return runs;
  };
  return COUNTS.map((count, at) => ({ count, usual: inPairs(count, PAIRS[at]), fixed: inPairs(count, MEMORY_PAIRS, FIXED) }));
}

function assertSame(what: string, count: number, ours: readonly string[], byHand: readonly string[]): void {
  const at = ours.findIndex((template, stack) => template !== byHand[stack]);
  if (at >= 0 || ours.length !== byHand.length) {
    throw new Error(`got another template by hand for ${count} (${what}), expected the same bytes:\n${firstDifference(ours[at], byHand[at])}`);
  }
}

function firstDifference(ours = '', byHand = ''): string {
  const [left, right] = [ours.split('\n'), byHand.split('\n')];
  const at = left.findIndex((text, line) => text !== right[line]);
  return `line ${at + 1}\n  library: ${left[at]}\n  by hand: ${right[at]}`;
}

function part(title: string, one: string, measured: readonly Measured[]): { body: string; goals: Goal[] } {
  const rows = measured.flatMap(({ count, usual, fixed }) => [
    row(`${count}: CPU time`, timeOf(usual), milliseconds),
    row(`${count}: peak memory`, memoryOf(fixed), mebibytes),
    row(`${count}: peak memory, young generation as V8 sizes it`, memoryOf(usual), mebibytes),
  ]);
  const [, ten, fifty] = measured;
  const growth = (who: 'library' | 'byHand') => (timeOf(fifty.usual)[who] / fifty.count) / (timeOf(ten.usual)[who] / ten.count);
  const costOf = ({ usual, count }: Measured) => milliseconds(timeOf(usual).library / count);
  return {
    body: [
      `### ${title}`,
      table(['Caches', 'Library', 'By hand', 'Ratio'], rows),
      `${one} costs ${costOf(ten)} in an app of ${ten.count} and ${costOf(fifty)} in one of ${fifty.count}: `
        + `${ratio(growth('library'))} (by hand ${ratio(growth('byHand'))}).`,
    ].join('\n\n'),
    goals: [
      ...measured.flatMap(({ count, usual, fixed }) => [
        atMost(`${title}, ${count}: CPU time beside by hand`, timeOf(usual).ratio, MOST_TIME, ratio),
        atMost(`${title}, ${count}: peak memory beside by hand`, memoryOf(fixed).ratio, MOST_MEMORY, ratio),
      ]),
      atMost(`${title}: the cost of one at ${fifty.count} beside one at ${ten.count}`, growth('library'), MOST_GROWTH, ratio),
    ],
  };
}

interface Comparison {
  readonly library: number;
  readonly byHand: number;
  readonly ratio: number;
}

function timeOf(pairs: Pairs): Comparison {
  return compare(pairs, ({ cpu }) => cpu);
}

function memoryOf(pairs: Pairs): Comparison {
  return compare(pairs, ({ peakMemory }) => peakMemory);
}

function compare(pairs: Pairs, figure: (run: SynthRun) => number): Comparison {
  const [library, byHand] = [pairs.library, pairs.byHand].map((runs) => runs.map(figure));
  return { library: median(library), byHand: median(byHand), ratio: pairedRatio(library, byHand) };
}

function row(name: string, compared: Comparison, print: (value: number) => string): string[] {
  return [name, print(compared.library), print(compared.byHand), ratio(compared.ratio)];
}
