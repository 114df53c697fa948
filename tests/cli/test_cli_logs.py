"""`claudeflare logs`, on the disk and from a server."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import msgspec
import pytest

from claudeflare.home import Home
from claudeflare.log_files.history import LogEntry
from harness.command_line import CLAUDEFLARE, CommandLine, environment
from harness.data_directory import DAY, NOW
from harness.log_lines import write


@pytest.fixture
def logs(empty: CommandLine) -> Path:
    directory = Home(empty.home).logs
    write(directory, "control", 1, (NOW - DAY, "yesterday"), (NOW - 20, "the database was upgraded"))
    write(directory, "gateway-0", 1, (NOW - 10, "1 accounts, strategy session"))
    write(directory, "gateway-0", 1, (NOW - 5, "account work: credential refused"), level="warn")
    return directory


def test_lines_of_every_process(empty: CommandLine, logs: Path) -> None:
    assert empty.output("logs") == (
        "2026-11-21\n"
        "17:40:00 info  control  yesterday\n"
        "2026-11-22\n"
        "17:39:40 info  control  the database was upgraded\n"
        "17:39:50 info  gateway 0  1 accounts, strategy session\n"
        "17:39:55 warn  gateway 0  account work: credential refused\n"
    )


def test_as_many_and_as_severe_as_asked_for(empty: CommandLine, logs: Path) -> None:
    assert empty.output("logs", "-n", "1") == "17:39:55 warn  gateway 0  account work: credential refused\n"
    assert empty.output("logs", "--level", "warn").count("\n") == 1
    assert empty.output("logs", "--level", "error") == "Nothing is logged.\n"
    empty.error("logs", "-n", "0", exit_code=2)
    empty.error("logs", "-n", "10001", exit_code=2)
    empty.error("logs", "--level", "loud", exit_code=2)


def test_json_is_what_the_route_answers(empty: CommandLine, logs: Path) -> None:
    lines = json.loads(empty.run("logs", "--json", "-n", "2").stdout)
    assert [line["message"] for line in lines] == ["1 accounts, strategy session", "account work: credential refused"]
    assert lines[0] == {
        "time": "2026-11-22T17:39:50.000Z",
        "level": "info",
        "process": "gateway 0",
        "logger": "claudeflare.example",
        "message": "1 accounts, strategy session",
        "traceback": None,
    }


def test_nothing_was_logged(empty: CommandLine) -> None:
    assert empty.output("logs") == "Nothing is logged.\n"
    assert json.loads(empty.run("logs", "--json").stdout) == []
    assert not empty.home.exists()


def test_a_line_cannot_drive_the_terminal_and_is_not_cut(empty: CommandLine, logs: Path) -> None:
    message, traceback = "a\n\x1b[2J" + "b" * 100, "Traceback:\n  \x07line\nValueError"
    entry = LogEntry("2026-11-22T17:39:59.000Z", "error", "control", "x", message, traceback)
    with (logs / "control.000001.jsonl").open("ab") as file:
        file.write(msgspec.json.encode(entry) + b"\n")
    assert empty.output("logs", "-n", "1") == (
        "17:39:59 error control  a\\x0a\\x1b[2J" + "b" * 100 + "\nTraceback:\n  \\x07line\nValueError\n"
    )


def test_a_broken_database_does_not_hide_the_log(empty: CommandLine, logs: Path) -> None:
    Home(empty.home).database.write_bytes(b"this is no database" * 100)
    assert "credential refused" in empty.output("logs")


@pytest.mark.parametrize("named", [False, True])
def test_following_a_running_server(tmp_path: Path, named: bool) -> None:
    with subprocess.Popen(
        [*CLAUDEFLARE, "serve", "--port", "0"],
        env=environment(tmp_path, LOG_LEVEL="debug"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().split()[-1]
        more = {"CLAUDEFLARE_TOKEN": (tmp_path / "control-token").read_text().strip()} if named else {}
        where = ["--url", url] if named else []
        with subprocess.Popen(
            [*CLAUDEFLARE, *where, "logs", "--follow", "--json", "--level", "info"],
            env=environment(tmp_path, **more),
            stdout=subprocess.PIPE,
            text=True,
        ) as following:
            assert following.stdout is not None
            first = json.loads(following.stdout.readline())
            assert first["process"] == "gateway 0"
            assert first["message"].startswith("0 account")
            CommandLine(tmp_path).run("add", "work", input="sk-ant-api03-work")
            assert json.loads(following.stdout.readline())["message"].startswith("1 account")
            following.terminate()
        server.terminate()
        assert server.wait() == 0
