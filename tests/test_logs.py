"""The lines a person and a collector see."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from claudeflare.logs import LEVELS, JsonLines, configure_logging, configure_server_logging, log_to_files
from claudeflare.settings import Settings

log = logging.getLogger("claudeflare.example")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _root_logger_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for added in root.handlers:
        if added not in handlers:
            added.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def failing() -> None:
    raise ValueError("boom")


def test_pretty_lines() -> None:
    stream = io.StringIO()
    configure_logging("info", "pretty", process="gateway 0", stream=stream)
    log.debug("not shown")
    log.info("account %s added", "work")
    log.warning("careful")
    log.error("bad")
    lines = stream.getvalue().splitlines()
    assert [re.sub(r"^\d\d:\d\d:\d\d\.\d{3} ", "", line) for line in lines] == [
        "info  gateway 0  account work added",
        "warn  gateway 0  careful",
        "error gateway 0  bad",
    ]
    assert all(re.match(r"\d\d:\d\d:\d\d\.\d{3} ", line) for line in lines)


def test_color_on_a_terminal_alone() -> None:
    terminal = Terminal()
    configure_logging("debug", "pretty", process="control", stream=terminal)
    log.warning("careful")
    assert "\x1b[33mwarn \x1b[0m control  careful\n" in terminal.getvalue()
    configure_logging("debug", "json", process="control", stream=terminal)
    log.warning("careful")
    assert "\x1b" not in terminal.getvalue().splitlines()[-1]


def test_text_from_outside_cannot_forge_a_line_or_drive_the_terminal() -> None:
    stream = io.StringIO()
    configure_logging("info", "pretty", process="control", stream=stream)
    log.info("path %s", "/a\n12:00:00 info  \x1b[2J\x9b")
    assert stream.getvalue().count("\n") == 1
    assert r"/a\x0a12:00:00 info  \x1b[2J\x9b" in stream.getvalue()


@pytest.mark.parametrize("format", ["pretty", "json"])
def test_tracebacks_are_kept(format: str) -> None:
    stream = io.StringIO()
    configure_logging("info", format, process="control", stream=stream)
    try:
        failing()
    except ValueError:
        log.exception("it failed")
    log.error("nothing is being handled", exc_info=True)  # noqa: LOG014 what is tested
    text = stream.getvalue()
    assert "it failed" in text
    assert "in failing" in text
    assert "ValueError: boom" in text
    assert "NoneType" not in text


def test_json_lines() -> None:
    stream = io.StringIO()
    configure_logging("warn", "json", process="gateway 1", stream=stream)
    log.info("not shown")
    log.warning('a "quoted"\nline of %s', "näive")
    (line,) = stream.getvalue().splitlines()
    entry = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", entry.pop("time"))
    assert entry == {
        "level": "warn",
        "process": "gateway 1",
        "logger": "claudeflare.example",
        "message": 'a "quoted"\nline of näive',
    }


def test_configuring_again_replaces_what_was_there() -> None:
    first, second = io.StringIO(), io.StringIO()
    configure_logging("info", "pretty", process="a", stream=first)
    configure_logging("error", "pretty", process="a", stream=second)
    log.warning("careful")
    log.error("bad")
    assert first.getvalue() == ""
    assert "bad" in second.getvalue()
    assert "careful" not in second.getvalue()


def test_standard_error_is_where_lines_go(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "pretty", process="a")
    log.info("hello")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "hello" in captured.err


def test_the_levels_are_the_ones_the_setting_allows() -> None:
    assert LEVELS == {"debug": 10, "info": 20, "warn": 30, "error": 40}


def test_a_server_logs_to_its_data_directory_as_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure_server_logging(Settings(home=str(tmp_path), log_level="warn"), process="gateway 0")
    log.info("not shown")
    log.warning("careful")
    (line,) = (tmp_path / "logs" / "gateway-0.000001.jsonl").read_text().splitlines()
    assert (json.loads(line)["process"], json.loads(line)["message"]) == ("gateway 0", "careful")
    assert "careful" in capsys.readouterr().err
    configure_logging("warn", "pretty", process="gateway 0")
    log.warning("again")
    assert len((tmp_path / "logs" / "gateway-0.000001.jsonl").read_text().splitlines()) == 1


def test_a_directory_that_cannot_be_written_disturbs_nobody(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logs").touch()
    configure_server_logging(Settings(home=str(tmp_path)), process="control")
    log.error("bad")
    assert capsys.readouterr().err.count("\n") == 1


def test_a_message_in_a_file_has_a_limit(tmp_path: Path) -> None:
    configure_logging("info", "pretty", process="a", stream=io.StringIO())
    log_to_files(tmp_path, "a")
    try:
        raise ValueError("y" * 50_000)
    except ValueError:
        log.exception("x" * 100_000)
    entry = json.loads((tmp_path / "a.000001.jsonl").read_text())
    assert entry["message"] == "x" * 20_000
    assert entry["traceback"] == "y" * 20_000


@pytest.mark.parametrize(
    ("level", "expected"), [("info", ["ours", "serious"]), ("debug", ["ours", "quiet", "serious"])]
)
@pytest.mark.parametrize("name", ["alembic.runtime.migration", "httpx2"])
def test_what_libraries_call_news_is_for_debugging(name: str, level: str, expected: list[str]) -> None:
    stream = io.StringIO()
    configure_logging(level, "json", process="control", stream=stream)
    log.info("ours")
    logging.getLogger(name).info("quiet")
    logging.getLogger(name).warning("serious")
    entries = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [entry["message"] for entry in entries] == expected
    assert all(entry["level"] == "debug" for entry in entries if entry["message"] == "quiet")


def test_a_file_name_that_is_no_utf_8_can_be_logged() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "file %s", ("\udcff",), None)
    assert json.loads(JsonLines("a").format(record))["message"] == r"file \udcff"
