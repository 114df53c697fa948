"""server.json, written whole and read with distrust."""

from __future__ import annotations

from pathlib import Path

import pytest

from claudeflare.supervisor.announcement import Announcement, read_announcement, write_announcement


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "server.json"
    write_announcement(path, Announcement(1, "http://old"))
    write_announcement(path, Announcement(42, "http://127.0.0.1:8080"))
    assert read_announcement(path) == Announcement(42, "http://127.0.0.1:8080")
    assert path.read_text() == '{"pid":42,"url":"http://127.0.0.1:8080"}'
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "url": 1}', "\udcff"])
def test_nonsense_counts_as_none(content: str, tmp_path: Path) -> None:
    path = tmp_path / "server.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert read_announcement(path) is None


def test_none_there(tmp_path: Path) -> None:
    assert read_announcement(tmp_path / "server.json") is None
