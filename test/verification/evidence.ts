import type { Run } from './run';

/** What a run says about one ground of a claim. */
interface Reading {
  /** How much ran and passed; not there when this run could not judge. */
  readonly count?: number;
  readonly problems: string[];
}

/** A ground of a claim, which a run has or lacks. */
export interface Evidence {
  /** What is counted, in the plural with an s at the end: tests, checks, image references. */
  readonly unit: string;
  /** Where it comes from: with the unit, it is unique within its claim. */
  readonly where: string;
  /** The step of `.ci/run`, if a run is asked at all. */
  readonly step?: string;
  /** The beginnings of the names of files whose tests are counted. */
  readonly files: string[];
  /** Whether the page has to say just what is found, since it is no run of this moment that found it. */
  readonly exact?: boolean;
  read(run: Run): Reading;
}

const list = (texts: readonly string[]) => texts.map(text => `\`${text}\``).join(', ');
const quoted = (texts: readonly string[]) => texts.length === 0 ? '' : `, ${texts.map(text => `"${text}"`).join(', ')}`;

/** Tests of a step: all in files whose names begin so, or those of them whose names hold one of some texts. */
export function testsOfStep(step: string, files: string[], names: string[] = []): Evidence {
  return {
    unit: 'tests',
    where: `${step}: ${list(files)}${quoted(names)}`,
    step,
    files,
    read: run => {
      const ofFile = (start: string) => run.step(step).tests.filter(({ file }) => file.startsWith(start));
      const chosen = files.flatMap(ofFile).filter(({ name }) => names.length === 0 || names.some(text => name.includes(text)));
      return {
        count: chosen.filter(({ outcome }) => outcome === 'passed').length,
        problems: [
          ...files.filter(start => ofFile(start).length === 0).map(start => `no test of ${start} ran in the step '${step}'`),
          ...names.filter(text => !chosen.some(({ name }) => name.includes(text))).map(text => `no test '${text}' ran in the step '${step}'`),
          ...chosen.filter(({ outcome }) => outcome !== 'passed').map(({ file, name, outcome }) => `${outcome}: ${file}: ${name}`),
        ],
      };
    },
  };
}

/** Tests of `npm test`. */
export const unitTests = (...files: string[]) => testsOfStep('npm test', files);
/** Tests of `npm run oracles`. */
export const oracles = (...files: string[]) => testsOfStep('oracles', files);
/** Tests of deployments and pulls on the local engine, or of the engine itself. */
export const localTests = (...files: string[]) => testsOfStep('local AWS', files);

/** What tests noted by `tried()`, in all tests of files that begin so. */
export function noted(step: string, unit: string, ...files: string[]): Evidence {
  return {
    unit,
    where: `${step}: ${list(files)}`,
    step,
    files: [],
    read: run => {
      const notes = run.step(step).tried.filter(({ what, file }) => what === unit && files.some(start => file.startsWith(start)));
      return {
        count: sum(notes.map(({ count }) => count)),
        problems: notes.length === 0 ? [`no test of ${files.join(', ')} noted ${unit} in the step '${step}'`] : [],
      };
    },
  };
}

interface ChecksOptions {
  /** What the step says when it can't judge here, such as without access to a service. */
  readonly unless?: string;
}

/** Checks of a script in `.ci`, by texts in their names: lines that begin with ok or FAIL. */
export function checks(step: string, names: string[], { unless }: ChecksOptions = {}): Evidence {
  return {
    unit: 'checks',
    where: `${step}${quoted(names).replace(',', ':')}`,
    step,
    files: [],
    read: run => {
      const { lines } = run.step(step);
      if (unless !== undefined && lines.some(line => line.startsWith(unless))) {
        return { problems: [] };
      }
      const ofName = (text: string) => lines.filter(line => /^(ok {3}|FAIL )/.test(line) && line.slice('ok   '.length).includes(text));
      const found = [...new Set(names.flatMap(ofName))];
      return {
        count: found.filter(line => line.startsWith('ok')).length,
        problems: [
          ...names.filter(text => ofName(text).length === 0).map(text => `no check '${text}' ran in the step '${step}'`),
          ...found.filter(line => line.startsWith('FAIL')),
        ],
      };
    },
  };
}

interface SaidOptions {
  /** Only the first such line counts, since the others belong to what has to be refused. */
  readonly first?: boolean;
}

/** Numbers in what a step says: `#` stands for what is counted, `*` for anything, and all lines of the form are summed. */
export function said(step: string, unit: string, form: string, { first = false }: SaidOptions = {}): Evidence {
  const parts: { [sign: string]: string } = { '#': '([\\d,]+)', '*': '.*' };
  const pattern = new RegExp(`^${form.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/[#*]/g, sign => parts[sign])}$`);
  return {
    unit,
    where: `${step}: "${form.replaceAll('*', '…')}"`,
    step,
    files: [],
    read: run => {
      const numbers = run.step(step).lines.flatMap(line => pattern.exec(line)?.[1] ?? []).map(text => Number(text.replaceAll(',', '')));
      return { count: sum(first ? numbers.slice(0, 1) : numbers), problems: numbers.length === 0 ? [`the step '${step}' didn't say '${form}'`] : [] };
    },
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
