"""Starts the engine, proves that it listens on this machine only, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from engine import environment, listeners
from engine.compat import Incompatible, check_names, check_version
from engine.settings import Settings, parse

HOST = "127.0.0.1"


def main(argv: Sequence[str]) -> int:
    """Runs until SIGTERM or SIGINT; 2 and a message when the engine can't start."""
    settings = parse(argv)
    try:
        check_version(any_version=settings.any_ministack)
        listener = bind(settings.port)
        port = listener.getsockname()[1]
        if settings.port not in (0, port):
            print(f"engine: port {settings.port} is busy, {port} is taken instead", file=sys.stderr)
        with environment.data_directory() as directory:
            environment.prepare(settings, port, directory)
            check_names()
            code = _run(settings, listener)
            if settings.ready_file:
                settings.ready_file.unlink(missing_ok=True)
            _stop_functions()
    except Incompatible as problem:
        print(f"engine: {problem}", file=sys.stderr)
        return 2
    # Threads of functions that still run would hold the process back.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def bind(port: int) -> socket.socket:
    """A listening socket on the port, or on a free one when it is busy."""
    for wished in (port, 0):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # Connections of an engine that was killed linger; a port with a listener stays busy all the same.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, wished))
            listener.listen(128)
            return listener
        except OSError:
            listener.close()
            if wished == 0:
                raise
    raise AssertionError("unreachable")


def expect_loopback_only() -> None:
    """RuntimeError when this process listens on an address that others can reach."""
    open_to_others = [found for found in listeners.listening() if not found.is_loopback]
    if open_to_others:
        raise RuntimeError(f"expected to listen on {HOST} only, found {open_to_others}")
    if not listeners.can_prove():
        print("engine: no /proc here, so only its own socket is known to be on 127.0.0.1", file=sys.stderr)


def _run(settings: Settings, listener: socket.socket) -> int:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(_serve(settings, listener))
    except RuntimeError as problem:
        print(f"engine: {problem}", file=sys.stderr)
        return 2
    return 0


async def _serve(settings: Settings, listener: socket.socket) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from engine.assembly import assemble

    endpoint = f"http://{HOST}:{listener.getsockname()[1]}"
    engine = assemble(settings, endpoint)
    stop = _stop_event(settings)
    config = Config()
    # Hypercorn takes the descriptor over.
    config.bind = [f"fd://{listener.detach()}"]
    config.loglevel = settings.log_level
    config.graceful_timeout = 0.5
    config.shutdown_timeout = 5.0
    serving = asyncio.ensure_future(serve(engine.app, config, shutdown_trigger=stop.wait))
    started = asyncio.ensure_future(engine.app.started.wait())
    await asyncio.wait({serving, started}, return_when=asyncio.FIRST_COMPLETED)
    timer = asyncio.ensure_future(engine.alarms.run())
    try:
        if started.done():
            expect_loopback_only()
            _announce(settings, endpoint)
        await serving
    finally:
        stop.set()
        for task in (timer, started):
            task.cancel()
        await asyncio.gather(serving, timer, started, return_exceptions=True)


def _stop_event(settings: Settings) -> asyncio.Event:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if settings.stop_with_stdin:
        def ended() -> None:
            if not os.read(0, 4096):
                loop.remove_reader(0)
                stop.set()
        loop.add_reader(0, ended)
    return stop


def _announce(settings: Settings, endpoint: str) -> None:
    """The ready line: one line of JSON on stdout, and the same in the ready file."""
    line = json.dumps({
        "ready": True, "endpoint": endpoint, "control": f"{endpoint}/_local", "port": int(endpoint.rpartition(":")[2]),
        "pid": os.getpid(), "region": settings.region, "auth": settings.auth, "ministack": version("ministack"),
    })
    if settings.ready_file:
        unfinished = settings.ready_file.with_suffix(".unfinished")
        unfinished.write_text(line + "\n")
        unfinished.replace(settings.ready_file)
    print(line, flush=True)


def _stop_functions() -> None:
    runtime: Any = sys.modules.get("ministack.core.lambda_runtime")
    if runtime is not None:
        runtime.reset()
