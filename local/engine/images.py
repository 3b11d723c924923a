"""What a registry holds: repositories, manifests, tags and blobs, kept in ministack's own stores.

They are shared with ministack, so that `AWS::ECR::Repository` and uploads of layers, which it brings, see the same.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable
from typing import Any

from ministack.services import ecr

from engine.clock import Clock
from engine.errors import EcrError, repository_missing
from engine.manifests import Manifest, is_digest
from engine.scope import Json, current


ACTIVE, ARCHIVED = "ACTIVE", "ARCHIVED"


def status(record: Json) -> str:
    """Whether an image is active or archived."""
    found: str = record.get("imageStatus", ACTIVE)
    return found


class Images:
    """The content of every registry; each call is about the registry of the current request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def repository(self, name: str) -> Json | None:
        found: Json | None = ecr._repositories.get(name)
        return found

    def expect_repository(self, name: str) -> Json:
        """The repository. EcrError when there is none."""
        found = self.repository(name)
        if found is None:
            raise repository_missing(name, current().account)
        return found

    def records(self, name: str) -> list[Json]:
        """The images of a repository in the order of their push."""
        found: list[Json] = ecr._images.get(name) or []
        return found

    def manifest(self, name: str, reference: str) -> Manifest | None:
        record = self.record(name, reference)
        if record is None:
            return None
        body: bytes | None = (ecr._manifest_blobs.get(name) or {}).get(record["imageDigest"])
        return Manifest(body if body is not None else record["imageManifest"].encode(),
                        record["imageManifestMediaType"])

    def record(self, name: str, reference: str) -> Json | None:
        """The image of a tag or digest."""
        by = (lambda r: r["imageDigest"] == reference) if is_digest(reference) else (
            lambda r: reference in r.get("imageTags", []))
        return next(filter(by, self.records(name)), None)

    def is_archived(self, name: str, reference: str) -> bool:
        """Whether the image is in the archive, where nobody can pull it."""
        record = self.record(name, reference)
        return record is not None and status(record) == ARCHIVED

    def blob(self, name: str, digest: str) -> bytes | None:
        found: bytes | None = (ecr._layer_blobs.get(name) or {}).get(digest)
        return found

    def blob_digests(self, name: str) -> frozenset[str]:
        return frozenset(ecr._layer_blobs.get(name) or {})

    def put_blobs(self, name: str, blobs: dict[str, bytes]) -> None:
        ecr._layer_blobs.setdefault(name, {}).update(blobs)

    def put_manifest(self, name: str, manifest: Manifest, tag: str | None = None) -> Json:
        """Keeps a manifest and moves the tag to it. EcrError when the tag can't move."""
        holder = self.record(name, tag) if tag else None
        if holder is not None and holder["imageDigest"] != manifest.digest and self.is_immutable(name, str(tag)):
            raise EcrError("ImageTagAlreadyExistsException",
                           f"The image tag '{tag}' already exists in the '{name}' repository and cannot be "
                           "overwritten because the tag is immutable.")
        ecr._manifest_blobs.setdefault(name, {})[manifest.digest] = manifest.body
        record = self.record(name, manifest.digest)
        if record is None:
            record = {
                "registryId": current().account, "repositoryName": name, "imageDigest": manifest.digest,
                "imageId": {"imageDigest": manifest.digest}, "imageTags": [],
                "imageManifest": manifest.body.decode(), "imageManifestMediaType": manifest.media_type,
                "imagePushedAt": self._clock.now(),
            }
            ecr._images.setdefault(name, []).append(record)
        if tag and holder is not record:
            if holder is not None:
                self.untag(holder, tag)
            record["imageTags"].append(tag)
            record["imageId"]["imageTag"] = tag
        return record

    def is_immutable(self, name: str, tag: str) -> bool:
        """Whether a tag, once given, stays with its image."""
        repository = self.expect_repository(name)
        mutability: str = repository.get("imageTagMutability", "MUTABLE")
        excluded = any(fnmatch.fnmatchcase(tag, f["filter"])
                       for f in repository.get("imageTagMutabilityExclusionFilters") or [])
        return mutability.startswith("IMMUTABLE") != (excluded and mutability.endswith("_WITH_EXCLUSION"))

    def untag(self, record: Json, tag: str) -> None:
        record["imageTags"].remove(tag)
        record["imageId"].pop("imageTag", None)
        if record["imageTags"]:
            record["imageId"]["imageTag"] = record["imageTags"][-1]

    def remove(self, name: str, record: Json) -> None:
        self.records(name).remove(record)
        (ecr._manifest_blobs.get(name) or {}).pop(record["imageDigest"], None)

    def size(self, name: str, manifest: Manifest) -> int:
        """Bytes of an image as ECR counts them: its blobs, or the largest image of an index."""
        if manifest.is_index:
            held = (self.manifest(name, child.digest) for child in manifest.children)
            return max((self.size(name, child) for child in held if child), default=0)
        return sum(blob.size for blob in manifest.blobs)

    def referrers(self, name: str, digest: str) -> Iterable[Manifest]:
        """The manifests that name an image as their subject."""
        held = (self.manifest(name, record["imageDigest"]) for record in self.records(name))
        return [m for m in held if m is not None and m.subject == digest]


def forget_with_repository(delete: Any) -> Any:
    """ministack's DeleteRepository, and the blobs and manifests that it would leave behind."""
    def delete_repository(request: Json) -> Any:
        answer = delete(request)
        if answer[0] == 200:
            for store in (ecr._layer_blobs, ecr._manifest_blobs, ecr._uploads):
                store.pop(request["repositoryName"], None)
        return answer
    return delete_repository
