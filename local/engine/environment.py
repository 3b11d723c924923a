"""What ministack reads from the environment, set before it is imported, and the directory it may write to."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.settings import Settings

_PREFIX = "ecr-cache-engine-"


def prepare(settings: Settings, port: int, directory: Path) -> None:
    """Sets the environment of this process and of the functions that it will start."""
    for name in list(os.environ):
        # Credentials and endpoints of the user's shell are none of the engine's, nor is another setup of ministack.
        if name.startswith(("AWS_", "MINISTACK_", "LOCALSTACK_", "GATEWAY_", "EDGE_")):
            del os.environ[name]
    for name in ("PERSIST_STATE", "S3_PERSIST", "SERVICES", "USE_SSL"):
        os.environ.pop(name, None)
    os.environ.update({
        "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "AUTH": "true" if settings.auth else "false",
        "MINISTACK_REGION": settings.region, "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0", "LAMBDA_EXECUTOR": "local",
        # No Docker: nothing of this machine's is looked for, used or removed.
        "DOCKER_HOST": f"unix://{directory}/no-docker.sock",
        "TMPDIR": str(directory), "STATE_DIR": str(directory / "state"), "S3_DATA_DIR": str(directory / "s3"),
        "LOG_LEVEL": settings.log_level,
    })
    if settings.node_path:
        os.environ["NODE_PATH"] = settings.node_path
    tempfile.tempdir = str(directory)
    # ministack warns at each start that it can't sign with KMS keys, which nothing of a cache does.
    logging.getLogger("kms").setLevel(logging.ERROR)


@contextmanager
def data_directory() -> Iterator[Path]:
    """A directory that is removed at the end; those of engines that were killed go as well."""
    root = Path(tempfile.gettempdir())
    _sweep(root)
    directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=root))
    try:
        yield directory
    finally:
        tempfile.tempdir = None
        shutil.rmtree(directory, ignore_errors=True)


def _sweep(root: Path) -> None:
    for found in root.glob(f"{_PREFIX}*"):
        pid = re.match(rf"{_PREFIX}(\d+)-", found.name)
        if pid and found.is_dir() and found.stat().st_uid == os.getuid() and not _lives(int(pid[1])):
            print(f"engine: removes {found}, left by an engine that was killed", file=sys.stderr)
            shutil.rmtree(found, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
