"""What reaches the disk: whole lines, from many processes at once, within bounds, and past every failure."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.log_files.segments import segments
from claudeflare.log_files.writer import RETRY_SECONDS, LogFile
from claudeflare.logs import JsonLines


@pytest.fixture
def opened() -> Iterator[list[LogFile]]:
    handlers: list[LogFile] = []
    yield handlers
    for handler in handlers:
        handler.close()


def log_file(opened: list[LogFile], directory: Path, process: str = "control", **limits: int) -> LogFile:
    handler = LogFile(directory, process, **limits)
    handler.setFormatter(JsonLines(process))
    opened.append(handler)
    return handler


def record(message: str, at: float = 100.0) -> logging.LogRecord:
    made = logging.LogRecord("claudeflare.example", logging.INFO, __file__, 1, message, (), None)
    made.created = at
    return made


def messages(path: Path) -> list[str]:
    return [json.loads(line)["message"] for line in path.read_text().splitlines()]


def test_lines_are_appended_to_a_private_file(tmp_path: Path, opened: list[LogFile]) -> None:
    directory = tmp_path / "logs"
    log_file(opened, directory).emit(record("one"))
    log_file(opened, directory).emit(record("two"))
    path = directory / "control.000001.jsonl"
    assert messages(path) == ["one", "two"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_a_full_segment_is_followed_by_the_next(tmp_path: Path, opened: list[LogFile]) -> None:
    handler = log_file(opened, tmp_path, segment_bytes=200)
    for number in range(4):
        handler.emit(record(f"message {number}"))
    assert [messages(each.path) for each in segments(tmp_path)["control"]] == [
        ["message 0", "message 1"],
        ["message 2", "message 3"],
    ]


def test_the_oldest_segments_go_but_never_the_newest_of_a_role(tmp_path: Path, opened: list[LogFile]) -> None:
    quiet = log_file(opened, tmp_path, "supervisor", segment_bytes=200, total_bytes=700)
    quiet.emit(record("started"))
    os.utime(tmp_path / "supervisor.000001.jsonl", (1.0, 1.0))
    chatty = log_file(opened, tmp_path, "gateway 0", segment_bytes=200, total_bytes=700)
    for number in range(40):
        chatty.emit(record(f"message {number}"))
    left = segments(tmp_path)
    assert messages(left["supervisor"][0].path) == ["started"]
    assert left["gateway-0"][-1].number == 20
    assert 2 <= len(left["gateway-0"]) <= 4
    assert messages(left["gateway-0"][-1].path)[-1] == "message 39"


def test_a_deleted_file_is_begun_again(tmp_path: Path, opened: list[LogFile]) -> None:
    directory = tmp_path / "logs"
    handler = log_file(opened, directory)
    handler.emit(record("gone"))
    (directory / "control.000001.jsonl").unlink()
    directory.rmdir()
    handler.emit(record("kept"))
    assert messages(directory / "control.000001.jsonl") == ["kept"]


def test_a_disk_that_fails_costs_lines_and_says_so_when_it_is_back(tmp_path: Path, opened: list[LogFile]) -> None:
    blocked = tmp_path / "logs"
    blocked.write_text("not a directory")
    handler = log_file(opened, blocked)
    handler.emit(record("lost", at=100.0))
    blocked.unlink()
    handler.emit(record("lost too: too early to try again", at=100.0 + RETRY_SECONDS / 2))
    assert not blocked.exists()
    handler.emit(record("kept", at=100.0 + RETRY_SECONDS))
    assert messages(blocked / "control.000001.jsonl") == ["2 log lines could not be written to disk", "kept"]


def test_what_a_killed_process_left_of_a_line_is_ended(tmp_path: Path, opened: list[LogFile]) -> None:
    path = tmp_path / "control.000001.jsonl"
    path.write_bytes(b'{"time": "2026')
    log_file(opened, tmp_path).emit(record("whole"))
    torn, whole = path.read_text().splitlines()
    assert torn == '{"time": "2026'
    assert json.loads(whole)["message"] == "whole"


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path, opened: list[LogFile]) -> None:
    victim = tmp_path / "victim"
    victim.touch()
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "control.000001.jsonl").symlink_to(victim)
    log_file(opened, logs).emit(record("private"))
    assert victim.read_text() == ""


def test_a_record_that_cannot_be_formatted_stops_nobody(
    tmp_path: Path, opened: list[LogFile], capsys: pytest.CaptureFixture[str]
) -> None:
    handler = log_file(opened, tmp_path)
    bad = record("%d")
    bad.args = ("word",)
    handler.emit(bad)
    assert "--- Logging error ---" in capsys.readouterr().err
    assert segments(tmp_path) == {}


def test_a_full_disk_tears_a_line_and_only_that(tmp_path: Path) -> None:
    """The kernel's limit of a file's size stands in for the disk: both let a write end early."""
    script = """
import logging, resource, signal, sys
from pathlib import Path
from claudeflare.log_files.writer import LogFile
from claudeflare.logs import JsonLines
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
handler = LogFile(Path(sys.argv[1]), "control")
handler.setFormatter(JsonLines("control"))
def emit(message, at):
    record = logging.LogRecord("x", logging.INFO, "", 1, message, (), None)
    record.created = at
    handler.emit(record)
emit("first", 1.0)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (130, hard))
emit("torn", 2.0)
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
emit("last", 60.0)
"""
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True)
    lines = (tmp_path / "control.000001.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["message"] == "first"
    with pytest.raises(ValueError):
        json.loads(lines[1])
    assert [json.loads(line)["message"] for line in lines[2:]] == ["1 log lines could not be written to disk", "last"]


def test_processes_of_one_role_do_not_mix_their_lines(tmp_path: Path) -> None:
    """Not meant to happen, but a server that is being replaced may still log while its successor begins."""
    script = """
import logging, sys
from pathlib import Path
from claudeflare.log_files.writer import LogFile
from claudeflare.logs import JsonLines
handler = LogFile(Path(sys.argv[1]), "control", segment_bytes=50_000)
handler.setFormatter(JsonLines("control"))
for number in range(500):
    handler.emit(logging.LogRecord("x", logging.INFO, "", 1, f"{sys.argv[2]} {number} " + "x" * 300, (), None))
"""
    writers = [subprocess.Popen([sys.executable, "-c", script, tmp_path, name]) for name in ("a", "b", "c")]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    # A file looks torn to who opens it while another writes; then there is an empty line, which readers skip.
    lines = [line for each in segments(tmp_path)["control"] for line in each.path.read_text().splitlines() if line]
    found = [json.loads(line)["message"] for line in lines]
    for name in ("a", "b", "c"):
        assert sorted(int(one.split()[1]) for one in found if one.startswith(name)) == list(range(500))
