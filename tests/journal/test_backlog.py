"""What lies in a journal, seen from outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from claudeflare.journal.backlog import Backlog, backlog
from claudeflare.journal.reader import JournalReader
from claudeflare.journal.segments import SegmentName
from claudeflare.journal.writer import JournalWriter
from harness.journal_frames import finished, segment, write_segment

NOW = 1_795_369_200.0


def test_nothing_there(tmp_path: Path) -> None:
    assert backlog(tmp_path / "none", NOW) == Backlog()
    assert backlog(tmp_path, NOW) == Backlog()
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError):
        backlog(tmp_path / "file", NOW)


def test_segments_of_writers_that_are_gone(tmp_path: Path) -> None:
    for sequence, age in ((1, 90.0), (2, 30.0)):
        name = SegmentName("a", 0, sequence)
        write_segment(tmp_path, name, segment(name))
        os.utime(tmp_path / name.file_name, (NOW - age, NOW - age))
    (tmp_path / "notes.txt").write_text("something else")
    size = sum(path.stat().st_size for path in tmp_path.glob("*.journal"))
    assert backlog(tmp_path, NOW) == Backlog(segments=2, bytes=size, oldest_seconds=90.0)


def test_what_is_being_written_is_no_backlog(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path, 0, "boot")
    writer.append(finished("x"))
    assert backlog(tmp_path, NOW).segments == 0
    older = SegmentName("boot", 0, 0)  # this writer has moved on from it
    write_segment(tmp_path, older, segment(older))
    assert backlog(tmp_path, NOW).segments == 1
    writer.close()
    assert backlog(tmp_path, NOW).segments == 2


def test_what_was_set_aside(tmp_path: Path) -> None:
    name = SegmentName("a", 0, 1)
    write_segment(tmp_path, name, segment(name) + b"\xff" * 64)
    reader = JournalReader(tmp_path)
    reader.read()
    reader.commit()
    assert backlog(tmp_path, NOW) == Backlog(set_aside=1)
