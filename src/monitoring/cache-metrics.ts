import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';

/** The metrics of AWS that tell about a cache; their names and dimensions are written here and nowhere else. */
export class CacheMetrics {
  /**
   * How many events of an EventBridge rule matched: EventBridge User Guide, "Monitoring Amazon EventBridge".
   * `TriggeredRules` doesn't depend on whether the rule's targets take the event, as `Invocations` does.
   */
  public static matchedEvents(rule: events.IRule, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Events',
      metricName: 'TriggeredRules',
      dimensionsMap: { RuleName: rule.ruleName },
      statistic: cloudwatch.Stats.SUM,
      period: Duration.minutes(5),
      ...options,
    });
  }
}
