"""Puts an image of an OCI layout into a registry of the engine, as if its owner had pushed it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ministack.services import ecr

from engine.fetching import fetch
from engine.images import Images
from engine.manifests import Manifest
from engine.scope import Json, Registry, within
from engine.upstreams.upstream import Failure, UpstreamError

_TAG = "org.opencontainers.image.ref.name"


class Seeding:
    """Seeds registries; a repository that isn't there is created."""

    def __init__(self, images: Images) -> None:
        self._images = images

    def seed(self, layout: Path, *, account: str, region: str, repository: str, tag: str | None = None) -> Json:
        """Puts the layout's tagged image, or all of them. ValueError for what is no layout, account or Region."""
        if not re.fullmatch(r"\d{12}", account) or not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
            raise ValueError(f"registry: got account '{account}' and region '{region}'")
        source, seeded = OciLayout(layout), []
        tags = [tag] if tag else source.tags
        if not tags:
            raise ValueError(f"{layout}: holds no tagged image")
        with within(Registry(account, region)) as registry:
            for one in tags:
                image = fetch(source, repository, one)
                assert image is not None
                if self._images.repository(repository) is None:
                    ecr._create_repository({"repositoryName": repository})
                self._images.put_blobs(repository, image.blobs)
                for child in reversed(image.children):
                    self._images.put_manifest(repository, child)
                self._images.put_manifest(repository, image.root, one)
                seeded.append({"uri": f"{registry.host}/{repository}:{one}", "digest": image.root.digest})
        return {"images": seeded}


class OciLayout:
    """An OCI image layout on disk, read as an upstream; it holds one repository, whatever its name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            index: Any = json.loads((path / "index.json").read_bytes())
            self._tags = {entry["annotations"][_TAG]: entry["digest"] for entry in index["manifests"]
                          if _TAG in entry.get("annotations", {})}
        except (OSError, KeyError, TypeError) as problem:
            raise ValueError(f"{path}: no OCI image layout: {problem}") from problem

    @property
    def tags(self) -> list[str]:
        return list(self._tags)

    def check(self) -> None:
        """A layout that was opened can be read."""

    def manifest(self, repository: str, reference: str) -> Manifest:
        return Manifest.read(self.blob(repository, self._tags.get(reference, reference)), None)

    def blob(self, repository: str, digest: str) -> bytes:
        try:
            return (self._path / "blobs" / "sha256" / digest.removeprefix("sha256:")).read_bytes()
        except OSError as problem:
            raise UpstreamError(Failure.NOT_FOUND, f"{self._path}: has no '{digest}'") from problem

    def referrers(self, repository: str, digest: str) -> list[str]:
        return []
