"""Upstreams: anonymous, with a password, with a token server, Docker Hub's official images, and failures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support import Engine, Puller

from upstream.server import Mode, StaticRegistry


@pytest.fixture
def ecr(engine: Engine, account: str) -> Any:
    return engine.client("ecr", account)


@pytest.fixture
def hub(engine: Engine, layout: Path) -> Iterator[StaticRegistry]:
    registry = StaticRegistry({"library/pause": layout, "pause": layout, "org/app": layout}, Mode.BEARER)
    registry.start()
    for host in ("registry-1.docker.io", "ghcr.io"):
        engine.control("PUT", f"/upstreams/{host}", {"url": registry.url, "state": "up"})
    yield registry
    registry.stop()


def _secret(engine: Engine, account: str, password: str = "password", name: str = "ecr-pullthroughcache/hub",
            **more: Any) -> str:
    client = engine.client("secretsmanager", account)
    value = json.dumps({"username": "user", "accessToken": password})
    arn: str = client.create_secret(Name=name, SecretString=value, **more)["ARN"]
    return arn


@pytest.mark.parametrize("mode", [Mode.BASIC, Mode.BEARER])
def test_pulls_with_a_credential(mode: Mode, engine: Engine, account: str, ecr: Any, hub: StaticRegistry,
                                 root: Puller) -> None:
    hub.mode = mode
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="ghcr", upstreamRegistryUrl="ghcr.io",
                                       credentialArn=_secret(engine, account))
    # when, then
    assert root.manifest("ghcr/org/app", "3.10").status == 200


@pytest.mark.parametrize("mode", [Mode.BASIC, Mode.BEARER])
def test_fails_with_a_wrong_credential(mode: Mode, engine: Engine, account: str, ecr: Any, hub: StaticRegistry,
                                       root: Puller) -> None:
    hub.mode = mode
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="ghcr", upstreamRegistryUrl="ghcr.io",
                                       credentialArn=_secret(engine, account, "wrong"))
    # when
    answer = root.manifest("ghcr/org/app", "3.10")
    # then
    assert answer.status == 403
    assert answer.error[1].startswith("The upstream registry denied access to 'ghcr/org/app'")


def test_reads_a_secrets_value_anew_for_each_import(engine: Engine, account: str, ecr: Any, hub: StaticRegistry,
                                                    root: Puller) -> None:
    arn = _secret(engine, account, "wrong")
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="ghcr", upstreamRegistryUrl="ghcr.io", credentialArn=arn)
    assert root.manifest("ghcr/org/app", "3.10").status == 403
    # when
    engine.client("secretsmanager", account).put_secret_value(SecretId=arn, SecretString=json.dumps(
        {"username": "user", "accessToken": "password"}))
    # then
    assert root.manifest("ghcr/org/app", "3.10").status == 200


def test_docker_hub_serves_official_images_below_library_only(engine: Engine, account: str, ecr: Any,
                                                              hub: StaticRegistry, root: Puller) -> None:
    hub.mode = Mode.DOCKER_HUB
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="hub", upstreamRegistryUrl="registry-1.docker.io",
                                       credentialArn=_secret(engine, account))
    # when
    answers = [root.manifest(name, "3.10").status for name in ("hub/pause", "hub/library/pause", "hub/org/app")]
    # then
    assert answers == [403, 200, 200]


def test_validates_a_rule(engine: Engine, account: str, ecr: Any, hub: StaticRegistry) -> None:
    arn = _secret(engine, account)
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="ghcr", upstreamRegistryUrl="ghcr.io", credentialArn=arn)
    # when
    valid = ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix="ghcr")
    engine.client("secretsmanager", account).put_secret_value(SecretId=arn, SecretString='{"username": "user"}')
    invalid = ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix="ghcr")
    # then
    assert (valid["isValid"], valid["credentialArn"]) == (True, arn)
    assert (invalid["isValid"], invalid["failure"]) == (
        False, "The secret must be a JSON object with the keys username and accessToken")


@pytest.mark.parametrize(("state", "status"), [("down", 404), ("denied", 403), ("up", 200)])
def test_an_upstream_is_taken_away_and_given_back(state: str, status: int, engine: Engine, ecr: Any, root: Puller,
                                                  quay: StaticRegistry) -> None:
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    # when
    engine.control("PUT", "/upstreams/quay.io", {"state": state})
    # then
    assert root.manifest("quay/pause", "3.10").status == status


def test_never_follows_an_upstream_to_another_machine() -> None:
    from engine.upstreams.http import HttpUpstream
    from engine.upstreams.upstream import UpstreamError
    # when, then
    with pytest.raises(UpstreamError, match=r"http://192\.0\.2\.1/v2/ isn't on this machine"):
        HttpUpstream("http://192.0.2.1").check()


@pytest.mark.parametrize(("request_", "code", "message"), [
    ({"upstreamRegistryUrl": "ghcr.io"}, "InvalidParameterException",
     "credentialArn is required for the upstream registry 'github-container-registry'"),
    ({"upstreamRegistryUrl": "nowhere.example"}, "UnsupportedUpstreamRegistryException",
     "The specified upstream registry isn't supported: nowhere.example"),
    ({"upstreamRegistryUrl": "quay.io", "upstreamRegistry": "k8s"}, "InvalidParameterException",
     "upstreamRegistry 'k8s' does not match upstreamRegistryUrl 'quay.io'"),
    ({"upstreamRegistryUrl": "quay.io", "ecrRepositoryPrefix": "Upper"}, "InvalidParameterException",
     "Invalid parameter at 'ecrRepositoryPrefix' failed to satisfy constraint"),
    ({"upstreamRegistryUrl": "quay.io", "ecrRepositoryPrefix": "q"}, "InvalidParameterException",
     "Member must have length greater than or equal to 2"),
    ({"upstreamRegistryUrl": "quay.io", "ecrRepositoryPrefix": "ROOT", "upstreamRepositoryPrefix": "team"},
     "InvalidParameterException", "upstreamRepositoryPrefix can't be set when ecrRepositoryPrefix is ROOT"),
    ({"upstreamRegistryUrl": "ghcr.io", "credentialArn":
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/none-abcdef"},
     "SecretNotFoundException", "The ARN of the secret specified in the pull through cache rule was not found"),
    ({"upstreamRegistryUrl": "123456789012.dkr.ecr.us-east-1.amazonaws.com",
      "customRoleArn": "arn:aws:iam::999999999999:role/x"}, "InvalidParameterException",
     "customRoleArn must be a role of the registry's account"),
])
def test_fails_to_create_a_rule(request_: dict[str, str], code: str, message: str, engine: Engine,
                                account: str) -> None:
    client = engine.client("ecr", account, parameter_validation=False)
    # when, then
    with pytest.raises(ClientError, match=message) as refused:
        client.create_pull_through_cache_rule(**{"ecrRepositoryPrefix": "cache", **request_})
    assert refused.value.response["Error"]["Code"] == code


def test_fails_to_use_a_secret_of_a_customer_key(engine: Engine, account: str, ecr: Any) -> None:
    key = engine.client("kms", account).create_key()["KeyMetadata"]["Arn"]
    # when, then
    with pytest.raises(ClientError, match="only the key aws/secretsmanager is supported"):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="ghcr", upstreamRegistryUrl="ghcr.io",
                                           credentialArn=_secret(engine, account, KmsKeyId=key))


def test_describes_rules_in_pages(ecr: Any) -> None:
    for number in range(5):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=f"quay{number}", upstreamRegistryUrl="quay.io")
    # when
    pages = list(ecr.get_paginator("describe_pull_through_cache_rules").paginate(PaginationConfig={"PageSize": 2}))
    # then
    assert [len(page["pullThroughCacheRules"]) for page in pages] == [2, 2, 1]
    assert pages[2]["pullThroughCacheRules"][0]["ecrRepositoryPrefix"] == "quay4"


def test_updates_role_or_credential_and_nothing_less(ecr: Any, engine: Engine, account: str) -> None:
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="ghcr", upstreamRegistryUrl="ghcr.io",
                                       credentialArn=_secret(engine, account))
    other = _secret(engine, account, name="ecr-pullthroughcache/other")
    # when
    updated = ecr.update_pull_through_cache_rule(ecrRepositoryPrefix="ghcr", credentialArn=other)
    # then
    assert updated["credentialArn"] == other
    with pytest.raises(ClientError, match="Please set either credential arn or role arn"):
        ecr.update_pull_through_cache_rule(ecrRepositoryPrefix="ghcr")


def test_fails_to_delete_a_rule_that_does_not_exist(ecr: Any) -> None:
    with pytest.raises(ClientError, match="The pull through cache rule with the repository prefix 'none' was not"):
        ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="none")


def test_a_registry_holds_fifty_rules(ecr: Any) -> None:
    for number in range(50):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=f"quay{number}", upstreamRegistryUrl="quay.io")
    # when, then
    with pytest.raises(ClientError, match="A registry holds at most 50 pull through cache rules"):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="one-more", upstreamRegistryUrl="quay.io")
