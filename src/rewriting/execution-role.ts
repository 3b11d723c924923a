import { CfnResource } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';

/* What of a statement decides who may pass a role, as it is rendered. */
interface Rendered {
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: iam.Conditions;
}

/**
 * The role that pulls for a task. When it is made only now, whoever was allowed to run the task before it was there may pass it as well: a rule, a
 * schedule or a state machine has read by then which roles the task has.
 */
export function executionRoleOf(task: ecs.TaskDefinition): iam.IRole {
  if (task.executionRole) {
    return task.executionRole;
  }
  giveUpFrozenStatement(task);
  const role = task.obtainExecutionRole();
  for (const document of policyDocumentsAround(task)) {
    for (const { Condition: condition } of statementsThatPass(document, task.taskRole.roleArn, role.roleArn)) {
      document.addStatements(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [role.roleArn], conditions: condition }));
    }
  }
  return role;
}

/** aws-cdk adds the role to the statement of an earlier `grantRun()`, which it may have closed already: the statement is added to below. */
function giveUpFrozenStatement(task: ecs.TaskDefinition): void {
  const own = task as unknown as { _passRoleStatement?: iam.PolicyStatement };
  if (own._passRoleStatement?.frozen) {
    own._passRoleStatement = undefined;
  }
}

function policyDocumentsAround(task: ecs.TaskDefinition): iam.PolicyDocument[] {
  return task.node.root.node.findAll().filter(one => CfnResource.isCfnResource(one)).flatMap(one => {
    const { policyDocument, policies } = one as unknown as { policyDocument?: unknown; policies?: { policyDocument?: unknown }[] };
    const inline = Array.isArray(policies) ? policies.map(policy => policy.policyDocument) : [];
    return [policyDocument, ...inline].filter(document => document instanceof iam.PolicyDocument);
  });
}

function statementsThatPass(document: iam.PolicyDocument, taskRole: string, role: string): Rendered[] {
  const statements = (document.isEmpty ? [] : (document.toJSON() as { Statement: Rendered[] }).Statement)
    .filter(({ Effect: effect, Action: action }) => effect === 'Allow' && [action].flat().includes('iam:PassRole'));
  const passes = (statement: Rendered, arn: string) => [statement.Resource].flat().includes(arn);
  return statements.some(one => passes(one, role)) ? [] : statements.filter(one => passes(one, taskRole));
}
