import type { Mutant } from './mutation-report';

/** Why no test notices a mutant. It is known by what it does, so that it is found again when lines move. */
export interface ReasonedSurvivor {
  readonly file: string;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  readonly reason: string;
  /** How many mutants of the file do just this and survive; 1 where it isn't said. */
  readonly times?: number;
}

type Change = Pick<Mutant, 'file' | 'mutator' | 'original' | 'replacement'>;

/** Mutants that no test notices, whether or not one runs their code. */
export function survivorsOf(mutants: readonly Mutant[]): Mutant[] {
  return mutants.filter(({ status }) => status === 'Survived' || status === 'NoCoverage');
}

/** What is wrong between the survivors of a run and the reasons that are written down. */
export function problemsOfReasons(survivors: readonly Mutant[], reasons: readonly ReasonedSurvivor[]): string[] {
  const alive = countBy(survivors);
  const known = new Map<string, number>();
  const problems: string[] = [];
  for (const reason of reasons) {
    if (known.has(keyOf(reason))) { problems.push(`two reasons for one survivor, ${described(reason)}: join them, with their number as 'times'`); }
    if (reason.reason.trim() === '') { problems.push(`an empty reason for the survivor ${described(reason)}: write one, or a test`); }
    known.set(keyOf(reason), reason.times ?? 1);
    const found = alive.get(keyOf(reason)) ?? 0;
    if (found < (reason.times ?? 1)) {
      problems.push(`a reason for ${reason.times ?? 1} survivors of which ${found} are alive, ${described(reason)}: remove it, or correct 'times'`);
    }
  }
  for (const survivor of new Map(survivors.map(one => [keyOf(one), one])).values()) {
    const found = alive.get(keyOf(survivor))!;
    const reasoned = known.get(keyOf(survivor)) ?? 0;
    if (found > reasoned) {
      problems.push(`${found} survivors of which ${reasoned} have a reason, ${described(survivor)}: write a test, or the reason in survivors.json`);
    }
  }
  return problems;
}

/** The reason for a survivor; nothing if none is written down. */
export function reasonFor(survivor: Change, reasons: readonly ReasonedSurvivor[]): string | undefined {
  return reasons.find(one => keyOf(one) === keyOf(survivor))?.reason;
}

function countBy(survivors: readonly Mutant[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const survivor of survivors) {
    counts.set(keyOf(survivor), (counts.get(keyOf(survivor)) ?? 0) + 1);
  }
  return counts;
}

function keyOf({ file, mutator, original, replacement }: Change): string {
  return JSON.stringify([file, mutator, original, replacement]);
}

function described({ file, mutator, original, replacement }: Change): string {
  return `${mutator} in ${file}: ${JSON.stringify(original)} -> ${JSON.stringify(replacement)}`;
}
