import { atMost, milliseconds, percent, ratio, table } from './section';
import type { Section } from './section';
import { median, pairedRatio } from './statistics';
import type { Workshop } from './workshop';

const PAIRS = { rewritten: 9, plain: 3 };
const MOST_REWRITING = 0.05;
const MOST_READING = 0.4;

interface Run {
  readonly cpu: number;
  /** The part of the time that the library spent on finding, judging, replacing and granting. */
  readonly rewriting: number;
  /** The same for `requireCached`, which reads each template as it is rendered. */
  readonly checking: number;
  /** How long the report takes after it, as a part of the same time. */
  readonly reporting: number;
  /** The lines of the report. */
  readonly reported: number;
  readonly references: number;
  readonly templates: string;
  readonly asWritten: number;
  readonly inCache: number;
  readonly resources: number;
}

interface Pairs {
  readonly runs: readonly Run[];
  readonly byHand: readonly Run[];
}

/** What it costs an app of 20 stacks to have all its image names rewritten and its roles granted. */
export async function rewriting(workshop: Workshop): Promise<Section> {
  const program = workshop.compile('rewriting/app.child.ts');
  const rewritten = await inPairs(workshop, program, 'rewritten');
  const plain = await inPairs(workshop, program, 'plain');
  const shareOf = (part: 'rewriting' | 'checking' | 'reporting') => median(rewritten.runs.map((run) => run[part]));
  const [{ references, resources }] = rewritten.runs;
  return {
    title: 'Rewriting image names',
    body: [
      `An app of 20 stacks with ${references} references to different images in ECS tasks, Batch jobs and CodeBuild projects, ${resources} resources in all. `
        + 'It is synthesized with the cache named and every role granted by hand; with `CachedImages` for the app and `requireCached`, which has to give '
        + 'the same bytes; and as written, without a cache. CPU time from the first construct to the end of the synth, medians. Each of these apps runs '
        + `at the same time as one by hand, ${PAIRS.rewritten} and ${PAIRS.plain} times, since one after the other they would be further apart than a slow `
        + 'spell of the machine lasts; ratios are the medians of those of the pairs. Names with the address of a registry and the policies that pulling '
        + 'takes cost aws-cdk-lib time to render, whoever writes them.',
      table(['App', 'CPU time', 'by hand', 'Ratio'], [row('rewritten', rewritten), row('as written', plain)]),
      `Of the time of the rewritten app, finding, judging, replacing and granting takes ${percent(shareOf('rewriting'))}, \`requireCached\` `
        + `${percent(shareOf('checking'))}, since it renders each template and reads it; the report takes ${percent(shareOf('reporting'))} besides. Medians.`,
    ].join('\n\n'),
    goals: [
      atMost(`Rewriting ${references} references: its part of the time of the app`, shareOf('rewriting'), MOST_REWRITING, percent),
      atMost('requireCached: its part of the time of the app', shareOf('checking'), MOST_READING, percent),
      atMost('The report, beside the time of the app', shareOf('reporting'), MOST_READING, percent),
    ],
  };
}

async function inPairs(workshop: Workshop, program: string, how: keyof typeof PAIRS): Promise<Pairs> {
  const pairs = { runs: [] as Run[], byHand: [] as Run[] };
  for (let pair = 0; pair < PAIRS[how]; pair++) {
    const [run, byHand] = await workshop.together<Run>([program, how], [program, 'by-hand']);
    if (how === 'rewritten' && run.reported !== run.references) {
      throw new Error(`got ${run.reported} lines of the report, expected one for each of ${run.references} references`);
    }
    assertInCache(run, how === 'plain' ? 0 : run.references);
    assertInCache(byHand, byHand.references);
    if (how === 'rewritten' && run.templates !== byHand.templates) {
      throw new Error('got other templates by hand than by rewriting, expected the same bytes');
    }
    pairs.runs.push(run);
    pairs.byHand.push(byHand);
  }
  return pairs;
}

function assertInCache(run: Run, expected: number): void {
  const left = run.references - expected;
  if (run.inCache !== expected || run.asWritten !== left) {
    throw new Error(`got ${run.inCache} names in the cache and ${run.asWritten} others, expected ${expected} and ${left}`);
  }
}

function cpuOf(runs: readonly Run[]): number[] {
  return runs.map((run) => run.cpu);
}

function besideByHand({ runs, byHand }: Pairs): number {
  return pairedRatio(cpuOf(runs), cpuOf(byHand));
}

function row(name: string, pairs: Pairs): string[] {
  return [name, milliseconds(median(cpuOf(pairs.runs))), milliseconds(median(cpuOf(pairs.byHand))), ratio(besideByHand(pairs))];
}
