from __future__ import annotations

from datetime import UTC

import pytest

from claudeflare.client.resources import LogLine
from claudeflare.presentation.log_lines import pretty

LINE: LogLine = {
    "time": "2026-11-22T17:40:00.123Z",
    "level": "warn",
    "process": "gateway 0",
    "logger": "claudeflare.example",
    "message": "careful",
    "traceback": None,
}


def test_a_line() -> None:
    assert pretty(LINE, UTC).plain == "17:40:00 warn  gateway 0  careful"


@pytest.mark.parametrize("level", ["warn", "strange"])
def test_colour_is_for_the_level_alone(level: str) -> None:
    shown = pretty({**LINE, "level": level}, UTC)
    colored = {shown.plain[span.start : span.end].strip(): span.style for span in shown.spans if span.style}
    assert colored == {"17:40:00": "dim"} | ({"warn": "yellow"} if level == "warn" else {})


def test_a_traceback_keeps_its_lines_and_nothing_else_breaks_one() -> None:
    shown = pretty({**LINE, "message": "a\nb", "traceback": "Traceback:\n  \x1b[2Jx"}, UTC)
    assert shown.plain == "17:40:00 warn  gateway 0  a\\x0ab\nTraceback:\n  \\x1b[2Jx"
