"""The listening sockets, held here: while a child restarts, clients queue in a backlog and see no refusal."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
import stat
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from claudeflare.errors import AlreadyRunning, SettingsError

BACKLOG: Final = 4096
POLL_SECONDS: Final = 0.05
"""The kernel does not tell when a port becomes free, so it is tried again this often."""
LOCAL: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 compared with, not bound
"""What is listened on to be reached at every address -> one of them."""
CONTROL_SOCKET: Final = "control"
"""Name of control's socket in the runtime directory; short, for the limit on such paths."""


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Where the server listens: one address, even where a name has several."""

    host: str
    """As the owner wrote it."""
    family: socket.AddressFamily
    address: str
    """Numeric."""
    port: int

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return ipaddress.ip_address(self.address.partition("%")[0]).is_loopback

    def url(self, port: int) -> str:
        """The URL of the server, once the port is known."""
        return f"http://[{self.host}]:{port}" if ":" in self.host else f"http://{self.host}:{port}"

    def local_url(self, port: int) -> str:
        """The same for programs on this machine: nobody can connect to "every address"."""
        return f"http://{LOCAL[self.address]}:{port}" if self.address in LOCAL else self.url(port)


async def resolve(host: str, port: int) -> PublicAddress:
    """Look `host` up; IPv4 wins where a name has both. Raises `SettingsError`."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise SettingsError(f"host {host!r} is not an address this machine knows: {error.strerror}") from error
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return PublicAddress(host, family, str(address[0]), port)


async def listen_public(address: PublicAddress, workers: int, deadline: float) -> list[socket.socket]:
    """Listen, waiting until `deadline` (loop time) for the port to become free.

    Raises `AlreadyRunning` when it does not, `SettingsError` when the address cannot be used. One socket for each
    worker on Linux, where the kernel then spreads connections evenly (a shared one's go to whoever wakes first); else
    one for all.
    """
    clock = asyncio.get_running_loop().time
    while True:
        try:
            return _bind_public(address, workers if sys.platform == "linux" else 1)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise SettingsError(_bind_failed(address, error)) from error
            if clock() >= deadline:
                raise AlreadyRunning(
                    f"port {address.port} on {address.host} is taken by another program; "
                    "stop it, or choose another with --port or PORT"
                ) from error
        await asyncio.sleep(POLL_SECONDS)


def _bind_public(address: PublicAddress, count: int) -> list[socket.socket]:
    # The first bind is exclusive: with SO_REUSEPORT, another server of this user would share our port unnoticed.
    first = _bound(address, reuse_port=False)
    if count == 1:
        first.listen(BACKLOG)
        return [first]
    port = first.getsockname()[1]
    first.close()
    chosen = PublicAddress(address.host, address.family, address.address, port)
    with ExitStack() as opened:
        sockets = [opened.enter_context(_bound(chosen, reuse_port=True)) for _ in range(count)]
        for sock in sockets:
            sock.listen(BACKLOG)
        opened.pop_all()
        return sockets


def _bound(address: PublicAddress, *, reuse_port: bool) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # not stopped by connections in TIME_WAIT
        if reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if address.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address.address != "::"))
        sock.bind((address.address, address.port))
    except OSError:
        sock.close()
        raise
    return sock


def _bind_failed(address: PublicAddress, error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"port {address.port} may not be used by this user; choose one from 1024 with --port or PORT"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"host {address.host} is not an address of this machine; choose another with --host or HOST"
    return f"cannot listen on {address.url(address.port)}: {error.strerror}"


def listen_private(directory: Path) -> tuple[socket.socket, Path]:
    """Listen on control's Unix socket, 0600 in a 0700 directory of our own. Raises `SettingsError`.

    A socket left by a server that was killed is replaced: whoever holds the home's lock knows that it is stale.
    """
    _make_private(directory)
    path = directory / CONTROL_SOCKET
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.bind(str(path))
        path.chmod(0o600)
        sock.listen(BACKLOG)
    except OSError as error:
        sock.close()
        raise SettingsError(f"control's socket {path} cannot be made: {error.strerror or error}") from error
    return sock, path


def _make_private(directory: Path) -> None:
    """Its parent may be a directory that everybody writes to, so what is found there is not trusted."""
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
        found = directory.lstat()
    except OSError as error:
        raise SettingsError(
            f"the runtime directory {directory} cannot be made: {error.strerror}; set XDG_RUNTIME_DIR to one of yours"
        ) from error
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise SettingsError(f"{directory} belongs to somebody else; remove it, or set XDG_RUNTIME_DIR to one of yours")
    if found.st_mode & 0o077:
        directory.chmod(0o700)


def remove_private(path: Path) -> None:
    """Remove control's socket and its directory, if nothing else is in there."""
    path.unlink(missing_ok=True)
    try:
        path.parent.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
            raise


def close_all(sockets: Sequence[socket.socket]) -> None:
    """Close them; closing twice does no harm."""
    for sock in sockets:
        sock.close()
