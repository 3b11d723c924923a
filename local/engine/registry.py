"""The registry protocol (OCI Distribution Specification): what Docker, containerd and skopeo speak."""

from __future__ import annotations

import json
from typing import Any

from ministack.core.responses import set_request_account_id, set_request_region
from ministack.services import ecr

from engine.errors import EcrError
from engine.events import Events
from engine.images import Images
from engine.manifests import OCI_INDEX, Manifest, is_digest
from engine.metrics import Metrics
from engine.permissions import Permissions, Principal
from engine.pulls import PullRefused, Pulls, Why
from engine.referrers import Referrers
from engine.scope import Json, current
from engine.tokens import Tokens

Answer = tuple[int, dict[str, str], bytes]

_STATUS = {Why.DENIED: 403, Why.NO_REPOSITORY: 404, Why.NO_IMAGE: 404, Why.NO_BLOB: 404}
_VERSION = {"Docker-Distribution-Api-Version": "registry/2.0"}
_UPLOADS = {("blob_uploads", "POST"): "InitiateLayerUpload", ("blob_upload_session", "PATCH"): "UploadLayerPart",
            ("blob_upload_session", "PUT"): "CompleteLayerUpload", ("blob_upload_session", "GET"): "UploadLayerPart",
            ("blob_upload_session", "DELETE"): "UploadLayerPart", ("blob", "DELETE"): "BatchDeleteImage",
            ("manifest", "DELETE"): "BatchDeleteImage", ("tags_list", "GET"): "ListImages"}


class RegistryProtocol:
    """Serves /v2/ of the registry that the Host header, or else the token, names."""

    def __init__(self, pulls: Pulls, referrers: Referrers, images: Images, tokens: Tokens, permissions: Permissions,
                 events: Events, metrics: Metrics, ministack: Any) -> None:
        self._pulls = pulls
        self._referrers = referrers
        self._images = images
        self._tokens = tokens
        self._permissions = permissions
        self._events = events
        self._metrics = metrics
        self._ministack = ministack

    async def handle(self, method: str, path: str, headers: Any, body: bytes, query: Any) -> Answer:
        headers = {name.lower(): value for name, value in (headers or {}).items()}
        who = self._caller(headers)
        if who is None:
            return _unauthorized(headers.get("host", ""))
        ecr._select_registry_request_scope("", headers, query)
        try:
            return await self._serve(who, method.upper(), path, headers, body, query)
        except PullRefused as refused:
            return _error(_STATUS[refused.why], refused.why.value, refused.message)
        except EcrError as problem:
            code = "TAG_INVALID" if problem.code == "ImageTagAlreadyExistsException" else "UNSUPPORTED"
            return _error(problem.status, code, problem.message)

    def _caller(self, headers: dict[str, str]) -> Principal | None:
        """The principal of the token, the request now being about the token's registry; None without a valid one."""
        token = self._tokens.of_header(headers.get("authorization"))
        if token is None:
            if self._permissions.enforced:
                return None
            return self._permissions.caller("", current().account)
        set_request_account_id(token.registry.account)
        set_request_region(token.registry.region)
        return self._permissions.caller(token.access_key, token.registry.account)

    async def _serve(self, who: Principal, method: str, path: str, headers: dict[str, str], body: bytes,
                     query: Any) -> Answer:
        referred = _referrers_path(path)
        if referred and method == "GET":
            return await self._refer(who, *referred)
        verb, name, reference = ecr._parse_v2_path(path) or ("", "", "")
        if verb == "manifest" and method in ("GET", "HEAD"):
            self._metrics.called("BatchGetImage")
            manifest = await self._pulls.manifest(who, name, reference, head=method == "HEAD")
            return _content(manifest.body, manifest.media_type, manifest.digest, method)
        if verb == "blob" and method in ("GET", "HEAD"):
            self._metrics.called("GetDownloadUrlForLayer")
            return _content(self._pulls.blob(who, name, reference), "application/octet-stream", reference, method)
        if verb == "manifest" and method == "PUT":
            return self._push(who, name, reference, headers, body)
        action = _UPLOADS.get((verb, method))
        if action:
            self._metrics.called(action)
            self._pulls.expect(who, f"ecr:{action}", name)
            if self._images.repository(name) is None:
                raise PullRefused(Why.NO_REPOSITORY, f"The repository with name '{name}' does not exist in the "
                                                     f"registry with id '{current().account}'")
        answer: Answer = await self._ministack("GET" if verb == "ping" else method, path, headers, body, query)
        return answer

    def _push(self, who: Principal, name: str, reference: str, headers: dict[str, str], body: bytes) -> Answer:
        self._metrics.called("PutImage")
        self._pulls.expect(who, "ecr:PutImage", name)
        self._images.expect_repository(name)
        try:
            manifest = Manifest.read(body, headers.get("content-type"))
        except ValueError as problem:
            return _error(400, "MANIFEST_INVALID", str(problem))
        missing = [d.digest for d in manifest.blobs if self._images.blob(name, d.digest) is None]
        if missing:
            return _error(400, "MANIFEST_BLOB_UNKNOWN", f"Layers with digests '{missing}' do not exist in repository "
                                                        f"with name '{name}'")
        tag = None if is_digest(reference) else reference
        self._images.put_manifest(name, manifest, tag)
        self._events.image("PUSH", name, manifest.digest, tag, manifest.media_type)
        subject = {"OCI-Subject": manifest.subject} if manifest.subject else {}
        return 201, {**_VERSION, **subject, "Location": f"/v2/{name}/manifests/{manifest.digest}",
                     "Docker-Content-Digest": manifest.digest}, b""

    async def _refer(self, who: Principal, name: str, digest: str) -> Answer:
        found = await self._referrers.of(who, name, digest)
        index: Json = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found}
        return 200, {**_VERSION, "Content-Type": OCI_INDEX}, json.dumps(index).encode()


def _referrers_path(path: str) -> tuple[str, str] | None:
    name, found, digest = path.removeprefix("/v2/").rpartition("/referrers/")
    return (name, digest) if found and is_digest(digest) and "/" not in digest else None


def is_referrers_path(path: str) -> bool:
    """Whether a path is of the referrers API, which ministack doesn't route to ECR."""
    return path.startswith("/v2/") and _referrers_path(path) is not None


def _content(body: bytes, media_type: str, digest: str, method: str) -> Answer:
    headers = {**_VERSION, "Content-Type": media_type, "Content-Length": str(len(body)),
               "Docker-Content-Digest": digest}
    return 200, headers, body if method == "GET" else b""


def _error(status: int, code: str, message: str) -> Answer:
    body = {"errors": [{"code": code, "message": message}]}
    return status, {**_VERSION, "Content-Type": "application/json"}, json.dumps(body).encode()


def _unauthorized(host: str) -> Answer:
    status, headers, body = _error(401, "UNAUTHORIZED", "Not Authorized")
    return status, {**headers, "Www-Authenticate": f'Basic realm="http://{host}/",service="ecr.amazonaws.com"'}, body
