"""Whether EventBridge can deliver to a target: whether it exists, and for a log group whether its policy allows it."""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import cloudwatch_logs, lambda_svc, sns, sqs

from engine.permissions import merged
from engine.scope import current
from engine.switches import Switches

_LOG_PRINCIPALS = ("events.amazonaws.com", "delivery.logs.amazonaws.com")
_LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")


def is_deliverable(target_arn: str, rule_arn: str, switches: Switches) -> bool:
    """Kinds of targets that aren't known here count as deliverable."""
    parts = target_arn.split(":", 5)
    if len(parts) < 6:
        return False
    service, region, account = parts[2:5]
    if service in ("lambda", "sqs", "sns", "logs") and (account, region) != (current().account, current().region):
        return False
    if service == "lambda":
        return bool(lambda_svc._get_func_record_for_ref(target_arn)[0])
    if service == "sqs":
        return sqs._queue_by_arn(target_arn) is not None
    if service == "sns":
        return sns._topic_by_arn_any_scope(target_arn) is not None
    return service != "logs" or may_log(target_arn, rule_arn, switches)


def log_group_of(target_arn: str) -> str:
    return target_arn.partition(":log-group:")[2].removesuffix(":*")


def may_log(target_arn: str, rule_arn: str, switches: Switches) -> bool:
    """Whether the group exists and an account's resource policy, or the group's own, lets EventBridge write to it."""
    group = log_group_of(target_arn)
    if group not in cloudwatch_logs._log_groups:
        return False
    own = cloudwatch_logs._log_group_policies.get(group)
    policies = [policy["policyDocument"] for policy in [*cloudwatch_logs._resource_policies.values(), own] if policy]
    arn = target_arn.removesuffix(":*") + ":*"
    source = {"aws:sourceaccount": current().account, "aws:sourcearn": rule_arn}
    keys = {action: source if switches.log_streams_see_source or action == "logs:PutLogEvents" else {}
            for action in _LOG_ACTIONS}
    return any(all(_allows(policies, principal, action, arn, keys[action]) for action in _LOG_ACTIONS)
               for principal in _LOG_PRINCIPALS)


def _allows(policies: list[Any], principal: str, action: str, arn: str, keys: dict[str, str]) -> bool:
    context = iam_evaluator.EvalContext(
        principal_arn=principal, principal_type="Service", principal_account=current().account, action=action,
        resource_arn=arn, region=current().region,
        service_context=keys)
    decision: str = iam_evaluator.evaluate_resource_policy(merged(policies), context, service=principal).decision
    return decision == "Allow"
