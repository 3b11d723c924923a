"""Input checked by botocore's own model of ECR, so that no pattern, enum or length is invented here."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import botocore.loaders

from engine.errors import EcrError, invalid
from engine.scope import Json

_SCALARS: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "long": int, "boolean": bool, "timestamp": (int, float, str), "blob": (str, bytes),
}


@cache
def _shapes() -> Json:
    shapes: Json = botocore.loaders.Loader().load_service_model("ecr", "service-2")["shapes"]
    return shapes


def check(operation: str, given: Json) -> Json:
    """The input without its absent (None) members. EcrError when ECR's model of the operation refuses it."""
    present = {name: value for name, value in given.items() if value is not None}
    _check(f"{operation}Request", present, "")
    return present


def members(shape: str) -> list[str]:
    """The names of a structure's members."""
    return list(_shapes()[shape]["members"])


def _check(shape_name: str, value: Any, path: str) -> None:
    shape = _shapes()[shape_name]
    kind = shape["type"]
    if kind == "structure":
        _check_structure(shape, value, path)
    elif kind == "list":
        _expect(isinstance(value, list), path, f"expected a list, got {type(value).__name__}")
        _check_range(shape, len(value), path, "Member must have length")
        for index, item in enumerate(value):
            _check(shape["member"]["shape"], item, f"{path}.{index + 1}.member")
    elif kind == "map":
        _expect(isinstance(value, dict), path, f"expected a map, got {type(value).__name__}")
    else:
        _check_scalar(shape, kind, value, path)


def _check_structure(shape: Json, value: Any, path: str) -> None:
    _expect(isinstance(value, dict), path, f"expected a structure, got {type(value).__name__}")
    for name in shape.get("required", []):
        if value.get(name) in (None, ""):
            raise invalid(f"Missing required parameter: {_join(path, name)}")
    for name, item in value.items():
        if name not in shape["members"]:
            raise EcrError("ValidationException", f"Unknown parameter: {_join(path, name)}, must be one of "
                                                  f"{', '.join(sorted(shape['members']))}")
        if item is not None:
            _check(shape["members"][name]["shape"], item, _join(path, name))


def _check_scalar(shape: Json, kind: str, value: Any, path: str) -> None:
    expected = _SCALARS.get(kind, object)
    is_flag = isinstance(value, bool)
    _expect(isinstance(value, expected) and (kind == "boolean" or not is_flag), path,
            f"expected a {kind}, got {type(value).__name__}")
    if kind in ("integer", "long"):
        _check_range(shape, value, path, "Member must have value")
    if not isinstance(value, str) or kind != "string":
        return
    if "enum" in shape:
        _expect(value in shape["enum"], path, f"Member must satisfy enum value set: {shape['enum']}")
    _check_range(shape, len(value), path, "Member must have length")
    if "pattern" in shape:
        _expect(re.fullmatch(shape["pattern"], value) is not None, path,
                f"must satisfy regular expression '{shape['pattern']}'")


def _check_range(shape: Json, size: int, path: str, what: str) -> None:
    least, most = shape.get("min"), shape.get("max")
    _expect(least is None or size >= least, path, f"{what} greater than or equal to {least}")
    _expect(most is None or size <= most, path, f"{what} less than or equal to {most}")


def _expect(holds: bool, path: str, constraint: str) -> None:
    if not holds:
        raise invalid(f"Invalid parameter at '{path}' failed to satisfy constraint: '{constraint}'")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
