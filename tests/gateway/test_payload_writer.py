"""The thread that writes payloads: what it writes, what it does without, and that nobody waits for it."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from claudeflare.gateway.payload_writer import WRITE_BYTES, Captured, open_payloads
from claudeflare.journal.disk_space import DiskSpace
from claudeflare.journal.payloads import Payload, payload_directory
from claudeflare.journal.reader import JournalReader
from claudeflare.settings import Settings
from harness.payload_segments import payload_writer, payloads_in

TESTS = Path(__file__).parents[1]


def captured(request_id: str, *pieces: bytes, reserved: int = 0, part: str = "request") -> Captured:
    fields = [(b"Content-Type", b"application/json"), (b"x-api-key", b"sk-ant-planted")]
    return Captured(request_id, 7.0, part, fields, pieces, sum(map(len, pieces)), reserved)


class Disk:
    """Appends to a list, and stands still or fails when told to."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.works = True
        self.closed = False
        self.begun = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def append_payloads(self, payloads: Sequence[tuple[Payload, Sequence[bytes]]]) -> int:
        self.begun.set()
        assert self.may_go_on.wait(30)
        if not self.works:
            return len(payloads)
        self.ids += [payload.id for payload, _ in payloads]
        return 0

    def close(self) -> None:
        self.closed = True


def test_payloads_are_written_whole_in_order_and_without_secrets(tmp_path: Path) -> None:
    writer = payload_writer(tmp_path)
    writer.start()
    writer.put(captured("a", b'{"a":', b"1}"))
    writer.put(captured("a", b"\x1f\x8b\x00\xff", part="response"))
    writer.put(captured("b"))
    writer.close()
    kept = [("Content-Type", "application/json"), ("x-api-key", "[redacted]")]
    assert payloads_in(tmp_path) == [
        Payload(id="a", at=7.0, part="request", fields=kept, body=b'{"a":1}', size=7),
        Payload(id="a", at=7.0, part="response", fields=kept, body=b"\x1f\x8b\x00\xff", size=4),
        Payload(id="b", at=7.0, part="request", fields=kept),
    ]
    assert (writer.shed, writer.held_bytes) == (0, 0)
    assert not [entry for entry in payload_directory(tmp_path).iterdir() if b"planted" in entry.read_bytes()]


def test_codings_are_told_in_the_order_they_were_applied(tmp_path: Path) -> None:
    writer = payload_writer(tmp_path)
    writer.start()
    fields = [(b"Content-Encoding", b"deflate"), (b"content-encoding", b"gzip")]
    writer.put(Captured("a", 7.0, "response", fields, [b"x"], 9, 0))
    writer.close()
    [payload] = payloads_in(tmp_path)
    assert (payload.content_encoding, payload.body, payload.size) == ("deflate, gzip", b"x", 9)


def test_a_writer_that_stands_still_fills_the_bound_and_no_more(tmp_path: Path) -> None:
    disk = Disk()
    disk.may_go_on.clear()
    writer = payload_writer(tmp_path, queue_bytes=1000, appender=disk)
    writer.start()
    for number in range(10):
        assert writer.reserve(100)
        writer.put(captured(str(number), bytes(100), reserved=100))
    assert disk.begun.wait(30)
    assert not writer.reserve(1)
    writer.lose()
    assert (writer.shed, writer.held_bytes) == (1, 1000)
    disk.may_go_on.set()
    writer.close()
    assert disk.ids == [str(number) for number in range(10)]
    assert (writer.shed, writer.held_bytes, disk.closed) == (1, 0, True)
    assert writer.reserve(1000)
    writer.give_back(1000)
    assert writer.held_bytes == 0


def test_what_fails_is_counted_and_frees_its_room(tmp_path: Path) -> None:
    disk = Disk()
    disk.works = False
    writer = payload_writer(tmp_path, appender=disk)
    writer.start()
    assert writer.reserve(50)
    writer.put(captured("a", b"x", reserved=50))
    writer.close()
    assert (writer.shed, writer.held_bytes) == (1, 0)


def test_a_disk_that_is_nearly_full_is_left_to_records(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    free = iter([99, 99, 100, 100])
    now = iter(range(10))
    space = DiskSpace(tmp_path, 100, lambda _: next(free), lambda: float(next(now)))
    writer = payload_writer(tmp_path, space=space)
    for number in range(4):
        writer.put(captured(str(number), b"x", reserved=WRITE_BYTES))
    assert repr(writer) == f"<PayloadWriter 4 queued, {writer.held_bytes} bytes held, 0 shed>"
    with caplog.at_level(logging.WARNING):
        writer.start()
        writer.close()
    assert [payload.id for payload in payloads_in(tmp_path)] == ["2", "3"]
    assert writer.shed == 2
    assert [record.message.partition(": ")[2] for record in caplog.records] == [
        "too little space is free; payloads are not recorded until there is more",
        "there is space again, payloads are recorded",
    ]


def test_a_journal_that_is_not_there_is_not_made(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = tmp_path / "journal"
    writer = payload_writer(journal)
    journal.rmdir()
    writer.put(captured("a", b"x"))
    writer.start()
    writer.close()
    assert writer.shed == 1
    assert not journal.exists()
    # Once: an encrypted volume that is mounted late is found then.
    assert caplog.text.count("payloads are lost until it can") <= 1


def test_a_directory_that_vanishes_is_made_again(tmp_path: Path) -> None:
    writer = payload_writer(tmp_path)
    writer._make_directory()
    payload_directory(tmp_path).rmdir()
    writer.put(captured("a", b"x"))
    writer.put(captured("b", b"x"))
    writer.start()
    writer.close()
    assert [payload.id for payload in payloads_in(tmp_path)][-1] == "b"


def test_a_mistake_costs_its_own_payload_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    writer = payload_writer(tmp_path)
    writer.put(captured("a", b"x")._replace(fields=[(b"age", "no bytes")]))  # type: ignore[list-item]
    writer.put(captured("b", b"x"))
    writer.start()
    writer.close()
    assert [payload.id for payload in payloads_in(tmp_path)] == ["b"]
    assert writer.shed == 1
    assert "a mistake of ours" in caplog.text


def test_the_end_waits_for_a_disk_so_long_and_no_longer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()
    disk.may_go_on.clear()
    writer = payload_writer(tmp_path, appender=disk)
    writer.put(captured("a", b"x"))
    writer.start()
    assert disk.begun.wait(30)
    writer.close(seconds=0.0)
    assert "could not be written within 0 s" in caplog.text
    disk.may_go_on.set()
    writer._thread.join(30)
    assert disk.ids == ["a"]


def test_off_means_no_thread_and_no_directory(tmp_path: Path) -> None:
    before = threading.active_count()
    assert open_payloads(Settings(payloads="off"), tmp_path, 0, "boot") is None
    assert threading.active_count() == before
    assert list(tmp_path.iterdir()) == []


def test_on_takes_its_bounds_from_the_settings(tmp_path: Path) -> None:
    settings = Settings(payload_limit_bytes=10, payload_queue_bytes=70_000, payload_min_free_bytes=2**50)
    writer = open_payloads(settings, tmp_path, 3, "boot")
    assert writer is not None
    assert writer.limit == 10
    assert not writer.reserve(70_001)
    writer.put(captured("a", b"x"))
    writer.close()
    assert writer.shed == 1  # no disk has a pebibyte to spare


PROGRAM = """
import resource, sys
from pathlib import Path
from claudeflare.gateway.payload_writer import Captured
from harness.payload_segments import payload_writer

writer = payload_writer(Path(sys.argv[1]))
body = bytes(range(256)) * 40
def put(number):
    writer.put(Captured(f"{number:06}", 7.0, "request", [], [body], len(body), 0))
"""

FULL_DISK = (
    PROGRAM
    + """
import json
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
for number in range(20):
    put(number)
writer.start()
while writer.shed < 11:
    pass
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
put(20)
writer.close()
print(json.dumps(writer.shed))
"""
)

WITHOUT_END = (
    PROGRAM
    + """
writer.start()
number = 0
while True:
    if writer.reserve(len(body)):
        writer.put(Captured(f"{number:06}", 7.0, "request", [], [body], len(body), len(body)))
        number += 1
        if number == 100:
            print("written", flush=True)
"""
)


def program(source: str, journal: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    return subprocess.Popen([sys.executable, "-c", source, str(journal)], stdout=subprocess.PIPE, env=environment)


def test_a_full_disk_loses_whole_payloads_and_counts_them(tmp_path: Path) -> None:
    """`RLIMIT_FSIZE` stands in for the disk."""
    process = program(FULL_DISK, tmp_path)
    told, _ = process.communicate(timeout=50)
    shed = json.loads(told)
    ids = [payload.id for payload in payloads_in(tmp_path)]
    assert ids == sorted(ids)
    assert len(ids) == 21 - shed
    assert ids[-1] == "000020"
    assert all(payload.body == bytes(range(256)) * 40 for payload in payloads_in(tmp_path))


def test_a_kill_tears_the_last_frame_at_most(tmp_path: Path) -> None:
    with program(WITHOUT_END, tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        reader = JournalReader(payload_directory(tmp_path))
        while not reader.read(1):
            pass
        process.kill()
    ids = []
    while frames := reader.read():
        ids += [int(read.frame.id) for read in frames if isinstance(read.frame, Payload)]
        assert all(isinstance(read.frame, Payload) and len(read.frame.body) == 10_240 for read in frames)
        reader.commit()
    reader.commit()
    assert ids == list(range(len(ids)))
    assert ids
    assert (reader.corrupt_segments, reader.unreadable_frames) == (0, 0)
    assert reader.skipped_bytes < 10_400
    assert list(payload_directory(tmp_path).iterdir()) == []
