from __future__ import annotations

from pathlib import Path

from claudeflare.journal.disk_space import CHECK_SECONDS, DiskSpace, free_bytes


class Disk:
    """A disk whose free space a test sets, and a clock that stands."""

    def __init__(self) -> None:
        self.free = 1000
        self.now = 0.0
        self.asked = 0
        self.missing = False

    def measure(self, _directory: Path) -> int:
        self.asked += 1
        if self.missing:
            raise FileNotFoundError
        return self.free

    def space(self, floor: int) -> DiskSpace:
        return DiskSpace(Path("disk"), floor, self.measure, lambda: self.now)


def test_the_floor_itself_is_enough() -> None:
    disk = Disk()
    assert disk.space(1000).ample()
    assert not disk.space(1001).ample()


def test_the_system_is_asked_once_a_second() -> None:
    disk = Disk()
    space = disk.space(500)
    assert space.ample()
    disk.free = 0
    disk.now = CHECK_SECONDS * 0.9
    assert space.ample()
    assert disk.asked == 1
    disk.now = CHECK_SECONDS
    assert not space.ample()
    assert repr(space) == "<DiskSpace of disk short>"
    disk.free = 500
    disk.now = CHECK_SECONDS * 2
    assert space.ample()
    assert disk.asked == 3


def test_a_directory_that_cannot_be_asked_about_has_no_space() -> None:
    disk = Disk()
    disk.missing = True
    assert not disk.space(0).ample()


def test_a_real_disk_has_some(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0
    assert DiskSpace(tmp_path, 1).ample()
    assert not DiskSpace(tmp_path, 2**62).ample()
