"""aws:PrincipalArn of a role's session is the ARN of the role: IAM User Guide, 'AWS global condition context keys'."""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam


def install() -> None:
    resolve = iam_evaluator._resolve_condition_key

    def _resolve_condition_key(key: str, context: Any) -> Any:
        if key.lower() == "aws:principalarn" and context.principal_type == "AssumedRole":
            role = iam._roles.get_scoped(context.principal_account, None, context.principal_arn.split("/")[1])
            if isinstance(role, dict):
                return role["Arn"]
        return resolve(key, context)

    iam_evaluator._resolve_condition_key = _resolve_condition_key
