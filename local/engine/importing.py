"""Brings images of the upstream into the registry, each once however many ask, and looks every 24 hours for newer ones.

ECR User Guide, 'Sync an upstream registry with an Amazon ECR private registry'.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from engine.births import Births
from engine.clock import Clock
from engine.errors import EcrError
from engine.events import Events, Puller
from engine.fetching import FetchedImage, fetch
from engine.images import Images
from engine.manifests import Manifest, is_digest
from engine.rules import Rule
from engine.scope import ScopedStore, current
from engine.switches import Switches
from engine.upstreams.directory import Upstreams
from engine.upstreams.upstream import Failure, UpstreamError

REFRESH_AFTER = 24 * 3600
T = TypeVar("T")


class Imports:
    """First pulls and refreshes. The upstream is asked on a worker thread; what came is kept on the event loop."""

    def __init__(self, clock: Clock, images: Images, births: Births, upstreams: Upstreams, events: Events,
                 switches: Switches) -> None:
        self._clock = clock
        self._images = images
        self._births = births
        self._upstreams = upstreams
        self._events = events
        self._switches = switches
        self._flights: dict[tuple[str, ...], asyncio.Future[Manifest | None]] = {}
        self._validated: ScopedStore[float] = ScopedStore()

    def is_due(self, repository: str, reference: str) -> bool:
        """Whether a cached tag was last compared with the upstream more than 24 hours ago. Digests never are."""
        if is_digest(reference):
            return False
        last = self._validated.get(f"{repository}:{reference}")
        return last is not None and self._clock.now() - last >= REFRESH_AFTER

    async def first(self, rule: Rule, repository: str, reference: str, puller: Puller) -> Manifest:
        """Imports an image that isn't held. Raises UpstreamError."""
        found = await self._once(("first", repository, reference),
                                 lambda: self._first(rule, repository, reference, puller))
        assert found is not None
        return found

    async def refresh(self, rule: Rule, repository: str, tag: str, puller: Puller) -> Manifest | None:
        """The newer image of a tag, now imported; None when there is none or the tag can't move. UpstreamError."""
        return await self._once(("refresh", repository, tag), lambda: self._refresh(rule, repository, tag, puller))

    def reset(self) -> None:
        self._validated.clear_everywhere()

    async def _first(self, rule: Rule, repository: str, reference: str, puller: Puller) -> Manifest | None:
        try:
            image = await self._fetch(rule, repository, reference)
            assert image is not None
            if self._images.repository(repository) is None:
                self._born(repository)
        except UpstreamError as problem:
            self._events.failed(rule, repository, reference, problem, puller)
            raise
        self._keep(repository, image, None if is_digest(reference) else reference)
        self._events.imported(rule, repository, reference, image.root.digest)
        return image.root

    async def _refresh(self, rule: Rule, repository: str, tag: str, puller: Puller) -> Manifest | None:
        held = self._images.manifest(repository, tag)
        try:
            image = await self._fetch(rule, repository, tag, held.digest if held else None)
        except UpstreamError as problem:
            if self._switches.failed_refresh_sends_event:
                self._events.failed(rule, repository, tag, problem, puller)
            raise
        if image is None or self._images.is_immutable(repository, tag):
            self._validated[f"{repository}:{tag}"] = self._clock.now()
            return None
        self._keep(repository, image, tag)
        self._events.imported(rule, repository, tag, image.root.digest)
        return image.root

    async def _fetch(self, rule: Rule, repository: str, reference: str,
                     unless: str | None = None) -> FetchedImage | None:
        upstream = self._upstreams.of(rule, repository)
        return await asyncio.to_thread(fetch, upstream, rule.upstream_repository(repository), reference,
                                       self._images.blob_digests(repository), unless)

    def _born(self, repository: str) -> None:
        try:
            self._births.create(repository)
        except EcrError as problem:
            raise UpstreamError(Failure.NO_REPOSITORY, problem.message) from problem

    def _keep(self, repository: str, image: FetchedImage, tag: str | None) -> None:
        self._images.put_blobs(repository, image.blobs)
        for child in reversed(image.children):
            self._images.put_manifest(repository, child)
        self._images.put_manifest(repository, image.root, tag)
        if tag:
            self._validated[f"{repository}:{tag}"] = self._clock.now()

    async def _once(self, what: tuple[str, ...], work: Callable[[], Awaitable[Manifest | None]]) -> Manifest | None:
        """Whoever asks for the same while it is under way gets the same answer, or the same failure."""
        key = (current().account, current().region, *what)
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.ensure_future(work())
            self._flights[key] = flight
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        return await asyncio.shield(flight)
