import { writeFileSync } from 'fs';
import { cpus } from 'os';
import { join } from 'path';
import { functions } from './functions';
import { importing } from './import';
import { packageSize } from './package-size';
import { rewriting } from './rewriting';
import { table } from './section';
import type { Goal, Section } from './section';
import { synth } from './synth';
import { templates } from './templates';
import { repository, Workshop } from './workshop';

const sections: Record<string, (workshop: Workshop) => Section | Promise<Section>> = {
  importing,
  synth,
  rewriting,
  packageSize,
  functions,
  templates,
};

/** `npm run bench`: all sections, and docs/performance.md. `npm run bench -- NAME...`: some of them, printed only. */
async function main(names: readonly string[]): Promise<void> {
  const unknown = names.filter((name) => !(name in sections));
  if (unknown.length > 0) {
    throw new Error(`got the sections ${unknown.join(', ')}, expected some of ${Object.keys(sections).join(', ')}`);
  }
  const workshop = new Workshop();
  const measured: Section[] = [];
  try {
    for (const [name, measure] of Object.entries(sections)) {
      if (names.length === 0 || names.includes(name)) {
        const section = await measure(workshop);
        console.log(`\n## ${section.title}\n\n${section.body}\n\n${section.goals.map(line).join('\n')}`);
        measured.push(section);
      }
    }
  } finally {
    workshop.dispose();
  }
  if (names.length === 0) {
    writeFileSync(join(repository, 'docs', 'performance.md'), page(measured));
  }
  const goals = measured.flatMap((section) => section.goals);
  const met = goals.filter((goal) => goal.met).length;
  console.log(`\n${met} passed, ${goals.length - met} failed`);
  process.exitCode = met === goals.length ? 0 : 1;
}

function line(goal: Goal): string {
  return `${goal.met ? 'met   ' : 'MISSED'} ${goal.claim}: ${goal.measured}, ${goal.limit}`;
}

function page(measured: readonly Section[]): string {
  const goals = table(
    ['Goal', 'Measured', 'Limit', ''],
    measured.flatMap((section) => section.goals).map((goal) => [goal.claim, goal.measured, goal.limit, goal.met ? 'met' : '**missed**']),
  );
  return [
    '# What it costs',
    `All figures are from one run of \`npm run bench\`, which wrote this page, on Node.js ${process.versions.node} and ${cpus().length} cores. `
      + 'Times of another machine differ; ratios should not.',
    goals,
    ...measured.map((section) => `## ${section.title}\n\n${section.body}`),
  ].join('\n\n') + '\n';
}

void main(process.argv.slice(2));
