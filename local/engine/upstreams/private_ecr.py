"""An upstream that is another private ECR registry, of this engine: its policies and the caller's role decide.

ECR User Guide, 'IAM permissions required to sync an upstream registry with an Amazon ECR private registry'.
"""

from __future__ import annotations

from ministack.services import ecr

from engine.images import Images
from engine.manifests import Manifest
from engine.permissions import Permissions, Principal
from engine.registry_policy import RegistryPolicies
from engine.roles import UPSTREAM_ACTIONS
from engine.scope import Registry, within
from engine.upstreams.upstream import Failure, UpstreamError


class PrivateEcrUpstream:
    """The registry of an account and Region as the session of a role sees it."""

    def __init__(self, registry: Registry, who: Principal, images: Images, policies: RegistryPolicies,
                 permissions: Permissions) -> None:
        self._registry = registry
        self._who = who
        self._images = images
        self._policies = policies
        self._permissions = permissions

    def check(self) -> None:
        if not self._permissions.allows(self._who, "ecr:GetAuthorizationToken", "*"):
            raise UpstreamError(Failure.REFUSED, "the role may not perform ecr:GetAuthorizationToken")

    def manifest(self, repository: str, reference: str) -> Manifest:
        with within(self._registry):
            self._expect_access(repository)
            manifest = self._images.manifest(repository, reference)
        if manifest is None:
            raise UpstreamError(Failure.NOT_FOUND, f"{self._registry.host}/{repository}:{reference} doesn't exist")
        return manifest

    def blob(self, repository: str, digest: str) -> bytes:
        with within(self._registry):
            blob = self._images.blob(repository, digest)
        if blob is None:
            raise UpstreamError(Failure.NOT_FOUND, f"{self._registry.host}/{repository}@{digest} doesn't exist")
        return blob

    def referrers(self, repository: str, digest: str) -> list[str]:
        with within(self._registry):
            self._expect_access(repository)
            return [manifest.digest for manifest in self._images.referrers(repository, digest)]

    def _expect_access(self, repository: str) -> None:
        """Both sides decide: the role's own policies, and across accounts the upstream's policy as well."""
        self.check()
        arn = self._registry.repository_arn(repository)
        policies = [ecr._repo_policies.get(repository), self._policies.text()]
        for action in UPSTREAM_ACTIONS:
            if not self._permissions.allows(self._who, action, arn, owner=self._registry.account, policies=policies):
                raise UpstreamError(Failure.REFUSED, f"{self._who.arn} may not perform {action} on {arn}")
