"""What the user of the engine may choose, from the command line and the environment."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_PORT = 4566


@dataclass(frozen=True)
class Settings:
    """One start of the engine."""

    port: int = DEFAULT_PORT
    """The port wished for; when it is busy, or 0, a free one is taken and printed."""

    auth: bool = True
    """Whether signatures, tokens and policies decide. Off, everyone may do everything."""

    region: str = "us-east-1"
    """The Region of requests that name none."""

    upstreams: Mapping[str, str] = field(default_factory=dict)
    """Registry host -> URL of the server that stands in for it."""

    allow_internet: bool = False
    """Whether a rule may reach an upstream that isn't mapped, over https."""

    ready_file: Path | None = None
    """Where the ready line is written as well; removed at the end."""

    alarm_interval: float = 1.0
    """Seconds between two evaluations of all alarms."""

    node_path: str | None = None
    """NODE_PATH of the Lambda functions: a node_modules that holds the AWS SDK."""

    stop_with_stdin: bool = False
    """Whether the end of standard input stops the engine, so that it doesn't outlive what started it."""

    any_ministack: bool = False
    """Whether another version of ministack than the pinned one may try."""

    log_level: str = "WARNING"


def parse(argv: Sequence[str], env: Mapping[str, str] | None = None) -> Settings:
    """The settings of a command line. Exits with the usage when it isn't one."""
    env = os.environ if env is None else env
    parser = argparse.ArgumentParser(
        prog="python -m engine",
        description="A local emulation of Amazon ECR's pull-through cache. Listens on 127.0.0.1 only.",
    )
    parser.add_argument("--port", type=int, default=int(env.get("ENGINE_PORT", DEFAULT_PORT)),
                        help="port wished for; 0 or a busy one: a free port is taken (default %(default)s)")
    parser.add_argument("--no-auth", action="store_true", default=env.get("ENGINE_AUTH", "").lower() in ("0", "off"),
                        help="check no signature, token or policy")
    parser.add_argument("--region", default=env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION") or "us-east-1")
    parser.add_argument("--upstream", action="append", default=[], metavar="HOST=URL",
                        help="server that stands in for a registry, such as quay.io=http://127.0.0.1:5000")
    parser.add_argument("--allow-internet", action="store_true", help="reach upstreams that aren't mapped, over https")
    parser.add_argument("--ready-file", type=Path, help="file that holds the ready line while the engine runs")
    parser.add_argument("--alarm-interval", type=float, default=1.0, help="seconds between evaluations of the alarms")
    parser.add_argument("--node-path", default=env.get("NODE_PATH"),
                        help="node_modules with the AWS SDK, for Lambda functions (default: NODE_PATH)")
    parser.add_argument("--any-ministack", action="store_true", help="try another version of ministack")
    parser.add_argument("--stop-with-stdin", action="store_true", help="stop when standard input ends")
    parser.add_argument("--log-level", default=env.get("LOG_LEVEL", "WARNING"))
    given = parser.parse_args(argv)
    try:
        upstreams = {**_from_env(env.get("ENGINE_UPSTREAMS", "{}")), **dict(map(_pair, given.upstream))}
    except ValueError as problem:
        parser.error(str(problem))
    return Settings(
        port=given.port, auth=not given.no_auth, region=given.region, upstreams=upstreams,
        allow_internet=given.allow_internet, ready_file=given.ready_file, alarm_interval=given.alarm_interval,
        node_path=given.node_path, stop_with_stdin=given.stop_with_stdin,
        any_ministack=given.any_ministack, log_level=given.log_level.upper(),
    )


def check_upstream_url(url: str) -> str:
    """The URL without a trailing slash. ValueError unless it is http or https with a host."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"upstream url: got '{url}', expected http(s)://host[:port]")
    return url.rstrip("/")


def _pair(text: str) -> tuple[str, str]:
    host, sign, url = text.partition("=")
    if not sign or not host:
        raise ValueError(f"--upstream: got '{text}', expected HOST=URL")
    return host, check_upstream_url(url)


def _from_env(text: str) -> dict[str, str]:
    given = json.loads(text)
    if not isinstance(given, dict):
        raise ValueError("ENGINE_UPSTREAMS: expected a JSON object of registry host to url")
    return {str(host): check_upstream_url(str(url)) for host, url in given.items()}
