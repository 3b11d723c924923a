import { existsSync, readdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { AREAS, owns, problemsOfScope } from './areas';
import { inAreas } from './figures';
import { mutantsOf, readReport } from './mutation-report';
import { page, restOf, restSection } from './page';
import { problemsOfReasons, survivorsOf } from './survivors';
import type { ReasonedSurvivor } from './survivors';
import { problemsOf } from './verdict';

const repository = join(__dirname, '..', '..');
const PAGE = join(repository, 'docs', 'mutation.md');
const REPORT = join(repository, 'reports', 'mutation.json');
/** Of a run of its own, which takes long: without one, the page keeps what it says of the rest. */
const REPORT_OF_REST = join(repository, 'reports', 'mutation-rest.json');

const [withGoal, withoutGoal] = [AREAS.filter(({ goal }) => goal), AREAS.filter(({ goal }) => !goal)];
const sources = readdirSync(join(repository, 'src'), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts')).map(file => `src/${file.replaceAll('\\', '/')}`).sort();

function reasonsIn(file: string): ReasonedSurvivor[] {
  return JSON.parse(readFileSync(join(__dirname, file), 'utf8')) as ReasonedSurvivor[];
}

/** The section about the rest, and what speaks against it. */
function rest(): { readonly section: string; readonly problems: string[] } {
  if (!existsSync(REPORT_OF_REST)) { return { section: restOf(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : ''), problems: [] }; }
  const { files } = readReport(REPORT_OF_REST);
  const ofRest = inAreas(withoutGoal, mutantsOf({ files }));
  const reasons = reasonsIn('survivors-of-rest.json');
  const left = sources.filter(file => !(file in files) && !withGoal.some(area => owns(area, file)));
  return {
    section: restSection({ areas: withoutGoal, mutants: ofRest, reasons, left }),
    problems: problemsOfReasons(survivorsOf(ofRest), reasons),
  };
}

const report = readReport(REPORT);
const mutants = mutantsOf(report);
const reasons = reasonsIn('survivors.json');
const { section, problems: problemsOfRest } = rest();
writeFileSync(PAGE, page({ areas: withGoal, mutants, reasons, version: report.framework?.version ?? 'of unknown version', rest: section }));

const problems = [...problemsOfScope(withGoal, Object.keys(report.files), sources), ...problemsOf(withGoal, mutants, reasons), ...problemsOfRest];
problems.forEach(problem => { console.error(`FAILED ${problem}`); });
console.log(`docs/mutation.md is written, ${problems.length} failed`);
process.exitCode = problems.length === 0 ? 0 : 1;
