"""Who listens on a port of this machine, as far as Linux's /proc shows it to this user."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_LISTENING = "0A"
"""State of a socket in /proc/net/tcp (TCP_LISTEN of the kernel's tcp_states.h)."""


class Owner(NamedTuple):
    """A process, or no more than the user it runs as."""

    user: str
    pid: int | None = None
    program: str | None = None

    def __str__(self) -> str:
        if self.pid is None:
            return f"a program of user {self.user}"
        return f"{self.program or 'a program'} (process {self.pid} of {self.user})"


def owner_of(port: int, proc: Path = Path("/proc")) -> Owner | None:
    """The first that is found; None when nothing is, as on systems without /proc."""
    for inode, uid in _listeners(port, proc):
        pid = _holder(inode, proc)
        return Owner(_user(uid), pid, None if pid is None else _program(pid, proc))
    return None


def _listeners(port: int, proc: Path) -> Iterator[tuple[str, int]]:
    """Inode and user id of each socket that listens there."""
    for table in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for columns in map(str.split, lines):
            if columns[3] == _LISTENING and int(columns[1].rpartition(":")[2], 16) == port:
                yield columns[9], int(columns[7])


def _holder(inode: str, proc: Path) -> int | None:
    for process in proc.iterdir():
        if not process.name.isdigit():
            continue
        try:
            descriptors = list((process / "fd").iterdir())
        except OSError:
            continue  # another user's, or gone
        for descriptor in descriptors:
            try:
                if os.readlink(descriptor) == f"socket:[{inode}]":
                    return int(process.name)
            except OSError:
                continue
    return None


def _program(pid: int, proc: Path) -> str | None:
    """Its name alone: arguments may hold secrets."""
    try:
        return (proc / str(pid) / "comm").read_text().strip()
    except OSError:
        return None


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
