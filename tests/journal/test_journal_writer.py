"""The writer: rotation, liveness, and every kind of disk trouble."""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from claudeflare.journal.frames import PAYLOAD_LIMIT, encode
from claudeflare.journal.payloads import Payload
from claudeflare.journal.reader import JournalReader
from claudeflare.journal.records import Frame, Shed
from claudeflare.journal.writer import JournalWriter
from harness.journal_frames import finished, opened, whole

SIZE = len(encode(whole("0")))


def writer_in(directory: Path, segment_bytes: int = 1 << 20) -> JournalWriter:
    return JournalWriter(directory, 0, "boot", segment_bytes, clock=lambda: 7.0)


def journaled(directory: Path) -> list[Frame]:
    return [read.frame for read in JournalReader(directory).read()]


def segments(directory: Path) -> list[str]:
    return sorted(os.listdir(directory))


def is_locked(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_nothing_is_created_before_the_first_append(tmp_path: Path) -> None:
    writer = writer_in(tmp_path)
    assert segments(tmp_path) == []
    writer.close()
    assert segments(tmp_path) == []


def test_what_was_appended_can_be_read_at_once(tmp_path: Path) -> None:
    writer = writer_in(tmp_path)
    assert writer.append(opened("a"))
    assert writer.append(whole("a"))
    assert journaled(tmp_path) == [opened("a"), whole("a")]
    assert segments(tmp_path) == ["boot-0-00000001.journal"]
    assert (tmp_path / "boot-0-00000001.journal").stat().st_mode & 0o777 == 0o600
    writer.close()


def test_an_open_segment_is_locked_and_a_full_one_is_followed(tmp_path: Path) -> None:
    writer = writer_in(tmp_path, segment_bytes=2 * SIZE)
    for number in range(5):
        assert writer.append(whole(str(number)))
    assert segments(tmp_path) == [f"boot-0-0000000{number}.journal" for number in (1, 2, 3)]
    assert [is_locked(tmp_path / name) for name in segments(tmp_path)] == [False, False, True]
    writer.close()
    assert not is_locked(tmp_path / segments(tmp_path)[-1])
    assert journaled(tmp_path) == [whole(str(number)) for number in range(5)]


def test_a_boot_that_comes_again_does_not_overwrite_its_segments(tmp_path: Path) -> None:
    for request_id in ("a", "b"):
        writer = writer_in(tmp_path)
        writer.append(whole(request_id))
        writer.close()
    assert journaled(tmp_path) == [whole("a"), whole("b")]


def test_a_left_over_unpublished_segment_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "boot-0-00000001.new").write_bytes(b"half a header of a killed process")
    writer = writer_in(tmp_path)
    assert writer.append(whole("a"))
    writer.close()
    assert journaled(tmp_path) == [whole("a")]
    assert segments(tmp_path) == ["boot-0-00000001.journal"]


def test_a_missing_directory_sheds_until_it_is_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    directory = tmp_path / "journal"
    writer = writer_in(directory)
    assert [writer.append(whole("a")), writer.append(whole("b"))] == [False, False]
    assert not directory.exists()
    directory.mkdir()
    assert writer.append(whole("c"))
    writer.close()
    assert writer.shed == 2
    assert journaled(directory) == [Shed(at=7.0, records=2), whole("c")]
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.WARNING]  # once per outage
    assert "2 records were lost" in caplog.text


def test_a_directory_deleted_while_running_is_noticed_at_the_next_append(tmp_path: Path) -> None:
    directory = tmp_path / "journal"
    directory.mkdir()
    writer = writer_in(directory)
    assert writer.append(whole("a"))
    shutil.rmtree(directory)
    assert not writer.append(whole("b"))
    directory.mkdir()
    assert writer.append(whole("c"))
    writer.close()
    assert journaled(directory) == [Shed(at=7.0, records=1), whole("c")]


def test_a_deleted_segment_is_not_looked_for_when_a_request_begins(tmp_path: Path) -> None:
    writer = writer_in(tmp_path)
    assert writer.append(whole("a"))
    (tmp_path / segments(tmp_path)[0]).unlink()
    assert writer.append(opened("b"))
    assert segments(tmp_path) == [], "what a request's end says again is not worth a system call"
    assert writer.append(whole("b"))
    writer.close()
    assert journaled(tmp_path) == [whole("b")]


def test_a_request_that_begins_while_writing_fails_loses_no_count(tmp_path: Path) -> None:
    directory = tmp_path / "journal"
    directory.mkdir()
    writer = writer_in(directory)
    assert writer.append(whole("a"))
    shutil.rmtree(directory)
    assert not writer.append(whole("b"))
    assert not writer.append(opened("c"))
    directory.mkdir()
    assert writer.append(opened("d"))
    writer.close()
    assert journaled(directory) == [Shed(at=7.0, records=1), opened("d")]


def test_a_file_in_the_directorys_place_is_counted(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("")
    writer = writer_in(tmp_path / "journal")
    assert not writer.append(whole("a"))
    assert writer.shed == 1
    writer.close()


def test_when_no_new_segment_can_be_opened_the_full_one_grows(tmp_path: Path) -> None:
    writer = writer_in(tmp_path, segment_bytes=SIZE)
    assert writer.append(whole("a"))
    (tmp_path / "boot-0-00000002.new").mkdir()
    assert writer.append(whole("b"))
    assert segments(tmp_path)[0] == "boot-0-00000001.journal"
    (tmp_path / "boot-0-00000002.new").rmdir()
    assert writer.append(whole("c"))
    writer.close()
    assert len(segments(tmp_path)) == 2
    assert journaled(tmp_path) == [whole("a"), whole("b"), whole("c")]


@pytest.mark.parametrize(
    "usage",
    [{"input_tokens": 2**64}, {"text": "\ud800"}, {"text": "x" * PAYLOAD_LIMIT}],
    ids=["integer beyond 64 bits", "half a surrogate pair", "over the limit"],
)
def test_a_record_that_cannot_be_encoded_is_counted(
    tmp_path: Path, usage: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    writer = writer_in(tmp_path)
    assert not writer.append(finished("a", usage=usage))
    assert "cannot be encoded" in caplog.text
    assert writer.append(whole("b"))
    writer.close()
    assert journaled(tmp_path) == [Shed(at=7.0, records=1), whole("b")]


def test_what_was_lost_last_is_told_at_close_and_nothing_is_taken_after(tmp_path: Path) -> None:
    writer = writer_in(tmp_path)
    writer.append(finished("a", usage={"input_tokens": 2**64}))
    writer.close()
    writer.close()
    assert journaled(tmp_path) == [Shed(at=7.0, records=1)]
    assert not writer.append(whole("b"))
    assert writer.shed == 2


def apart(request_id: str, *pieces: bytes, size: int = 0) -> tuple[Payload, tuple[bytes, ...]]:
    return Payload(id=request_id, at=7.0, part="request", size=size), pieces


def with_body(request_id: str, body: bytes) -> Payload:
    return Payload(id=request_id, at=7.0, part="request", body=body)


def test_payloads_are_lost_one_by_one_or_all_together(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    writer = writer_in(journal)
    assert writer.append_payloads([apart("a"), apart("b", b"x")]) == 2
    assert writer.shed == 2
    journal.mkdir()
    assert writer.append_payloads([apart("c", size=2**64)]) == 1
    assert writer.append_payloads([apart("d", b"12", b"", b"3"), apart("e", size=2**64), apart("f")]) == 1
    assert writer.append_payloads([apart("g", b"4")]) == 0
    writer.close()
    assert journaled(journal) == [
        Shed(at=7.0, records=3),
        with_body("d", b"123"),
        with_body("f", b""),
        Shed(at=7.0, records=4),
        with_body("g", b"4"),
    ]


def test_more_pieces_than_a_system_takes_are_written_at_once(tmp_path: Path) -> None:
    writer = writer_in(tmp_path)
    many = [apart(str(number), *(b"%d" % part for part in range(10))) for number in range(300)]
    assert writer.append_payloads(many) == 0
    writer.close()
    assert journaled(tmp_path) == [with_body(str(number), b"0123456789") for number in range(300)]


FULL_DISK = """
import json, resource, sys
from pathlib import Path
from harness.journal_frames import whole
from claudeflare.journal.writer import JournalWriter

_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), hard))
writer = JournalWriter(Path(sys.argv[1]), 0, "boot", clock=lambda: 7.0)
before = [writer.append(whole(f"{number:04}")) for number in range(200)]
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
after = [writer.append(whole(f"later {number}")) for number in range(3)]
writer.close()
print(json.dumps({"before": before, "after": after, "shed": writer.shed}))
"""


@pytest.mark.parametrize("spare_bytes", [0, 1, 9, 200, -1])
def test_a_full_disk_loses_whole_records_and_says_how_many(tmp_path: Path, spare_bytes: int) -> None:
    """`RLIMIT_FSIZE` stands in for the disk: a write that crosses it is cut short, the next fails with EFBIG."""
    limit = 50 * len(encode(whole("0000"))) + spare_bytes
    told = json.loads(run(FULL_DISK, str(tmp_path), str(limit)))
    kept = sum(told["before"])
    assert 45 < kept < 51
    assert told["before"] == [True] * kept + [False] * (200 - kept)
    assert told["after"] == [True] * 3
    assert told["shed"] == 200 - kept
    assert journaled(tmp_path) == [
        *(whole(f"{number:04}") for number in range(kept)),
        Shed(at=7.0, records=200 - kept),
        *(whole(f"later {number}") for number in range(3)),
    ]


def test_no_room_even_for_a_header(tmp_path: Path) -> None:
    told = json.loads(run(FULL_DISK, str(tmp_path), "20"))
    assert not any(told["before"])
    assert told["after"] == [True] * 3
    assert journaled(tmp_path)[0] == Shed(at=7.0, records=200)
    assert segments(tmp_path) == ["boot-0-00000001.journal"]


def test_a_frame_cut_short_that_cannot_be_taken_back_ends_its_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = writer_in(tmp_path)
    writer.append(whole("a"))
    write = os.write

    def write_half(fd: int, data: bytes) -> int:
        return write(fd, data[: len(data) // 2])

    def refuse(fd: int, size: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", write_half)
        broken.setattr(os, "ftruncate", refuse)
        assert not writer.append(whole("b"))
    first = tmp_path / "boot-0-00000001.journal"
    assert is_locked(first)  # or a reader would take this process for dead
    assert writer.append(whole("c"))
    assert not is_locked(first)
    writer.close()
    reader = JournalReader(tmp_path)
    assert [read.frame for read in reader.read()] == [whole("a"), Shed(at=7.0, records=1), whole("c")]
    reader.commit()
    assert reader.skipped_bytes > 0
    assert reader.corrupt_segments == 0


def run(program: str, *arguments: str) -> str:
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=os.environ | {"PYTHONPATH": tests},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_repr_tells_state_and_losses(tmp_path: Path) -> None:
    writer = writer_in(tmp_path / "missing")
    assert repr(writer) == "<JournalWriter boot-0 open, 0 records shed>"
    writer.append(whole("a"))
    assert repr(writer) == "<JournalWriter boot-0 failing, 1 records shed>"
    writer.close()
    assert repr(writer) == "<JournalWriter boot-0 closed, 1 records shed>"
