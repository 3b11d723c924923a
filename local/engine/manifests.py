"""Image manifests: bytes with a media type, and what they point to (OCI image-spec; Docker schema 2)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.scope import Json

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MEDIA_TYPES = (OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST)


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def is_digest(reference: str) -> bool:
    """Whether a reference is a digest and not a tag."""
    return ":" in reference


@dataclass(frozen=True)
class Descriptor:
    """A pointer to content."""

    digest: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """The manifest of one image, or of an index of images."""

    body: bytes
    media_type: str

    @classmethod
    def read(cls, body: bytes, media_type: str | None) -> Manifest:
        """A manifest as it was sent. ValueError when it isn't one."""
        try:
            document: Any = json.loads(body)
        except ValueError:
            document = None
        if not isinstance(document, dict) or document.get("schemaVersion") != 2:
            raise ValueError("not an image manifest of schema version 2")
        given = (document.get("mediaType") or media_type or "").partition(";")[0].strip()
        if given not in MEDIA_TYPES:
            raise ValueError(f"manifest media type not supported: '{given}'")
        manifest = cls(body, given)
        try:
            _ = manifest.children, manifest.blobs
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ValueError("the manifest's descriptors are incomplete") from None
        return manifest

    @cached_property
    def digest(self) -> str:
        return digest_of(self.body)

    @cached_property
    def document(self) -> Json:
        found: Json = json.loads(self.body)
        return found

    @property
    def is_index(self) -> bool:
        return self.media_type in (OCI_INDEX, DOCKER_LIST)

    @property
    def children(self) -> list[Descriptor]:
        """The manifests of an index; none for an image."""
        return [_descriptor(d) for d in self.document["manifests"]] if self.is_index else []

    @property
    def blobs(self) -> list[Descriptor]:
        """Configuration and layers of an image; none for an index."""
        if self.is_index:
            return []
        return [_descriptor(self.document["config"]), *map(_descriptor, self.document["layers"])]

    @property
    def subject(self) -> str | None:
        """The digest that a signature, SBOM or attestation refers to."""
        return (self.document.get("subject") or {}).get("digest")

    @property
    def artifact_type(self) -> str | None:
        found: str | None = self.document.get("artifactType") or (self.document.get("config") or {}).get("mediaType")
        return found


def _descriptor(given: Json) -> Descriptor:
    return Descriptor(str(given["digest"]), int(given["size"]))
