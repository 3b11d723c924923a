import { Stack, Token } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Held } from './policy-statements';

/** What runs a task by itself, and the role by which it does. */
export interface Start {
  readonly resource: CfnResource;
  readonly roleArn?: unknown;
}

export const RUN_TASK = ['ecs:RunTask', 'ecs:StartTask', 'ecs:*'];
/** What runs tasks by itself. */
export const STARTERS = ['AWS::Events::Rule', 'AWS::Scheduler::Schedule'];

/** Whether a policy lets this very task be run: a `*` says nothing of it. */
export function mayRun(held: Held, task: ecs.TaskDefinition): boolean {
  return held.allowing(RUN_TASK).some(({ Resource: resources }) =>
    [resources].flat().some(one => isTask(one, task, held.resource)));
}

/** The rules and schedules of EventBridge that run a task. */
export function starts(task: ecs.TaskDefinition, starters: readonly CfnResource[]): Start[] {
  return starters.flatMap(resource =>
    targetsOf(resource)
      .filter(target => isTask(target?.ecsParameters?.taskDefinitionArn, task, resource))
      .map(({ roleArn }) => ({ resource, roleArn })));
}

interface Target {
  readonly roleArn?: unknown;
  readonly ecsParameters?: { readonly taskDefinitionArn?: unknown };
}

/** Those of an L2 stand in it: to resolve the L1's would lose the ones that come later. */
function targetsOf(resource: CfnResource): Target[] {
  const { targets, target } = resource as unknown as { targets?: unknown; target?: Target };
  switch (resource.cfnResourceType) {
    case 'AWS::Events::Rule': {
      const own = (resource.node.scope as { targets?: unknown } | undefined)?.targets;
      return [targets, own].map(opened).filter(one => Array.isArray(one)).flat() as Target[];
    }
    case 'AWS::Scheduler::Schedule': return target ? [target] : [];
    default: return [];
  }
}

/** Newer versions of aws-cdk keep a list in a box. */
function opened(list: unknown): unknown {
  const { get } = Object(list) as { get?: unknown };
  return typeof get === 'function' ? get.call(list) as unknown : list;
}

/** Whether a value is the ARN of a task, whole or without its revision. */
function isTask(value: unknown, task: ecs.TaskDefinition, user: CfnResource): boolean {
  if (value === undefined) { return false; }
  if (value === task.taskDefinitionArn) { return true; }
  const [stack, own] = [Stack.of(user), Stack.of(task)];
  const text = typeof value === 'string' ? value : '';
  const family = task.family;
  if (!Token.isUnresolved(family) && [`:task-definition/${family}`, `:task-definition/${family}:*`].some(end => text.endsWith(end))) { return true; }
  const id = own.resolve((task.node.defaultChild as ecs.CfnTaskDefinition).logicalId) as string;
  return stack === own && JSON.stringify(stack.resolve(value) ?? '').includes(`{"Ref":"${id}"}`);
}
