"""When an image was pulled last, and whose pulls don't count.

Amazon ECR User Guide, 'Pull-time update exclusions'.
"""

from __future__ import annotations

from engine.clock import Clock
from engine.errors import EcrError
from engine.permissions import Principal
from engine.scope import Json, ScopedStore

MOST = 100


class PullTimes:
    """The exclusions of every registry; each call is about the registry of the current request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._exclusions: ScopedStore[float] = ScopedStore()

    def stamp(self, who: Principal, record: Json) -> None:
        """Sets the image's lastRecordedPullTime, unless the puller is excluded."""
        if not any(_is(principal, who) for principal in self._exclusions):
            record["lastRecordedPullTime"] = self._clock.now()

    def register(self, given: Json) -> Json:
        principal = given["principalArn"]
        if principal in self._exclusions:
            raise EcrError("ExclusionAlreadyExistsException", "The pull time update exclusion already exists")
        if len(self._exclusions) >= MOST:
            raise EcrError("LimitExceededException", f"The registry has {MOST} pull time update exclusions already")
        self._exclusions[principal] = self._clock.now()
        return {"principalArn": principal, "createdAt": self._exclusions[principal]}

    def deregister(self, given: Json) -> Json:
        if self._exclusions.pop(given["principalArn"], None) is None:
            raise EcrError("ExclusionNotFoundException", "The pull time update exclusion does not exist")
        return {"principalArn": given["principalArn"]}

    def list(self, given: Json) -> Json:
        return {"pullTimeUpdateExclusions": list(self._exclusions)}

    def reset(self) -> None:
        self._exclusions.clear_everywhere()


def _is(principal_arn: str, who: Principal) -> bool:
    """Whether a caller is a user or role, or a session of the role."""
    if who.arn == principal_arn:
        return True
    kind, _, role_and_session = who.arn.rpartition(":")[2].partition("/")
    account, role = principal_arn.split(":")[4], principal_arn.rpartition("/")[2]
    return (kind == "assumed-role" and ":role/" in principal_arn
            and (who.account, role_and_session.split("/")[0]) == (account, role))
