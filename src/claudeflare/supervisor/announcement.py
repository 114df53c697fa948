"""`server.json` in the data directory: how the command line finds a running server. Counts while the lock is held."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec


class Announcement(msgspec.Struct, frozen=True):
    """Which process serves, and where."""

    pid: int
    url: str


def write_announcement(path: Path, announcement: Announcement) -> None:
    """Replace the file in one step: a reader sees the old one or the new one, never half of it."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(msgspec.json.encode(announcement))
    fresh.replace(path)


def read_announcement(path: Path) -> Announcement | None:
    """What the file says; None when there is none or it makes no sense."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Announcement)
    except (OSError, ValueError, RecursionError):  # the last for JSON that is nested too deep
        return None
