"""A private ECR registry of another account as the upstream: the role's trust and rights, and the owner's policies."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import REGION, Engine, Puller, allow, policy

CACHE_SERVICE = "pullthroughcache.ecr.amazonaws.com"
UPSTREAM = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchImportUpstreamImage",
            "ecr:GetImageCopyStatus")
DOCUMENTED = (*UPSTREAM, "ecr:GetAuthorizationToken", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart",
              "ecr:CompleteLayerUpload", "ecr:PutImage")


def _lets_in(account: str, vendor: str, *actions: str) -> str:
    return policy({"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                   "Action": list(actions or UPSTREAM), "Resource": f"arn:aws:ecr:{REGION}:{vendor}:repository/*"})


@pytest.fixture
def seeded(engine: Engine, vendor: str, layout: Path) -> str:
    """The vendor's image; its digest."""
    answer = engine.control("POST", "/images", {"layout": str(layout), "account": vendor, "region": REGION,
                                                "repository": "team/pause"})
    return str(answer["images"][0]["digest"])


def _rule(engine: Engine, account: str, vendor: str, role: str | None) -> None:
    engine.client("ecr", account).create_pull_through_cache_rule(
        ecrRepositoryPrefix="echo", upstreamRegistryUrl=f"{vendor}.dkr.ecr.{REGION}.amazonaws.com",
        **({"customRoleArn": role} if role else {}))


@pytest.fixture
def rule(engine: Engine, account: str, vendor: str, seeded: str) -> None:
    _rule(engine, account, vendor, engine.role(account, "upstream", CACHE_SERVICE, allow(*DOCUMENTED)))


def test_pulls_what_the_owner_lets_in(rule: None, engine: Engine, account: str, vendor: str, root: Puller,
                                      seeded: str) -> None:
    engine.client("ecr", vendor).put_registry_policy(policyText=_lets_in(account, vendor))
    # when
    answer = root.manifest("echo/team/pause", "3.10")
    # then
    assert (answer.status, answer.headers["Docker-Content-Digest"]) == (200, seeded)


def test_pulls_by_the_repositorys_policy_alone(rule: None, engine: Engine, account: str, vendor: str,
                                               root: Puller) -> None:
    engine.client("ecr", vendor).set_repository_policy(repositoryName="team/pause", policyText=policy({
        "Effect": "Allow", "Principal": {"AWS": account}, "Action": list(UPSTREAM)}))
    # when, then
    assert root.manifest("echo/team/pause", "3.10").status == 200


def test_fails_when_the_owner_lets_nobody_in(rule: None, engine: Engine, root: Puller, account: str) -> None:
    # when
    answer = root.manifest("echo/team/pause", "3.10")
    # then
    assert answer.status == 403
    event = engine.events_of(account)[-1]
    assert event["sync-status"] == "FAILURE"
    assert f"assumed-role/upstream/pullthroughcache may not perform {UPSTREAM[2]}" in event["failure-reason"]


@pytest.mark.parametrize("missing", UPSTREAM)
def test_fails_when_the_owner_withholds_one_action(missing: str, rule: None, engine: Engine, account: str,
                                                   vendor: str, root: Puller) -> None:
    engine.client("ecr", vendor).put_registry_policy(
        policyText=_lets_in(account, vendor, *(action for action in UPSTREAM if action != missing)))
    # when, then
    assert root.manifest("echo/team/pause", "3.10").status == 403
    assert engine.denied_since(f"{account}:assumed-role/upstream") == [missing]


@pytest.mark.parametrize("missing", DOCUMENTED)
def test_fails_when_the_role_lacks_one_action(missing: str, engine: Engine, account: str, vendor: str, seeded: str,
                                              root: Puller) -> None:
    engine.client("ecr", vendor).put_registry_policy(policyText=_lets_in(account, vendor))
    _rule(engine, account, vendor, engine.role(account, "upstream", CACHE_SERVICE, allow(
        *(action for action in DOCUMENTED if action != missing))))
    # when, then
    assert root.manifest("echo/team/pause", "3.10").status == 403
    assert engine.denied_since(f"{account}:assumed-role/upstream") == [missing]


@pytest.mark.parametrize("service", ["ecr.amazonaws.com", "lambda.amazonaws.com"])
def test_fails_when_the_role_trusts_another_service(service: str, engine: Engine, account: str, vendor: str,
                                                    seeded: str, root: Puller) -> None:
    engine.client("ecr", vendor).put_registry_policy(policyText=_lets_in(account, vendor))
    role = engine.role(account, "upstream", service, allow(*DOCUMENTED))
    _rule(engine, account, vendor, role)
    # when
    answer = root.manifest("echo/team/pause", "3.10")
    # then
    assert answer.status == 403
    assert f"{CACHE_SERVICE} can't assume {role}" in answer.error[1]


def test_fails_when_the_role_does_not_exist(engine: Engine, account: str, vendor: str, seeded: str,
                                            root: Puller) -> None:
    _rule(engine, account, vendor, f"arn:aws:iam::{account}:role/none")
    # when, then
    assert root.manifest("echo/team/pause", "3.10").status == 403


def test_fails_across_accounts_without_a_role(engine: Engine, account: str, vendor: str, seeded: str,
                                              root: Puller) -> None:
    engine.client("ecr", vendor).put_registry_policy(policyText=_lets_in(account, vendor))
    _rule(engine, account, vendor, None)
    # when
    answer = root.manifest("echo/team/pause", "3.10")
    # then
    assert answer.status == 403
    assert "is of another account: the rule needs a role" in answer.error[1]


def test_pulls_across_regions_of_one_account_without_a_role(engine: Engine, account: str, layout: Path,
                                                            root: Puller) -> None:
    engine.control("POST", "/images", {"layout": str(layout), "account": account, "region": "eu-west-1",
                                       "repository": "pause"})
    engine.client("ecr", account).create_pull_through_cache_rule(
        ecrRepositoryPrefix="eu", upstreamRegistryUrl=f"{account}.dkr.ecr.eu-west-1.amazonaws.com")
    # when, then
    assert root.manifest("eu/pause", "3.10").status == 200


def test_a_policy_narrowed_to_one_role_refuses_another(engine: Engine, account: str, vendor: str, seeded: str,
                                                       root: Puller) -> None:
    for name in ("right", "wrong"):
        engine.role(account, name, CACHE_SERVICE, allow(*DOCUMENTED))
    engine.client("ecr", vendor).put_registry_policy(policyText=policy({
        "Effect": "Allow", "Principal": {"AWS": account}, "Action": list(UPSTREAM), "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": f"arn:aws:*::{account}:*/right*"}}}))
    ecr = engine.client("ecr", account)
    _rule(engine, account, vendor, f"arn:aws:iam::{account}:role/wrong")
    refused = root.manifest("echo/team/pause", "3.10").status
    # when
    ecr.update_pull_through_cache_rule(ecrRepositoryPrefix="echo", customRoleArn=f"arn:aws:iam::{account}:role/right")
    # then
    assert (refused, root.manifest("echo/team/pause", "3.10").status) == (403, 200)


@pytest.mark.parametrize(("sent", "status"), [(False, 403), (True, 200)])
def test_a_trust_that_asks_for_the_source_account(sent: bool, status: int, engine: Engine, account: str, vendor: str,
                                                  seeded: str, root: Puller) -> None:
    engine.client("ecr", vendor).put_registry_policy(policyText=_lets_in(account, vendor))
    role = engine.role(account, "upstream", CACHE_SERVICE, allow(*DOCUMENTED))
    engine.client("iam", account).update_assume_role_policy(RoleName="upstream", PolicyDocument=policy({
        "Effect": "Allow", "Principal": {"Service": CACHE_SERVICE}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}}}))
    _rule(engine, account, vendor, role)
    # when
    engine.control("PUT", "/switches", {"trust_sees_source": sent})
    answer = root.manifest("echo/team/pause", "3.10").status
    engine.control("PUT", "/switches", {"trust_sees_source": False})
    # then
    assert answer == status


def test_the_owner_withdraws_access_and_gives_it_back(rule: None, engine: Engine, account: str, vendor: str,
                                                      root: Puller) -> None:
    owner = engine.client("ecr", vendor)
    owner.put_registry_policy(policyText=_lets_in(account, vendor))
    served = root.manifest("echo/team/pause", "3.10").status
    # when
    owner.delete_registry_policy()
    cached, other = root.manifest("echo/team/pause", "3.10").status, root.manifest("echo/team/pause", "other").status
    owner.put_registry_policy(policyText=_lets_in(account, vendor))
    # then
    assert (served, cached, other) == (200, 200, 403)
    assert root.manifest("echo/team/pause", "other").status == 404
