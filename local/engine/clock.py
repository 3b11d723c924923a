"""A clock that a test can move.

ECR and CloudWatch read it, so that 24 hours pass in an instant; CloudFormation, EventBridge's schedules, Logs and IAM
stay on the machine's own time.
"""

from __future__ import annotations

import time
from types import ModuleType
from typing import Any


class Clock:
    """The machine's time plus what was added to it. Never goes back."""

    def __init__(self) -> None:
        self._ahead = 0.0

    @property
    def ahead(self) -> float:
        """Seconds that the clock is ahead of the machine's."""
        return self._ahead

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Moves the clock forward. ValueError for a negative number of seconds."""
        if seconds < 0:
            raise ValueError(f"clock: got {seconds} seconds, expected 0 or more (time doesn't go back)")
        self._ahead += seconds


class ClockedTime(ModuleType):
    """Stands in for the `time` module inside a ministack service, with `time()` on the movable clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("time")
        self._clock = clock

    def time(self) -> float:
        return self._clock.now()

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)
