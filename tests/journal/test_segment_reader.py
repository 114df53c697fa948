"""One segment: what is still to come is not mistaken for an end."""

from __future__ import annotations

from pathlib import Path

from claudeflare.journal.frames import encode
from claudeflare.journal.segment_reader import Ending, SegmentReader
from claudeflare.journal.segments import SegmentName
from claudeflare.journal.writer import JournalWriter
from harness.journal_frames import segment, whole, write_segment

NAME = SegmentName("a", 0, 1)


def test_frames_beyond_the_limit_keep_a_dead_segment_open(tmp_path: Path) -> None:
    reader = SegmentReader(write_segment(tmp_path, NAME, segment(NAME) + encode(whole("1")) * 2), NAME)
    assert len(reader.read(1)) == 1
    assert reader.ending is Ending.OPEN
    assert not reader.finished
    reader.commit()
    assert len(reader.read(2)) == 1
    assert reader.ending is Ending.CONSUMED
    assert reader.finished
    assert not reader.settled
    reader.commit()
    assert reader.settled
    assert reader.read(1) == []


def test_a_live_writer_keeps_its_segment_open_until_it_has_moved_on(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path, 0, "a")
    writer.append(whole("1"))
    reader = SegmentReader(tmp_path / NAME.file_name, NAME)
    reader.read(10)
    assert reader.ending is Ending.OPEN
    reader.moved_on = True
    reader.read(10)
    assert reader.ending is Ending.CONSUMED
    writer.close()


def test_reading_nothing_learns_the_age(tmp_path: Path) -> None:
    reader = SegmentReader(write_segment(tmp_path, NAME, segment(NAME, created_at=5.0)), NAME)
    assert reader.created_at == 0.0
    assert reader.read(0) == []
    assert reader.created_at == 5.0


def test_repr_tells_how_far_it_got(tmp_path: Path) -> None:
    data = segment(NAME) + encode(whole("1"))
    reader = SegmentReader(write_segment(tmp_path, NAME, data + b"\xcf"), NAME)
    reader.read(10)
    assert repr(reader) == f"<SegmentReader {NAME.file_name} torn, {len(data)} of {len(data) + 1} bytes read>"


def test_a_file_deleted_since_it_was_listed_gives_nothing(tmp_path: Path) -> None:
    reader = SegmentReader(tmp_path / NAME.file_name, NAME)
    assert reader.read(10) == []
    assert reader.ending is Ending.OPEN
