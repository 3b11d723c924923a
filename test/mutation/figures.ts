import { owns } from './areas';
import type { Area } from './areas';
import type { Mutant, Status } from './mutation-report';

/** How many mutants of a part ended how. */
export interface Figures {
  readonly files: number;
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly uncovered: number;
  /** Those that were not tried. */
  readonly ignored: number;
  /** Those whose code never ran: it did not compile, or broke the run itself. */
  readonly invalid: number;
}

export function figuresOf(mutants: readonly Mutant[]): Figures {
  const count = (...statuses: Status[]) => mutants.filter(({ status }) => statuses.includes(status)).length;
  return {
    files: new Set(mutants.map(({ file }) => file)).size,
    mutants: mutants.length,
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    uncovered: count('NoCoverage'),
    ignored: count('Ignored', 'Pending'),
    invalid: count('CompileError', 'RuntimeError'),
  };
}

/** The percentage that tests noticed, of all that could be noticed; a mutant that hangs the tests is noticed. */
export function scoreOf({ killed, timedOut, survived, uncovered }: Figures): number {
  return 100 * (killed + timedOut) / (killed + timedOut + survived + uncovered);
}

export function inArea(area: Area, mutants: readonly Mutant[]): Mutant[] {
  return inAreas([area], mutants);
}

export function inAreas(areas: readonly Area[], mutants: readonly Mutant[]): Mutant[] {
  return mutants.filter(({ file }) => areas.some(area => owns(area, file)));
}
