"""Fetches a whole image from an upstream: manifests, children of an index, blobs. Blocks; runs on a worker thread."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from engine.manifests import Manifest
from engine.upstreams.upstream import Upstream


@dataclass
class FetchedImage:
    """An image as it will be kept; nothing of it is kept unless all of it came."""

    root: Manifest
    children: list[Manifest] = field(default_factory=list)
    blobs: dict[str, bytes] = field(default_factory=dict)


def fetch(upstream: Upstream, repository: str, reference: str, held: Collection[str] = (),
          unless: str | None = None) -> FetchedImage | None:
    """The image of a tag or digest, without the blobs already held; None when its digest is `unless`.

    Raises UpstreamError.
    """
    root = upstream.manifest(repository, reference)
    if root.digest == unless:
        return None
    image = FetchedImage(root)
    _follow(upstream, repository, root, image, held)
    return image


def _follow(upstream: Upstream, repository: str, manifest: Manifest, image: FetchedImage,
            held: Collection[str]) -> None:
    for child in manifest.children:
        found = upstream.manifest(repository, child.digest)
        image.children.append(found)
        _follow(upstream, repository, found, image, held)
    for blob in manifest.blobs:
        if blob.digest not in held and blob.digest not in image.blobs:
            image.blobs[blob.digest] = upstream.blob(repository, blob.digest)
