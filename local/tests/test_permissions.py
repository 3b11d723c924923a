"""What a puller needs: the granted and the refused side of each permission, and what a user sees."""

from __future__ import annotations

from typing import Any

import pytest
from support import REGION, Engine, Puller, allow, policy

from upstream.server import StaticRegistry

BASE = ("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
FIRST = ("ecr:CreateRepository", "ecr:BatchImportUpstreamImage")


@pytest.fixture
def ecr(engine: Engine, account: str, quay: StaticRegistry) -> Any:
    client = engine.client("ecr", account)
    client.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    return client


def _puller(engine: Engine, account: str, *actions: str, name: str = "puller") -> Puller:
    return engine.puller(engine.user(account, name, allow(*actions)))


def test_serves_a_first_pull_with_all_permissions(ecr: Any, engine: Engine, account: str) -> None:
    puller = _puller(engine, account, *BASE, *FIRST)
    # when
    answer = puller.manifest("quay/pause", "3.10")
    # then
    assert answer.status == 200
    layer = puller.manifest("quay/pause", answer.json["manifests"][0]["digest"]).json["layers"][0]["digest"]
    assert puller.blob("quay/pause", layer).status == 200
    assert engine.denied_since(f"{account}:user/") == []


def test_serves_a_cached_image_without_those_of_a_first_pull(ecr: Any, engine: Engine, account: str,
                                                             root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    # when
    answer = _puller(engine, account, *BASE).manifest("quay/pause", "3.10")
    # then
    assert answer.status == 200


@pytest.mark.parametrize(("missing", "code", "message"), [
    ("ecr:CreateRepository", "NAME_UNKNOWN", "The repository with name 'quay/pause' does not exist in the registry"),
    ("ecr:BatchImportUpstreamImage", "MANIFEST_UNKNOWN", "Requested image not found"),
])
def test_fails_as_not_found_without(missing: str, code: str, message: str, ecr: Any, engine: Engine,
                                    account: str) -> None:
    puller = _puller(engine, account, *BASE, *(action for action in FIRST if action != missing))
    # when
    answer = puller.manifest("quay/pause", "3.10")
    # then
    assert answer.status == 404
    assert answer.error[0] == code
    assert answer.error[1].startswith(message)
    assert engine.denied_since(f"{account}:user/puller") == [missing]


def test_fails_as_denied_without_batch_get_image(ecr: Any, engine: Engine, account: str) -> None:
    puller = _puller(engine, account, "ecr:GetAuthorizationToken", *FIRST)
    # when
    answer = puller.manifest("quay/pause", "3.10")
    # then
    assert answer.status == 403
    assert answer.error == ("DENIED", f"User: arn:aws:iam::{account}:user/puller is not authorized to perform: "
                            f"ecr:BatchGetImage on resource: arn:aws:ecr:{REGION}:{account}:repository/quay/pause "
                            "because no identity-based policy allows the ecr:BatchGetImage action")


def test_fails_as_denied_without_get_download_url_for_layer(ecr: Any, engine: Engine, account: str,
                                                            root: Puller) -> None:
    index = root.manifest("quay/pause", "3.10").json
    layer = root.manifest("quay/pause", index["manifests"][0]["digest"]).json["layers"][0]["digest"]
    puller = _puller(engine, account, "ecr:GetAuthorizationToken", "ecr:BatchGetImage")
    # when
    answer = puller.blob("quay/pause", layer)
    # then
    assert answer.status == 403
    assert "ecr:GetDownloadUrlForLayer" in answer.error[1]


def test_the_session_of_a_role_pulls_by_the_roles_policy(ecr: Any, engine: Engine, account: str) -> None:
    iam, sessions = engine.client("iam", account), {}
    for name, actions in (("full", (*BASE, *FIRST)), ("base", BASE)):
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy({
            "Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy(allow(*actions)))
        key = engine.client("sts", account).assume_role(RoleArn=role, RoleSessionName="session")["Credentials"]
        sessions[name] = engine.session(key["AccessKeyId"], key["SecretAccessKey"], key["SessionToken"])
    # when
    refused = engine.puller(sessions["base"]).manifest("quay/pause", "3.10")
    served = engine.puller(sessions["full"]).manifest("quay/pause", "3.10")
    # then
    assert (refused.error[0], served.status) == ("NAME_UNKNOWN", 200)


def test_an_explicit_deny_wins(ecr: Any, engine: Engine, account: str) -> None:
    puller = engine.puller(engine.user(account, "puller", allow("*"), {
        "Effect": "Deny", "Action": "ecr:CreateRepository", "Resource": "*"}))
    # when
    answer = puller.manifest("quay/pause", "3.10")
    # then
    assert answer.error[0] == "NAME_UNKNOWN"


def test_needs_to_tag_where_the_template_tags(ecr: Any, engine: Engine, account: str) -> None:
    # given
    role = engine.role(account, "birth", "ecr.amazonaws.com", allow("ecr:CreateRepository", "ecr:TagResource"))
    ecr.create_repository_creation_template(prefix="quay", appliedFor=["PULL_THROUGH_CACHE"], customRoleArn=role,
                                            resourceTags=[{"Key": "team", "Value": "web"}])
    # when
    without = _puller(engine, account, *BASE, *FIRST, name="without").manifest("quay/pause", "3.10")
    granted = _puller(engine, account, *BASE, *FIRST, "ecr:TagResource", name="granted").manifest("quay/pause", "3.10")
    # then
    assert (without.error[0], granted.status) == ("NAME_UNKNOWN", 200)
    assert engine.denied_since(f"{account}:user/without") == ["ecr:TagResource"]


def test_a_registry_policy_that_names_the_caller_grants(ecr: Any, engine: Engine, account: str) -> None:
    puller = _puller(engine, account, *BASE)
    ecr.put_registry_policy(policyText=policy({
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:user/puller"}, "Action": list(FIRST),
        "Resource": f"arn:aws:ecr:{REGION}:{account}:repository/quay/*"}))
    # when
    answer = puller.manifest("quay/pause", "3.10")
    # then
    assert answer.status == 200


def test_a_registry_policy_that_names_the_account_delegates(ecr: Any, engine: Engine, account: str) -> None:
    puller = _puller(engine, account, *BASE)
    ecr.put_registry_policy(policyText=policy({
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": list(FIRST),
        "Resource": "*"}))
    # when
    answer = puller.manifest("quay/pause", "3.10")
    # then
    assert answer.error[0] == "NAME_UNKNOWN"


def test_a_registry_policy_can_deny(ecr: Any, engine: Engine, account: str) -> None:
    puller = _puller(engine, account, *BASE, *FIRST)
    ecr.put_registry_policy(policyText=policy({
        "Effect": "Deny", "Principal": "*", "Action": "ecr:BatchImportUpstreamImage", "Resource": "*"}))
    # when
    answer = puller.manifest("quay/pause", "3.10")
    # then
    assert answer.error[0] == "MANIFEST_UNKNOWN"


def test_another_account_needs_both_sides(ecr: Any, engine: Engine, account: str, vendor: str, root: Puller) -> None:
    # given a cached image, and a consumer in another account
    root.manifest("quay/pause", "3.10")
    puller = _puller(engine, vendor, *BASE)
    host = {"Host": f"{account}.dkr.ecr.{REGION}.amazonaws.com"}
    refused = puller.ask("GET", "/v2/quay/pause/manifests/3.10", **host)
    # when
    ecr.set_repository_policy(repositoryName="quay/pause", policyText=policy({
        "Effect": "Allow", "Principal": {"AWS": vendor}, "Action": ["ecr:BatchGetImage",
                                                                     "ecr:GetDownloadUrlForLayer"]}))
    served = puller.ask("GET", "/v2/quay/pause/manifests/3.10", **host)
    # then
    assert (refused.status, served.status) == (403, 200)


def test_another_account_reads_through_the_api_with_both_sides(ecr: Any, engine: Engine, account: str, vendor: str,
                                                               root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    consumer = engine.client("ecr", engine.user(vendor, "consumer", allow(*BASE)))
    wanted = {"registryId": account, "repositoryName": "quay/pause", "imageIds": [{"imageTag": "3.10"}]}
    with pytest.raises(consumer.exceptions.ClientError, match="AccessDenied"):
        consumer.batch_get_image(**wanted)
    # when
    ecr.set_repository_policy(repositoryName="quay/pause", policyText=policy({
        "Effect": "Allow", "Principal": {"AWS": vendor}, "Action": "ecr:BatchGetImage"}))
    # then
    assert len(consumer.batch_get_image(**wanted)["images"]) == 1


def test_another_account_describes_images_with_both_sides(ecr: Any, engine: Engine, account: str, vendor: str,
                                                          root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    consumer = engine.client("ecr", engine.user(vendor, "consumer", allow("ecr:DescribeImages")))
    with pytest.raises(consumer.exceptions.ClientError, match="AccessDenied"):
        consumer.describe_images(registryId=account, repositoryName="quay/pause")
    # when
    ecr.put_registry_policy(policyText=policy({
        "Effect": "Allow", "Principal": {"AWS": vendor}, "Action": "ecr:DescribeImages", "Resource": "*"}))
    # then
    assert len(consumer.describe_images(registryId=account, repositoryName="quay/pause")["imageDetails"]) == 3


def test_refuses_a_registry_client_without_a_token(engine: Engine) -> None:
    # when
    answer = Puller(engine.endpoint, None).ask("GET", "/v2/")
    # then
    assert answer.status == 401
    assert answer.headers["Www-Authenticate"].startswith('Basic realm="http://127.0.0.1')


def test_refuses_a_token_that_nobody_was_given(engine: Engine) -> None:
    # when, then
    assert Puller(engine.endpoint, "guessed").ask("GET", "/v2/").status == 401


def test_accepts_a_token(engine: Engine, root: Puller) -> None:
    # when, then
    assert root.ask("GET", "/v2/").status == 200


def test_a_permission_that_is_taken_away_is_gone_from_a_token(ecr: Any, engine: Engine, account: str) -> None:
    puller = _puller(engine, account, *BASE, *FIRST)
    # when
    engine.client("iam", account).delete_user_policy(UserName="puller", PolicyName="p")
    # then
    assert puller.manifest("quay/pause", "3.10").status == 403
