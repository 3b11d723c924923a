"""How a repository comes into being on a first pull: as the template says, by the role that it names."""

from __future__ import annotations

from ministack.core import iam_evaluator
from ministack.services import ecr

from engine.errors import EcrError
from engine.permissions import Permissions, Principal
from engine.repositories import date_exactly
from engine.roles import TEMPLATE_SERVICE, ServiceRoles
from engine.scope import Json, current
from engine.templates import Templates

_KMS_ACTIONS = ("kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey")


class Births:
    """Creates the repositories of a cache."""

    def __init__(self, templates: Templates, roles: ServiceRoles, permissions: Permissions) -> None:
        self._templates = templates
        self._roles = roles
        self._permissions = permissions

    def tags_of(self, name: str) -> list[Json]:
        """The tags that the repository would be born with."""
        return list((self._templates.for_repository(name) or {}).get("resourceTags") or [])

    def create(self, name: str) -> None:
        """Creates the repository. EcrError when the role may not: pullers see it as not found."""
        template = self._templates.for_repository(name) or {}
        self._expect_role_may(name, template)
        status, _, body = ecr._create_repository({
            "repositoryName": name, "tags": list(template.get("resourceTags") or []),
            "imageTagMutability": template.get("imageTagMutability", "MUTABLE"),
            "encryptionConfiguration": template.get("encryptionConfiguration") or {"encryptionType": "AES256"},
        })
        if status != 200:
            raise EcrError("ServerException", f"the repository '{name}' could not be created: {body!r}")
        date_exactly(ecr._repositories[name])
        if template.get("imageTagMutabilityExclusionFilters"):
            ecr._repositories[name]["imageTagMutabilityExclusionFilters"] = template[
                "imageTagMutabilityExclusionFilters"]
        if template.get("lifecyclePolicy"):
            ecr._put_lifecycle_policy({"repositoryName": name, "lifecyclePolicyText": template["lifecyclePolicy"]})
        if template.get("repositoryPolicy"):
            ecr._set_repository_policy({"repositoryName": name, "policyText": template["repositoryPolicy"]})

    def _expect_role_may(self, name: str, template: Json) -> None:
        if not self._permissions.enforced:
            return
        registry = current()
        who = self._roles.assume(template.get("customRoleArn"), TEMPLATE_SERVICE, registry.repository_arn(name))
        actions = ["ecr:CreateRepository"] + (["ecr:TagResource"] if template.get("resourceTags") else [])
        may = who is not None and all(self._permissions.allows(who, action, registry.repository_arn(name))
                                      for action in actions)
        key = (template.get("encryptionConfiguration") or {}).get("kmsKey")
        if not may or (key and not (who and self._may_use_key(who, key))):
            raise EcrError("ServerException", f"the repository '{name}' can't be created by the role of the template")

    def _may_use_key(self, who: Principal, key: str) -> bool:
        found = iam_evaluator._resource_policy("kms", key)
        if found is None:
            self._permissions.deny(who.arn, _KMS_ACTIONS[0], key, "the key doesn't exist")
            return False
        policy, owner = found
        # ECR calls with the role's credentials, as AWS's example of a key policy takes it
        keys = {"kms:ViaService": f"ecr.{current().region}.amazonaws.com", "kms:CallerAccount": who.account}
        return all(self._permissions.allows(who, action, key, owner=owner, policies=[policy], keys=keys)
                   for action in _KMS_ACTIONS)
