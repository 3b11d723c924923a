"""The first pull through a rule, and what it leaves."""

from __future__ import annotations

import hashlib
from pathlib import Path

from support import Engine, Puller

from upstream.server import StaticRegistry


def test_serves_the_upstreams_digest(engine: Engine, account: str, root: Puller, quay: StaticRegistry) -> None:
    # given
    engine.client("ecr", account).create_pull_through_cache_rule(ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io")
    # when
    answer = root.manifest("quay/pause", "3.10")
    # then
    assert answer.status == 200
    digest = "sha256:" + hashlib.sha256(answer.body).hexdigest()
    assert answer.headers["Docker-Content-Digest"] == digest
    for child in answer.json["manifests"]:
        image = root.manifest("quay/pause", child["digest"])
        assert image.status == 200
        for blob in [image.json["config"], *image.json["layers"]]:
            content = root.blob("quay/pause", blob["digest"])
            assert "sha256:" + hashlib.sha256(content.body).hexdigest() == blob["digest"]
