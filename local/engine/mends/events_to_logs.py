"""EventBridge rules whose target is a log group, which ministack drops.

EventBridge User Guide, 'Amazon CloudWatch Logs as a target'.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

from ministack.core.responses import new_uuid
from ministack.services import cloudwatch_logs, eventbridge

from engine.mends.delivery import log_group_of, may_log
from engine.switches import Switches

log = logging.getLogger("engine.events_to_logs")


def install(switches: Switches) -> None:
    invoke = eventbridge._invoke_target

    def invoke_target(target: Any, event: Any, rule: Any, view: Any = None) -> Any:
        arn = target.get("Arn", "")
        if not arn.startswith("arn:aws:logs:"):
            return invoke(target, event, rule, view)
        if not may_log(arn, rule.get("Arn", ""), switches):
            log.warning("rule %s can't write to %s: no such group, or no policy allows it", rule.get("Name"), arn)
            return None
        view = view or eventbridge._pattern_event_view(event)
        group, stream = log_group_of(arn), new_uuid()
        cloudwatch_logs._create_log_stream({"logGroupName": group, "logStreamName": stream})
        cloudwatch_logs._put_log_events({"logGroupName": group, "logStreamName": stream, "logEvents": [
            {"timestamp": int(time.time() * 1000), "message": _message(target, rule, view)}]})
        return None

    eventbridge._invoke_target = invoke_target


def _message(target: Any, rule: Any, view: Any) -> str:
    if target.get("InputTransformer"):
        return str(eventbridge._apply_input_transformer(target["InputTransformer"], rule, view))
    return str(target["Input"]) if target.get("Input") else json.dumps(view.event_with_detail())
