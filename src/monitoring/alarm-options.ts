import { Duration, Token } from 'aws-cdk-lib';
import type { Size } from 'aws-cdk-lib';
import { checkOptions, kindOf } from '../private/access';
import { InvalidInputError } from '../private/errors';
import { checkDuration, checkMember } from '../private/given';

/** Who is to hear of an alarm. */
export enum AlarmSeverity {
  /** Somebody in working hours: `alarmActions` only. */
  TICKET = 'TICKET',

  /** Somebody now: `pageActions`, too. */
  PAGE = 'PAGE',
}

/** Options of every alarm. */
export interface CacheAlarmOptions {
  /**
   * Who is to hear of it.
   *
   * @default - AlarmSeverity.PAGE where images can't be pulled, or soon can't be, AlarmSeverity.TICKET elsewhere: the monitoring guide lists them
   */
  readonly severity?: AlarmSeverity;

  /**
   * The address of a runbook, which becomes the end of the alarm's description.
   *
   * @default - that of the construct that makes the alarm, or else none
   */
  readonly runbookUrl?: string;
}

/** Options of an alarm that looks at periods. */
export interface EvaluatedAlarmOptions extends CacheAlarmOptions {
  /**
   * How long a period is: whole minutes, up to a day.
   *
   * @default - the alarm's own: the monitoring guide lists them
   */
  readonly period?: Duration;

  /**
   * How many periods the alarm looks at. All together they are at most a day, or seven days with periods of an hour or more.
   *
   * @default - the alarm's own
   */
  readonly evaluationPeriods?: number;

  /**
   * In how many of the periods the threshold has to be crossed.
   *
   * @default - the alarm's own, or all of `evaluationPeriods` when those are given
   */
  readonly datapointsToAlarm?: number;
}

/** Options of an alarm that counts. */
export interface CountAlarmOptions extends EvaluatedAlarmOptions {
  /**
   * How many it takes in a period.
   *
   * @default 1
   */
  readonly threshold?: number;
}

/** Options of an alarm on the hit rate. */
export interface HitRateAlarmOptions extends EvaluatedAlarmOptions {
  /**
   * How many pulls it takes, between two counts, for the rate to say something. A time with fewer pulls counts as good.
   *
   * @default 20
   */
  readonly minimumPulls?: number;
}

/** Options of an alarm on runs that don't come. */
export interface MissingRunsAlarmOptions extends CacheAlarmOptions {
  /**
   * How many runs in a row it takes.
   *
   * @default 2
   */
  readonly missedRuns?: number;
}

/** When pulls count as near the quota. */
export interface CallsNearQuotaOptions extends EvaluatedAlarmOptions {
  /**
   * The account's quota of `BatchGetImage` requests per second in the Region.
   *
   * @default 2000, the default quota of ECR
   */
  readonly callsPerSecond?: number;

  /**
   * The account's quota of `GetDownloadUrlForLayer` requests per second in the Region.
   *
   * @default 3000, the default quota of ECR
   */
  readonly layersPerSecond?: number;

  /**
   * The share of a quota at which the alarm fires, above 0 and up to 1: of what the quota lets through in a minute.
   *
   * @default 0.4, since calls come in bursts: at that share, those of 24 seconds a minute are at the quota
   */
  readonly share?: number;
}

/** How an alarm looks at its metric. */
export interface Evaluation {
  readonly period: Duration;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
}

const COMMON = { severity: 0, runbookUrl: 0 } satisfies Record<keyof CacheAlarmOptions, 0>;
const EVALUATED = { ...COMMON, period: 0, evaluationPeriods: 0, datapointsToAlarm: 0 } satisfies Record<keyof EvaluatedAlarmOptions, 0>;

/* Each option once: a `Record` that lacks one does not compile. */
export const EVALUATED_OPTIONS = Object.keys(EVALUATED);
export const COUNT_OPTIONS = Object.keys({ ...EVALUATED, threshold: 0 } satisfies Record<keyof CountAlarmOptions, 0>);
export const HIT_RATE_OPTIONS = Object.keys({ ...EVALUATED, minimumPulls: 0 } satisfies Record<keyof HitRateAlarmOptions, 0>);
export const MISSING_RUNS_OPTIONS = Object.keys({ ...COMMON, missedRuns: 0 } satisfies Record<keyof MissingRunsAlarmOptions, 0>);
export const QUOTA_OPTIONS = Object.keys({
  ...EVALUATED, callsPerSecond: 0, layersPerSecond: 0, share: 0,
} satisfies Record<keyof CallsNearQuotaOptions, 0>);

/** Refuses options that an alarm hasn't, and values that CloudWatch would refuse. */
export function checkAlarmOptions(name: string, options: EvaluatedAlarmOptions, known: readonly string[]): void {
  checkOptions(`the alarm ${name}`, options, known);
  checkMember('severity', options.severity, AlarmSeverity, 'AlarmSeverity');
  checkDuration('period', options.period);
  if (options.runbookUrl !== undefined && (typeof options.runbookUrl !== 'string' || options.runbookUrl === '')) {
    throw new InvalidInputError({
      got: `${kindOf(options.runbookUrl)} as runbookUrl`, expected: 'the address of a page', fix: 'write it out, or leave runbookUrl out',
    });
  }
}

/** An alarm's own evaluation with what its options say, within what `PutMetricAlarm` of the CloudWatch API Reference takes. */
export function evaluationOf(name: string, own: Evaluation, options: EvaluatedAlarmOptions): Evaluation {
  const { period = own.period, evaluationPeriods = own.evaluationPeriods } = options;
  const datapointsToAlarm = options.datapointsToAlarm ?? (options.evaluationPeriods === undefined ? own.datapointsToAlarm : evaluationPeriods);
  checkWhole(`evaluationPeriods of the alarm ${name}`, evaluationPeriods);
  checkWhole(`datapointsToAlarm of the alarm ${name}`, datapointsToAlarm);
  if (datapointsToAlarm > evaluationPeriods) {
    throw new InvalidInputError({
      got: `${datapointsToAlarm} datapoints of ${evaluationPeriods} periods for the alarm ${name}`,
      expected: 'no more datapoints than periods',
      fix: 'raise evaluationPeriods, or lower datapointsToAlarm',
    });
  }
  if (!period.isUnresolved()) {
    checkTimes(name, period.toSeconds(), evaluationPeriods);
  }
  return { period, evaluationPeriods, datapointsToAlarm };
}

function checkTimes(name: string, seconds: number, periods: number): void {
  if (seconds % 60 !== 0 || seconds < 60 || seconds > 86_400) {
    throw new InvalidInputError({
      got: `a period of ${seconds} seconds for the alarm ${name}`, expected: 'whole minutes, up to a day', fix: 'round it',
    });
  }
  const longest = seconds < 3600 ? 86_400 : 604_800;
  if (seconds * periods > longest) {
    throw new InvalidInputError({
      got: `${periods} periods of ${seconds} seconds for the alarm ${name}`,
      expected: `at most ${longest / 3600} hours together, which is what CloudWatch looks back${seconds < 3600 ? ' in periods of less than an hour' : ''}`,
      fix: 'lower evaluationPeriods, or period',
    });
  }
}

/** Refuses what is no number from 1 on, without a fraction. */
export function checkWhole(name: string, value: number): void {
  if (!Token.isUnresolved(value) && !(Number.isInteger(value) && value >= 1)) {
    throw new InvalidInputError({ got: `${kindOf(value)} as ${name}`, expected: 'a whole number from 1 on', fix: 'write how many' });
  }
}

/** Refuses what is no share of something. */
export function checkShare(name: string, share: number): void {
  if (!Token.isUnresolved(share) && !(share > 0 && share <= 1)) {
    throw new InvalidInputError({
      got: `the ${name} ${share}`,
      expected: 'a number above 0 and up to 1',
      fix: share > 1 && share <= 100 ? `write ${share / 100} for ${share} percent` : 'write 0.8 for 80 percent',
    });
  }
}

/** Refuses what is no size, such as a number. */
export function checkSize(name: string, size: Size): void {
  if (typeof (size as Partial<Size> | undefined)?.toBytes !== 'function') {
    throw new InvalidInputError({ got: `${kindOf(size)} as ${name}`, expected: 'a Size of aws-cdk', fix: 'write it such as Size.gibibytes(500)' });
  }
}

/** Refuses a quota that is no rate. */
export function checkRate(action: string, callsPerSecond: number): void {
  if (!Token.isUnresolved(callsPerSecond) && !(callsPerSecond > 0)) {
    throw new InvalidInputError({
      got: `a quota of ${callsPerSecond} calls per second`,
      expected: 'a number above 0',
      fix: `write the rate of ${action} requests that Service Quotas shows`,
    });
  }
}
