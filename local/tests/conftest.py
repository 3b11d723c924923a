"""A started engine, clients for it, and images."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import Engine, Puller

from upstream.images import make_image
from upstream.server import StaticRegistry

_accounts = (f"{number:012d}" for number in itertools.count(200000000001))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """One engine for all tests; each test has accounts of its own."""
    with Engine.started() as started:
        yield started


@pytest.fixture
def account() -> str:
    """An account that no other test uses."""
    return next(_accounts)


@pytest.fixture
def vendor() -> str:
    """A second account, which owns an upstream registry."""
    return next(_accounts)


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """An OCI layout with one image for two platforms, tagged 3.10."""
    path = tmp_path / "layout"
    make_image(path, "3.10")
    return path


@pytest.fixture
def quay(engine: Engine, layout: Path) -> Iterator[StaticRegistry]:
    """A static registry that stands in for quay.io and holds the layout as `pause`."""
    registry = StaticRegistry({"pause": layout})
    registry.start()
    engine.control("PUT", "/upstreams/quay.io", {"url": registry.url, "state": "up"})
    yield registry
    registry.stop()
    engine.control("PUT", "/switches", {"first_pull_by_digest_refused": True, "failure_events": 1,
                                        "failed_refresh_sends_event": True, "log_streams_see_source": False, "trust_sees_source": False})


@pytest.fixture
def root(engine: Engine, account: str) -> Puller:
    """The account's root as a registry client."""
    return engine.puller(engine.session(account))
