"""ministack's check of API calls, told what it doesn't know of ECR: registryId, resourceArn and the registry policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from engine.permissions import merged
from engine.registry_policy import RegistryPolicies
from engine.scope import Registry, within


def resource_arn_of(extract: Callable[..., str]) -> Callable[..., str]:
    """ministack's ARN of a request's resource, with the ECR requests that name another registry or a whole ARN."""
    def extract_resource_arn(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> str:
        if service != "ecr":
            return extract(service, method, path, headers, body, *rest)
        _, region, account = rest
        given = _body(body)
        if given.get("resourceArn"):
            return str(given["resourceArn"])
        registry = Registry(str(given.get("registryId") or account), region)
        if given.get("repositoryName"):
            return registry.repository_arn(str(given["repositoryName"]))
        # A list of repositories has them for its resource, and any of them when it names none or several.
        if str(headers.get("x-amz-target", "")).endswith(".DescribeRepositories"):
            names = given.get("repositoryNames") or []
            return registry.repository_arn(str(names[0]) if len(names) == 1 else "*")
        return "*"
    return extract_resource_arn


def resource_policy_of(policies: RegistryPolicies, repository_policy: Callable[[str], str | None],
                       ) -> Callable[[str], tuple[Any, str] | None]:
    """The policies that hang on a repository's ARN, and its owner: the repository's own and the registry's."""
    def repository_policy_for_arn(arn: str) -> tuple[Any, str] | None:
        parts = arn.split(":", 5)
        if len(parts) < 6 or not parts[5].startswith("repository/"):
            return None
        with within(Registry(parts[4], parts[3])):
            document = merged([repository_policy(parts[5].removeprefix("repository/")), policies.text()])
        return document or "", parts[4]
    return repository_policy_for_arn


def _body(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}
