"""The links of GetDownloadUrlForLayer: they need no credential and end, as the presigned ones of AWS do."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from engine.clock import Clock
from engine.images import Images
from engine.scope import Registry, current, within

PATH = "/_local/layers/"
LIFETIME = 3600


@dataclass(frozen=True)
class _Link:
    registry: Registry
    repository: str
    digest: str
    expires_at: float


class Downloads:
    """Makes links and follows them."""

    def __init__(self, clock: Clock, images: Images, endpoint: str) -> None:
        self._clock = clock
        self._images = images
        self._endpoint = endpoint
        self._links: dict[str, _Link] = {}

    def url(self, repository: str, digest: str) -> str:
        token = secrets.token_urlsafe(24)
        self._links[token] = _Link(current(), repository, digest, self._clock.now() + LIFETIME)
        return f"{self._endpoint}{PATH}{token}"

    def content(self, token: str) -> bytes | None:
        """What a link leads to; None when it is unknown or has ended."""
        link = self._links.get(token)
        if link is None or self._clock.now() >= link.expires_at:
            return None
        with within(link.registry):
            return self._images.blob(link.repository, link.digest)
