"""The three ECR resource types in stacks: create, update, replace, roll back, delete."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support import Engine, eventually

Json = dict[str, Any]


class Stack:
    """A stack that is deployed with one template after the other."""

    def __init__(self, engine: Engine, account: str, name: str = "cache") -> None:
        self.client = engine.client("cloudformation", account)
        self.name = name

    def create(self, resources: Json, outputs: Json | None = None) -> str:
        self.client.create_stack(StackName=self.name, TemplateBody=_template(resources, outputs),
                                 Capabilities=["CAPABILITY_NAMED_IAM"])
        return self._settled()

    def update(self, resources: Json) -> str:
        self.client.update_stack(StackName=self.name, TemplateBody=_template(resources),
                                 Capabilities=["CAPABILITY_NAMED_IAM"])
        return self._settled()

    def delete(self) -> None:
        stack = self._described()["StackId"]
        self.client.delete_stack(StackName=self.name)
        eventually(lambda: self.client.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
                   == "DELETE_COMPLETE")

    @property
    def outputs(self) -> Json:
        return {o["OutputKey"]: o["OutputValue"] for o in self._described().get("Outputs", [])}

    @property
    def reasons(self) -> str:
        events = self.client.describe_stack_events(StackName=self.name)["StackEvents"]
        return " | ".join(e.get("ResourceStatusReason", "") for e in events if e["ResourceStatus"].endswith("FAILED"))

    def _settled(self) -> str:
        eventually(lambda: self._described()["StackStatus"].endswith(("COMPLETE", "FAILED"))
                   and "CLEANUP_IN" not in self._described()["StackStatus"])
        return str(self._described()["StackStatus"])

    def _described(self) -> Json:
        found: Json = self.client.describe_stacks(StackName=self.name)["Stacks"][0]
        return found


def _template(resources: Json, outputs: Json | None = None) -> str:
    return json.dumps({"Resources": resources, **({"Outputs": outputs} if outputs else {})})


def rule(prefix: str = "quay", url: str = "quay.io", **more: Any) -> Json:
    return {"Type": "AWS::ECR::PullThroughCacheRule",
            "Properties": {"EcrRepositoryPrefix": prefix, "UpstreamRegistryUrl": url, **more}}


def template(prefix: str = "quay", **more: Any) -> Json:
    return {"Type": "AWS::ECR::RepositoryCreationTemplate",
            "Properties": {"Prefix": prefix, "AppliedFor": ["PULL_THROUGH_CACHE"], **more}}


def registry_policy(sid: str = "A") -> Json:
    return {"Type": "AWS::ECR::RegistryPolicy", "Properties": {"PolicyText": {
        "Version": "2012-10-17", "Statement": [{"Sid": sid, "Effect": "Allow", "Principal": {"AWS": "123456789012"},
                                                "Action": "ecr:BatchGetImage", "Resource": "*"}]}}}


@pytest.fixture
def stack(engine: Engine, account: str) -> Stack:
    return Stack(engine, account)


@pytest.fixture
def ecr(engine: Engine, account: str) -> Any:
    return engine.client("ecr", account)


def _rules(ecr: Any) -> list[str]:
    return [r["ecrRepositoryPrefix"] for r in ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]]


def test_deploys_rule_template_and_policy(stack: Stack, ecr: Any, account: str) -> None:
    # when
    status = stack.create({"Rule": rule(), "Template": template(), "Policy": registry_policy()}, {
        "Rule": {"Value": {"Ref": "Rule"}}, "Template": {"Value": {"Ref": "Template"}},
        "Registry": {"Value": {"Fn::GetAtt": ["Policy", "RegistryId"]}},
        "Created": {"Value": {"Fn::GetAtt": ["Template", "CreatedAt"]}}})
    # then
    assert status == "CREATE_COMPLETE"
    assert _rules(ecr) == ["quay"]
    assert stack.outputs["Rule"] == stack.outputs["Template"] == "quay"
    assert stack.outputs["Registry"] == account
    assert float(stack.outputs["Created"]) > 0


def test_keeps_tags_and_exclusion_filters_as_the_api_has_them(stack: Stack, ecr: Any, account: str) -> None:
    # when
    status = stack.create({"Template": template(
        ResourceTags=[{"Key": "team", "Value": "web"}], ImageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        ImageTagMutabilityExclusionFilters=[{"ImageTagMutabilityExclusionFilterType": "WILDCARD",
                                             "ImageTagMutabilityExclusionFilterValue": "latest*"}],
        CustomRoleArn=f"arn:aws:iam::{account}:role/birth",
        EncryptionConfiguration={"EncryptionType": "KMS"})})
    # then
    assert status == "CREATE_COMPLETE", stack.reasons
    found = ecr.describe_repository_creation_templates()["repositoryCreationTemplates"][0]
    assert found["resourceTags"] == [{"Key": "team", "Value": "web"}]
    assert found["imageTagMutabilityExclusionFilters"] == [{"filterType": "WILDCARD", "filter": "latest*"}]
    assert found["encryptionConfiguration"] == {"encryptionType": "KMS"}


def test_updates_a_template_in_place(stack: Stack, ecr: Any) -> None:
    stack.create({"Template": template(Description="old", ImageTagMutability="IMMUTABLE")})
    created = ecr.describe_repository_creation_templates()["repositoryCreationTemplates"][0]["createdAt"]
    # when
    status = stack.update({"Template": template(Description="new")})
    # then
    found = ecr.describe_repository_creation_templates()["repositoryCreationTemplates"][0]
    assert status == "UPDATE_COMPLETE"
    assert (found["description"], found["imageTagMutability"], found["createdAt"]) == ("new", "MUTABLE", created)


def test_replaces_a_rule_under_another_prefix(stack: Stack, ecr: Any) -> None:
    stack.create({"Rule": rule("old")})
    # when
    status = stack.update({"Rule": rule("new")})
    # then
    assert status == "UPDATE_COMPLETE"
    eventually(lambda: _rules(ecr) == ["new"])


def test_tells_before_that_a_rule_would_be_replaced(stack: Stack) -> None:
    stack.create({"Rule": rule()})
    # when
    stack.client.create_change_set(StackName=stack.name, ChangeSetName="c", TemplateBody=_template(
        {"Rule": rule(url="registry.k8s.io")}))
    change = eventually(lambda: stack.client.describe_change_set(StackName=stack.name, ChangeSetName="c")["Changes"])
    # then
    assert change[0]["ResourceChange"]["Replacement"] == "True"


def test_fails_to_replace_a_rule_on_its_live_prefix_and_keeps_it(stack: Stack, ecr: Any) -> None:
    stack.create({"Rule": rule()})
    # when
    status = stack.update({"Rule": rule(url="registry.k8s.io")})
    # then
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "PullThroughCacheRuleAlreadyExistsException" in stack.reasons
    assert "A pull through cache rule with the repository prefix 'quay' already exists" in stack.reasons
    found = ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"][0]
    assert found["upstreamRegistryUrl"] == "quay.io"


def test_restores_a_template_when_a_later_resource_fails(stack: Stack, ecr: Any) -> None:
    stack.create({"Template": template(Description="old")})
    # when
    status = stack.update({"Template": template(Description="new"),
                           "Rule": {**rule(url="nowhere.example"), "DependsOn": "Template"}})
    # then
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "The specified upstream registry isn't supported: nowhere.example" in stack.reasons
    found = ecr.describe_repository_creation_templates()["repositoryCreationTemplates"][0]
    assert found["description"] == "old"


def test_restores_a_replaced_rule_when_a_later_resource_fails(stack: Stack, ecr: Any) -> None:
    stack.create({"Rule": rule("old")})
    # when
    status = stack.update({"Rule": rule("new"), "Other": {**rule("other", "nowhere.example"), "DependsOn": "Rule"}})
    # then
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    eventually(lambda: _rules(ecr) == ["old"])


def test_updates_the_registry_policy_in_place(stack: Stack, ecr: Any) -> None:
    stack.create({"Policy": registry_policy("A")})
    # when
    status = stack.update({"Policy": registry_policy("B")})
    # then
    assert status == "UPDATE_COMPLETE"
    assert json.loads(ecr.get_registry_policy()["policyText"])["Statement"][0]["Sid"] == "B"


def test_fails_to_create_a_second_registry_policy(stack: Stack, engine: Engine, account: str) -> None:
    stack.create({"Policy": registry_policy("A")})
    second = Stack(engine, account, "second")
    # when
    status = second.create({"Policy": registry_policy("B")})
    # then
    assert status == "ROLLBACK_COMPLETE"
    assert f"with identifier '{account}' already exists" in second.reasons


def test_deletes_everything(stack: Stack, ecr: Any) -> None:
    stack.create({"Rule": rule(), "Template": template(), "Policy": registry_policy()})
    # when
    stack.delete()
    # then
    assert _rules(ecr) == []
    assert ecr.describe_repository_creation_templates()["repositoryCreationTemplates"] == []
    with pytest.raises(ClientError, match="Registry policy does not exist in the registry"):
        ecr.get_registry_policy()


def test_deletes_a_stack_whose_rule_is_gone(stack: Stack, ecr: Any) -> None:
    stack.create({"Rule": rule()})
    ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="quay")
    # when, then
    stack.delete()


@pytest.mark.parametrize("resource", [rule(Colour="red"), template(Colour="red")])
def test_fails_on_a_property_that_the_type_lacks(stack: Stack, resource: Json) -> None:
    # when
    status = stack.create({"R": resource})
    # then
    assert status == "ROLLBACK_COMPLETE"
    assert "extraneous key [Colour] is not permitted" in stack.reasons


def test_fails_without_a_required_property(stack: Stack) -> None:
    # when
    status = stack.create({"R": {"Type": "AWS::ECR::PullThroughCacheRule", "Properties": {
        "EcrRepositoryPrefix": "quay"}}})
    # then
    assert status == "ROLLBACK_COMPLETE"
    assert "required key [UpstreamRegistryUrl] not found" in stack.reasons


def test_fails_on_a_value_that_ecrs_model_refuses(stack: Stack) -> None:
    # when
    status = stack.create({"R": rule(prefix="Upper")})
    # then
    assert status == "ROLLBACK_COMPLETE"
    assert "Invalid parameter at 'ecrRepositoryPrefix' failed to satisfy constraint" in stack.reasons


def test_keeps_replication_and_scanning_until_they_are_deleted(stack: Stack, ecr: Any) -> None:
    rules = [{"Destinations": [{"Region": "eu-west-1", "RegistryId": "123456789012"}]}]
    scanning = {"ScanType": "ENHANCED", "Rules": [{"ScanFrequency": "SCAN_ON_PUSH", "RepositoryFilters": [
        {"Filter": "quay/*", "FilterType": "WILDCARD"}]}]}
    # when
    status = stack.create({
        "Replication": {"Type": "AWS::ECR::ReplicationConfiguration", "Properties": {
            "ReplicationConfiguration": {"Rules": rules}}},
        "Scanning": {"Type": "AWS::ECR::RegistryScanningConfiguration", "Properties": scanning}})
    # then
    assert status == "CREATE_COMPLETE", stack.reasons
    assert ecr.describe_registry()["replicationConfiguration"]["rules"][0]["destinations"][0]["region"] == "eu-west-1"
    found = ecr.get_registry_scanning_configuration()["scanningConfiguration"]
    assert (found["scanType"], found["rules"][0]["repositoryFilters"][0]["filter"]) == ("ENHANCED", "quay/*")
    stack.delete()
    assert ecr.describe_registry()["replicationConfiguration"]["rules"] == []
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"]["scanType"] == "BASIC"


def test_fails_on_a_scan_type_that_does_not_exist(stack: Stack) -> None:
    status = stack.create({"Scanning": {"Type": "AWS::ECR::RegistryScanningConfiguration", "Properties": {
        "ScanType": "DEEP", "Rules": []}}})
    assert status == "ROLLBACK_COMPLETE"
    assert "Member must satisfy enum value set: ['BASIC', 'ENHANCED']" in stack.reasons
