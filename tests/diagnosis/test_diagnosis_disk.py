from __future__ import annotations

import pytest

from claudeflare.diagnosis.disk import check_disks
from claudeflare.settings import Settings
from claudeflare.storage.disk_room import DiskRoom


@pytest.mark.parametrize(
    ("free", "state", "summary"),
    [
        (70_000_000_000, "ok", "70.0 GB free on the disk of /data."),
        (200_000_000, "warning", "Only 200 MB free on the disk of /data: below 268 MB bodies are not recorded."),
        (1_000_000, "problem", "Only 1.0 MB free on the disk of /data: requests will go unrecorded."),
    ],
)
def test_room(free: int, state: str, summary: str) -> None:
    [found] = check_disks([DiskRoom(path="/data", free_bytes=free)], Settings())
    assert (found.state, found.summary, found.cure is None) == (state, summary, state == "ok")


def test_bodies_need_none_where_they_are_not_recorded() -> None:
    [found] = check_disks([DiskRoom(path="/data", free_bytes=200_000_000)], Settings(payloads="off"))
    assert found.state == "ok"
