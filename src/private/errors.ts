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
  return withoutTokens(`got ${problem.got}, expected ${problem.expected}: ${problem.fix}`);
}

/** A message for people: a token in it prints as `${Token[TOKEN.13]}`, which nobody wrote. */
export function withoutTokens(message: string): string {
  return message.replace(/[$#]\{Token\[[^\]]*\]\}/g, '<known at deployment>');
}

/** Where a construct is, by the ids that its user wrote: a `Default` or `Resource` at the end is a library's. */
export function place(construct: IConstruct): string {
  return construct.node.path.replace(/(\/(Default|Resource))+$/, '') || 'the app';
}

/** Thrown for every contradiction in what a user asked for. */
export class InvalidInputError extends Error {
  constructor(problem: Problem, scope?: IConstruct) {
    super(scope ? `${sentence(problem)} [at ${place(scope)}]` : sentence(problem));
    this.name = 'InvalidInputError';
  }
}
