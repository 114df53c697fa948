"""The lines a person and a collector see."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest

from claudeflare.logs import LEVELS, configure_logging

log = logging.getLogger("claudeflare.example")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _root_logger_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
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
