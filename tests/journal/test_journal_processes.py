"""Writer and reader as they really run: in two processes, one of which is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from claudeflare.journal.reader import FRAMES_AT_ONCE, JournalReader
from claudeflare.journal.records import Finished
from harness import journal_appender

TESTS = Path(__file__).parents[1]


@contextmanager
def appender(directory: Path, *, segment_bytes: int, count: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, journal_appender.__file__, str(directory), "boot", str(segment_bytes), str(count)]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def numbers(reader: JournalReader) -> list[int]:
    return [int(read.frame.id) for read in reader.read() if isinstance(read.frame, Finished)]


def test_a_reader_beside_a_writer_gets_everything_once_and_in_order(tmp_path: Path) -> None:
    count = 20_000
    reader = JournalReader(tmp_path)
    taken: list[int] = []
    with appender(tmp_path, segment_bytes=64 * 1024, count=count) as process:
        while len(taken) < count:
            assert process.poll() is None
            taken += numbers(reader)
            assert reader.dead_boots() == []
            reader.commit()
        assert taken == list(range(count))
        assert len(os.listdir(tmp_path)) == 1
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait() == 0
        assert process.stdout is not None
        assert len(process.stdout.read()) == count
    assert reader.read() == []
    assert reader.dead_boots() == ["boot"]
    reader.commit()
    assert os.listdir(tmp_path) == []
    assert reader.skipped_bytes == reader.corrupt_segments == reader.unreadable_frames == 0


@pytest.mark.parametrize("told_before_the_kill", [1, 7, 1000])
def test_what_a_killed_writer_said_it_wrote_is_read(tmp_path: Path, told_before_the_kill: int) -> None:
    with appender(tmp_path, segment_bytes=32 * 1024, count=0) as process:
        assert process.stdout is not None
        told = len(process.stdout.read(told_before_the_kill))
        process.kill()
        told += len(process.stdout.read())
        process.wait()
    reader = JournalReader(tmp_path)
    taken: list[int] = []
    while batch := numbers(reader):
        assert reader.dead_boots() == ["boot"] or len(batch) == FRAMES_AT_ONCE
        taken += batch
        reader.commit()
    assert taken == list(range(len(taken)))
    assert len(taken) - told in (0, 1)  # one may have been written and not told of
    reader.commit()
    assert [name for name in os.listdir(tmp_path) if name.endswith((".journal", ".corrupt"))] == []
