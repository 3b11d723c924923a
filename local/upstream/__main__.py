"""`python -m upstream make DIR --tag TAG` makes an image, `python -m upstream serve --layout NAME=DIR` serves it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from upstream.images import make_image
from upstream.server import Mode, StaticRegistry


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m upstream", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="add a small image for two platforms to an OCI layout; prints its digest")
    make.add_argument("layout", type=Path)
    make.add_argument("--tag", required=True)
    make.add_argument("--content", default="hello", help="another content makes another digest")
    serve = commands.add_parser("serve", help="serve OCI layouts on 127.0.0.1; prints a line of JSON when ready")
    serve.add_argument("--layout", action="append", required=True, metavar="NAME=DIR")
    serve.add_argument("--mode", choices=[mode.value for mode in Mode], default=Mode.ANONYMOUS.value)
    serve.add_argument("--port", type=int, default=0, help="0: a free one")
    serve.add_argument("--user", default="user")
    serve.add_argument("--password", default="password")
    given = parser.parse_args(argv)
    if given.command == "make":
        print(make_image(given.layout, given.tag, given.content))
        return 0
    layouts = {name: Path(path) for name, _, path in (text.partition("=") for text in given.layout)}
    registry = StaticRegistry(layouts, Mode(given.mode), given.user, given.password, given.port)
    print(json.dumps({"ready": True, "url": registry.start(), "pid": os.getpid()}), flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    registry.stop()
    return 0


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    sys.exit(main(sys.argv[1:]))
