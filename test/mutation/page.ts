import { GOAL, owns } from './areas';
import type { Area } from './areas';
import { figuresOf, inArea, inAreas, scoreOf } from './figures';
import type { Figures } from './figures';
import type { Mutant } from './mutation-report';
import { reasonFor, survivorsOf } from './survivors';
import type { ReasonedSurvivor } from './survivors';
import { table } from '../../bench/section';

/** What docs/mutation.md is made of. */
export interface PageContent {
  readonly areas: readonly Area[];
  readonly mutants: readonly Mutant[];
  readonly reasons: readonly ReasonedSurvivor[];
  /** The version of Stryker. */
  readonly version: string;
  /** The section about the areas without the goal, from `restSection` or from the page as it was. */
  readonly rest: string;
}

const REST = '## The rest';
const HEADER = ['', 'files', 'mutants', 'killed', 'timed out', 'survived', 'not covered', 'not tried', 'score'];

export function page({ areas, mutants, reasons, version, rest }: PageContent): string {
  const all = inAreas(areas, mutants);
  return [
    '# Tests that can fail',
    'The figures are those of `npm run mutation`, which wrote this page; its areas may have been run one after another, each on the source '
      + `as it is: Stryker ${version} changed the source in ${all.length} places, one at `
      + 'a time, and ran the tests. A change that no test notices is one that a user would notice first.',
    'Each file is judged by the tests that [scope.json](../test/mutation/scope.json) gives to it, those of its own room, and by no others: '
      + 'nothing counts as tested because something far from it broke. Properties run with one seed here, so that a change is not noticed by luck.',
    `The goal is ${GOAL} % in each row. A change that hangs the tests is noticed; one in code that no test runs is not. "Not tried" are changes with `
      + 'which the file does not load.',
    areaTable(areas, mutants),
    '## What no test notices',
    reasonsOf('survivors.json'),
    ...areas.flatMap(area => survivorSection(area, mutants, reasons)),
    rest,
  ].filter(part => part !== '').join('\n\n') + '\n';
}

/** What the section about areas without a goal is made of. */
export interface RestContent {
  readonly areas: readonly Area[];
  readonly mutants: readonly Mutant[];
  readonly reasons: readonly ReasonedSurvivor[];
  /** Files that were not measured. */
  readonly left: readonly string[];
}

export function restSection({ areas, mutants, reasons, left }: RestContent): string {
  const isOwned = (file: string) => areas.some(area => owns(area, file));
  return [
    REST,
    'Measured apart, by `npx stryker run test/mutation/stryker.rest.config.mjs` before `npm run mutation`, and without a goal: what makes resources '
      + 'is also judged by snapshots, simulators and deployments, which mutation testing leaves out.',
    areaTable(areas, mutants),
    sentenceAbout('Not measured, although an area has them', left.filter(isOwned)),
    sentenceAbout('In no area, since they hold nothing that is changed here (only exports, types or a table of constants) or are generated', left.filter(file => !isOwned(file))),
    `What no test of these notices. ${reasonsOf('survivors-of-rest.json')}`,
    ...areas.filter(area => inArea(area, mutants).length > 0).flatMap(area => survivorSection(area, mutants, reasons)),
  ].filter(part => part !== '').join('\n\n');
}

function reasonsOf(file: string): string {
  return `A reason for each, from [${file}](../test/mutation/${file}); the run fails when one is missing and when one is no longer needed.`;
}

function sentenceAbout(what: string, files: readonly string[]): string {
  return files.length === 0 ? '' : `${what}: ${files.map(file => `\`${file}\``).join(', ')}.`;
}

/** The section about the rest in a page that was written before; without one, that it was not measured. */
export function restOf(earlier: string): string {
  const start = earlier.indexOf(REST);
  return start < 0 ? `${REST}\n\nNot measured yet: \`npx stryker run test/mutation/stryker.rest.config.mjs\` takes hours.` : earlier.slice(start).trimEnd();
}

function areaTable(areas: readonly Area[], mutants: readonly Mutant[]): string {
  const rows = [
    ...areas.map(area => [area.title, figuresOf(inArea(area, mutants))] as const).filter(([, figures]) => figures.mutants > 0),
    ['**All**', figuresOf(inAreas(areas, mutants))] as const,
  ];
  return table(HEADER, rows.map(([title, figures]) => [title, ...cellsOf(figures)]));
}

function cellsOf(figures: Figures): string[] {
  const { files, mutants, killed, timedOut, survived, uncovered, ignored, invalid } = figures;
  return [...[files, mutants, killed, timedOut, survived, uncovered, ignored + invalid].map(String), `${scoreOf(figures).toFixed(1)} %`];
}

function survivorSection(area: Area, mutants: readonly Mutant[], reasons: readonly ReasonedSurvivor[]): string[] {
  const survivors = survivorsOf(inArea(area, mutants));
  return [`### ${area.title}`, survivors.length === 0 ? 'Nothing.' : survivors.map(one => survivorItem(one, reasons)).join('\n')];
}

function survivorItem(survivor: Mutant, reasons: readonly ReasonedSurvivor[]): string {
  const change = `${code(survivor.original)} became ${code(survivor.replacement)}`;
  return `- \`${survivor.file}\`, in ${code(survivor.line)}: ${change}. ${reasonFor(survivor, reasons) ?? '**No reason yet.**'}`;
}

/** One line of code in Markdown; backticks in it need longer ones around it. */
function code(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') { return 'nothing'; }
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  return longest === 0 ? `\`${line}\`` : `${'`'.repeat(longest + 1)} ${line} ${'`'.repeat(longest + 1)}`;
}
