"""The events of the cache, as EventBridge's schema of `ECR Pull Through Cache Action` has them.

ECR User Guide, 'Amazon ECR events and EventBridge'. The failure values are our reading: no sample of AWS shows one.
"""

from __future__ import annotations

import json
import time
from collections import deque
from dataclasses import dataclass

from ministack.services import eventbridge

from engine.manifests import is_digest
from engine.rules import Rule
from engine.scope import Json, current
from engine.switches import Switches
from engine.upstreams.upstream import UpstreamError

CACHE_ACTION = "ECR Pull Through Cache Action"
IMAGE_ACTION = "ECR Image Action"
SUCCESS, FAILURE = "SUCCESS", "FAILURE"

_SAME_PULL_SECONDS = 2.0
_KEPT = 500


@dataclass(frozen=True)
class Puller:
    """Who pulls, and whether by HEAD, which most clients follow up with a GET."""

    arn: str
    head: bool = False


class Events:
    """Sends them, and keeps the last for whoever asks the control endpoint."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._heads: dict[tuple[str, ...], float] = {}
        self._sent: deque[Json] = deque(maxlen=_KEPT)

    @property
    def sent(self) -> list[Json]:
        return list(self._sent)

    def imported(self, rule: Rule, repository: str, reference: str, digest: str) -> None:
        """An image came, or a tag moved."""
        self._send_cache_action(SUCCESS, rule, repository, reference, {"image-digest": digest})

    def failed(self, rule: Rule, repository: str, reference: str, problem: UpstreamError, puller: Puller) -> None:
        """An import failed. A client that asks HEAD and then GET is one pull, and one event."""
        pull = (current().account, current().region, repository, reference, puller.arn)
        asked_before = self._heads.pop(pull, None)
        if puller.head:
            self._heads[pull] = time.monotonic()
        elif asked_before is not None and time.monotonic() - asked_before < _SAME_PULL_SECONDS:
            return
        for _ in range(self._switches.failure_events):
            self._send_cache_action(FAILURE, rule, repository, reference, {
                "failure-code": problem.failure.value, "failure-reason": problem.reason})

    def image(self, action: str, repository: str, digest: str, tag: str | None, media_type: str) -> None:
        """A client pushed or deleted an image."""
        self._send(IMAGE_ACTION, [], {
            "result": SUCCESS, "repository-name": repository, "image-digest": digest, "action-type": action,
            "manifest-media-type": media_type, **({"image-tag": tag} if tag else {})})

    def _send_cache_action(self, status: str, rule: Rule, repository: str, reference: str, more: Json) -> None:
        self._send(CACHE_ACTION, [current().repository_arn(repository)], {
            "rule-version": "1", "sync-status": status, "ecr-repository-prefix": rule.prefix,
            "repository-name": repository, "upstream-registry-url": rule.upstream_url,
            ("image-digest" if is_digest(reference) else "image-tag"): reference, **more})

    def _send(self, kind: str, resources: list[str], detail: Json) -> None:
        self._sent.append({"account": current().account, "region": current().region, "detail-type": kind,
                           "detail": detail})
        eventbridge._put_events({"Entries": [{"Source": "aws.ecr", "DetailType": kind, "Resources": resources,
                                              "Detail": json.dumps(detail)}]}, allow_aws_source=True)
