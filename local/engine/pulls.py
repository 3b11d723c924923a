"""A pull: one implementation for the registry protocol and the API.

ECR User Guide, 'IAM permissions required to sync an upstream registry with an Amazon ECR private registry' and
'Troubleshooting pull through cache issues in Amazon ECR'.
"""

from __future__ import annotations

import logging
from enum import Enum

from ministack.services import ecr

from engine.births import Births
from engine.events import Puller
from engine.images import Images
from engine.importing import Imports
from engine.manifests import Manifest, is_digest
from engine.metrics import Metrics
from engine.permissions import Permissions, Principal
from engine.pull_times import PullTimes
from engine.registry_policy import RegistryPolicies
from engine.rules import Rule, Rules
from engine.scope import current
from engine.switches import Switches
from engine.upstreams.upstream import Failure, UpstreamError

log = logging.getLogger("engine.pulls")


class Why(Enum):
    """Why a pull isn't served. The values are the registry protocol's error codes."""

    DENIED = "DENIED"
    NO_REPOSITORY = "NAME_UNKNOWN"
    NO_IMAGE = "MANIFEST_UNKNOWN"
    NO_BLOB = "BLOB_UNKNOWN"


class PullRefused(Exception):
    """A pull that isn't served, in the words that a user of ECR sees."""

    def __init__(self, why: Why, message: str, upstream: UpstreamError | None = None) -> None:
        super().__init__(message)
        self.why = why
        self.message = message
        self.upstream = upstream


class Pulls:
    """Pulls from the registry of the current request."""

    def __init__(self, rules: Rules, images: Images, imports: Imports, births: Births, policies: RegistryPolicies,
                 permissions: Permissions, metrics: Metrics, pull_times: PullTimes, switches: Switches) -> None:
        self._rules = rules
        self._images = images
        self._imports = imports
        self._births = births
        self._policies = policies
        self._permissions = permissions
        self._metrics = metrics
        self._pull_times = pull_times
        self._switches = switches

    async def manifest(self, who: Principal, repository: str, reference: str, *, head: bool = False) -> Manifest:
        """The manifest of a tag or digest, imported or refreshed when due. Raises PullRefused."""
        self.expect(who, "ecr:BatchGetImage", repository)
        if self._images.is_archived(repository, reference):
            raise PullRefused(Why.NO_IMAGE, "Requested image not found")
        held = self._images.manifest(repository, reference)
        rule = self._rules.serving(repository)
        if held is None and rule is None:
            raise self._not_held(repository)
        if held is None and rule is not None:
            held = await self._first(who, rule, repository, reference, head)
        elif held is not None and rule is not None and self._imports.is_due(repository, reference):
            held = await self._refresh(who, rule, repository, reference, head) or held
        assert held is not None
        if not head:
            self._metrics.pulled(repository)
            record = self._images.record(repository, held.digest)
            if record is not None:
                self._pull_times.stamp(who, record)
        return held

    def blob(self, who: Principal, repository: str, digest: str) -> bytes:
        """A configuration or layer; a cache holds it once its manifest was pulled. Raises PullRefused."""
        self.expect(who, "ecr:GetDownloadUrlForLayer", repository)
        if self._images.repository(repository) is None:
            raise self._not_held(repository)
        blob = self._images.blob(repository, digest)
        if blob is None:
            raise PullRefused(Why.NO_BLOB, f"layer with digest '{digest}' is not found in the repository with name "
                                           f"'{repository}' in the registry with id '{current().account}'")
        return blob

    def expect(self, who: Principal, action: str, repository: str) -> None:
        """Raises PullRefused unless identity, repository or registry policy allow the action."""
        arn = current().repository_arn(repository)
        if not self._may(who, action, repository):
            raise PullRefused(Why.DENIED, f"User: {who.arn} is not authorized to perform: {action} on resource: {arn} "
                                          f"because no identity-based policy allows the {action} action")

    def _may(self, who: Principal, action: str, repository: str) -> bool:
        policies = [ecr._repo_policies.get(repository), self._policies.text()]
        return self._permissions.allows(who, action, current().repository_arn(repository), owner=current().account,
                                        policies=policies)

    async def _first(self, who: Principal, rule: Rule, repository: str, reference: str, head: bool) -> Manifest:
        if is_digest(reference) and self._switches.first_pull_by_digest_refused:
            raise self._not_held(repository)
        exists = self._images.repository(repository) is not None
        if not exists and not self._may(who, "ecr:CreateRepository", repository):
            raise self._not_held(repository)
        if not exists and self._births.tags_of(repository) and not self._may_tag(who, repository):
            raise self._not_held(repository)
        if not self._may(who, "ecr:BatchImportUpstreamImage", repository):
            raise PullRefused(Why.NO_IMAGE, "Requested image not found")
        try:
            return await self._imports.first(rule, repository, reference, Puller(who.arn, head))
        except UpstreamError as problem:
            if problem.failure is Failure.REFUSED:
                raise PullRefused(Why.DENIED, f"The upstream registry denied access to '{repository}': "
                                              f"{problem.reason}", problem) from problem
            raise self._not_held(repository, problem) from problem

    async def _refresh(self, who: Principal, rule: Rule, repository: str, tag: str, head: bool) -> Manifest | None:
        """The newer image of a tag; None where the cached one is to be served, also when the upstream fails."""
        if not self._may(who, "ecr:BatchImportUpstreamImage", repository):
            return None
        try:
            return await self._imports.refresh(rule, repository, tag, Puller(who.arn, head))
        except UpstreamError as problem:
            log.warning("%s:%s couldn't be refreshed, the cached image is served: %s", repository, tag, problem.reason)
            return None

    def _may_tag(self, who: Principal, repository: str) -> bool:
        """Tags are a matter of the identity's policy alone, which across accounts is never enough."""
        registry = current()
        return not self._switches.pullers_need_tag_resource or self._permissions.allows(
            who, "ecr:TagResource", registry.repository_arn(repository), owner=registry.account)

    def _not_held(self, repository: str, upstream: UpstreamError | None = None) -> PullRefused:
        if self._images.repository(repository) is None:
            return PullRefused(Why.NO_REPOSITORY, f"The repository with name '{repository}' does not exist in the "
                                                  f"registry with id '{current().account}'", upstream)
        return PullRefused(Why.NO_IMAGE, "Requested image not found", upstream)
