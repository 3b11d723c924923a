"""Passwords of the registry, one per GetAuthorizationToken.

ECR User Guide, 'Private registry authentication in Amazon ECR': valid for 12 hours, with the caller's permissions.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass

from engine.clock import Clock
from engine.scope import Json, Registry, current

LIFETIME = 12 * 3600
USER = "AWS"


@dataclass(frozen=True)
class Token:
    """Who got it, for the registry of which account and Region, until when."""

    access_key: str
    registry: Registry
    expires_at: float


class Tokens:
    """Hands tokens out and knows them again."""

    def __init__(self, clock: Clock, endpoint: str) -> None:
        self._clock = clock
        self._endpoint = endpoint
        self._tokens: dict[str, Token] = {}

    def issue(self, access_key: str) -> Json:
        """The answer of GetAuthorizationToken. Its endpoint is this engine's, not ECR's host."""
        password = secrets.token_urlsafe(48)
        token = Token(access_key, current(), self._clock.now() + LIFETIME)
        self._tokens[password] = token
        return {"authorizationData": [{
            "authorizationToken": base64.b64encode(f"{USER}:{password}".encode()).decode(),
            "expiresAt": token.expires_at, "proxyEndpoint": self._endpoint,
        }]}

    def of_header(self, authorization: str | None) -> Token | None:
        """The token of an Authorization header; None when it is none, unknown or expired."""
        scheme, _, value = (authorization or "").partition(" ")
        try:
            user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        token = self._tokens.get(password)
        if scheme.lower() != "basic" or user != USER or token is None:
            return None
        return token if self._clock.now() < token.expires_at else None

    def reset(self) -> None:
        self._tokens.clear()
