"""Between a template's properties and ECR's requests: names, unknown and missing properties, errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.errors import EcrError
from engine.scope import Json

_RENAMED = {"ImageTagMutabilityExclusionFilterType": "filterType", "ImageTagMutabilityExclusionFilterValue": "filter"}


def request(resource_type: str, properties: Json, known: tuple[str, ...], required: tuple[str, ...]) -> Json:
    """The API's request of a resource's properties. ValueError for one that the resource type doesn't have."""
    unknown = sorted(set(properties) - set(known))
    if unknown:
        raise ValueError(f"Properties validation failed for resource of type {resource_type} with message: "
                         f"#: extraneous key [{', '.join(unknown)}] is not permitted")
    missing = [name for name in required if properties.get(name) in (None, "")]
    if missing:
        raise ValueError(f"Properties validation failed for resource of type {resource_type} with message: "
                         f"#: required key [{', '.join(missing)}] not found")
    return {_lower(name): value if name == "ResourceTags" else _renamed(value) for name, value in properties.items()}


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {_RENAMED.get(name, _lower(name)): _renamed(item) for name, item in value.items()}
    return [_renamed(item) for item in value] if isinstance(value, list) else value


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def handled(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except EcrError as problem:
        raise problem.for_cloudformation() from problem


def gone(work: Callable[[], Any], missing: str) -> None:
    """A delete, for which a resource that is gone already is as good as deleted."""
    try:
        work()
    except EcrError as problem:
        if problem.code != missing:
            raise problem.for_cloudformation() from problem
