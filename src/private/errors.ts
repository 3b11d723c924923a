import type { IConstruct } from 'constructs';

/** What is wrong with an input: what came, what may come, and what the user can do. */
export interface Problem {
  /** The input as it came, named: `the repository prefix 'Echo'`. */
  readonly got: string;
  /** What is accepted instead. */
  readonly expected: string;
  /** The way out, an instruction. */
  readonly fix: string;
}

/** The one sentence form that all messages of this library have. */
export function sentence(problem: Problem): string {
  return `got ${problem.got}, expected ${problem.expected}: ${problem.fix}`;
}

/** Where a construct is, by the ids that its user wrote: a `Default` at the end is ours. */
export function place(construct: IConstruct): string {
  return construct.node.path.replace(/(\/Default)+$/, '') || 'the app';
}

/** Thrown for every contradiction in what a user asked for. */
export class InvalidInputError extends Error {
  constructor(problem: Problem, scope?: IConstruct) {
    super(scope ? `${sentence(problem)} [at ${place(scope)}]` : sentence(problem));
    this.name = 'InvalidInputError';
  }
}
