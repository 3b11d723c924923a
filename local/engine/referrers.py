"""The referrers of an image (signatures, SBOMs, attestations), fetched from the upstream when they are asked for.

AWS What's New, 'Amazon ECR pull through cache now supports referrer discovery and sync'.
"""

from __future__ import annotations

import asyncio

from engine.fetching import FetchedImage, fetch
from engine.images import Images
from engine.permissions import Principal
from engine.pulls import PullRefused, Pulls, Why
from engine.rules import Rule, Rules
from engine.scope import Json, current
from engine.upstreams.directory import Upstreams
from engine.upstreams.upstream import Upstream, UpstreamError


class Referrers:
    """Lists referrers as OCI descriptors, and keeps those that the upstream has."""

    def __init__(self, rules: Rules, images: Images, upstreams: Upstreams, pulls: Pulls) -> None:
        self._rules = rules
        self._images = images
        self._upstreams = upstreams
        self._pulls = pulls

    async def of(self, who: Principal, repository: str, digest: str) -> list[Json]:
        """Raises PullRefused, with the upstream's problem when that failed."""
        self._pulls.expect(who, "ecr:BatchGetImage", repository)
        if self._images.repository(repository) is None:
            raise PullRefused(Why.NO_REPOSITORY, f"The repository with name '{repository}' does not exist in the "
                                                 f"registry with id '{current().account}'")
        rule = self._rules.serving(repository)
        if rule is not None and self._images.manifest(repository, digest) is not None:
            await self._bring(rule, repository, digest)
        return [{"mediaType": m.media_type, "digest": m.digest, "size": len(m.body),
                 **({"artifactType": m.artifact_type} if m.artifact_type else {}),
                 **({"annotations": m.document["annotations"]} if m.document.get("annotations") else {})}
                for m in self._images.referrers(repository, digest)]

    async def _bring(self, rule: Rule, repository: str, digest: str) -> None:
        held = {record["imageDigest"] for record in self._images.records(repository)}
        blobs = self._images.blob_digests(repository)
        try:
            upstream = self._upstreams.of(rule, repository)
            found = await asyncio.to_thread(_fetch_all, upstream, rule.upstream_repository(repository), digest, held,
                                            blobs)
        except UpstreamError as problem:
            raise PullRefused(Why.NO_IMAGE, f"Unable to list the upstream's referrers: {problem.reason}",
                              problem) from problem
        for image in found:
            self._images.put_blobs(repository, image.blobs)
            self._images.put_manifest(repository, image.root)


def _fetch_all(upstream: Upstream, repository: str, digest: str, held: set[str],
               blobs: frozenset[str]) -> list[FetchedImage]:
    wanted = [found for found in upstream.referrers(repository, digest) if found not in held]
    return [image for image in (fetch(upstream, repository, one, blobs) for one in wanted) if image is not None]
