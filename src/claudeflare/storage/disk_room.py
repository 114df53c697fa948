"""Free space on the disks that hold what is stored."""

from __future__ import annotations

from pathlib import Path

import msgspec

from claudeflare.journal.disk_space import free_bytes


class DiskRoom(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One disk, by a directory on it."""

    path: str
    free_bytes: int


def disk_rooms(home: Path, database: Path | None) -> list[DiskRoom]:
    """The data directory's disk, and the one of the database's file where that is another. Raises `OSError`."""
    places = [home]
    if database is not None and database.exists() and database.stat().st_dev != home.stat().st_dev:
        places.append(database.parent)
    return [DiskRoom(path=str(place), free_bytes=free_bytes(place)) for place in places]
