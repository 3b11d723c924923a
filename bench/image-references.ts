import { mkdirSync, readFileSync, symlinkSync } from 'fs';
import { dirname, join } from 'path';
import { MOST_MILLISECONDS } from './image-references/answers';
import { GoReference } from './image-references/go';
import { isRight, judgement } from './image-references/judgement';
import type { Judged } from './image-references/judgement';
import { OURS, PARSERS } from './image-references/parsers';
import { speeds } from './image-references/speed';
import type { Speed } from './image-references/speed';
import { LONG, SEED, TEXTS } from './image-references/texts';
import { ratio, table } from './section';
import type { Goal, Section } from './section';
import { median } from './statistics';
import { repository } from './workshop';
import type { Workshop } from './workshop';

const OTHERS = Object.keys(PARSERS).filter((name) => name !== OURS);
const LONGEST_SHOWN = 120;
const MOST_TIMED = 100;

/** `ImageReference.parse` beside the parsers of npm: who is right, by the judgement of Go's, and how long each takes. */
export async function imageReferences(workshop: Workshop): Promise<Section> {
  OTHERS.forEach((name) => install(workshop, name));
  const go = new GoReference(workshop.folder);
  const judged = await judgement(workshop.compile('image-references/answers.child.ts'), go);
  const timed = judged.filter(isAnsweredByAll).filter(({ origin, truth }) => origin === 'generated' && truth !== undefined).slice(0, MOST_TIMED);
  const program = workshop.compile('image-references/times.child.ts');
  const everyday = speeds(workshop, program, go, TEXTS.everyday);
  const generated = speeds(workshop, program, go, timed.map(({ text }) => text));
  return {
    title: 'Image references',
    body: [
      whatIsRight(judged, go),
      scoreTable(judged),
      ...OTHERS.flatMap((name) => lateOnes(name, judged)),
      'How long a name takes, its result or error included: medians of short rounds in which the parsers take turns, in CPU time, and of '
        + `Go's own benchmarks; a ratio is the median of those of rounds side by side. Beside the ${TEXTS.everyday.length} everyday names, the first ${timed.length} valid ones of the generated that all parsers answer in time, of `
        + `${Math.round(median(timed.map(({ text }) => text.length)))} characters in the median against ${Math.round(median(TEXTS.everyday.map(({ length }) => length)))}.`,
      table(['Parser', 'Everyday name', 'to ours', 'Generated name', 'to ours'], everyday.map(({ name, microseconds, toOurs }, at) => [
        title(name), print(microseconds), ratio(toOurs), print(generated[at].microseconds), ratio(generated[at].toOurs),
      ])),
    ].join('\n\n'),
    goals: goals(judged, everyday),
  };
}

function whatIsRight(judged: readonly Judged[], go: GoReference): string {
  const { everyday, cases, generated, long } = TEXTS;
  return `${judged.length} texts: ${everyday.length} everyday names, the ${cases.length} cases of the unit tests, ${generated.length} generated ones (seed ${SEED}) and `
    + `${long.length} of ${LONG} characters and more, made to let a parser go back. ${go.name} is the judge. What it refuses, a parser has to refuse: an error, null or an `
    + 'object without a repository. What it accepts must have its registry, repository, tag and digest. The judgement is kind: a short form may be left as it is '
    + '(`docker.io` and `library/` are filled in), any error will do, and a digest that docker-parse-image gives as a tag counts as a digest. '
    + `A text that isn't answered within ${MOST_MILLISECONDS} ms of CPU time is not right.`;
}

function scoreTable(judged: readonly Judged[]): string {
  const groups = {
    'texts': judged,
    'valid ones': judged.filter(({ truth }) => truth !== undefined),
    'invalid ones': judged.filter(({ truth }) => truth === undefined),
    'everyday names': judged.filter(({ origin }) => origin === 'everyday'),
  };
  return table(
    ['Parser', ...Object.entries(groups).map(([group, { length }], at) => `${at === 0 ? 'Right ' : ''}of ${length} ${group}`), 'Not in time'],
    Object.keys(PARSERS).map((name) => [
      title(name), ...Object.values(groups).map((group) => rightOf(group, name)), judged.filter(({ answers }) => !answers[name].inTime).length,
    ]),
  );
}

function lateOnes(name: string, judged: readonly Judged[]): string[] {
  const [shortest] = judged.filter(({ answers }) => !answers[name].inTime).map(({ text }) => text).sort((one, other) => one.length - other.length);
  if (shortest === undefined) { return []; }
  const shown = shortest.length <= LONGEST_SHOWN ? `: \`${JSON.stringify(shortest)}\`` : '';
  return [`The shortest text that ${name} doesn't answer in time has ${shortest.length} characters${shown}.`];
}

function goals(judged: readonly Judged[], everyday: readonly Speed[]): Goal[] {
  const ours = rightOf(judged, OURS);
  const best = Math.max(...OTHERS.map((name) => rightOf(judged, name)));
  const fastest = everyday.filter(({ name }) => OTHERS.includes(name)).reduce((least, each) => each.toOurs < least.toOurs ? each : least);
  return [
    { claim: "Image references read as Go's parser reads them", measured: `${ours}`, limit: `all ${judged.length}`, met: ours === judged.length },
    { claim: 'Image references read right, beside the best npm parser', measured: `${ours}`, limit: `more than ${best}`, met: ours > best },
    {
      claim: `Time for an everyday image reference, to that of the fastest npm parser (${fastest.name})`,
      measured: ratio(1 / fastest.toOurs),
      limit: `below ${ratio(1)}`,
      met: fastest.toOurs > 1,
    },
  ];
}

function isAnsweredByAll({ answers }: Judged): boolean {
  return Object.values(answers).every(({ inTime }) => inTime);
}

function rightOf(group: readonly Judged[], name: string): number {
  return group.filter(({ answers, truth }) => isRight(answers[name], truth)).length;
}

function title(name: string): string {
  if (name === OURS) { return '**`ImageReference.parse`**'; }
  return OTHERS.includes(name) ? `${name} ${versionOf(name)}` : name;
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(join(repository, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
}

function print(microseconds: number): string {
  return `${microseconds.toFixed(microseconds < 10 ? 2 : 0)} µs`;
}

/** None of them has dependencies. */
function install(workshop: Workshop, name: string): void {
  const link = join(workshop.folder, 'node_modules', name);
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(join(repository, 'node_modules', name), link);
}
