"""Alarms that look at dimensions, missing data and metric math; ministack's look at a metric's name alone.

CloudWatch User Guide, 'Configuring how CloudWatch alarms treat missing data', 'Using metric math'. The running period
counts, so that a test needn't wait for its end. As in the guide's tables, more periods are looked at than the alarm has,
and where some are missing the real values of all of them decide.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from engine.clock import Clock
from engine.mends.metric_math import Series, evaluate

Alarm = dict[str, Any]

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge, "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le, "LessThanThreshold": operator.lt,
}
_FURTHER_PERIODS = 2
_SINGLE = ("MetricName", "Namespace", "Period", "Statistic", "ExtendedStatistic", "Dimensions", "Unit")


def install(clock: Clock) -> None:
    put, record = cloudwatch._put_metric_alarm, provisioners._cw_metric_alarm_record

    def evaluate_alarm(alarm: Alarm) -> None:
        _evaluate(alarm, clock.now())

    def put_metric_alarm(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
        answer = put(params, data, is_cbor, is_json)
        if data and data.get("Metrics") and answer[0] < 400:
            _with_math(cloudwatch._alarms[data["AlarmName"]], data["Metrics"])
            evaluate_alarm(cloudwatch._alarms[data["AlarmName"]])
        return answer

    def alarm_record(name: str, properties: Any) -> Alarm:
        metrics = properties.get("Metrics")
        if not metrics:
            found: Alarm = record(name, properties)
            return found
        # ministack refuses metric math: it gets a stand-in, which the metrics then replace.
        plain = {**{k: v for k, v in properties.items() if k != "Metrics"}, "MetricName": "-", "Namespace": "-"}
        return _with_math(record(name, plain), metrics)

    cloudwatch._evaluate_alarm, cloudwatch._put_metric_alarm = evaluate_alarm, put_metric_alarm
    provisioners._cw_metric_alarm_record = alarm_record


def _with_math(alarm: Alarm, metrics: Any) -> Alarm:
    for name in _SINGLE:
        alarm.pop(name, None)
    alarm["Metrics"] = [_numbers(metric) for metric in metrics]
    return alarm


def _numbers(metric: Any) -> Any:
    """A template may give numbers and flags as text."""
    found = dict(metric)
    if "MetricStat" in found:
        found["MetricStat"] = {**found["MetricStat"], "Period": int(found["MetricStat"]["Period"])}
    if "ReturnData" in found:
        found["ReturnData"] = str(found["ReturnData"]).lower() == "true"
    return found


def _evaluate(alarm: Alarm, now: float) -> None:
    values = _values(alarm, now)
    if values is None:
        return
    state = _state(alarm, values)
    before = alarm["StateValue"]
    if state == before:
        return
    reason = (f"Threshold Crossed: datapoints {values}, newest first, {alarm['ComparisonOperator']} "
              f"{alarm.get('Threshold')}; missing data is {alarm.get('TreatMissingData', 'missing')}")
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(now))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _state(alarm: Alarm, values: Series) -> str:
    compare, treat = _COMPARE.get(alarm.get("ComparisonOperator") or ""), alarm.get("TreatMissingData") or "missing"
    if compare is None:
        raise ValueError(f"alarm {alarm['AlarmName']}: comparison not supported: {alarm.get('ComparisonOperator')}")
    threshold = float(alarm.get("Threshold") or 0)
    periods = int(alarm.get("EvaluationPeriods") or 1)
    real = [compare(value, threshold) for value in values if value is not None][:periods]
    return _judged(real, periods - len(real), int(alarm.get("DatapointsToAlarm") or periods), treat,
                   str(alarm["StateValue"]))


def _judged(real: list[bool], missing: int, needed: int, treat: str, before: str) -> str:
    """The state by what is real, newest first, and by how many more are wanted: the guide's two tables."""
    if not real:
        return {"breaching": "ALARM", "notBreaching": "OK", "ignore": before}.get(treat, "INSUFFICIENT_DATA")
    breaching = sum(real) + (missing if treat == "breaching" else 0)
    if breaching >= needed:
        return "ALARM"
    if missing and all(real) and treat in ("ignore", "missing"):
        return before if treat == "ignore" else "ALARM"
    return "OK"


def _values(alarm: Alarm, now: float) -> Series | None:
    """The datapoints of the evaluation range, newest first, None where there is none; None when it watches nothing."""
    periods = int(alarm.get("EvaluationPeriods") or 1) + _FURTHER_PERIODS
    if not alarm.get("Metrics"):
        if not alarm.get("Namespace") or not alarm.get("MetricName"):
            return None
        return series(alarm["Namespace"], alarm["MetricName"], alarm.get("Dimensions"), int(alarm.get("Period") or 60),
                      alarm.get("ExtendedStatistic") or alarm.get("Statistic") or "Average", periods, now)
    known: dict[str, Series] = {}
    expressions: dict[str, str] = {}
    watched = ""
    for metric in alarm["Metrics"]:
        watched = metric["Id"] if metric.get("ReturnData", True) else watched
        if "MetricStat" in metric:
            stat = metric["MetricStat"]
            known[metric["Id"]] = series(stat["Metric"]["Namespace"], stat["Metric"]["MetricName"],
                                         stat["Metric"].get("Dimensions"), int(stat["Period"]), stat["Stat"], periods,
                                         now)
        else:
            expressions[metric["Id"]] = metric["Expression"]
    return evaluate(watched, known, expressions, periods)


def series(namespace: str, name: str, dimensions: Any, period: int, statistic: str, count: int, now: float) -> Series:
    """The last periods of one metric with exactly these dimensions, newest first."""
    wanted = {d["Name"]: d["Value"] for d in dimensions or []}
    points = list(cloudwatch._metrics.get((namespace, name, cloudwatch._dims_key(wanted))) or [])
    found: Series = []
    for index in range(count):
        end = (math.floor(now / period) + 1 - index) * period
        within = [p for p in points if end - period <= p["Timestamp"] < end]
        found.append(cloudwatch._stat_value(cloudwatch._calc_stats(within), statistic, within) if within else None)
    return found
