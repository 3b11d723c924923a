"""Which TCP ports this process listens on, as the kernel says."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
from dataclasses import dataclass
from pathlib import Path

from engine.scope import Json

_LISTEN = "0A"


@dataclass(frozen=True)
class Listener:
    """A listening socket."""

    address: str
    port: int

    @property
    def is_loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback

    def described(self) -> Json:
        return {"address": self.address, "port": self.port, "loopback": self.is_loopback}


def can_prove() -> bool:
    """Whether this system tells: Linux does, through /proc."""
    return Path("/proc/self/net/tcp").exists()


def listening() -> list[Listener]:
    """The listening sockets of this process; none on a system without /proc."""
    if not can_prove():
        return []
    own = _own_sockets()
    found = []
    for table in ("tcp", "tcp6"):
        path = Path(f"/proc/self/net/{table}")
        for line in path.read_text().splitlines()[1:] if path.exists() else []:
            fields = line.split()
            if fields[3] == _LISTEN and fields[9] in own:
                found.append(_parse(fields[1]))
    return found


def _own_sockets() -> set[str]:
    inodes = set()
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    return inodes


def _parse(text: str) -> Listener:
    """The kernel writes an address as 32-bit words of the machine's byte order, in hexadecimal."""
    address, _, port = text.partition(":")
    words = [int(address[i:i + 8], 16) for i in range(0, len(address), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    family = socket.AF_INET if len(words) == 1 else socket.AF_INET6
    return Listener(socket.inet_ntop(family, packed), int(port, 16))
