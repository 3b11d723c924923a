"""Loopback counts as a secure transport: the CDK's staging bucket denies requests without TLS, and here is none."""

from __future__ import annotations

from ministack import app
from ministack.core import iam_evaluator


def install() -> None:
    pin = iam_evaluator.pin_request_origin

    def pin_request_origin(source_ip: str, secure_transport: bool) -> None:
        pin(source_ip, secure_transport or source_ip == "127.0.0.1")

    # The application imported the name, so that it is changed in both places.
    iam_evaluator.pin_request_origin = app.pin_request_origin = pin_request_origin
