"""The three ECR resource types that ministack's CloudFormation lacks.

CloudFormation Template Reference: AWS::ECR::PullThroughCacheRule (every property needs replacement),
AWS::ECR::RepositoryCreationTemplate (Prefix does), AWS::ECR::RegistryPolicy (none does).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

from engine.errors import EcrError
from engine.registry_policy import RegistryPolicies
from engine.rules import Rules
from engine.scope import Json, current
from engine.templates import Templates

RULE = "AWS::ECR::PullThroughCacheRule"
TEMPLATE = "AWS::ECR::RepositoryCreationTemplate"
REGISTRY_POLICY = "AWS::ECR::RegistryPolicy"

_RULE_PROPERTIES = ("EcrRepositoryPrefix", "UpstreamRegistryUrl", "UpstreamRegistry", "UpstreamRepositoryPrefix",
                    "CredentialArn", "CustomRoleArn")
_TEMPLATE_PROPERTIES = ("Prefix", "AppliedFor", "Description", "ImageTagMutability", "LifecyclePolicy",
                        "RepositoryPolicy", "ResourceTags", "EncryptionConfiguration", "CustomRoleArn",
                        "ImageTagMutabilityExclusionFilters")
_RENAMED = {"ImageTagMutabilityExclusionFilterType": "filterType", "ImageTagMutabilityExclusionFilterValue": "filter"}

Created = tuple[str, Json]


def install(rules: Rules, templates: Templates, policies: RegistryPolicies) -> None:
    """Registers the types, and which of their properties replace: ministack then creates before it deletes."""
    provisioners._REPLACING_PROPERTIES.update({RULE: _RULE_PROPERTIES, TEMPLATE: ("Prefix",), REGISTRY_POLICY: ()})
    provisioners._RESOURCE_HANDLERS.update({
        RULE: _rule_handlers(rules), TEMPLATE: _template_handlers(templates),
        REGISTRY_POLICY: _policy_handlers(policies),
    })


def _rule_handlers(rules: Rules) -> dict[str, Any]:
    def create(logical_id: str, properties: Json, stack: str) -> Created:
        given = _request(RULE, properties, _RULE_PROPERTIES, ("EcrRepositoryPrefix", "UpstreamRegistryUrl"))
        return _handled(lambda: rules.create(given)).prefix, {}

    def delete(physical_id: str, properties: Json) -> None:
        _gone(lambda: rules.delete({"ecrRepositoryPrefix": physical_id}), "PullThroughCacheRuleNotFoundException")

    return {"create": create, "delete": delete}


def _template_handlers(templates: Templates) -> dict[str, Any]:
    def answer(template: Json) -> Created:
        return template["prefix"], {"CreatedAt": str(template["createdAt"]), "UpdatedAt": str(template["updatedAt"])}

    def create(logical_id: str, properties: Json, stack: str) -> Created:
        given = _request(TEMPLATE, properties, _TEMPLATE_PROPERTIES, ("Prefix", "AppliedFor"))
        return answer(_handled(lambda: templates.create(given)))

    def update(physical_id: str, old: Json, new: Json, stack: str) -> Created:
        given = _request(TEMPLATE, new, _TEMPLATE_PROPERTIES, ("Prefix", "AppliedFor"))
        return answer(_handled(lambda: templates.replace(given)))

    def delete(physical_id: str, properties: Json) -> None:
        _gone(lambda: templates.delete({"prefix": physical_id}), "TemplateNotFoundException")

    return {"create": create, "update": update, "delete": delete}


def _policy_handlers(policies: RegistryPolicies) -> dict[str, Any]:
    def put(properties: Json) -> Created:
        _request(REGISTRY_POLICY, properties, ("PolicyText",), ("PolicyText",))
        text = properties["PolicyText"]
        _handled(lambda: policies.put({"policyText": text if isinstance(text, str) else json.dumps(text)}))
        return current().account, {"RegistryId": current().account}

    def create(logical_id: str, properties: Json, stack: str) -> Created:
        if policies.text() is not None:
            raise ValueError(f"Resource of type '{REGISTRY_POLICY}' with identifier '{current().account}' already "
                             "exists. (HandlerErrorCode: AlreadyExists)")
        return put(properties)

    def update(physical_id: str, old: Json, new: Json, stack: str) -> Created:
        return put(new)

    def delete(physical_id: str, properties: Json) -> None:
        _gone(lambda: policies.delete({}), "RegistryPolicyNotFoundException")

    return {"create": create, "update": update, "delete": delete}


def _request(resource_type: str, properties: Json, known: tuple[str, ...], required: tuple[str, ...]) -> Json:
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


def _handled(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except EcrError as problem:
        raise problem.for_cloudformation() from problem


def _gone(work: Callable[[], Any], missing: str) -> None:
    """A delete, for which a resource that is gone already is as good as deleted."""
    try:
        work()
    except EcrError as problem:
        if problem.code != missing:
            raise problem.for_cloudformation() from problem
