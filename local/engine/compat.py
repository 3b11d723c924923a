"""Which ministack this engine fits: its version, and every name of it that is used or replaced.

Half of the names are private there, so that a release may drop one without a word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

MINISTACK = "1.5.33"

NAMES: Mapping[str, Sequence[str]] = {
    "ministack.app": ("app", "pin_request_origin"),
    "ministack.core.iam_actions": ("extract_resource_arn", "request_tag_context"),
    "ministack.core.iam_evaluator": (
        "AuthError", "EvalContext", "EvalResult", "PrincipalInfo", "_gather_role_policies",
        "_permissions_boundary", "_resolve_condition_key", "_resource_policy", "combine_resource_policy", "evaluate",
        "evaluate_resource_policy", "parse_policy_document", "pin_request_origin", "resolve_principal",
    ),
    "ministack.core.lambda_runtime": ("reset",),
    "ministack.core.responses": (
        "AccountRegionScopedDict", "error_response_json", "get_account_id", "get_region", "json_response",
        "new_uuid", "request_scope", "set_request_account_id", "set_request_region",
    ),
    "ministack.core.router": ("extract_access_key_id",),
    "ministack.services.cloudformation.provisioners": (
        "_REPLACING_PROPERTIES", "_RESOURCE_HANDLERS", "_cw_metric_alarm_record", "_physical_name",
    ),
    "ministack.services.cloudwatch": (
        "_alarms", "_calc_stats", "_composite_alarms", "_dims_key", "_dispatch_alarm_actions",
        "_evaluate_alarm", "_evaluate_all_alarms", "_evaluate_parent_alarms", "_metrics",
        "_put_composite_alarm", "_put_metric_alarm", "_record_history", "_stat_value",
        "cloudformation_set_metric_alarm_tags", "record_metric", "time",
    ),
    "ministack.services.cloudwatch_logs": (
        "_create_log_stream", "_log_group_policies", "_log_groups", "_put_log_events", "_resource_policies",
    ),
    "ministack.services.ecr": (
        "_create_repository", "_delete_repository", "_images", "_layer_blobs", "_manifest_blobs",
        "_parse_v2_path", "_put_image_tag_mutability", "_put_lifecycle_policy", "_repo_policies", "_repo_shape",
        "_repositories", "_select_registry_request_scope", "_set_repository_policy", "_uploads",
        "handle_registry_request", "handle_request", "repository_policy_for_arn", "reset", "time",
    ),
    "ministack.services.eventbridge": (
        "_apply_input_transformer", "_dispatch_event", "_invoke_target", "_matches_pattern_view",
        "_pattern_event_view", "_put_events", "_rules",
    ),
    "ministack.services.iam": ("_roles", "_users"),
    "ministack.services.lambda_svc": ("_get_func_record_for_ref",),
    "ministack.services.secretsmanager": ("_get_secret_value", "_resolve"),
    "ministack.services.sns": ("_topic_by_arn_any_scope",),
    "ministack.services.sqs": ("_queue_by_arn",),
}


class Incompatible(Exception):
    """A ministack that this engine doesn't fit."""


def check_version(*, any_version: bool = False) -> None:
    """Raises Incompatible unless the pinned ministack is installed; `any_version` lets another one try."""
    try:
        found = version("ministack")
    except PackageNotFoundError:
        raise Incompatible("ministack isn't installed: "
                           "pip install --require-hashes -r local/requirements.txt") from None
    if found != MINISTACK and not any_version:
        raise Incompatible(f"got ministack {found}, expected {MINISTACK}, whose private names are replaced here: "
                           "pip install --require-hashes -r local/requirements.txt, or try with --any-ministack")


def check_names(names: Mapping[str, Sequence[str]] = NAMES) -> None:
    """Raises Incompatible with all names that are gone. Imports ministack: its environment must be set before."""
    gone = []
    for module_name, attributes in names.items():
        try:
            module = import_module(module_name)
        except ImportError:
            gone.append(module_name)
            continue
        gone += [f"{module_name}.{name}" for name in attributes if not hasattr(module, name)]
    if gone:
        raise Incompatible(f"ministack {version('ministack')} lacks what this engine replaces or uses: "
                           f"{', '.join(gone)}")
