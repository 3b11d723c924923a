"""What a repository is born with, and by whom."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support import Engine, Puller, allow

from upstream.server import StaticRegistry

LIFECYCLE = json.dumps({"rules": [{"rulePriority": 1, "selection": {
    "tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7},
    "action": {"type": "expire"}}]})


@pytest.fixture
def ecr(engine: Engine, account: str, quay: StaticRegistry) -> Any:
    client = engine.client("ecr", account)
    client.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    return client


def _template(ecr: Any, prefix: str = "quay", applied_for: str = "PULL_THROUGH_CACHE", **more: Any) -> None:
    ecr.create_repository_creation_template(prefix=prefix, appliedFor=[applied_for], **more)


def _repository(ecr: Any, name: str = "quay/pause") -> Any:
    return ecr.describe_repositories(repositoryNames=[name])["repositories"][0]


def test_is_born_as_the_template_says(ecr: Any, engine: Engine, account: str, root: Puller) -> None:
    # given
    key = engine.client("kms", account).create_key()["KeyMetadata"]["Arn"]
    role = engine.role(account, "birth", "ecr.amazonaws.com", allow(
        "ecr:CreateRepository", "ecr:TagResource", "kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey"))
    text = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": account}, "Action": "ecr:BatchGetImage"}]})
    _template(ecr, customRoleArn=role, imageTagMutability="IMMUTABLE", lifecyclePolicy=LIFECYCLE, repositoryPolicy=text,
              encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key},
              resourceTags=[{"Key": "team", "Value": "web"}])
    # when
    answer = root.manifest("quay/pause", "3.10")
    # then
    assert answer.status == 200, engine.control("GET", "/denials")
    found = _repository(ecr)
    assert found["imageTagMutability"] == "IMMUTABLE"
    assert found["encryptionConfiguration"] == {"encryptionType": "KMS", "kmsKey": key}
    assert ecr.get_lifecycle_policy(repositoryName="quay/pause")["lifecyclePolicyText"] == LIFECYCLE
    assert ecr.get_repository_policy(repositoryName="quay/pause")["policyText"] == text
    assert ecr.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"] == [{"Key": "team", "Value": "web"}]


def test_is_younger_than_its_rule(ecr: Any, root: Puller) -> None:
    # when: at once, within the same second
    root.manifest("quay/pause", "3.10")
    ecr.create_repository(repositoryName="quay/made")
    # then
    rule = ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"][0]
    assert all(_repository(ecr, name)["createdAt"] > rule["createdAt"] for name in ("quay/pause", "quay/made"))


def test_is_born_plain_without_a_template(ecr: Any, root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    # then
    found = _repository(ecr)
    assert (found["imageTagMutability"], found["encryptionConfiguration"]["encryptionType"]) == ("MUTABLE", "AES256")
    with pytest.raises(ClientError, match="Lifecycle policy does not exist"):
        ecr.get_lifecycle_policy(repositoryName="quay/pause")


@pytest.mark.parametrize(("prefixes", "expected"), [
    (["ROOT"], "ROOT"), (["ROOT", "quay"], "quay"), (["ROOT", "quay", "quay/team"], "quay/team"),
    (["quay/te", "ROOT"], "ROOT"),
])
def test_the_most_specific_template_wins_and_root_is_the_fallback(prefixes: list[str], expected: str) -> None:
    from engine.clock import Clock
    from engine.templates import Templates
    templates = Templates(Clock())
    for prefix in prefixes:
        templates.create({"prefix": prefix, "appliedFor": ["PULL_THROUGH_CACHE"]})
    # when
    found = templates.for_repository("quay/team/app")
    # then
    templates.reset()
    assert found is not None
    assert found["prefix"] == expected


def test_a_template_for_replication_is_not_applied(ecr: Any, root: Puller) -> None:
    _template(ecr, applied_for="REPLICATION", imageTagMutability="IMMUTABLE")
    # when
    root.manifest("quay/pause", "3.10")
    # then
    assert _repository(ecr)["imageTagMutability"] == "MUTABLE"


def test_a_changed_template_leaves_a_born_repository_alone(ecr: Any, root: Puller) -> None:
    _template(ecr, imageTagMutability="IMMUTABLE")
    root.manifest("quay/pause", "3.10")
    # when
    ecr.update_repository_creation_template(prefix="quay", imageTagMutability="MUTABLE")
    root.manifest("quay/pause", "3.10")
    # then
    assert _repository(ecr)["imageTagMutability"] == "IMMUTABLE"


@pytest.mark.parametrize(("trust", "actions", "more"), [
    ("pullthroughcache.ecr.amazonaws.com", ("ecr:CreateRepository",), {}),
    ("ecr.amazonaws.com", ("ecr:TagResource",), {}),
    ("ecr.amazonaws.com", ("ecr:CreateRepository",), {"resourceTags": [{"Key": "a", "Value": "b"}]}),
])
def test_fails_as_not_found_when_the_role_may_not(trust: str, actions: tuple[str, ...], more: Any, ecr: Any,
                                                  engine: Engine, account: str, root: Puller) -> None:
    _template(ecr, customRoleArn=engine.role(account, "birth", trust, allow(*actions)), **more)
    # when
    answer = root.manifest("quay/pause", "3.10")
    # then
    assert (answer.status, answer.error[0]) == (404, "NAME_UNKNOWN")
    assert engine.events_of(account)[-1]["failure-code"] == "RepositoryCreationFailed"
    assert ecr.describe_repositories()["repositories"] == []


def test_fails_as_not_found_when_tags_come_without_a_role(ecr: Any, engine: Engine, account: str,
                                                          root: Puller) -> None:
    _template(ecr, resourceTags=[{"Key": "a", "Value": "b"}])
    # when
    answer = root.manifest("quay/pause", "3.10")
    # then
    assert answer.error[0] == "NAME_UNKNOWN"
    assert engine.denied_since(f"{account}:assumed-role/AWSServiceRoleForECRTemplate") == ["ecr:TagResource"]


@pytest.mark.parametrize("missing", ["kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey"])
def test_fails_as_not_found_when_the_role_may_not_use_the_key(missing: str, ecr: Any, engine: Engine, account: str,
                                                              root: Puller) -> None:
    key = engine.client("kms", account).create_key()["KeyMetadata"]["Arn"]
    actions = {"ecr:CreateRepository", "kms:CreateGrant", "kms:RetireGrant", "kms:DescribeKey"} - {missing}
    _template(ecr, customRoleArn=engine.role(account, "birth", "ecr.amazonaws.com", allow(*actions)),
              encryptionConfiguration={"encryptionType": "KMS", "kmsKey": key})
    # when
    answer = root.manifest("quay/pause", "3.10")
    # then
    assert answer.error[0] == "NAME_UNKNOWN"
    assert engine.denied_since(f"{account}:assumed-role/birth") == [missing]


@pytest.mark.parametrize(("more", "message"), [
    ({"imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"}, "imageTagMutabilityExclusionFilters go with the mutabilities"),
    ({"imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "a*"}]}, "and only with them"),
    ({"lifecyclePolicy": "{}"}, "must be a JSON object with a list of rules"),
    ({"repositoryPolicy": "{}"}, "a policy document with at least one statement"),
    ({"resourceTags": [{"Key": "aws:x", "Value": "y"}]}, "tag keys can't begin with aws:"),
    ({"encryptionConfiguration": {"encryptionType": "AES256", "kmsKey": "arn:aws:kms:us-east-1:123456789012:key/"
                                  "00000000-0000-0000-0000-000000000000"}}, "can't be set for the encryption type"),
    ({"encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": "alias/x"}},
     "Invalid parameter at 'encryptionConfiguration.kmsKey'"),
    ({"customRoleArn": "arn:aws:iam::999999999999:role/x"}, "must be a role of the registry's account"),
    ({"appliedFor": ["SOMETHING"]}, "Member must satisfy enum value set"),
])
def test_fails_to_create_a_template(more: Any, message: str, engine: Engine, account: str) -> None:
    ecr = engine.client("ecr", account, parameter_validation=False)
    with pytest.raises(ClientError, match=message):
        ecr.create_repository_creation_template(**{"prefix": "quay", "appliedFor": ["PULL_THROUGH_CACHE"], **more})


def test_templates_in_the_api(ecr: Any) -> None:
    for prefix in ("a1", "b1", "c1"):
        _template(ecr, prefix)
    with pytest.raises(ClientError, match="A repository creation template with the prefix 'a1' already exists"):
        _template(ecr, "a1")
    pages = ecr.get_paginator("describe_repository_creation_templates").paginate(PaginationConfig={"PageSize": 2})
    assert [[t["prefix"] for t in page["repositoryCreationTemplates"]] for page in pages] == [["a1", "b1"], ["c1"]]
    ecr.delete_repository_creation_template(prefix="a1")
    with pytest.raises(ClientError, match="template with the prefix 'a1' was not found"):
        ecr.describe_repository_creation_templates(prefixes=["a1"])
