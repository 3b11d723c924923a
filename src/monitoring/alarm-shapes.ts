import { Duration, Tokenization } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { checkWhole, evaluationOf } from './alarm-options';
import type { CountAlarmOptions, EvaluatedAlarmOptions, Evaluation } from './alarm-options';

/*
 * How alarms look at metrics. CloudWatch lets the real values of a longer time decide where some are missing (User Guide, "Configuring how
 * CloudWatch alarms treat missing data"), which would make a metric that comes seldom, or not at all any more, mean something else:
 * FILL gives each period a value.
 */

/**
 * Something that comes as events, and shouldn't keep coming: in three quarters of an hour out of sixteen. Failures within a quarter of an
 * hour are one thing that went wrong and doesn't fire, those of an hour and more, or that come every ten to eighty minutes, fire once and stay.
 */
export const RECURRING: Evaluation = { period: Duration.minutes(15), evaluationPeriods: 16, datapointsToAlarm: 3 };

/** Something that comes as events, of which each is one too many: it fires with the first, and is over when none came for four hours. */
export const ONCE: Evaluation = { period: Duration.minutes(15), evaluationPeriods: 16, datapointsToAlarm: 1 };

/** What a run found, as it is after the run. */
export function afterARun(intervalSeconds: number): Evaluation {
  return { period: Duration.seconds(intervalSeconds), evaluationPeriods: 1, datapointsToAlarm: 1 };
}

/** What an alarm on the figure of a run looks at. */
export function afterRuns(name: string, metric: cloudwatch.Metric, options: EvaluatedAlarmOptions): Looked {
  const evaluation = evaluationOf(name, afterARun(metric.period.toSeconds()), options);
  return { metric: metric.with({ period: evaluation.period }), evaluation };
}

/** When an alarm that counts fires. */
export function atLeast(name: string, { threshold = 1 }: CountAlarmOptions) {
  checkWhole(`threshold of the alarm ${name}`, threshold);
  return { comparison: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD, threshold };
}

/** A metric, and how it is looked at. */
interface Looked {
  readonly metric: cloudwatch.IMetric;
  readonly evaluation: Evaluation;
}

/** Events by the period, 0 for a period without. */
export function filled(metric: cloudwatch.Metric, { period }: Evaluation): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    expression: 'FILL(events, 0)', usingMetrics: { events: metric.with({ period }) }, period, label: metric.metricName,
  });
}

/**
 * Runs that don't come, by short periods, so that the alarm fires a little after the last run that it waits for was due, and not only when a
 * whole period was without one: the periods of CloudWatch begin where they will.
 */
export function absence(name: string, metric: cloudwatch.Metric, missed: number): Looked {
  const interval = metric.period.toSeconds();
  const seconds = Math.max(60, Math.floor(interval / 240) * 60);
  const evaluationPeriods = Math.ceil(missed * interval / seconds) + 1;
  const own = { period: Duration.seconds(seconds), evaluationPeriods, datapointsToAlarm: evaluationPeriods };
  const evaluation = evaluationOf(name, own, {});
  const runs = metric.with({ statistic: cloudwatch.Stats.SAMPLE_COUNT, period: own.period });
  return {
    metric: new cloudwatch.MathExpression({ expression: 'FILL(runs, 0)', usingMetrics: { runs }, period: own.period, label: 'runs' }),
    evaluation,
  };
}

/** The rate of times with enough pulls, and a good one of others. */
export function rateOfEnough(rate: cloudwatch.Metric, pulls: cloudwatch.Metric, minimum: number, { period }: Evaluation): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    expression: `IF(pulls >= ${Tokenization.stringifyNumber(minimum)}, rate, 1)`,
    usingMetrics: { pulls: pulls.with({ period }), rate: rate.with({ period }) },
    period,
    label: rate.metricName,
  });
}

/** The larger of two shares of a quota in a period. */
export function shareOfQuotas(
  calls: cloudwatch.Metric, callsPerSecond: number, layers: cloudwatch.Metric, layersPerSecond: number, { period }: Evaluation): cloudwatch.IMetric {
  const inAPeriod = (perSecond: number) => `(${Tokenization.stringifyNumber(perSecond)} * ${period.toSeconds()})`;
  return new cloudwatch.MathExpression({
    expression: `MAX([FILL(calls, 0) / ${inAPeriod(callsPerSecond)}, FILL(layers, 0) / ${inAPeriod(layersPerSecond)}])`,
    usingMetrics: { calls: calls.with({ period }), layers: layers.with({ period }) },
    period,
    label: 'share of the quota',
  });
}
