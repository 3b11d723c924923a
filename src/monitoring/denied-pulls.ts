import type * as events from 'aws-cdk-lib/aws-events';

/**
 * Lets a rule receive read-only events of CloudTrail, such as pulls: EventBridge User Guide, "Read-only management events from
 * AWS services". aws-cdk's L2 knows enabled and disabled only.
 */
export function receiveReadOnlyEvents(rule: events.Rule): void {
  (rule.node.defaultChild as events.CfnRule).state = 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
}
