import { CLAIMS, commit, committed, pageOfRun, rewritten } from './content';
import { count, NOT_RUN } from './figures';
import { figuresIn } from './page';
import { readRun } from './run';
import { verdicts, written } from './verdicts';

/** Writes the page with the figures of a run. What didn't run, or failed, has none. */
function write(folder: string): void {
  const { figures, problems } = count(CLAIMS, readRun(folder));
  commit(pageOfRun(figures));
  [...problems].forEach(([id, wrong]) => wrong.forEach(problem => console.log(`${id}: ${problem}`)));
  const missing = [...figures.values()].filter(figure => figure === NOT_RUN).length;
  console.log(`wrote docs/verification.md: ${figures.size - missing} figures, ${missing} missing`);
  process.exitCode = missing === 0 ? 0 : 1;
}

function rewrite(): void {
  commit(rewritten(committed()));
  console.log('wrote docs/verification.md with the figures that it had');
}

function check(folder: string): void {
  const page = committed();
  const all = [...verdicts(CLAIMS, count(CLAIMS, readRun(folder)), figuresIn(page)), written(page, rewritten(page))];
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
