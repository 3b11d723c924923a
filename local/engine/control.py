"""The control endpoint, /_local/: what a test or a demo moves, switches and looks up. Loopback only, no credential."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.alarm_timer import AlarmTimer
from engine.clock import Clock
from engine.downloads import PATH as LAYERS
from engine.downloads import Downloads
from engine.errors import EcrError
from engine.events import Events
from engine.listeners import listening
from engine.permissions import Permissions
from engine.readings import READINGS, UNKNOWN
from engine.scope import Json
from engine.seeding import Seeding
from engine.switches import Switches
from engine.upstreams.directory import Upstreams
from engine.upstreams.upstream import UpstreamError

PREFIX = "/_local"
Answer = tuple[int, dict[str, str], bytes]
Route = Callable[[Json], Any]


class Control:
    """Routes by method and path; each answers JSON."""

    def __init__(self, clock: Clock, switches: Switches, upstreams: Upstreams, seeding: Seeding, events: Events,
                 permissions: Permissions, alarms: AlarmTimer, downloads: Downloads) -> None:
        self._downloads = downloads
        self._upstreams = upstreams
        self._clock = clock
        self._routes: dict[tuple[str, str], Route] = {
            ("GET", "/clock"): lambda _: self._time(),
            ("POST", "/clock"): self._advance,
            ("GET", "/switches"): lambda _: asdict(switches),
            ("PUT", "/switches"): lambda given: asdict(switches.change(given)),
            ("GET", "/upstreams"): lambda _: upstreams.described(),
            ("POST", "/images"): lambda given: seeding.seed(
                Path(given["layout"]), account=given["account"], region=given["region"],
                repository=given["repository"], tag=given.get("tag")),
            ("GET", "/denials"): lambda _: permissions.denials,
            ("DELETE", "/denials"): lambda _: permissions.forget_denials(),
            ("GET", "/events"): lambda _: events.sent,
            ("POST", "/alarms/evaluate"): lambda _: alarms.evaluate(),
            ("GET", "/listeners"): lambda _: [listener.described() for listener in listening()],
            ("GET", "/readings"): lambda _: {"readings": [asdict(r) for r in READINGS], "unknown": list(UNKNOWN)},
        }

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """The answer of a request; another host name than this machine's is refused."""
        if not _is_loopback(headers.get("host", "")):
            return _json(403, {"error": "the control endpoint is served under this machine's own name only"})
        if method == "GET" and path.startswith(LAYERS):
            content = self._downloads.content(path.removeprefix(LAYERS))
            return (404, {}, b"") if content is None else (200, {"Content-Type": "application/octet-stream"}, content)
        try:
            return self._routed(method, path.removeprefix(PREFIX).rstrip("/"), _given(body))
        except KeyError as problem:
            return _json(400, {"error": f"missing: {problem.args[0]}"})
        except (ValueError, TypeError, EcrError, UpstreamError) as problem:
            return _json(400, {"error": str(problem)})

    def _routed(self, method: str, path: str, given: Json) -> Answer:
        if method == "GET" and not path:
            routes = [f"{verb} {PREFIX}{route}" for verb, route in self._routes]
            return _json(200, {"routes": sorted([*routes, f"PUT {PREFIX}/upstreams/<host>"])})
        if method == "PUT" and path.startswith("/upstreams/"):
            host = path.removeprefix("/upstreams/")
            return _json(200, self._upstreams.change(host, given.get("url"), given.get("state")))
        route = self._routes.get((method, path))
        return _json(404, {"error": f"no {method} {PREFIX}{path}"}) if route is None else _json(200, route(given))

    def _advance(self, given: Json) -> Json:
        unknown = set(given) - {"hours", "minutes", "seconds"}
        if unknown or not given:
            raise ValueError(f"clock: got {sorted(given)}, expected hours, minutes or seconds")
        self._clock.advance(3600 * given.get("hours", 0) + 60 * given.get("minutes", 0) + given.get("seconds", 0))
        return self._time()

    def _time(self) -> Json:
        return {"now": self._clock.now(), "ahead": self._clock.ahead}



def _given(body: bytes) -> Json:
    given = json.loads(body or b"{}")
    if not isinstance(given, dict):
        raise ValueError(f"expected a JSON object, got {type(given).__name__}")
    return given


def _is_loopback(host: str) -> bool:
    return host.rpartition(":")[0] in ("127.0.0.1", "localhost") or host in ("127.0.0.1", "localhost")


def _json(status: int, value: Any) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()
