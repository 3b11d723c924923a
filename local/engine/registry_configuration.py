"""A registry's replication and scanning configuration: kept and described. Nothing is replicated or scanned.

Amazon ECR API Reference, 'PutReplicationConfiguration', 'PutRegistryScanningConfiguration'.
"""

from __future__ import annotations

from typing import Any

from engine.model import check
from engine.scope import Json, ScopedStore, current

_REPLICATION, _SCANNING = "replication", "scanning"
_NO_REPLICATION: Json = {"rules": []}
_BASIC: Json = {"scanType": "BASIC", "rules": []}


class RegistryConfigurations:
    """The configurations of every registry; each call is about the registry of the current request."""

    def __init__(self) -> None:
        self._kept: ScopedStore[Any] = ScopedStore()

    def put_replication(self, request: Json) -> Json:
        given = check("PutReplicationConfiguration", request)
        self._kept[_REPLICATION] = given["replicationConfiguration"]
        return given

    def describe_registry(self, request: Json) -> Json:
        return {"registryId": current().account,
                "replicationConfiguration": self._kept.get(_REPLICATION, _NO_REPLICATION)}

    def put_scanning(self, request: Json) -> Json:
        given = check("PutRegistryScanningConfiguration", request)
        self._kept[_SCANNING] = {**_BASIC, **given}
        return {"registryScanningConfiguration": self._kept[_SCANNING]}

    def get_scanning(self, request: Json) -> Json:
        return {"registryId": current().account, "scanningConfiguration": self._kept.get(_SCANNING, _BASIC)}

    def reset_replication(self) -> None:
        """Back to no replication, as the deletion of the CloudFormation resource leaves it."""
        self._kept.pop(_REPLICATION, None)

    def reset_scanning(self) -> None:
        """Back to basic scanning, as the deletion of the CloudFormation resource leaves it."""
        self._kept.pop(_SCANNING, None)

    def reset(self) -> None:
        self._kept.clear_everywhere()
