"""cloudwatch:namespace is the namespace that a PutMetricData writes to.

Service Authorization Reference, 'Actions, resources, and condition keys for Amazon CloudWatch'.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

from ministack.core import iam_actions


def install() -> None:
    keys_of = iam_actions.request_tag_context

    def request_tag_context(service: str, iam_action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        keys: dict[str, Any] = keys_of(service, iam_action, body, params)
        if iam_action != "cloudwatch:PutMetricData":
            return keys
        return {**keys, "cloudwatch:namespace": _namespace(body)}

    # The application imports the name with each request.
    iam_actions.request_tag_context = request_tag_context


def _namespace(body: bytes) -> str:
    """The namespace in a body of JSON or of a form: ministack reads CBOR with a package more only."""
    if body[:1] == b"{":
        return str(json.loads(body).get("Namespace", ""))
    return parse_qs(body.decode(errors="replace")).get("Namespace", [""])[0]
