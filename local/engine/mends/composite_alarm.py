"""AWS::CloudWatch::CompositeAlarm, which ministack's CloudFormation lacks although its CloudWatch has such alarms."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

TYPE = "AWS::CloudWatch::CompositeAlarm"


def install() -> None:
    provisioners._REPLACING_PROPERTIES[TYPE] = ("AlarmName",)
    provisioners._RESOURCE_HANDLERS[TYPE] = {"create": _create, "update": _update, "delete": _delete}


def _create(logical_id: str, properties: Any, stack: str) -> tuple[str, Any]:
    return _put(properties.get("AlarmName") or provisioners._physical_name(stack, logical_id, max_len=255), properties)


def _update(physical_id: str, old: Any, new: Any, stack: str) -> tuple[str, Any]:
    return _put(physical_id, new)


def _delete(physical_id: str, properties: Any) -> None:
    cloudwatch._composite_alarms.pop(physical_id, None)


def _put(name: str, properties: Any) -> tuple[str, Any]:
    known = {key: value for key, value in properties.items() if key != "Tags"}
    status, _, body = cloudwatch._put_composite_alarm({}, {**known, "AlarmName": name}, False, True)
    if status >= 400:
        raise ValueError(f"{TYPE}: {json.loads(body).get('message', body)}")
    cloudwatch.cloudformation_set_metric_alarm_tags(name, properties.get("Tags") or [])
    return name, {"Arn": cloudwatch._composite_alarms[name]["AlarmArn"]}
