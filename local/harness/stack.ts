import { DescribeStackEventsCommand, DescribeStackResourcesCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Aws } from './aws';

/** The physical ids of a stack's resources by their type, in the order of their logical ids; empty for a type that it lacks. */
export async function resourcesOf(aws: Aws, stack: string): Promise<Record<string, string[]>> {
  const { StackResources = [] } = await aws.cloudFormation.send(new DescribeStackResourcesCommand({ StackName: stack }));
  const found: Record<string, string[]> = {};
  for (const { ResourceType, PhysicalResourceId } of StackResources.sort((a, b) => a.LogicalResourceId! < b.LogicalResourceId! ? -1 : 1)) {
    (found[ResourceType!] ??= []).push(PhysicalResourceId!);
  }
  return found;
}

/** The status of a stack; undefined when there is none. */
export async function statusOf(aws: Aws, stack: string): Promise<string | undefined> {
  try {
    const { Stacks: [found] = [] } = await aws.cloudFormation.send(new DescribeStacksCommand({ StackName: stack }));
    return found?.StackStatus;
  } catch (problem) {
    if (/does not exist/.test((problem as Error).message)) {
      return undefined;
    }
    throw problem;
  }
}

/** Why resources of a stack failed, newest first. */
export async function failuresOf(aws: Aws, stack: string): Promise<string[]> {
  const { StackEvents = [] } = await aws.cloudFormation.send(new DescribeStackEventsCommand({ StackName: stack }));
  return StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith('_FAILED')).map(({ ResourceStatusReason }) => ResourceStatusReason ?? '');
}
