"""`Ref` of a secret is its ARN; ministack gives its name.

CloudFormation Template Reference, AWS::SecretsManager::Secret, 'Return values'.
"""

from __future__ import annotations

from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

TYPE = "AWS::SecretsManager::Secret"


def install() -> None:
    handlers = provisioners._RESOURCE_HANDLERS[TYPE]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def create_secret(logical_id: str, properties: Any, stack: str) -> tuple[str, Any]:
        _, attributes = create(logical_id, properties, stack)
        return attributes["Arn"], attributes

    def update_secret(physical_id: str, old: Any, new: Any, stack: str,
                      logical_id: str | None = None) -> tuple[str, Any]:
        _, attributes = update(_name(physical_id), old, new, stack, logical_id)
        return attributes["Arn"], attributes

    def delete_secret(physical_id: str, properties: Any) -> None:
        delete(_name(physical_id), properties)

    handlers.update(create=create_secret, update=update_secret, delete=delete_secret)


def _name(physical_id: str) -> str:
    _, secret = secretsmanager._resolve(physical_id)
    return str(secret["Name"]) if secret else physical_id
