import type { IConstruct } from 'constructs';
import { excerpt, InvalidInputError, problemAt } from './errors';
import type { CheckId, Problem } from './errors';

/** The context key by which users accept what a check refuses: a list of ids of checks. */
const ACCEPT = 'cdk-ecr-pull-through-cache:accept';

/**
 * Refuses what AWS refuses as far as this version knows. The check rests on a limit or a list of AWS, which may have changed since: the
 * context of the construct can accept it.
 */
export function refuse(scope: IConstruct, id: CheckId, problem: Problem): void {
  if (!isAccepted(scope, id)) {
    throw new InvalidInputError(withWayRound(problem, id), scope);
  }
}

/** The same for what is found when the app is synthesized. */
export function refusals(scope: IConstruct, id: CheckId, problem: Problem): string[] {
  return isAccepted(scope, id) ? [] : [problemAt(scope, withWayRound(problem, id))];
}

function isAccepted(scope: IConstruct, id: CheckId): boolean {
  const accepted: unknown = scope.node.tryGetContext(ACCEPT);
  if (accepted !== undefined && !Array.isArray(accepted)) {
    throw new InvalidInputError({
      got: `${excerpt(JSON.stringify(accepted))} as the context '${ACCEPT}'`,
      expected: 'a list of ids of checks',
      fix: `write it in cdk.json as "${ACCEPT}": ["${id}"]`,
    }, scope);
  }
  return accepted?.includes(id) ?? false;
}

function withWayRound({ got, expected, fix }: Problem, id: CheckId): Problem {
  return { got, expected, fix: `${fix}; if AWS takes it by now, set the context "${ACCEPT}": ["${id}"]` };
}
