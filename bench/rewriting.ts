import { atMost, milliseconds, percent, ratio, table } from './section';
import type { Section } from './section';
import { fastest, median } from './statistics';
import type { Workshop } from './workshop';

const ROUNDS = 3;
const MOST_SHARE = 0.05;
const MOST_BESIDE_BY_HAND = 1.05;

interface Run {
  readonly cpu: number;
  /** The part of the time that the library spent on rewriting. */
  readonly share: number;
  readonly references: number;
  readonly templates: string;
  readonly asWritten: number;
  readonly inCache: number;
  readonly resources: number;
}

const APPS = { 'plain': 'as written', 'by-hand': 'the same templates by hand', 'rewritten': 'rewritten' } as const;

/** What it costs an app of 20 stacks to have all its image names rewritten and its roles granted. */
export function rewriting(workshop: Workshop): Section {
  const program = workshop.compile('rewriting/app.child.ts');
  const runs: Record<keyof typeof APPS, Run[]> = { 'plain': [], 'by-hand': [], 'rewritten': [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const how of Object.keys(APPS) as (keyof typeof APPS)[]) {
      const run = workshop.run<Run>(program, how);
      const inCache = how === 'plain' ? 0 : run.references;
      if (run.inCache !== inCache || run.asWritten !== run.references - inCache) {
        throw new Error(`got ${run.inCache} names in the cache and ${run.asWritten} others (${how}), expected ${inCache} and ${run.references - inCache}`);
      }
      runs[how].push(run);
    }
    if (runs.rewritten[round].templates !== runs['by-hand'][round].templates) {
      throw new Error('got other templates by hand than by rewriting, expected the same bytes');
    }
  }
  const cpu = (how: keyof typeof APPS) => fastest(runs[how].map((run) => run.cpu));
  const share = median(runs.rewritten.map((run) => run.share));
  const besideByHand = cpu('rewritten') / cpu('by-hand');
  const [{ references, resources }] = runs.rewritten;
  return {
    title: 'Rewriting image names',
    body: [
      `An app of 20 stacks with ${references} references to different images in ECS tasks, Batch jobs and CodeBuild projects, ${resources} resources in all. `
        + 'It is synthesized as written; with the cache named and every role granted by hand; and with `CachedImages.of(app, { requireCached: true })`, '
        + 'which has to give the same bytes as by hand. CPU time from the first construct to the end of the synth, the least of '
        + `${ROUNDS} runs. Names with the address of a registry and the policies that pulling takes cost aws-cdk-lib time to render, whoever writes them.`,
      table(['App', 'CPU time', 'to the app as written'], (Object.keys(APPS) as (keyof typeof APPS)[]).map((how) => [
        APPS[how], milliseconds(cpu(how)), ratio(cpu(how) / cpu('plain')),
      ])),
      `Finding, judging, replacing, granting and checking the names takes ${percent(share)} of the time of the rewritten app, its median.`,
    ].join('\n\n'),
    goals: [
      atMost(`Rewriting ${references} references: its part of the time of the app`, share, MOST_SHARE, percent),
      atMost('Rewriting beside the same templates by hand', besideByHand, MOST_BESIDE_BY_HAND, ratio),
    ],
  };
}
