import { Stack, Token } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { RenderedStatement } from './statement-ids';
import { place, sentence } from '../private/errors';
import type { Problem } from '../private/errors';
import { knownLength } from '../private/known-length';

/** CloudFormation reference of `AWS::ECR::RegistryPolicy`. */
const LONGEST_POLICY = 10_240;
const ALL = 'ecr:*';

/** A policy as it is rendered. */
export interface RenderedPolicy {
  readonly Version: string;
  readonly Statement: RenderedStatement[];
}

/**
 * What ECR would refuse in the policy; asked when the app is synthesized, since statements may be added until then.
 *
 * @param known the only actions that it may have; undefined for all
 */
export function registryPolicyProblems(
  written: iam.PolicyStatement[], made: iam.PolicyStatement[], policy: RenderedPolicy, known: readonly string[] | undefined, scope: IConstruct,
): string[] {
  const problems = [
    written.length + made.length === 0 ? EMPTY : undefined, ...writtenProblems(written), outOfScope(written, known), tooLong(policy, scope),
  ];
  return [
    ...written.flatMap(statement => statement.validateForResourcePolicy()),
    ...problems.filter(problem => problem !== undefined).map(problem => `${sentence(problem)} [at ${place(scope)}]`),
  ];
}

const EMPTY: Problem = {
  got: 'a registry policy without statements',
  expected: 'at least one, since ECR refuses an empty policy',
  fix: 'call allowFirstPull() or addStatements(), or leave the construct out',
};

function writtenProblems(statements: iam.PolicyStatement[]): (Problem | undefined)[] {
  const ids = statements.map(statement => statement.sid).filter(id => id !== undefined);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  const without = statements.some(statement => statement.resources.length === 0 && statement.notResources.length === 0);
  return [
    twice === undefined ? undefined : {
      got: `the statement id '${twice}' twice in a registry policy`,
      expected: 'an id for each statement',
      fix: 'rename one of the two',
    },
    without ? {
      got: 'a statement of a registry policy without resources',
      expected: 'the repositories that it is about',
      fix: "add resources, such as ['*']",
    } : undefined,
  ];
}

function outOfScope(statements: iam.PolicyStatement[], known: readonly string[] | undefined): Problem | undefined {
  const other = statements.flatMap(({ actions }) => actions)
    .find(action => known && !Token.isUnresolved(action) && ![...known, ALL].includes(action));
  return other === undefined ? undefined : {
    got: `the action ${other} in a registry policy of the scope V1`,
    expected: `${known!.join(', ')} or ${ALL}`,
    fix: 'leave it out, or switch the registry: aws ecr put-account-setting --name REGISTRY_POLICY_SCOPE --value V2',
  };
}

function tooLong(policy: RenderedPolicy, scope: IConstruct): Problem | undefined {
  const stack = Stack.of(scope);
  const length = knownLength(stack.resolve(stack.toJsonString(policy)));
  return length <= LONGEST_POLICY ? undefined : {
    got: `a registry policy of ${length} characters`,
    expected: `at most ${LONGEST_POLICY}`,
    fix: 'name accounts instead of their roles, allow a whole cache instead of its images, and several accounts by one '
      + "CachePullers.organization('o-...', { accounts: [...] })",
  };
}
