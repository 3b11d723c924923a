"""The ASGI application: the control endpoint and the referrers API in front, ministack behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs

from ministack import app as ministack

from engine.control import PREFIX, Control
from engine.registry import RegistryProtocol, is_referrers_path

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class App:
    """Routes what ministack doesn't know, and tells when ministack has started."""

    def __init__(self, control: Control, registry: RegistryProtocol) -> None:
        self.started = asyncio.Event()
        self._control = control
        self._registry = registry

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "lifespan":
            await ministack.app(scope, receive, self._watching(send))
        elif scope["type"] == "http" and "origin" in _headers(scope):
            # ministack lets any web page in by CORS; nobody means a browser to act as root here.
            await _send(send, 403, {"Content-Type": "application/json"}, b'{"error": "web pages aren\'t served"}')
        elif scope["type"] == "http" and (path == PREFIX or path.startswith(PREFIX + "/")):
            answer = self._control.handle(scope["method"], path, _headers(scope), await _body(receive))
            await _send(send, *answer)
        elif scope["type"] == "http" and is_referrers_path(path):
            query = parse_qs(scope.get("query_string", b"").decode())
            await _send(send, *await self._registry.handle(scope["method"], path, _headers(scope), b"", query))
        else:
            await ministack.app(scope, receive, send)

    def _watching(self, send: Send) -> Send:
        async def watch(message: Message) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self.started.set()
        return watch


def _headers(scope: Message) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def _send(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    sent = {"content-length": str(len(body)), **{name.lower(): value for name, value in headers.items()}}
    await send({"type": "http.response.start", "status": status,
                "headers": [(name.encode(), value.encode()) for name, value in sent.items()]})
    await send({"type": "http.response.body", "body": body})
