"""Metric filters that write metrics; ministack only stores them.

CloudWatch Logs User Guide, 'Creating metrics from log events using filters'.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import cloudwatch, cloudwatch_logs

from engine.mends.log_patterns import compile_pattern, select


def install() -> None:
    fan_out, put = cloudwatch_logs._fanout_to_subscription_filters, cloudwatch_logs._put_metric_filter

    def after_ingestion(group: str, stream: str, events: Any) -> None:
        fan_out(group, stream, events)
        _write(group, [str(event.get("message", "")) for event in events])

    def put_metric_filter(request: Any) -> Any:
        try:
            compile_pattern(request.get("filterPattern", ""))
        except ValueError as problem:
            return error_response_json("InvalidParameterException", str(problem), 400)
        return put(request)

    cloudwatch_logs._fanout_to_subscription_filters = after_ingestion
    cloudwatch_logs._put_metric_filter = put_metric_filter


def _write(group: str, messages: list[str]) -> None:
    wrote = False
    for (filtered, _), found in cloudwatch_logs._metric_filters.items():
        if filtered != group:
            continue
        matches = compile_pattern(found.get("filterPattern", ""))
        matching = [message for message in messages if matches(message)]
        for transformation in found["metricTransformations"]:
            for message in matching:
                wrote = _write_one(transformation, message) or wrote
            default = transformation.get("defaultValue")
            if messages and not matching and default is not None and not transformation.get("dimensions"):
                wrote = _record(transformation, float(default), {}) or wrote
    if wrote:
        cloudwatch._evaluate_all_alarms()


def _write_one(transformation: Any, message: str) -> bool:
    """Writes one datapoint; nothing when a value or dimension isn't in the message."""
    try:
        document: Any = json.loads(message)
    except ValueError:
        document = {}
    value, dimensions = transformation["metricValue"], {}
    if str(value).startswith("$"):
        found = select(document, value)
        if not found or isinstance(found[0], bool) or not _is_number(found[0]):
            return False
        value = found[0]
    for name, selector in (transformation.get("dimensions") or {}).items():
        found = select(document, selector)
        if not found or isinstance(found[0], (dict, list)):
            return False
        dimensions[name] = str(found[0])
    return _record(transformation, float(value), dimensions)


def _record(transformation: Any, value: float, dimensions: dict[str, str]) -> bool:
    cloudwatch.record_metric(transformation["metricNamespace"], transformation["metricName"], value,
                             transformation.get("unit", "None"), dimensions)
    return True


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True
