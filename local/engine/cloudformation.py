"""The ECR resource types that ministack's CloudFormation lacks.

CloudFormation Template Reference: AWS::ECR::PullThroughCacheRule (every property needs replacement),
AWS::ECR::RepositoryCreationTemplate (Prefix does), AWS::ECR::RegistryPolicy (none does),
AWS::ECR::ReplicationConfiguration and AWS::ECR::RegistryScanningConfiguration (none does),
AWS::ECR::PullTimeUpdateExclusion (PrincipalArn does).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import provisioners

from engine.cfn_properties import gone, handled, request
from engine.model import check
from engine.pull_times import PullTimes
from engine.registry_configuration import RegistryConfigurations
from engine.registry_policy import RegistryPolicies
from engine.rules import Rules
from engine.scope import Json, current
from engine.templates import Templates

RULE = "AWS::ECR::PullThroughCacheRule"
TEMPLATE = "AWS::ECR::RepositoryCreationTemplate"
REGISTRY_POLICY = "AWS::ECR::RegistryPolicy"
REPLICATION = "AWS::ECR::ReplicationConfiguration"
EXCLUSION = "AWS::ECR::PullTimeUpdateExclusion"
SCANNING = "AWS::ECR::RegistryScanningConfiguration"

_RULE_PROPERTIES = ("EcrRepositoryPrefix", "UpstreamRegistryUrl", "UpstreamRegistry", "UpstreamRepositoryPrefix",
                    "CredentialArn", "CustomRoleArn")
_TEMPLATE_PROPERTIES = ("Prefix", "AppliedFor", "Description", "ImageTagMutability", "LifecyclePolicy",
                        "RepositoryPolicy", "ResourceTags", "EncryptionConfiguration", "CustomRoleArn",
                        "ImageTagMutabilityExclusionFilters")

Created = tuple[str, Json]


def install(rules: Rules, templates: Templates, policies: RegistryPolicies,
            configurations: RegistryConfigurations, pull_times: PullTimes) -> None:
    """Registers the types, and which of their properties replace: ministack then creates before it deletes."""
    provisioners._REPLACING_PROPERTIES.update({RULE: _RULE_PROPERTIES, TEMPLATE: ("Prefix",), REGISTRY_POLICY: (),
                                                REPLICATION: (), SCANNING: (), EXCLUSION: ("PrincipalArn",)})
    provisioners._RESOURCE_HANDLERS.update({
        RULE: _rule_handlers(rules), TEMPLATE: _template_handlers(templates),
        REGISTRY_POLICY: _policy_handlers(policies),
        REPLICATION: _configuration_handlers(REPLICATION, ("ReplicationConfiguration",), ("ReplicationConfiguration",),
                                             configurations.put_replication, configurations.reset_replication),
        SCANNING: _configuration_handlers(SCANNING, ("Rules", "ScanType"), ("Rules", "ScanType"),
                                          configurations.put_scanning, configurations.reset_scanning),
        EXCLUSION: _exclusion_handlers(pull_times),
    })


def _rule_handlers(rules: Rules) -> dict[str, Any]:
    def create(logical_id: str, properties: Json, stack: str) -> Created:
        given = request(RULE, properties, _RULE_PROPERTIES, ("EcrRepositoryPrefix", "UpstreamRegistryUrl"))
        return handled(lambda: rules.create(given)).prefix, {}

    def delete(physical_id: str, properties: Json) -> None:
        gone(lambda: rules.delete({"ecrRepositoryPrefix": physical_id}), "PullThroughCacheRuleNotFoundException")

    return {"create": create, "delete": delete}


def _template_handlers(templates: Templates) -> dict[str, Any]:
    def answer(template: Json) -> Created:
        return template["prefix"], {"CreatedAt": str(template["createdAt"]), "UpdatedAt": str(template["updatedAt"])}

    def create(logical_id: str, properties: Json, stack: str) -> Created:
        given = request(TEMPLATE, properties, _TEMPLATE_PROPERTIES, ("Prefix", "AppliedFor"))
        return answer(handled(lambda: templates.create(given)))

    def update(physical_id: str, old: Json, new: Json, stack: str) -> Created:
        given = request(TEMPLATE, new, _TEMPLATE_PROPERTIES, ("Prefix", "AppliedFor"))
        return answer(handled(lambda: templates.replace(given)))

    def delete(physical_id: str, properties: Json) -> None:
        gone(lambda: templates.delete({"prefix": physical_id}), "TemplateNotFoundException")

    return {"create": create, "update": update, "delete": delete}


def _exclusion_handlers(pull_times: PullTimes) -> dict[str, Any]:
    def create(logical_id: str, properties: Json, stack: str) -> Created:
        given = request(EXCLUSION, properties, ("PrincipalArn",), ("PrincipalArn",))
        registered = handled(lambda: pull_times.register(check("RegisterPullTimeUpdateExclusion", given)))
        return str(registered["principalArn"]), {}

    def delete(physical_id: str, properties: Json) -> None:
        gone(lambda: pull_times.deregister({"principalArn": physical_id}), "ExclusionNotFoundException")

    return {"create": create, "delete": delete}


def _policy_handlers(policies: RegistryPolicies) -> dict[str, Any]:
    def put(properties: Json) -> Created:
        request(REGISTRY_POLICY, properties, ("PolicyText",), ("PolicyText",))
        text = properties["PolicyText"]
        handled(lambda: policies.put({"policyText": text if isinstance(text, str) else json.dumps(text)}))
        return current().account, {"RegistryId": current().account}

    def create(logical_id: str, properties: Json, stack: str) -> Created:
        if policies.text() is not None:
            raise ValueError(f"Resource of type '{REGISTRY_POLICY}' with identifier '{current().account}' already "
                             "exists. (HandlerErrorCode: AlreadyExists)")
        return put(properties)

    def update(physical_id: str, old: Json, new: Json, stack: str) -> Created:
        return put(new)

    def delete(physical_id: str, properties: Json) -> None:
        gone(lambda: policies.delete({}), "RegistryPolicyNotFoundException")

    return {"create": create, "update": update, "delete": delete}


def _configuration_handlers(resource_type: str, known: tuple[str, ...], required: tuple[str, ...],
                            put: Callable[[Json], Json], reset: Callable[[], None]) -> dict[str, Any]:
    def create(logical_id: str, properties: Json, stack: str) -> Created:
        given = request(resource_type, properties, known, required)
        handled(lambda: put(given))
        return current().account, {"RegistryId": current().account}

    def update(physical_id: str, old: Json, new: Json, stack: str) -> Created:
        return create("", new, stack)

    def delete(physical_id: str, properties: Json) -> None:
        reset()

    return {"create": create, "update": update, "delete": delete}
