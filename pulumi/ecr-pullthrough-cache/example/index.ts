import * as aws from '@pulumi/aws';
import { EcrPullThroughCache } from '../index';

const topic = new aws.sns.Topic('platform-alarms');

const echo = new EcrPullThroughCache('echo', {
  echoRegistryAccountId: '123456789012', // a placeholder: Echo tells its customers the real one
  alarmTopicArns: [topic.arn],
});

// a role that pulls, such as the execution role of an ECS service
const puller = new aws.iam.Role('web-execution', {
  assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: 'ecs-tasks.amazonaws.com' }),
});
new aws.iam.RolePolicyAttachment('web-execution', { role: puller.name, policyArn: echo.pullerPolicyArn });

export const image = echo.imagePrefix.apply(prefix => `${prefix}nginx:1.27`);
export const usage = echo.usageInstructions;
