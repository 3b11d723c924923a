import type { Area } from './areas';
import type { Mutant, Status } from './mutation-report';

export const FILE = 'src/upstream/one.ts';
export const AREA: Area = { title: 'Upstreams', goal: true, judged: [{ files: '^src/upstream/', tests: ['^test/upstream/'] }] };
export const OTHER_AREA: Area = { title: 'Grants', goal: true, judged: [{ files: '^src/pulling/', tests: ['^test/pulling/'] }] };

/** A mutant that a test noticed, unless the test says otherwise. */
export function mutant(options: Partial<Mutant> = {}): Mutant {
  return {
    file: FILE, mutator: 'EqualityOperator', original: 'a < b', replacement: 'a <= b', status: 'Killed', line: 'return a < b;', ...options,
  };
}

/** So many mutants that ended so. */
export function mutants(count: number, status: Status, options: Partial<Mutant> = {}): Mutant[] {
  return Array.from({ length: count }, () => mutant({ status, ...options }));
}
