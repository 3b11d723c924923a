import { CfnResource } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/* What of a statement decides who may pass a role, as it is rendered. */
interface Rendered {
  readonly Effect: string;
  readonly Action?: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: iam.Conditions;
}

/** Gives tasks their execution role, and lets it be passed by whoever could run them before. */
export class ExecutionRoles {
  /** The documents that let a role be passed, by its ARN. */
  private documents: Map<string, Set<iam.PolicyDocument>> | undefined;

  /** Looks at the policies again when that is needed next. */
  public forget(): void {
    this.documents = undefined;
  }

  /**
   * The role that pulls for a task. When it is made only now, whoever was allowed to run the task before it was there may pass it as well: a rule, a
   * schedule or a state machine has read by then which roles the task has.
   */
  public of(task: ecs.TaskDefinition): iam.IRole {
    if (task.executionRole) {
      return task.executionRole;
    }
    this.documents ??= documentsThatPass(task.node.root);
    giveUpFrozenStatement(task);
    const role = task.obtainExecutionRole();
    for (const document of this.documents.get(task.taskRole.roleArn) ?? []) {
      for (const { Condition: condition } of statementsThatPass(document, task.taskRole.roleArn, role.roleArn)) {
        document.addStatements(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [role.roleArn], conditions: condition }));
      }
    }
    return role;
  }
}

/** aws-cdk adds the role to the statement of an earlier `grantRun()`, which it may have closed already: the statement is added to below. */
function giveUpFrozenStatement(task: ecs.TaskDefinition): void {
  const own = task as unknown as { _passRoleStatement?: iam.PolicyStatement };
  if (own._passRoleStatement?.frozen) {
    own._passRoleStatement = undefined;
  }
}

function documentsThatPass(root: IConstruct): Map<string, Set<iam.PolicyDocument>> {
  const documents = new Map<string, Set<iam.PolicyDocument>>();
  for (const document of root.node.findAll().flatMap(documentsOf)) {
    for (const arn of passingStatementsIn(document).flatMap(({ Resource: arns = [] }) => arns)) {
      documents.set(arn, (documents.get(arn) ?? new Set()).add(document));
    }
  }
  return documents;
}

function documentsOf(construct: IConstruct): iam.PolicyDocument[] {
  if (!CfnResource.isCfnResource(construct)) { return []; }
  const { policyDocument, policies } = construct as unknown as { policyDocument?: unknown; policies?: { policyDocument?: unknown }[] };
  const inline = Array.isArray(policies) ? policies.map(policy => policy.policyDocument) : [];
  return [policyDocument, ...inline].filter(document => document instanceof iam.PolicyDocument);
}

function passingStatementsIn(document: iam.PolicyDocument): Rendered[] {
  return (document.isEmpty ? [] : (document.toJSON() as { Statement: Rendered[] }).Statement)
    .filter(({ Effect: effect, Action: action }) => effect === 'Allow' && [action].flat().includes('iam:PassRole'));
}

function statementsThatPass(document: iam.PolicyDocument, taskRole: string, role: string): Rendered[] {
  const statements = passingStatementsIn(document);
  const passes = (statement: Rendered, arn: string) => [statement.Resource].flat().includes(arn);
  return statements.some(one => passes(one, role)) ? [] : statements.filter(one => passes(one, taskRole));
}
