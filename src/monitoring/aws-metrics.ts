import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';

/** The metrics of AWS that tell about a cache; their names and dimensions are written here and nowhere else. */
export class AwsMetrics {
  /**
   * How many events of an EventBridge rule matched: EventBridge User Guide, "Monitoring Amazon EventBridge".
   * `TriggeredRules` doesn't depend on whether the rule's targets take the event, as `Invocations` does.
   */
  public static matchedEvents(rule: events.IRule, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return AwsMetrics.ofRule('TriggeredRules', rule, options);
  }

  /** How many events of an EventBridge rule its targets did not take, after all retries: same page. */
  public static failedDeliveries(rule: events.IRule, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return AwsMetrics.ofRule('FailedInvocations', rule, options);
  }

  /** How often an action of ECR's API was called in the account and Region: ECR User Guide, "Amazon ECR usage metrics". */
  public static calls(action: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Usage',
      metricName: 'CallCount',
      dimensionsMap: { Service: 'ECR', Type: 'API', Resource: action, Class: 'None' },
      statistic: cloudwatch.Stats.SUM,
      period: Duration.minutes(1),
      ...options,
    });
  }

  private static ofRule(metricName: string, rule: events.IRule, options: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/Events',
      metricName,
      dimensionsMap: { RuleName: rule.ruleName },
      statistic: cloudwatch.Stats.SUM,
      period: Duration.minutes(5),
      ...options,
    });
  }
}
