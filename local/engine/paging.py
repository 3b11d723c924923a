"""Pages of a listing, as ECR's describe calls hand them out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from engine.errors import invalid
from engine.scope import Json

T = TypeVar("T")
DEFAULT_SIZE = 100


def page(items: Sequence[T], request: Json) -> tuple[list[T], Json]:
    """The page a request asks for, and `{"nextToken": ...}` when more follow."""
    start = _offset(request.get("nextToken"))
    size = int(request.get("maxResults") or DEFAULT_SIZE)
    more = {"nextToken": _token(start + size)} if start + size < len(items) else {}
    return list(items[start:start + size]), more


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"from:{offset}".encode()).decode()


def _offset(token: str | None) -> int:
    if not token:
        return 0
    try:
        word, _, offset = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        if word == "from":
            return int(offset)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise invalid("Invalid parameter at 'nextToken' failed to satisfy constraint: 'must be a token of a former page'")
