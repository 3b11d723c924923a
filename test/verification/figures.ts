import type { Claim } from './claim';
import type { Evidence } from './evidence';
import type { Run } from './run';

/** A figure of the page: a count, or in words why there is none. */
export type Figure = number | typeof NOT_RUN | typeof NOT_JUDGED;
export const NOT_RUN = 'not passed yet';
export const NOT_JUDGED = 'not judged in this run';

/** Figures by what is counted: `unit of where` of a claim. */
export type Figures = ReadonlyMap<string, Figure>;

export const keyOf = ({ id }: Claim, { unit, where }: Evidence) => `${id}: ${unit} of ${where}`;

/** What a run says about claims: its figures, and by claim what is wrong. */
export interface Counted {
  readonly figures: Figures;
  readonly problems: ReadonlyMap<string, string[]>;
}

/** Asks a run about all grounds of all claims. */
export function count(claims: readonly Claim[], run: Run): Counted {
  const figures = new Map<string, Figure>();
  const problems = new Map<string, string[]>();
  for (const claim of claims) {
    for (const evidence of claim.evidence) {
      const reading = evidence.read(run);
      figures.set(keyOf(claim, evidence), figureOf(reading.count, reading.problems));
      problems.set(claim.id, [...problems.get(claim.id) ?? [], ...reading.problems]);
    }
  }
  return { figures, problems };
}

function figureOf(counted: number | undefined, problems: readonly string[]): Figure {
  if (problems.length > 0) {
    return NOT_RUN;
  }
  return counted ?? NOT_JUDGED;
}

/** `12 tests`, `1 test`. */
export function printed(figure: Figure, unit: string): string {
  if (typeof figure !== 'number') {
    return `${unit}: ${figure}`;
  }
  return `${figure.toLocaleString('en-US')} ${figure === 1 ? unit.replace(/s$/, '') : unit}`;
}

/** The figures of one claim, those of one unit summed; a part that is missing makes the sum missing. */
export function summary(claim: Claim, figures: Figures): string {
  const sums = new Map<string, Figure>();
  for (const evidence of claim.evidence) {
    const figure = figures.get(keyOf(claim, evidence)) ?? NOT_RUN;
    const sum = sums.get(evidence.unit) ?? 0;
    sums.set(evidence.unit, typeof sum === 'number' && typeof figure === 'number' ? sum + figure : typeof sum === 'number' ? figure : sum);
  }
  return [...sums].map(([unit, figure]) => printed(figure, unit)).join(', ');
}
