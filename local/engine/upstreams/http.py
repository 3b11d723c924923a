"""An upstream over HTTP: anonymous, with a Basic credential, or through the Bearer challenge of a token server.

OCI Distribution Specification; Distribution documentation, 'Token Authentication Specification'.
"""

from __future__ import annotations

import base64
import email.message
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import IO

from engine.manifests import MEDIA_TYPES, Manifest, digest_of, is_digest
from engine.upstreams.upstream import Failure, UpstreamError

_TIMEOUT = 15
_ACCEPT = ", ".join(MEDIA_TYPES)
_FAILURES = {401: Failure.REFUSED, 403: Failure.REFUSED, 404: Failure.NOT_FOUND, 429: Failure.THROTTLED}
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')


class HttpUpstream:
    """A registry behind a URL. `loopback_only` refuses redirects and token servers elsewhere."""

    def __init__(self, url: str, credential: tuple[str, str] | None = None, loopback_only: bool = True) -> None:
        self._url = url
        self._credential = credential
        self._loopback_only = loopback_only
        self._authorization: dict[str, str] = {}
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Redirects(self._permit))

    def check(self) -> None:
        self._get("/v2/", "")

    def manifest(self, repository: str, reference: str) -> Manifest:
        body, media_type = self._get(f"/v2/{repository}/manifests/{reference}", repository)
        if is_digest(reference) and digest_of(body) != reference:
            raise UpstreamError(Failure.BROKEN, f"the manifest of {repository}@{reference} has another digest")
        try:
            return Manifest.read(body, media_type)
        except ValueError as problem:
            raise UpstreamError(Failure.BROKEN, str(problem)) from problem

    def blob(self, repository: str, digest: str) -> bytes:
        body, _ = self._get(f"/v2/{repository}/blobs/{digest}", repository)
        if digest_of(body) != digest:
            raise UpstreamError(Failure.BROKEN, f"the blob {digest} of {repository} has another digest")
        return body

    def referrers(self, repository: str, digest: str) -> list[str]:
        try:
            body, _ = self._get(f"/v2/{repository}/referrers/{digest}", repository)
        except UpstreamError as problem:
            if problem.failure is Failure.NOT_FOUND:
                return []
            raise
        return [str(found["digest"]) for found in json.loads(body).get("manifests", [])]

    def _get(self, path: str, repository: str) -> tuple[bytes, str | None]:
        scope = f"repository:{repository}:pull" if repository else ""
        try:
            return self._request(self._url + path, self._authorization.get(scope))
        except urllib.error.HTTPError as refused:
            challenge = refused.headers.get("WWW-Authenticate", "") if refused.code == 401 else ""
            if not challenge:
                raise self._failed(refused) from refused
        try:
            self._authorization[scope] = self._answer(challenge, scope)
            return self._request(self._url + path, self._authorization[scope])
        except urllib.error.HTTPError as refused:
            raise self._failed(refused) from refused

    def _request(self, url: str, authorization: str | None) -> tuple[bytes, str | None]:
        self._permit(url)
        request = urllib.request.Request(url, headers={"Accept": _ACCEPT})
        if authorization:
            request.add_unredirected_header("Authorization", authorization)
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                return answer.read(), answer.headers.get("Content-Type")
        except urllib.error.HTTPError:
            raise
        except OSError as problem:
            reason = getattr(problem, "reason", problem)
            raise UpstreamError(Failure.UNREACHABLE, f"the upstream registry can't be reached: {reason}") from problem

    def _answer(self, challenge: str, scope: str) -> str:
        """The Authorization header that a 401's challenge asks for."""
        scheme, parameters = challenge.partition(" ")[0].lower(), dict(_PARAMETER.findall(challenge))
        if scheme == "basic" and self._credential:
            return _basic(*self._credential)
        if scheme != "bearer" or "realm" not in parameters:
            raise UpstreamError(Failure.REFUSED, "the upstream registry asks for a credential")
        query = {"service": parameters.get("service", ""), "scope": parameters.get("scope", scope)}
        url = parameters["realm"] + "?" + urllib.parse.urlencode({k: v for k, v in query.items() if v})
        body, _ = self._request(url, _basic(*self._credential) if self._credential else None)
        try:
            answer = json.loads(body)
            return "Bearer " + str(answer.get("token") or answer["access_token"])
        except (ValueError, KeyError, AttributeError):
            raise UpstreamError(Failure.BROKEN, "the upstream's token server gave no token") from None

    def _permit(self, url: str) -> None:
        if self._loopback_only and urllib.parse.urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise UpstreamError(Failure.UNREACHABLE, f"{url} isn't on this machine: start with --allow-internet, or "
                                                     "stand a server in for the registry with --upstream HOST=URL")

    @staticmethod
    def _failed(answer: urllib.error.HTTPError) -> UpstreamError:
        failure = _FAILURES.get(answer.code, Failure.UNREACHABLE)
        return UpstreamError(failure, f"the upstream registry answered {answer.code}")


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, as registries send them for blobs, to where the upstream may go."""

    def __init__(self, permit: object) -> None:
        self._permit = permit

    def redirect_request(self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str,
                         headers: email.message.Message, newurl: str) -> urllib.request.Request | None:
        if callable(self._permit):
            self._permit(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
