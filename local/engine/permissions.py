"""Who may do what: decided by ministack's policy evaluator, remembered when it is refused.

ECR answers a puller who lacks a permission with "not found", so the refusals are kept for whoever looks for the reason.
"""

from __future__ import annotations

import json
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ministack.core import iam_evaluator as iam

from engine.clock import Clock
from engine.scope import Json, Registry, current, within

log = logging.getLogger("engine.permissions")
_KEPT = 500


@dataclass(frozen=True)
class Denial:
    """A permission that was needed and not given."""

    at: float
    principal: str
    action: str
    resource: str
    reason: str


@dataclass(frozen=True)
class Principal:
    """A caller: a user, a role's session, or the root of an account."""

    arn: str
    account: str
    info: Any

    @property
    def is_root(self) -> bool:
        return self.info is not None and self.info.policies is None


class Permissions:
    """Decisions on actions. With `enforced` off everything is allowed."""

    def __init__(self, clock: Clock, enforced: bool = True) -> None:
        self.enforced = enforced
        self._clock = clock
        self._denials: deque[Denial] = deque(maxlen=_KEPT)

    @property
    def denials(self) -> list[Json]:
        """What was refused, oldest first."""
        return [asdict(denial) for denial in self._denials]

    def forget_denials(self) -> None:
        self._denials.clear()

    def caller(self, access_key: str, account: str) -> Principal | None:
        """The principal behind an access key, with its policies of this moment; None when the key isn't valid."""
        if not self.enforced:
            return Principal(f"arn:aws:iam::{account}:root", account, None)
        with within(Registry(account, current().region)):
            info = iam.resolve_principal(access_key, account)
        return None if isinstance(info, iam.AuthError) else Principal(info.arn, info.account, info)

    def allows(self, who: Principal, action: str, resource: str, *, owner: str | None = None,
               policies: Sequence[str | Json | None] = (), keys: Json | None = None, record: bool = True) -> bool:
        """Whether identity policies and the given resource policies allow it; across accounts both must.

        `owner` is the account of the resource, by default the caller's own.
        """
        if not self.enforced:
            return True
        context = iam.EvalContext(
            principal_arn=who.arn, principal_type=who.info.type, principal_account=who.account, action=action,
            resource_arn=resource, region=current().region, principal_keys=who.info.keys,
            service_context={key.lower(): value for key, value in (keys or {}).items()},
        )
        decision = iam.EvalResult("Allow") if who.is_root else iam.evaluate(context, who.info.policies,
                                                                            *who.info.limits)
        if not who.is_root or owner not in (None, who.account):
            decision = iam.combine_resource_policy(decision, context, merged(policies), owner,
                                                   limits=tuple(who.info.limits))
        if decision.decision == "Allow":
            return True
        if record:
            self.deny(who.arn, action, resource,
                      "an explicit deny" if decision.decision == "Deny" else "no policy allows it")
        return False

    def deny(self, principal: str, action: str, resource: str, reason: str) -> None:
        """Remembers a refusal."""
        denial = Denial(self._clock.now(), principal, action, resource, reason)
        self._denials.append(denial)
        log.warning("denied: %s is not authorized to perform %s on %s: %s", principal, action, resource, reason)


def merged(policies: Sequence[str | Json | None]) -> Json | None:
    """Several resource policies as one document: a deny in any wins, an allow in any counts."""
    statements: list[Any] = []
    for policy in policies:
        document = json.loads(policy) if isinstance(policy, str) and policy else policy
        if isinstance(document, dict):
            given = document.get("Statement", [])
            statements += given if isinstance(given, list) else [given]
    return {"Version": "2012-10-17", "Statement": statements} if statements else None
