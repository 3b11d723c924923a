"""Account settings of ECR: stored and answered. The registry policy's scope is V2, of which there is no way back.

Amazon ECR API Reference, 'PutAccountSetting'.
"""

from __future__ import annotations

from engine.errors import invalid
from engine.scope import Json, ScopedStore

_VALUES = {
    "REGISTRY_POLICY_SCOPE": ("V2",), "BASIC_SCAN_TYPE_VERSION": ("AWS_NATIVE",),
    "BLOB_MOUNTING": ("DISABLED", "ENABLED"),
}


class AccountSettings:
    """The settings of every registry; the first value is the default."""

    def __init__(self) -> None:
        self._values: ScopedStore[str] = ScopedStore()

    def put(self, given: Json) -> Json:
        name, value = given["name"], given["value"]
        if value not in _VALUES.get(name, ()):
            raise invalid(f"Invalid parameter at '{'value' if name in _VALUES else 'name'}' failed to satisfy "
                          f"constraint: 'must be one of {list(_VALUES.get(name) or _VALUES)}'")
        self._values[name] = value
        return {"name": name, "value": value}

    def get(self, given: Json) -> Json:
        name = given["name"]
        if name not in _VALUES:
            raise invalid(f"Invalid parameter at 'name' failed to satisfy constraint: 'must be one of "
                          f"{list(_VALUES)}'")
        return {"name": name, "value": self._values.get(name, _VALUES[name][0])}

    def reset(self) -> None:
        self._values.clear_everywhere()
