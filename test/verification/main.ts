import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { AREAS } from './claims';
import { count, NOT_RUN } from './figures';
import type { Figures } from './figures';
import { figuresIn, render, versionsIn } from './page';
import { pathOf, textOf } from './repository';
import { readRun } from './run';
import { BEFORE, SESSIONS } from './settling/sessions';
import { assumptionsIn } from './unverified';
import { verdicts, written } from './verdicts';

const PAGE = pathOf('docs/verification.md');
const CLAIMS = AREAS.flatMap(area => area.claims);

/** The page with these figures; without versions, those of what is installed. */
function page(figures: Figures, versions?: ReadonlyMap<string, string>): string {
  const judges = [...new Set(CLAIMS.flatMap(claim => claim.judges))];
  return render({
    areas: AREAS,
    figures,
    versions: new Map(judges.flatMap(({ name, version }) => version ? [[name, versions?.get(name) ?? version()]] : [])),
    assumptions: assumptionsIn(textOf('docs/unverified.md')),
    before: BEFORE,
    sessions: SESSIONS,
  });
}

const committed = () => existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '';

/** Writes the page with the figures of a run. Tests that failed are no figures. */
function write(folder: string): void {
  const { figures, problems } = count(CLAIMS, readRun(folder));
  const failures = [...problems].flatMap(([id, wrong]) => wrong.map(problem => `${id}: ${problem}`));
  failures.forEach(failure => console.log(failure));
  writeFileSync(PAGE, page(figures));
  const missing = [...figures.values()].filter(figure => figure === NOT_RUN).length;
  console.log(`wrote docs/verification.md: ${figures.size - missing} figures, ${missing} missing`);
}

/** Writes the page anew, with the figures and versions that are on it. */
function rewrite(): void {
  writeFileSync(PAGE, page(figuresIn(committed()), versionsIn(committed())));
  console.log('wrote docs/verification.md with the figures that it had');
}

function check(folder: string): void {
  const said = figuresIn(committed());
  const all = [
    ...verdicts(CLAIMS, count(CLAIMS, readRun(folder)), said),
    written(committed(), page(said, versionsIn(committed()))),
  ];
  all.forEach(({ holds, text }) => console.log(`${holds ? 'ok  ' : 'FAIL'} ${text}`));
  const failed = all.filter(({ holds }) => !holds).length;
  console.log(`${all.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

const USAGE = `npm run verification                      writes the page with the figures that it has
npm run verification -- FOLDER            writes it with the figures of a run: CI_RESULTS=FOLDER .ci/run
npm run verification -- --check FOLDER    fails if a claim lacks its grounds in a run, or the page says more`;

const [first, second, ...more] = process.argv.slice(2);
if (first === undefined) {
  rewrite();
} else if (first === '--check' && second !== undefined && more.length === 0) {
  check(second);
} else if (!first.startsWith('-') && second === undefined) {
  write(first);
} else {
  console.error(USAGE);
  process.exitCode = 2;
}
