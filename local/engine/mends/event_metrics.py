"""The AWS/Events metrics of a rule: TriggeredRules, Invocations, FailedInvocations.

EventBridge User Guide, 'Monitoring Amazon EventBridge': all with the dimension RuleName, sent only when not zero.
"""

from __future__ import annotations

from typing import Any

from ministack.services import cloudwatch, eventbridge

from engine.mends.delivery import is_deliverable
from engine.switches import Switches


def install(switches: Switches) -> None:
    dispatch, invoke = eventbridge._dispatch_event, eventbridge._invoke_target

    def dispatch_event(event: Any, view: Any = None) -> Any:
        view = view or eventbridge._pattern_event_view(event)
        bus = event.get("EventBusName", "default")
        triggered = [rule for rule in eventbridge._rules.values() if _matches(rule, bus, view)]
        for rule in triggered:
            _count("TriggeredRules", rule)
        answer = dispatch(event, view)
        if triggered:
            cloudwatch._evaluate_all_alarms()
        return answer

    def invoke_target(target: Any, event: Any, rule: Any, view: Any = None) -> Any:
        deliverable = is_deliverable(target.get("Arn", ""), rule.get("Arn", ""), switches)
        _count("Invocations", rule)
        if not deliverable:
            _count("FailedInvocations", rule)
        return invoke(target, event, rule, view)

    eventbridge._dispatch_event, eventbridge._invoke_target = dispatch_event, invoke_target


def _matches(rule: Any, bus: str, view: Any) -> bool:
    return (rule.get("EventBusName", "default") == bus and rule.get("State") == "ENABLED"
            and bool(rule.get("EventPattern"))
            and bool(eventbridge._matches_pattern_view(rule["EventPattern"], view, f"rule {rule.get('Name')}")))


def _count(metric: str, rule: Any) -> None:
    if rule.get("EventBusName", "default") == "default":
        cloudwatch.record_metric("AWS/Events", metric, 1, "None", {"RuleName": rule["Name"]})
