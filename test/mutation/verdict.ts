import { GOAL } from './areas';
import type { Area } from './areas';
import { figuresOf, inArea, inAreas, scoreOf } from './figures';
import type { Mutant } from './mutation-report';
import { problemsOfReasons, survivorsOf } from './survivors';
import type { ReasonedSurvivor } from './survivors';

/** What speaks against a run: areas below the goal, mutants that were not tried, survivors without a reason, reasons without a survivor. */
export function problemsOf(areas: readonly Area[], mutants: readonly Mutant[], reasons: readonly ReasonedSurvivor[]): string[] {
  const judged = inAreas(areas, mutants);
  const parts = [...areas.map(area => [area.title, inArea(area, judged)] as const), ['All areas', judged] as const];
  return [
    ...parts.flatMap(([title, part]) => problemsOfPart(title, part)),
    ...problemsOfReasons(survivorsOf(judged), reasons),
  ];
}

function problemsOfPart(title: string, mutants: readonly Mutant[]): string[] {
  const figures = figuresOf(mutants);
  const score = scoreOf(figures);
  return [
    // a part without mutants has no score, which is below every goal
    ...score >= GOAL ? [] : [`${title}: ${score.toFixed(1)} % of the mutants are noticed, expected at least ${GOAL} %: write tests`],
    ...figures.ignored > 0 ? [`${title}: ${figures.ignored} mutants were not tried, expected all: remove what leaves them out`] : [],
  ];
}
