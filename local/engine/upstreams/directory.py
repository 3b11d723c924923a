"""Finds the upstream of a rule, and takes upstreams away and gives them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from engine.errors import EcrError
from engine.images import Images
from engine.permissions import Permissions
from engine.registry_policy import RegistryPolicies
from engine.roles import CACHE_SERVICE, PUSH_ACTIONS, ServiceRoles
from engine.rules import Rule, credential
from engine.scope import Json, Registry, current
from engine.settings import check_upstream_url
from engine.upstreams.http import HttpUpstream
from engine.upstreams.private_ecr import PrivateEcrUpstream
from engine.upstreams.upstream import Failure, Upstream, UpstreamError


class State(Enum):
    """What a test makes of an upstream."""

    UP = "up"
    DOWN = "down"
    DENIED = "denied"


@dataclass
class Entry:
    """A registry host: where its stand-in listens, and its state."""

    url: str | None = None
    state: State = State.UP


class Upstreams:
    """All upstream registries by host."""

    def __init__(self, mapped: Mapping[str, str], allow_internet: bool, images: Images, policies: RegistryPolicies,
                 roles: ServiceRoles, permissions: Permissions) -> None:
        self._entries = {host: Entry(url) for host, url in mapped.items()}
        self._allow_internet = allow_internet
        self._images = images
        self._policies = policies
        self._roles = roles
        self._permissions = permissions

    def change(self, host: str, url: str | None = None, state: str | None = None) -> Json:
        """Maps a host to a URL, or sets its state. ValueError for another state or an unusable URL."""
        if state is not None and state not in [known.value for known in State]:
            raise ValueError(f"state: got '{state}', expected one of {[known.value for known in State]}")
        entry = Entry(**vars(self._entries.get(host, Entry())))
        if url is not None:
            entry.url = check_upstream_url(url)
        if state is not None:
            entry.state = State(state)
        self._entries[host] = entry
        return self.described()[host]

    def described(self) -> dict[str, Json]:
        return {host: {"url": entry.url, "state": entry.state.value} for host, entry in sorted(self._entries.items())}

    def of(self, rule: Rule, repository: str) -> Upstream:
        """The upstream as ECR reaches it for a repository of the cache. UpstreamError when it can't."""
        entry = self._entries.get(rule.upstream_url, Entry())
        if entry.state is State.DOWN:
            raise UpstreamError(Failure.UNREACHABLE, f"{rule.upstream_url} is down")
        if entry.state is State.DENIED:
            raise UpstreamError(Failure.REFUSED, f"{rule.upstream_url} denies access")
        private = rule.private_ecr()
        if private:
            return self._private(rule, Registry(*private), repository)
        if entry.url is None and not self._allow_internet:
            raise UpstreamError(Failure.UNREACHABLE,
                                f"no server stands in for {rule.upstream_url}: start with --upstream "
                                f"{rule.upstream_url}=URL, or with --allow-internet")
        try:
            secret = credential(rule.credential_arn) if rule.credential_arn else None
        except EcrError as problem:
            raise UpstreamError(Failure.REFUSED, problem.message) from problem
        return HttpUpstream(entry.url or f"https://{rule.upstream_url}", secret, loopback_only=not self._allow_internet)

    def _private(self, rule: Rule, upstream: Registry, repository: str) -> PrivateEcrUpstream:
        if rule.custom_role_arn is None and upstream.account != current().account:
            raise UpstreamError(Failure.REFUSED, f"{upstream.host} is of another account: the rule needs a role")
        arn = current().repository_arn(repository)
        who = self._roles.assume(rule.custom_role_arn, CACHE_SERVICE, arn)
        if who is None:
            raise UpstreamError(Failure.REFUSED, f"{CACHE_SERVICE} can't assume {rule.custom_role_arn}")
        for action in PUSH_ACTIONS:
            if not self._permissions.allows(who, action, arn):
                raise UpstreamError(Failure.REFUSED, f"{who.arn} may not perform {action} on {arn}")
        return PrivateEcrUpstream(upstream, who, self._images, self._policies, self._permissions)
