"""A read-only registry over OCI layouts, on 127.0.0.1: open, behind a password, or behind a token server.

OCI Distribution Specification, 'Pull'; Distribution documentation, 'Token Authentication Specification'.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import urllib.parse
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from upstream.images import INDEX, TAG

_PATH = re.compile(r"/v2/(.+)/(manifests|blobs|referrers)/([\w.:+-]+)")


class Mode(Enum):
    """Who may pull."""

    ANONYMOUS = "anonymous"
    BASIC = "basic"
    BEARER = "bearer"
    DOCKER_HUB = "docker-hub"
    """As BEARER; official images answer 403 without their `library/`."""


@dataclass
class StaticRegistry:
    """Repository name -> OCI layout. `state` is up, down (503) or denied (403), and may change while it serves."""

    layouts: Mapping[str, Path]
    mode: Mode = Mode.ANONYMOUS
    user: str = "user"
    password: str = "password"
    port: int = 0
    state: str = "up"
    requests: Counter[str] = field(default_factory=Counter)
    """How often each path was asked for."""

    def start(self) -> str:
        """Serves from a thread. The URL."""
        handler = type("BoundHandler", (_Handler,), {"registry": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self.url

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        return hashlib.sha256(f"{self.user}:{self.password}".encode()).hexdigest()

    def accepts(self, authorization: str) -> bool:
        if self.mode is Mode.ANONYMOUS:
            return True
        return authorization == (self._basic() if self.mode is Mode.BASIC else f"Bearer {self.token}")

    def gives_token(self, authorization: str) -> bool:
        """Docker Hub gives tokens to anyone, others for the password."""
        return authorization == self._basic() or (self.mode is Mode.DOCKER_HUB and not authorization)

    def _basic(self) -> str:
        return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()


class _Handler(BaseHTTPRequestHandler):
    registry: StaticRegistry
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urllib.parse.urlsplit(self.path).path
        self.registry.requests[path] += 1
        authorization = self.headers.get("Authorization", "")
        if self.registry.state == "down":
            self._error(503, "UNAVAILABLE")
        elif self.registry.state == "denied":
            self._error(403, "DENIED")
        elif path == "/token":
            self._token(authorization)
        elif not self.registry.accepts(authorization):
            self._challenge(path)
        elif path.rstrip("/") == "/v2":
            self._send(200, b"{}")
        else:
            self._content(path)

    do_HEAD = do_GET

    def _content(self, path: str) -> None:
        found = _PATH.fullmatch(path)
        if found and self.registry.mode is Mode.DOCKER_HUB and "/" not in found[1]:
            return self._error(403, "DENIED")
        layout = self.registry.layouts.get(found[1]) if found else None
        if not found or layout is None:
            return self._error(404, "NAME_UNKNOWN")
        if found[2] == "referrers":
            return self._send(200, _referrers(layout, found[3]), INDEX)
        digest = found[3] if ":" in found[3] else _tags(layout).get(found[3])
        blob = layout / "blobs" / "sha256" / (digest or "").removeprefix("sha256:")
        if digest is None or not blob.is_file():
            return self._error(404, "MANIFEST_UNKNOWN" if found[2] == "manifests" else "BLOB_UNKNOWN")
        body = blob.read_bytes()
        kind = json.loads(body)["mediaType"] if found[2] == "manifests" else "application/octet-stream"
        return self._send(200, body, kind, {"Docker-Content-Digest": digest})

    def _token(self, authorization: str) -> None:
        if self.registry.gives_token(authorization):
            self._send(200, json.dumps({"token": self.registry.token}).encode())
        else:
            self._error(401, "UNAUTHORIZED")

    def _challenge(self, path: str) -> None:
        found = _PATH.fullmatch(path)
        challenge = 'Basic realm="upstream"'
        if self.registry.mode is not Mode.BASIC:
            scope = f',scope="repository:{found[1]}:pull"' if found else ""
            challenge = f'Bearer realm="{self.registry.url}/token",service="upstream"{scope}'
        self._error(401, "UNAUTHORIZED", {"WWW-Authenticate": challenge})

    def _error(self, status: int, code: str, headers: Mapping[str, str] | None = None) -> None:
        self._send(status, json.dumps({"errors": [{"code": code}]}).encode(), headers=headers)

    def _send(self, status: int, body: bytes, kind: str = "application/json",
              headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the counter of requests is the log."""


def _tags(layout: Path) -> dict[str, str]:
    entries = json.loads((layout / "index.json").read_text())["manifests"]
    return {entry["annotations"][TAG]: entry["digest"] for entry in entries if TAG in entry.get("annotations", {})}


def _referrers(layout: Path, subject: str) -> bytes:
    """All manifests of the layout that name the subject."""
    found = []
    for blob in sorted((layout / "blobs" / "sha256").iterdir()):
        body = blob.read_bytes()
        if body.startswith(b"{") and b'"subject"' in body:
            manifest = json.loads(body)
            if manifest["subject"]["digest"] == subject:
                found.append({"mediaType": manifest["mediaType"], "digest": f"sha256:{blob.name}", "size": len(body),
                              "artifactType": manifest.get("artifactType", "")})
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": found}).encode()
