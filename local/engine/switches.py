"""Behaviour that AWS doesn't document, and that a test turns either way to show that nothing depends on it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Switches:
    """Read at each pull; changed through the control endpoint."""

    first_pull_by_digest_refused: bool = True
    """Users report that a digest can't be pulled through the cache until a tag of it was."""

    failure_events: int = 1
    """How many times the event of one failed pull is sent (EventBridge delivers at least once)."""

    failed_refresh_sends_event: bool = True
    """Whether a refresh that fails is an event although the cached image is served."""

    log_streams_see_source: bool = False
    """Whether EventBridge's call to create a log stream carries aws:SourceAccount and aws:SourceArn; AWS's example of a
    policy has them for its log events only."""

    pullers_need_tag_resource: bool = True
    """Whether a first pull into a template with tags needs ecr:TagResource: only AWS's pages for China say so."""

    trust_sees_source: bool = False
    """Whether ECR's call to assume a role carries aws:SourceAccount and aws:SourceArn."""

    def change(self, given: dict[str, Any]) -> Switches:
        """Sets what is given, all or nothing, and returns itself.

        ValueError for an unknown switch or another type of value.
        """
        known = {f.name for f in fields(self)}
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"switch: got '{name}', expected one of {sorted(known)}")
            if type(value) is not type(getattr(self, name)):
                raise ValueError(f"switch {name}: got {value!r}, expected a {type(getattr(self, name)).__name__}")
            if type(value) is int and value < 0:
                raise ValueError(f"switch {name}: got {value}, expected 0 or more")
        for name, value in given.items():
            setattr(self, name, value)
        return self
