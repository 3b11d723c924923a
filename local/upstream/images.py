"""Makes a small image for two platforms, always with the same digests for the same content. Standard library only."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
# Uncompressed: what gzip makes of it differs between versions of zlib, and with it the digest.
LAYER = "application/vnd.oci.image.layer.v1.tar"
TAG = "org.opencontainers.image.ref.name"
PLATFORMS = ("amd64", "arm64")


def make_image(layout: Path, tag: str, content: str = "hello") -> str:
    """Adds an image to an OCI layout, made when it isn't there, and moves the tag to it. The digest of its index."""
    manifests = [_platform(layout, architecture, content) for architecture in PLATFORMS]
    index = _put(layout, _encoded({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}))
    _tag(layout, tag, {"mediaType": INDEX, **index})
    return str(index["digest"])


def make_referrer(layout: Path, subject: str, artifact_type: str = "application/spdx+json") -> str:
    """Adds an artifact that refers to an image of the layout, such as an SBOM. The digest of its manifest."""
    size = (layout / "blobs" / "sha256" / subject.removeprefix("sha256:")).stat().st_size
    empty = {"mediaType": "application/vnd.oci.empty.v1+json", **_put(layout, b"{}")}
    manifest = _put(layout, _encoded({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": artifact_type, "config": empty, "layers": [empty],
        "subject": {"mediaType": INDEX, "digest": subject, "size": size},
    }))
    return str(manifest["digest"])


def _platform(layout: Path, architecture: str, content: str) -> dict[str, Any]:
    layer = _layer(f"{content} {architecture}\n".encode())
    config = _put(layout, _encoded({
        "architecture": architecture, "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
    }))
    manifest = _put(layout, _encoded({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": {"mediaType": CONFIG, **config},
        "layers": [{"mediaType": LAYER, **_put(layout, layer)}],
    }))
    return {"mediaType": MANIFEST, **manifest, "platform": {"architecture": architecture, "os": "linux"}}


def _layer(content: bytes) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        entry = tarfile.TarInfo("hello.txt")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def _put(layout: Path, content: bytes) -> dict[str, Any]:
    digest = _digest(content)
    path = layout / "blobs" / "sha256" / digest.removeprefix("sha256:")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"digest": digest, "size": len(content)}


def _tag(layout: Path, tag: str, descriptor: dict[str, Any]) -> None:
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    path = layout / "index.json"
    index: Any = json.loads(path.read_text()) if path.exists() else {"schemaVersion": 2, "manifests": []}
    others = [entry for entry in index["manifests"] if entry.get("annotations", {}).get(TAG) != tag]
    index["manifests"] = [*others, {**descriptor, "annotations": {TAG: tag}}]
    path.write_text(json.dumps(index))


def _encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
