"""Whose registry a request is about: ministack keeps account and Region in context variables, this types them."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, request_scope

V = TypeVar("V")
Json = dict[str, Any]


@dataclass(frozen=True)
class Registry:
    """An account's private registry in a Region."""

    account: str
    region: str

    def repository_arn(self, name: str) -> str:
        return f"arn:aws:ecr:{self.region}:{self.account}:repository/{name}"

    @property
    def host(self) -> str:
        return f"{self.account}.dkr.ecr.{self.region}.amazonaws.com"


def current() -> Registry:
    """The registry of the request being served."""
    return Registry(get_account_id(), get_region())


@contextmanager
def within(registry: Registry) -> Iterator[Registry]:
    """Runs a block as if the request were about this registry."""
    with request_scope(registry.account, registry.region):
        yield registry


class ScopedStore(MutableMapping[str, V]):
    """A typed dictionary of which each registry sees its own part."""

    def __init__(self) -> None:
        self._store: Any = AccountRegionScopedDict()

    def __getitem__(self, key: str) -> V:
        value: V = self._store[key]
        return value

    def __setitem__(self, key: str, value: V) -> None:
        self._store[key] = value

    def __delitem__(self, key: str) -> None:
        del self._store[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._store.keys())

    def __len__(self) -> int:
        return len(self._store)

    def clear_everywhere(self) -> None:
        """Empties every registry's part."""
        self._store.clear()
