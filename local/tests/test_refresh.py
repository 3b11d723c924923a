"""A cached tag is compared with the upstream when 24 hours have passed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import Engine, Puller, allow

from upstream.images import make_image
from upstream.server import StaticRegistry


@pytest.fixture
def ecr(engine: Engine, account: str, quay: StaticRegistry) -> Any:
    client = engine.client("ecr", account)
    client.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    return client


@pytest.fixture
def cached(ecr: Any, root: Puller) -> str:
    """The digest of the cached tag."""
    return str(root.manifest("quay/pause", "3.10").headers["Docker-Content-Digest"])


def _pull(engine: Engine, account: str) -> Any:
    """A pull with a new token: the clock ends the old one after 12 hours."""
    return engine.puller(engine.session(account)).manifest("quay/pause", "3.10")


def test_serves_the_cache_within_24_hours(cached: str, engine: Engine, account: str, layout: Path) -> None:
    make_image(layout, "3.10", "newer")
    # when
    engine.control("POST", "/clock", {"hours": 23})
    # then
    assert _pull(engine, account).headers["Docker-Content-Digest"] == cached


def test_moves_the_tag_after_24_hours(cached: str, engine: Engine, account: str, layout: Path, ecr: Any) -> None:
    newer = make_image(layout, "3.10", "newer")
    # when
    engine.control("POST", "/clock", {"hours": 24})
    # then
    assert _pull(engine, account).headers["Docker-Content-Digest"] == newer
    tagged = ecr.describe_images(repositoryName="quay/pause", imageIds=[{"imageTag": "3.10"}])["imageDetails"]
    assert [image["imageDigest"] for image in tagged] == [newer]
    assert [event["image-digest"] for event in engine.events_of(account)] == [cached, newer]


def test_compares_again_only_after_another_24_hours(cached: str, engine: Engine, account: str,
                                                    quay: StaticRegistry) -> None:
    engine.control("POST", "/clock", {"hours": 25})
    # when
    for _ in range(3):
        _pull(engine, account)
    # then
    assert quay.requests["/v2/pause/manifests/3.10"] == 2
    assert len(engine.events_of(account)) == 1


def test_serves_the_cache_when_the_upstream_is_down(cached: str, engine: Engine, account: str,
                                                    quay: StaticRegistry) -> None:
    engine.control("POST", "/clock", {"hours": 25})
    quay.state = "down"
    # when
    answer = _pull(engine, account)
    # then
    assert (answer.status, answer.headers["Docker-Content-Digest"]) == (200, cached)
    assert engine.events_of(account)[-1]["sync-status"] == "FAILURE"


def test_sends_no_event_of_a_failed_refresh_with_the_switch_off(cached: str, engine: Engine, account: str,
                                                                quay: StaticRegistry) -> None:
    engine.control("PUT", "/switches", {"failed_refresh_sends_event": False})
    engine.control("POST", "/clock", {"hours": 25})
    quay.state = "down"
    # when
    _pull(engine, account)
    # then
    assert [event["sync-status"] for event in engine.events_of(account)] == ["SUCCESS"]


@pytest.mark.parametrize(("mutability", "filters", "moves"), [
    ("IMMUTABLE", None, False), ("IMMUTABLE_WITH_EXCLUSION", "3.*", True), ("MUTABLE_WITH_EXCLUSION", "3.*", False),
    ("IMMUTABLE_WITH_EXCLUSION", "latest", False), ("MUTABLE_WITH_EXCLUSION", "latest", True),
])
def test_never_moves_an_immutable_tag(mutability: str, filters: str | None, moves: bool, ecr: Any, engine: Engine,
                                      account: str, root: Puller, layout: Path) -> None:
    ecr.create_repository_creation_template(
        prefix="quay", appliedFor=["PULL_THROUGH_CACHE"], imageTagMutability=mutability,
        **({"imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": filters}]} if filters else {}))
    cached = root.manifest("quay/pause", "3.10").headers["Docker-Content-Digest"]
    newer = make_image(layout, "3.10", "newer")
    # when
    engine.control("POST", "/clock", {"hours": 25})
    # then
    assert _pull(engine, account).headers["Docker-Content-Digest"] == (newer if moves else cached)


def test_serves_the_cache_to_a_caller_who_may_not_import(cached: str, engine: Engine, account: str,
                                                         layout: Path) -> None:
    user = engine.user(account, "reader", allow("ecr:GetAuthorizationToken", "ecr:BatchGetImage"))
    make_image(layout, "3.10", "newer")
    # when
    engine.control("POST", "/clock", {"hours": 25})
    answer = engine.puller(user).manifest("quay/pause", "3.10")
    # then
    assert answer.headers["Docker-Content-Digest"] == cached


def test_ends_a_token_after_12_hours(engine: Engine, root: Puller) -> None:
    assert root.ask("GET", "/v2/").status == 200
    # when
    engine.control("POST", "/clock", {"hours": 12})
    # then
    assert root.ask("GET", "/v2/").status == 401
