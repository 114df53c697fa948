"""The reader: order, what commit deletes and what it keeps, damage, and when a boot is dead."""

from __future__ import annotations

import fcntl
import logging
import os
import zlib
from pathlib import Path

import msgspec
import pytest

from claudeflare.journal.frames import decode, encode, pack
from claudeflare.journal.reader import JournalReader
from claudeflare.journal.records import Finished, Opened
from claudeflare.journal.segment_reader import READ_BYTES
from claudeflare.journal.segments import SegmentName
from claudeflare.journal.writer import JournalWriter
from harness.journal_frames import finished, opened, segment, whole, write_segment
from harness.payload_segments import payload

A1, A2, A3 = (SegmentName("a", 0, sequence) for sequence in (1, 2, 3))


def ids(reader: JournalReader, limit: int = 2000) -> list[str]:
    return [read.frame.id for read in reader.read(limit) if isinstance(read.frame, Opened | Finished)]


def frames(*request_ids: str) -> bytes:
    return b"".join(encode(whole(request_id)) for request_id in request_ids)


def left(directory: Path) -> list[str]:
    return sorted(os.listdir(directory))


def test_a_missing_directory_is_an_empty_journal(tmp_path: Path) -> None:
    reader = JournalReader(tmp_path / "missing")
    assert reader.read() == []
    assert reader.dead_boots() == []
    reader.commit()


def test_a_directory_that_cannot_be_listed_is_the_callers_to_know(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("")
    with pytest.raises(NotADirectoryError):
        JournalReader(tmp_path / "journal").read()


def test_frames_come_with_their_boot_and_worker(tmp_path: Path) -> None:
    write_segment(tmp_path, SegmentName("b-1", 3, 1), segment(SegmentName("b-1", 3, 1)) + frames("x"))
    [read] = JournalReader(tmp_path).read()
    assert read[:3] == (whole("x"), "b-1", 3)
    assert bytes(read.encoded) == msgspec.msgpack.encode(whole("x"))


def test_order_is_by_age_of_boot_then_sequence(tmp_path: Path) -> None:
    old, new = SegmentName("z", 0, 9), SegmentName("b", 0, 1)
    write_segment(tmp_path, new, segment(new, created_at=200.0) + frames("4"))
    write_segment(tmp_path, old, segment(old, created_at=100.0) + frames("1"))
    # The clock was set back while this boot ran: its sequence still decides.
    later = SegmentName("z", 0, 10)
    write_segment(tmp_path, later, segment(later, created_at=50.0) + frames("2"))
    write_segment(tmp_path, SegmentName("z", 1, 11), segment(SegmentName("z", 1, 11), created_at=150.0) + frames("3"))
    assert ids(JournalReader(tmp_path)) == ["1", "2", "3", "4"]


def test_it_says_when_a_commit_will_delete_a_segment(tmp_path: Path) -> None:
    lock = write_segment(tmp_path, A1, segment(A1) + frames("1", "2"))
    reader = JournalReader(tmp_path)
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        reader.read()
        assert not reader.some_end
    reader.read(1)
    assert not reader.some_end
    reader.read()
    assert reader.some_end
    reader.commit()
    assert (left(tmp_path), reader.some_end) == ([], False)


def test_the_same_frames_come_again_until_commit(tmp_path: Path) -> None:
    write_segment(tmp_path, A1, segment(A1) + frames("1", "2", "3"))
    reader = JournalReader(tmp_path)
    assert ids(reader, 2) == ids(reader, 2) == ["1", "2"]
    reader.commit()
    assert ids(reader, 2) == ids(reader, 2) == ["3"]
    assert left(tmp_path) == [A1.file_name]
    reader.commit()
    assert left(tmp_path) == []
    assert reader.read() == []


def test_a_limit_spans_segments_and_keeps_order(tmp_path: Path) -> None:
    write_segment(tmp_path, A1, segment(A1) + frames("1", "2", "3"))
    write_segment(tmp_path, A2, segment(A2) + frames("4", "5"))
    reader = JournalReader(tmp_path)
    taken = []
    while batch := ids(reader, 2):
        assert len(batch) <= 2
        taken += batch
        reader.commit()
    assert taken == ["1", "2", "3", "4", "5"]
    reader.commit()
    assert left(tmp_path) == []


def test_without_a_commit_a_new_reader_starts_over(tmp_path: Path) -> None:
    write_segment(tmp_path, A1, segment(A1) + frames("1"))
    JournalReader(tmp_path).read()
    assert ids(JournalReader(tmp_path)) == ["1"]


def test_a_live_segment_is_followed_and_never_deleted(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path, 0, "a")
    reader = JournalReader(tmp_path)
    for number in range(3):
        writer.append(whole(str(number)))
        assert ids(reader) == [str(number)]
        assert reader.dead_boots() == []
        reader.commit()
    assert left(tmp_path) == [A1.file_name]
    writer.close()
    assert ids(reader) == []
    assert reader.dead_boots() == ["a"]
    reader.commit()
    assert left(tmp_path) == []
    assert reader.dead_boots() == []


def test_segments_a_live_writer_has_left_are_deleted_once_read(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path, 0, "a", segment_bytes=1)
    for number in range(3):
        writer.append(whole(str(number)))
    reader = JournalReader(tmp_path)
    assert ids(reader) == ["0", "1", "2"]
    assert reader.dead_boots() == []
    reader.commit()
    assert left(tmp_path) == [A3.file_name]
    writer.close()


def test_a_writer_that_moves_on_between_the_readers_steps_is_not_taken_for_dead(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path, 0, "a", segment_bytes=1)
    writer.append(whole("1"))
    # What `read` finds when the writer closes segment 1 right after the directory was listed without segment 2.
    listed_before = JournalReader(tmp_path)
    writer.append(whole("2"))
    hidden = tmp_path / A2.file_name
    hidden.rename(tmp_path / "hidden")
    assert ids(listed_before) == ["1"]
    (tmp_path / "hidden").rename(hidden)
    assert listed_before.dead_boots() == []
    writer.close()


def test_a_torn_tail_of_a_live_segment_is_waited_for(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path, 0, "a")
    writer.append(whole("1"))
    path, rest = tmp_path / A1.file_name, frames("2")
    with path.open("ab") as file:
        file.write(rest[:40])
    reader = JournalReader(tmp_path)
    assert ids(reader) == ["1"]
    reader.commit()
    assert ids(reader) == []
    reader.commit()
    with path.open("ab") as file:
        file.write(rest[40:])
    assert ids(reader) == ["2"]
    assert reader.skipped_bytes == 0
    writer.close()


def test_damage_in_a_live_segment_is_left_alone_until_its_writer_is_gone(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path, 0, "a")
    writer.append(whole("1"))
    with (tmp_path / A1.file_name).open("ab") as file:
        file.write(b"garbage")
    reader = JournalReader(tmp_path)
    assert ids(reader) == ["1"]
    reader.commit()
    assert reader.read() == []
    reader.commit()
    assert left(tmp_path) == [A1.file_name]
    writer.close()
    assert reader.read() == []
    assert reader.dead_boots() == ["a"]
    reader.commit()
    assert left(tmp_path) == [A1.file_name + ".corrupt"]
    assert (reader.corrupt_segments, reader.skipped_bytes) == (1, 7)


def test_damage_within_a_live_segment_is_passed_over_when_it_is_there_to_stay(tmp_path: Path) -> None:
    writer = JournalWriter(tmp_path, 0, "a")
    writer.append(whole("1"))
    with (tmp_path / A1.file_name).open("ab") as file:
        file.write(b"garbage")
    writer.append(whole("2"))
    reader = JournalReader(tmp_path)
    assert ids(reader) == ["1"]
    reader.commit()
    assert ids(reader) == ["2"]
    assert ids(reader) == ["2"]  # not committed yet
    reader.commit()
    assert (reader.corrupt_segments, left(tmp_path)) == (0, [A1.file_name])
    writer.append(whole("3"))
    assert ids(reader) == ["3"]
    writer.close()
    assert ids(reader) == ["3"]
    assert reader.dead_boots() == ["a"]
    reader.commit()
    assert left(tmp_path) == [A1.file_name + ".corrupt"]
    assert (reader.corrupt_segments, reader.skipped_bytes) == (1, 7)


def test_a_flipped_length_does_not_hide_what_follows(tmp_path: Path) -> None:
    """It makes its frame look like one that is not finished yet."""
    first = bytearray(frames("1"))
    first[3] ^= 1  # the length grows by 64 KiB
    write_segment(tmp_path, A1, segment(A1) + frames("0") + first + frames("2", "3"))
    reader = JournalReader(tmp_path)
    assert ids(reader) == ["0", "2", "3"]
    reader.commit()
    assert left(tmp_path) == [A1.file_name + ".corrupt"]
    assert reader.skipped_bytes == len(first)


def test_damage_longer_than_one_read_is_passed_over(tmp_path: Path) -> None:
    garbage = bytes(2 * READ_BYTES)
    write_segment(tmp_path, A1, segment(A1) + frames("1") + garbage + frames("2"))
    reader = JournalReader(tmp_path)
    assert ids(reader) == ["1", "2"]
    reader.commit()
    assert reader.skipped_bytes == len(garbage)


def test_a_dead_segment_cut_at_any_byte_gives_its_whole_frames(tmp_path: Path) -> None:
    header = segment(A1)
    data = header + encode(opened("1")) + encode(finished("1")) + encode(finished("2"))
    ends = [len(header), *(end for _, end in decode(data, start=len(header)).frames)]
    for cut in range(len(data) + 1):
        write_segment(tmp_path, A1, data[:cut])
        reader = JournalReader(tmp_path)
        sound = [end for end in ends if end <= cut]
        assert len(reader.read()) == max(len(sound) - 1, 0)
        assert reader.dead_boots() == ["a"]
        reader.commit()
        assert left(tmp_path) == []
        assert reader.skipped_bytes == cut - max(sound, default=0)
        assert reader.corrupt_segments == 0


def test_a_flipped_bit_in_any_byte_costs_one_frame(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    header = segment(A1)
    data = header + encode(opened("1")) + encode(finished("2"))
    ends = [end for _, end in decode(data, start=len(header)).frames]
    for position in range(len(data)):
        damaged = bytearray(data)
        damaged[position] ^= 1 << (position * 5) % 8
        write_segment(tmp_path, A1, damaged)
        write_segment(tmp_path, A2, segment(A2) + encode(finished("3")))
        reader = JournalReader(tmp_path)
        hit = sum(end <= position for end in ends)
        intact = [each for number, each in enumerate(["1", "2"]) if number != hit] if position >= len(header) else []
        assert ids(reader) == [*intact, "3"]
        assert reader.dead_boots() == ["a"]
        reader.commit()
        assert reader.skipped_bytes > 0
        assert left(tmp_path) == ([A1.file_name + ".corrupt"] if reader.corrupt_segments else [])
        for path in tmp_path.iterdir():
            path.unlink()


def test_a_segment_whose_name_and_header_disagree_is_set_aside(tmp_path: Path) -> None:
    write_segment(tmp_path, A1, segment(SegmentName("b", 0, 1)) + frames("1"))
    reader = JournalReader(tmp_path)
    assert reader.read() == []
    reader.commit()
    assert left(tmp_path) == [A1.file_name + ".corrupt"]


def test_a_segment_of_another_version_is_named_kept_and_does_not_stop_the_rest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    versioned = segment(A1)[:8] + (2).to_bytes(2, "big")
    path = write_segment(tmp_path, A1, versioned + zlib.crc32(versioned).to_bytes(4, "big") + b"more")
    other = SegmentName("b", 0, 1)
    write_segment(tmp_path, other, segment(other) + frames("1"))
    reader = JournalReader(tmp_path)
    assert ids(reader) == ["1"]
    assert reader.dead_boots() == ["b"]
    reader.commit()
    assert reader.read() == []
    assert left(tmp_path) == [A1.file_name]
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        f"{path} has journal version 2 and this release reads [1]"
    ]


def test_frames_this_release_does_not_know_are_counted_once(tmp_path: Path) -> None:
    write_segment(tmp_path, A1, segment(A1) + pack(200, b"") + frames("1"))
    reader = JournalReader(tmp_path)
    assert ids(reader) == ids(reader) == ["1"]
    reader.commit()
    assert reader.unreadable_frames == 1


def test_a_frame_longer_than_one_read_is_read_whole(tmp_path: Path) -> None:
    long = finished("long", usage={"text": "x" * (READ_BYTES + 1)})
    write_segment(tmp_path, A1, segment(A1) + frames("1") + encode(long) + frames("2"))
    reader = JournalReader(tmp_path)
    assert [read.frame for read in reader.read()] == [whole("1"), long, whole("2")]


def test_many_frames_across_several_reads(tmp_path: Path) -> None:
    count = READ_BYTES // len(encode(whole("0000"))) * 2
    write_segment(tmp_path, A1, segment(A1) + b"".join(encode(whole(f"{number:04}")) for number in range(count)))
    assert ids(JournalReader(tmp_path), count + 1) == [f"{number:04}" for number in range(count)]


def test_a_segment_that_vanishes_is_forgotten(tmp_path: Path) -> None:
    path = write_segment(tmp_path, A1, segment(A1) + frames("1"))
    reader = JournalReader(tmp_path)
    assert ids(reader, 0) == []
    path.unlink()
    assert reader.read() == []
    reader.commit()
    assert reader.dead_boots() == []


def test_a_segment_that_cannot_be_deleted_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write_segment(tmp_path, A1, segment(A1) + frames("1") + b"garbage")
    reader = JournalReader(tmp_path)

    def refuse(path: Path, target: Path) -> Path:
        raise PermissionError(13, "read-only file system")

    with monkeypatch.context() as read_only:
        read_only.setattr(Path, "rename", refuse)
        assert ids(reader) == ["1"]
        assert reader.dead_boots() == ["a"]
        reader.commit()
        assert reader.read() == []
        assert reader.dead_boots() == []
        reader.commit()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "cannot be removed" in caplog.text
    reader.commit()
    assert left(tmp_path) == [A1.file_name + ".corrupt"]
    assert (reader.corrupt_segments, reader.skipped_bytes) == (1, 7)


def test_repr_tells_segments_and_losses(tmp_path: Path) -> None:
    write_segment(tmp_path, A1, segment(A1) + frames("1") + b"\xcf")
    reader = JournalReader(tmp_path)
    reader.read()
    assert repr(reader) == f"<JournalReader {tmp_path}: 1 segments, 0 bytes skipped>"


def test_a_limit_of_bytes_ends_a_read_and_nothing_is_lost(tmp_path: Path) -> None:
    bodies = [payload(str(number), body=bytes(READ_BYTES)) for number in range(6)]
    first, second = segment(A1) + b"".join(map(encode, bodies[:4])), segment(A2) + b"".join(map(encode, bodies[4:]))
    write_segment(tmp_path, A1, first)
    write_segment(tmp_path, A2, second)
    reader = JournalReader(tmp_path)
    taken = []
    while frames := reader.read(100, limit_bytes=1):
        taken.append([read.frame for read in frames])
        reader.commit()
    assert [frame for some in taken for frame in some] == bodies
    assert len(taken) > 1
    reader.commit()
    assert left(tmp_path) == []
    assert (reader.skipped_bytes, reader.corrupt_segments) == (0, 0)


def test_a_limit_of_bytes_that_is_not_reached_changes_nothing(tmp_path: Path) -> None:
    write_segment(tmp_path, A1, segment(A1) + frames("1", "2"))
    assert [read.frame for read in JournalReader(tmp_path).read(limit_bytes=2**40)] == [whole("1"), whole("2")]
