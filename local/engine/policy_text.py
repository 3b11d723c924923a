"""Resource policies as ECR takes them: JSON, complete statements, and principals that exist."""

from __future__ import annotations

import json
import re
from typing import Any

from ministack.services import iam

from engine.errors import EcrError, invalid
from engine.scope import Json

_IDENTITY = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):(role|user)/(?:.*/)?([^/]+)")
_ACCOUNT = re.compile(r"\d{12}|arn:aws[a-z-]*:iam::\d{12}:root")


def check_registry_policy(text: str) -> None:
    """EcrError unless the text is a registry policy; each statement names its resources."""
    for statement in _statements(text, "policyText"):
        _complete(statement, "policyText", ("Effect", "Principal", "Action", "Resource"))


def check_repository_policy(text: str, parameter: str = "policyText") -> None:
    """EcrError unless the text is a repository policy; its statements are about the repository they hang on."""
    for statement in _statements(text, parameter):
        _complete(statement, parameter, ("Effect", "Principal", "Action"))


def _statements(text: str, parameter: str) -> list[Json]:
    try:
        document: Any = json.loads(text)
    except ValueError:
        document = None
    statements = document.get("Statement") if isinstance(document, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements or not all(isinstance(s, dict) for s in statements):
        raise _refused(parameter, "a policy document with at least one statement")
    return statements


def _complete(statement: Json, parameter: str, members: tuple[str, ...]) -> None:
    missing = [m for m in members if m not in statement and f"Not{m}" not in statement]
    if missing:
        raise _refused(parameter, f"the statement '{statement.get('Sid', '')}' lacks {', '.join(missing)}")
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    for one in [named] if isinstance(named, str) else named or []:
        if not _exists(one):
            raise EcrError("InvalidParameterException",
                           f"Invalid parameter at '{parameter}' failed to satisfy constraint: 'Principal not found: "
                           f"{one}'")


def _exists(principal: str) -> bool:
    if principal == "*" or _ACCOUNT.fullmatch(principal):
        return True
    found = _IDENTITY.fullmatch(principal)
    if not found:
        return ":assumed-role/" in principal
    store = iam._roles if found[2] == "role" else iam._users
    return store.get_scoped(found[1], None, found[3]) is not None


def _refused(parameter: str, why: str) -> EcrError:
    return invalid(f"Invalid parameter at '{parameter}' failed to satisfy constraint: "
                   f"'Invalid registry or repository policy provided: {why}'")
