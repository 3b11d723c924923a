"""Gaps of ministack outside ECR that a stack with a pull-through cache meets, one file each."""

from __future__ import annotations

from engine.clock import Clock
from engine.mends import (
    alarms,
    composite_alarm,
    event_metrics,
    events_to_logs,
    log_patterns,
    metric_filters,
    metric_namespace,
    principal_arn,
    secret_ref,
    secure_loopback,
    vpc_cidr,
)


def install(clock: Clock) -> None:
    """Applies every mend. Once per process."""
    secret_ref.install()
    vpc_cidr.install()
    alarms.install(clock)
    composite_alarm.install()
    log_patterns.install()
    metric_filters.install()
    events_to_logs.install()
    event_metrics.install()
    secure_loopback.install()
    principal_arn.install()
    metric_namespace.install()
