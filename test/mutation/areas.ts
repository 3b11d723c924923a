import scope from './scope.json';

/** A part of the library whose mutants are counted together. */
export interface Area {
  readonly title: string;
  /** Whether the goal is asked of it, or its figures are only reported. */
  readonly goal: boolean;
  /** Which of its files are judged by which tests, the quick ones first, as regular expressions of paths. */
  readonly judged: readonly { readonly files: string; readonly tests: readonly string[] }[];
}

/** The percentage of mutants that tests have to notice, in each area with the goal and in all of them together. */
export const GOAL = 85;

export const AREAS: readonly Area[] = scope;

export function owns(area: Area, file: string): boolean {
  return area.judged.some(({ files }) => new RegExp(files).test(file));
}

/** What is wrong with a report that shall be about just these areas: files of none or several of them, and files that are not in it. */
export function problemsOfScope(areas: readonly Area[], reported: readonly string[], sources: readonly string[]): string[] {
  const ownersOf = (file: string) => areas.filter(area => owns(area, file)).length;
  return [
    ...reported.filter(file => ownersOf(file) !== 1).map(file => `${file} was mutated and is in ${ownersOf(file)} areas: give it to one in scope.json`),
    ...sources.filter(file => ownersOf(file) > 0 && !reported.includes(file))
      .map(file => `${file} was not mutated: run all of its area, as stryker.config.json says`),
  ];
}
