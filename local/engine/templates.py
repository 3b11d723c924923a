"""Repository creation templates: what a repository is born with.

ECR User Guide, 'Templates to control repositories created during a pull through cache, create on push, or
replication action'.
"""

from __future__ import annotations

import json
from typing import Any

from engine.clock import Clock
from engine.errors import EcrError, invalid
from engine.model import check
from engine.paging import page
from engine.policy_text import check_repository_policy
from engine.scope import Json, ScopedStore, current

ROOT = "ROOT"
CACHE = "PULL_THROUGH_CACHE"


class Templates:
    """The templates of every registry, in the shape of the API's RepositoryCreationTemplate."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._templates: ScopedStore[Json] = ScopedStore()

    def for_repository(self, name: str, applied_for: str = CACHE) -> Json | None:
        """The template of the most specific prefix; ROOT is the fallback."""
        fitting = [t for t in self._templates.values()
                   if applied_for in t["appliedFor"] and (t["prefix"] == ROOT or name.startswith(t["prefix"] + "/"))]
        return max(fitting, key=lambda t: -1 if t["prefix"] == ROOT else len(t["prefix"]), default=None)

    def named(self, prefix: str) -> Json:
        template = self._templates.get(prefix.rstrip("/"))
        if template is None:
            raise EcrError("TemplateNotFoundException", f"The repository creation template with the prefix '{prefix}' "
                                                        f"was not found in the registry with id '{current().account}'")
        return template

    def create(self, request: Json) -> Json:
        given = _checked("CreateRepositoryCreationTemplate", request)
        prefix = given["prefix"] = given["prefix"].rstrip("/")
        if prefix in self._templates:
            raise EcrError("TemplateAlreadyExistsException",
                           f"A repository creation template with the prefix '{prefix}' already exists in the registry "
                           f"with id '{current().account}'")
        now = self._clock.now()
        self._templates[prefix] = _with_defaults({**given, "createdAt": now, "updatedAt": now})
        return self._templates[prefix]

    def update(self, request: Json) -> Json:
        """Sets what is given and keeps the rest, as the API does."""
        given = _checked("UpdateRepositoryCreationTemplate", request)
        template = self.named(given.pop("prefix"))
        merged = _with_defaults({**template, **given, "updatedAt": self._clock.now()})
        _check_together(merged)
        self._templates[template["prefix"]] = merged
        return merged

    def replace(self, request: Json) -> Json:
        """Sets what is given and forgets the rest: an in-place update of the CloudFormation resource."""
        given = _checked("CreateRepositoryCreationTemplate", request)
        template = self.named(given["prefix"])
        given["prefix"] = template["prefix"]
        now = self._clock.now()
        self._templates[template["prefix"]] = _with_defaults(
            {**given, "createdAt": template["createdAt"], "updatedAt": now})
        return self._templates[template["prefix"]]

    def delete(self, request: Json) -> Json:
        template = self.named(check("DeleteRepositoryCreationTemplate", request)["prefix"])
        del self._templates[template["prefix"]]
        return template

    def describe(self, request: Json) -> Json:
        given = check("DescribeRepositoryCreationTemplates", request)
        wanted = given.get("prefixes")
        found = [self.named(prefix) for prefix in wanted] if wanted else list(self._templates.values())
        templates, more = page(sorted(found, key=lambda t: str(t["prefix"])), given)
        return {"registryId": current().account, "repositoryCreationTemplates": templates, **more}

    def reset(self) -> None:
        self._templates.clear_everywhere()


def _checked(operation: str, request: Json) -> Json:
    given = check(operation, request)
    for tag in given.get("resourceTags") or []:
        if tag["Key"].lower().startswith("aws:"):
            raise EcrError("InvalidTagParameterException", f"tag keys can't begin with aws:, got '{tag['Key']}'")
    if given.get("lifecyclePolicy"):
        _check_lifecycle(given["lifecyclePolicy"])
    if given.get("repositoryPolicy"):
        check_repository_policy(given["repositoryPolicy"], "repositoryPolicy")
    role = given.get("customRoleArn")
    if role and role.split(":")[4:5] != [current().account]:
        raise invalid(f"customRoleArn must be a role of the registry's account {current().account}, got {role}")
    if operation.startswith("Create"):
        _check_together(given)
    return given


def _check_together(template: Json) -> None:
    filters, mutability = template.get("imageTagMutabilityExclusionFilters"), template.get("imageTagMutability", "")
    if bool(filters) != mutability.endswith("_WITH_EXCLUSION"):
        raise invalid("imageTagMutabilityExclusionFilters go with the mutabilities IMMUTABLE_WITH_EXCLUSION and "
                      f"MUTABLE_WITH_EXCLUSION, and only with them; got '{mutability or 'MUTABLE'}'")
    encryption = template.get("encryptionConfiguration") or {}
    if encryption.get("kmsKey") and encryption["encryptionType"] == "AES256":
        raise invalid("encryptionConfiguration.kmsKey can't be set for the encryption type AES256")


def _check_lifecycle(text: str) -> None:
    try:
        rules: Any = json.loads(text)["rules"]
    except (KeyError, TypeError, ValueError):
        rules = None
    if not isinstance(rules, list) or not rules:
        raise invalid("Invalid parameter at 'lifecyclePolicy' failed to satisfy constraint: "
                      "'Lifecycle policy validation failure: must be a JSON object with a list of rules'")


def _with_defaults(template: Json) -> Json:
    return {"imageTagMutability": "MUTABLE", "encryptionConfiguration": {"encryptionType": "AES256"}, **template}
