from __future__ import annotations

import os
from pathlib import Path

import pytest

from claudeflare.storage.disk_room import DiskRoom, disk_rooms


def test_one_disk(tmp_path: Path) -> None:
    database = tmp_path / "elsewhere" / "x.db"
    database.parent.mkdir()
    database.touch()
    for given in (None, database, tmp_path / "none.db"):
        [found] = disk_rooms(tmp_path, given)
        assert found.path == str(tmp_path)
        assert found.free_bytes > 0


def test_the_databases_own_disk(tmp_path: Path) -> None:
    other = Path("/dev/shm")
    if not other.is_dir() or not os.access(other, os.W_OK) or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one disk only")
    database = other / f"{tmp_path.name}-{os.getpid()}.db"
    database.touch()
    try:
        found = disk_rooms(tmp_path, database)
    finally:
        database.unlink()
    assert [room.path for room in found] == [str(tmp_path), str(other)]


def test_a_directory_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk_rooms(tmp_path / "none", None)


def test_as_json() -> None:
    assert DiskRoom(path="/d", free_bytes=1).__struct_encode_fields__ == ("path", "freeBytes")
