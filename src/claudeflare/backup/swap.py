"""Puts new files where old ones are: all of them or, after a kill, the rest at the next start. Old ones are kept.

What is to be done is written down first. From then on it can be ended by whoever comes next, so that no start ever
finds half of it.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from claudeflare.errors import StorageError
from claudeflare.home import Home
from claudeflare.storage.private_file import read_private_file, replace_private_file

log = logging.getLogger(__name__)

_SIDES = ("", "-wal", "-shm")
"""What SQLite keeps beside a database belongs to it and goes where it goes."""


class Exchange(msgspec.Struct, frozen=True):
    """One file to be put in place."""

    new: str
    target: str
    kept: str
    """Where what is at `target` goes."""


def exchange_files(home: Home, exchanges: Sequence[Exchange]) -> list[Path]:
    """Put files in place. They are complete and on the same disk as their targets. Returns where old ones are kept."""
    for each in exchanges:
        _sync(Path(each.new))
    replace_private_file(_plan(home), msgspec.json.encode(exchanges))
    finish_exchange(home)
    return [Path(each.kept) for each in exchanges if Path(each.kept).exists()]


def finish_exchange(home: Home) -> bool:
    """End an exchange that was begun, if there is one; whether there was. Call it with the data directory locked."""
    content = read_private_file(_plan(home))
    if content is None:
        return False
    try:
        for each in msgspec.json.decode(content, type=list[Exchange]):
            _exchange(each)
        _plan(home).unlink()
    except OSError as error:
        raise StorageError(
            f"A restore into {home.directory} cannot be finished ({error.strerror}); nothing is lost."
            " Make the directory writable, then start again."
        ) from error
    return True


def _exchange(each: Exchange) -> None:
    new, target = Path(each.new), Path(each.target)
    if not new.exists():
        return  # done before
    for side in _SIDES:
        old = Path(f"{target}{side}")
        if old.exists():
            old.rename(f"{each.kept}{side}")
    new.rename(target)
    _sync(target.parent)


def _plan(home: Home) -> Path:
    return home.directory / "restore-plan.json"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
