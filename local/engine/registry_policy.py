"""The registry policy, of which an account has one per Region.

ECR User Guide, 'Private registry permissions in Amazon ECR'.
"""

from __future__ import annotations

from engine.errors import EcrError
from engine.model import check
from engine.policy_text import check_registry_policy
from engine.scope import Json, ScopedStore, current

_KEY = "policy"


class RegistryPolicies:
    """The policy of every registry; each call is about the registry of the current request."""

    def __init__(self) -> None:
        self._policies: ScopedStore[str] = ScopedStore()

    def text(self) -> str | None:
        return self._policies.get(_KEY)

    def put(self, request: Json) -> Json:
        text = check("PutRegistryPolicy", request)["policyText"]
        check_registry_policy(text)
        self._policies[_KEY] = text
        return self._described(text)

    def get(self, request: Json) -> Json:
        check("GetRegistryPolicy", request)
        return self._described(self._existing())

    def delete(self, request: Json) -> Json:
        check("DeleteRegistryPolicy", request)
        text = self._existing()
        del self._policies[_KEY]
        return self._described(text)

    def reset(self) -> None:
        self._policies.clear_everywhere()

    def _existing(self) -> str:
        text = self.text()
        if text is None:
            raise EcrError("RegistryPolicyNotFoundException",
                           f"Registry policy does not exist in the registry with id '{current().account}'")
        return text

    @staticmethod
    def _described(text: str) -> Json:
        return {"registryId": current().account, "policyText": text}
