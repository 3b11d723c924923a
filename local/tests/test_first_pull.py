"""The first pull through a rule, and what it leaves."""

from __future__ import annotations

import hashlib
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from support import Answer, Engine, Puller

from upstream.images import make_image
from upstream.server import StaticRegistry


@pytest.fixture
def ecr(engine: Engine, account: str, quay: StaticRegistry) -> Any:
    client = engine.client("ecr", account)
    client.create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    return client


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def test_serves_the_upstreams_digests_down_to_the_layers(ecr: Any, root: Puller, layout: Path) -> None:
    # when
    answer = root.manifest("quay/pause", "3.10")
    # then
    assert answer.status == 200
    assert answer.headers["Docker-Content-Digest"] == _digest(answer.body) == make_image(layout, "3.10")
    for child in answer.json["manifests"]:
        image = root.manifest("quay/pause", child["digest"])
        assert _digest(image.body) == child["digest"]
        for blob in [image.json["config"], *image.json["layers"]]:
            assert _digest(root.blob("quay/pause", blob["digest"]).body) == blob["digest"]


def test_answers_head_without_a_body(ecr: Any, root: Puller) -> None:
    # when
    answer = root.manifest("quay/pause", "3.10", "HEAD")
    # then
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


def test_serves_the_cached_image_when_the_upstream_is_gone(ecr: Any, root: Puller, quay: StaticRegistry) -> None:
    first = root.manifest("quay/pause", "3.10")
    quay.state = "down"
    # when
    second = root.manifest("quay/pause", "3.10")
    # then
    assert second.body == first.body


def test_imports_once_however_many_ask(ecr: Any, root: Puller, quay: StaticRegistry, engine: Engine,
                                       account: str) -> None:
    # when
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(root.manifest("quay/pause", "3.10")))
               for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # then
    assert [answer.status for answer in answers] == [200] * 8
    assert quay.requests["/v2/pause/manifests/3.10"] == 1
    assert [event["sync-status"] for event in engine.events_of(account)] == ["SUCCESS"]


def test_answers_others_while_an_upstream_keeps_it_waiting(ecr: Any, root: Puller, engine: Engine) -> None:
    # given an upstream that accepts and never answers
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        engine.control("PUT", "/upstreams/registry.k8s.io", {"url": url})
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="k8s", upstreamRegistryUrl="registry.k8s.io")
        waiting = threading.Thread(target=lambda: root.manifest("k8s/pause", "1"), daemon=True)
        waiting.start()
        connection, _ = silent.accept()
        with connection:
            # when, then
            assert root.manifest("quay/pause", "3.10").status == 200
            assert waiting.is_alive()


def test_fails_for_an_image_that_the_upstream_lacks_and_makes_no_repository(ecr: Any, root: Puller,
                                                                            account: str) -> None:
    # when
    answer = root.manifest("quay/other", "1")
    # then
    assert answer.status == 404
    assert answer.error == ("NAME_UNKNOWN", "The repository with name 'quay/other' does not exist in the registry "
                                            f"with id '{account}'")
    assert ecr.describe_repositories()["repositories"] == []


def test_fails_for_a_tag_that_the_upstream_lacks(ecr: Any, root: Puller) -> None:
    root.manifest("quay/pause", "3.10")
    # when
    answer = root.manifest("quay/pause", "4")
    # then
    assert (answer.status, answer.error) == (404, ("MANIFEST_UNKNOWN", "Requested image not found"))


def test_fails_for_a_repository_that_no_rule_serves(ecr: Any, root: Puller, quay: StaticRegistry) -> None:
    # when
    answer = root.manifest("quayside/pause", "3.10")
    # then
    assert answer.error[0] == "NAME_UNKNOWN"
    assert not quay.requests


def test_fails_for_a_blob_before_its_manifest(ecr: Any, root: Puller, layout: Path, quay: StaticRegistry) -> None:
    root.manifest("quay/pause", "3.10")
    make_image(layout, "4", "other")
    blobs = {f"sha256:{path.name}" for path in (layout / "blobs" / "sha256").iterdir()}
    held = {d for d in blobs if root.blob("quay/pause", d).status == 200}
    # when
    root.manifest("quay/pause", "4")
    # then
    now_held = {d for d in blobs if root.blob("quay/pause", d).status == 200}
    assert (len(held), len(now_held)) == (4, 8)


def test_refuses_a_first_pull_by_digest_until_its_tag_was_pulled(ecr: Any, root: Puller, layout: Path) -> None:
    digest = make_image(layout, "3.10")
    # when
    refused = root.manifest("quay/pause", digest)
    root.manifest("quay/pause", "3.10")
    served = root.manifest("quay/pause", digest)
    # then
    assert (refused.status, served.status) == (404, 200)
    assert refused.error[0] == "NAME_UNKNOWN"


def test_serves_a_first_pull_by_digest_with_the_switch_off(ecr: Any, root: Puller, layout: Path,
                                                           engine: Engine) -> None:
    engine.control("PUT", "/switches", {"first_pull_by_digest_refused": False})
    digest = make_image(layout, "3.10")
    # when
    answer = root.manifest("quay/pause", digest)
    # then
    assert (answer.status, answer.headers["Docker-Content-Digest"]) == (200, digest)
    assert ecr.list_images(repositoryName="quay/pause", filter={"tagStatus": "TAGGED"})["imageIds"] == []


def test_maps_prefixes_and_the_most_specific_rule_serves(ecr: Any, root: Puller, quay: StaticRegistry,
                                                         layout: Path) -> None:
    quay.layouts = {"special/pause": layout, "pause": layout, "team/pause": layout}
    for prefix, upstream in (("ROOT", "ROOT"), ("quay/base", "special")):
        ecr.create_pull_through_cache_rule(ecrRepositoryPrefix=prefix, upstreamRegistryUrl="quay.io",
                                           upstreamRepositoryPrefix=upstream)
    # when
    statuses = [root.manifest(name, "3.10").status for name in ("quay/pause", "quay/base/pause", "team/pause")]
    # then
    assert statuses == [200, 200, 200]
    asked = [path for path in quay.requests if path.endswith("/3.10")]
    assert asked == ["/v2/pause/manifests/3.10", "/v2/special/pause/manifests/3.10", "/v2/team/pause/manifests/3.10"]


def test_fails_when_the_upstream_sends_another_blob(ecr: Any, root: Puller, layout: Path) -> None:
    # given
    layer = max((layout / "blobs" / "sha256").iterdir(), key=lambda path: path.stat().st_size)
    layer.write_bytes(b"tampered")
    # when
    answer = root.manifest("quay/pause", "3.10")
    # then
    assert answer.status == 404
    assert ecr.describe_repositories()["repositories"] == []


def test_fails_for_an_upstream_that_nothing_stands_in_for(ecr: Any, root: Puller, engine: Engine,
                                                          account: str) -> None:
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="public", upstreamRegistryUrl="public.ecr.aws")
    # when
    answer = root.manifest("public/nginx", "1")
    # then
    assert answer.status == 404
    assert "no server stands in for public.ecr.aws: start with --upstream" in (
        engine.events_of(account)[-1]["failure-reason"])


def test_counts_pulls(ecr: Any, root: Puller, engine: Engine, account: str) -> None:
    # when
    root.manifest("quay/pause", "3.10", "HEAD")
    root.manifest("quay/pause", "3.10")
    root.manifest("quay/pause", "3.10")
    # then
    now = engine.control("GET", "/clock")["now"]
    found = engine.client("cloudwatch", account).get_metric_statistics(
        Namespace="AWS/ECR", MetricName="RepositoryPullCount", StartTime=now - 600, EndTime=now + 600, Period=3600,
        Dimensions=[{"Name": "RepositoryName", "Value": "quay/pause"}], Statistics=["Sum"])
    assert sum(point["Sum"] for point in found["Datapoints"]) == 2
