"""What every upstream answers, and how it fails."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from engine.manifests import Manifest


class Failure(Enum):
    """Why an image didn't come. The values are our reading of the event's failure-code."""

    NOT_FOUND = "ImageNotFound"
    REFUSED = "UpstreamAccessDenied"
    THROTTLED = "UpstreamTooManyRequests"
    UNREACHABLE = "UpstreamUnavailable"
    BROKEN = "UpstreamInvalidResponse"
    NO_REPOSITORY = "RepositoryCreationFailed"


class UpstreamError(Exception):
    """An image that didn't come from the upstream."""

    def __init__(self, failure: Failure, reason: str) -> None:
        super().__init__(reason)
        self.failure = failure
        self.reason = reason


class Upstream(Protocol):
    """A source of images. Its calls may block: they run on a worker thread. All raise UpstreamError."""

    def check(self) -> None:
        """Reaches the registry and proves the credential."""

    def manifest(self, repository: str, reference: str) -> Manifest:
        """The manifest of a tag or digest."""

    def blob(self, repository: str, digest: str) -> bytes:
        """The content of a digest."""

    def referrers(self, repository: str, digest: str) -> list[str]:
        """The digests of the manifests that refer to an image; none when the registry doesn't know."""
