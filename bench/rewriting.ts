import { atMost, milliseconds, ratio, table } from './section';
import type { Section } from './section';
import { median, pairedRatio } from './statistics';
import type { Workshop } from './workshop';

const PAIRS = 7;
const MOST = 1.05;

interface Run {
  readonly cpu: number;
  readonly references: number;
  readonly asWritten: number;
  readonly inCache: number;
  readonly resources: number;
}

/** What it costs an app of 20 stacks to have all its image names rewritten and its roles granted. */
export function rewriting(workshop: Workshop): Section {
  const program = workshop.compile('rewriting/app.child.ts');
  const runs = { plain: [] as Run[], rewritten: [] as Run[] };
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const how of pair % 2 === 0 ? ['plain', 'rewritten'] as const : ['rewritten', 'plain'] as const) {
      const run = workshop.run<Run>(program, how);
      const rewritten = how === 'rewritten' ? run.references : 0;
      if (run.inCache !== rewritten || run.asWritten !== run.references - rewritten) {
        throw new Error(`got ${run.inCache} rewritten and ${run.asWritten} other names (${how}), expected ${rewritten} and ${run.references - rewritten}`);
      }
      runs[how].push(run);
    }
  }
  const cpu = (of: readonly Run[]) => of.map((run) => run.cpu);
  const cost = pairedRatio(cpu(runs.rewritten), cpu(runs.plain));
  const [{ references, resources }] = runs.rewritten;
  return {
    title: 'Rewriting image names',
    body: [
      `An app of 20 stacks with ${references} references to different images in ECS tasks, Batch jobs and CodeBuild projects, ${resources} resources in all, `
        + 'beside the same app with `CachedImages.of(app, { requireCached: true })`: the names are found, judged and replaced, and the roles that pull '
        + `them are granted. CPU time from the first construct to the end of the synth, medians of ${PAIRS} pairs.`,
      table(['App', 'CPU time', 'Ratio'], [
        ['as written', milliseconds(median(cpu(runs.plain))), ''],
        ['rewritten', milliseconds(median(cpu(runs.rewritten))), ratio(cost)],
      ]),
    ].join('\n\n'),
    goals: [atMost(`Rewriting ${references} references: the synth beside the same app as written`, cost, MOST, ratio)],
  };
}
