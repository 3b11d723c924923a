import { CfnResource } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as iam from 'aws-cdk-lib/aws-iam';
import { isOf, policiesAround } from './policy-statements';
import type { Held } from './policy-statements';
import { isLeftAlone, RoleFinder } from './roles';
import { mayRun, RUN_TASK, STARTERS, starts } from './task-runners';
import { excerpt, place, warn, WarningId } from '../private/errors';
import { isLookedUpArn } from '../private/later';

const TO_TASKS = { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } };
const PASS_ROLE = ['iam:PassRole', 'iam:*', '*'];

/** What of an app runs tasks. */
interface Runners {
  readonly policies: readonly Held[];
  readonly starters: readonly CfnResource[];
}

/** Gives tasks their execution role, and lets it be passed by whoever could run them before. */
export class ExecutionRoles {
  /** Looked for once, since an app may have thousands of tasks. */
  private runners: Runners | undefined;

  /** Looks at the app again when that is needed next. */
  public forget(): void {
    this.runners = undefined;
  }

  /**
   * The role that pulls for a task. When it is made only now, whoever was allowed to run the task before it was there may pass it as well: a rule, a
   * schedule or a state machine has read by then which roles the task has.
   */
  public of(task: ecs.TaskDefinition): iam.IRole {
    if (task.executionRole) {
      return task.executionRole;
    }
    this.runners ??= runnersAround(task);
    const { policies, starters } = this.runners;
    giveUpFrozenStatement(task);
    const role = task.obtainExecutionRole();
    const extended = policies.filter(held => extend(held, task, role));
    letStartersPass(task, role, extended, starters);
    return role;
  }
}

function runnersAround(task: ecs.TaskDefinition): Runners {
  const resources = task.node.root.node.findAll().filter(one => CfnResource.isCfnResource(one));
  return {
    policies: policiesAround(task).filter(held => held.allowing([...PASS_ROLE, ...RUN_TASK]).length > 0),
    starters: resources.filter(({ cfnResourceType }) => STARTERS.includes(cfnResourceType)),
  };
}

/** aws-cdk adds the role to the statement of an earlier `grantRun()`, which it may have closed already: the statement is added to below. */
function giveUpFrozenStatement(task: ecs.TaskDefinition): void {
  const own = task as unknown as { _passRoleStatement?: iam.PolicyStatement };
  if (own._passRoleStatement?.frozen) {
    own._passRoleStatement = undefined;
  }
}

/** Whether a policy lets the new role be passed, now at the latest. */
function extend(held: Held, task: ecs.TaskDefinition, role: iam.IRole): boolean {
  if (held.passes('*') || held.passes(role.roleArn)) { return true; }
  const beside = held.passing(task.taskRole.roleArn).map(({ Condition: condition }) => condition);
  const conditions = beside.length > 0 ? beside : mayRun(held, task) ? [TO_TASKS] : [];
  conditions.forEach(condition => held.add(passing(role, condition)));
  return conditions.length > 0;
}

/** Rules and schedules may have a role whose policies say nothing of this task, or stand elsewhere. */
function letStartersPass(task: ecs.TaskDefinition, role: iam.IRole, extended: readonly Held[], starters: readonly CfnResource[]): void {
  const roles = new RoleFinder();
  const done = new Set<unknown>();
  for (const { resource, roleArn } of starts(task, starters).filter(one => one.roleArn !== undefined)) {
    const starter = roles.behind(roleArn, resource) as iam.IRole | undefined;
    const key = starter ?? roleArn;
    const settled = done.has(key) || starter && (isLookedUpArn(starter.roleArn) || extended.some(held => isOf(held, starter)));
    done.add(key);
    if (!settled && !(starter && !isLeftAlone(starter) && starter.addToPrincipalPolicy(passing(role, TO_TASKS)).statementAdded)) {
      const name = starter ? `${starter.roleName} (${place(starter)})` : typeof roleArn === 'string' ? excerpt(roleArn) : 'a role';
      warn(task, WarningId.GRANT_HALF_MISSING,
        `an execution role was made for this task, so that it pulls through a cache, and ${name}, by which ${place(resource)} runs the task, may not pass it: the `
        + 'policies of that role are not managed here. Give the task an executionRole that it may pass, or allow it iam:PassRole where it is made and '
        + 'acknowledge this warning.');
    }
  }
}

function passing(role: iam.IRole, conditions?: iam.Conditions): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [role.roleArn], conditions });
}
