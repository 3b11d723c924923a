import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { ofWatcher } from './alarm-definition';
import type { Definition, Source, Watcher } from './alarm-definition';
import { AlarmSeverity, checkAlarmOptions, checkWhole, COUNT_OPTIONS, evaluationOf, MISSING_RUNS_OPTIONS } from './alarm-options';
import type { CountAlarmOptions, MissingRunsAlarmOptions } from './alarm-options';
import { absence, afterRuns, atLeast, filled } from './alarm-shapes';
import type { CacheMetrics } from './cache-metrics';

/** What the alarms of a kind have of their own. */
type Own<T extends keyof Definition> = Pick<Definition, 'id' | 'trouble' | T>;

type EventSource = (...parameters: Parameters<Definition['source']>) => Source & { readonly metric: cloudwatch.Metric };

/** Fires after a run of a scheduled function that found enough of something. */
export function onRuns(
  name: string, watcher: Watcher, options: CountAlarmOptions, own: Own<'severity' | 'applies'>, read: (metrics: CacheMetrics) => cloudwatch.Metric,
): Definition {
  checkAlarmOptions(name, options, COUNT_OPTIONS);
  return {
    ...own,
    severity: options.severity ?? own.severity,
    runbookUrl: options.runbookUrl,
    source: ofWatcher(watcher, metrics => afterRuns(name, read(metrics), options)),
    ...atLeast(name, options),
    // a watcher that doesn't run is what statisticsMissing() and probeMissing() are for
    missingData: cloudwatch.TreatMissingData.IGNORE,
  };
}

/** Fires when runs of a scheduled function don't come. */
export function onMissingRuns(
  name: string, watcher: Watcher, options: MissingRunsAlarmOptions, own: Own<'watched'>, read: (metrics: CacheMetrics) => cloudwatch.Metric,
): Definition {
  checkAlarmOptions(name, options, MISSING_RUNS_OPTIONS);
  const { missedRuns = 2 } = options;
  checkWhole('missedRuns', missedRuns);
  return {
    ...own,
    severity: options.severity ?? AlarmSeverity.TICKET,
    runbookUrl: options.runbookUrl,
    source: ofWatcher(watcher, metrics => absence(name, read(metrics), missedRuns)),
    comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
    threshold: 1,
    // each period has a value, by the expression; should CloudWatch have none at all, that is what the alarm waits for
    missingData: cloudwatch.TreatMissingData.BREACHING,
  };
}

/** Fires when something comes as events. */
export function onEvents(
  name: string, options: CountAlarmOptions, own: Own<'severity'> & { readonly source: EventSource }): Definition {
  checkAlarmOptions(name, options, COUNT_OPTIONS);
  return {
    ...own,
    severity: options.severity ?? own.severity,
    runbookUrl: options.runbookUrl,
    source: (scope, rule, watch) => {
      const found = own.source(scope, rule, watch);
      const evaluation = evaluationOf(name, found.evaluation, options);
      return { ...found, evaluation, metric: filled(found.metric, evaluation) };
    },
    ...atLeast(name, options),
    // EventBridge sends data when something happens only, and each period gets its value by the expression
    missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
  };
}
