import { Stack } from 'aws-cdk-lib';
import type { CfnResource } from 'aws-cdk-lib';
import { valueAt } from './image-properties';
import type { Holder, ImagePlace } from './image-properties';
import { excerpt, warn, WarningId } from '../private/errors';

/** Where a resource says on what its containers run. */
const LAUNCH_TYPES: { readonly [resourceType: string]: string } = {
  'AWS::ECS::TaskDefinition': 'RequiresCompatibilities',
  'AWS::Batch::JobDefinition': 'PlatformCapabilities',
};
/** Amazon ECS Developer Guide, "Amazon ECS task execution IAM role": elsewhere the role of the instance pulls. */
const WITHOUT_INSTANCE_ROLE = ['FARGATE', 'EXTERNAL', 'MANAGED_INSTANCES'];

/** Whether nothing can pull an image of ECR here: no instance has a role for it, and the resource names none. */
export function lacksExecutionRole(resource: CfnResource, { roleSteps }: ImagePlace, indices: Holder['indices']): boolean {
  const property = LAUNCH_TYPES[resource.cfnResourceType];
  if (property === undefined || roleSteps?.at(-1) !== 'ExecutionRoleArn' || valueAt(resource, roleSteps, indices) !== undefined) {
    return false;
  }
  const types: unknown = Stack.of(resource).resolve(valueAt(resource, [property], []));
  return Array.isArray(types) && types.some(type => WITHOUT_INSTANCE_ROLE.includes(String(type)));
}

/** Says why a name stays that a cache serves. */
export function warnOfNoExecutionRole(resource: CfnResource, name: string, { roleSteps = [] }: ImagePlace): void {
  warn(resource, WarningId.PULLER_NOT_FOUND,
    `${excerpt(name)} stays, since what runs on Fargate or where no instance has a role pulls from ECR by an execution role only, and none is named `
    + `here: set ${roleSteps.join('.')} to a role that ecs-tasks.amazonaws.com may assume, or acknowledge this warning.`);
}
