"""Gaps of ministack outside ECR that a stack with a pull-through cache meets, one file each."""

from __future__ import annotations

from engine.clock import Clock
from engine.mends import (
    alarms,
    composite_alarm,
    event_metrics,
    events_to_logs,
    metric_namespace,
    principal_arn,
    secret_ref,
    secure_loopback,
)
from engine.switches import Switches


def install(clock: Clock, switches: Switches) -> None:
    """Applies every mend. Once per process."""
    secret_ref.install()
    alarms.install(clock)
    composite_alarm.install()
    events_to_logs.install(switches)
    event_metrics.install(switches)
    secure_loopback.install()
    principal_arn.install()
    metric_namespace.install()
